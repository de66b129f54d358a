from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from generation_cases import describe, operation, source

from specproof.generation import generate_client
from specproof.generation.normalisation.names import identifier, shortened
from specproof.generation.transforms import transformed


def _query(**schemas: Any) -> dict[str, Any]:
    listed = [{"name": name, "in": "query", "schema": node} for name, node in schemas.items()]
    return describe({"/a": {"get": operation(parameters=listed)}})


def test_quotes_in_values_keep_the_operation(tmp_path: Path) -> None:
    """An enumeration or constant with quotes or backslashes is one, its default included."""
    document = _query(
        comma={"type": "string", "enum": [",", '"', "\\t"], "default": '"'},
        null={"type": ["string", "null"], "enum": ["\\", "'", None], "default": "\\"},
        either={"anyOf": [{"type": "string"}, {"enum": ['x"']}], "default": 'a"b'},
        constant={"const": 'a"\\b', "default": 'a"\\b'},
        plain={"const": "a'b", "default": "a'b"},
    )
    made = generate_client(source(document), tmp_path / "client")
    assert (made.generated, made.left_out) == (1, ())
    folder = tmp_path / "client" / source(document).package
    (module,) = (path for path in folder.glob("api/*/*.py") if path.name != "__init__.py")
    text = " ".join(module.read_text(encoding="utf-8").split())
    for part in (
        "VALUE_1, null",
        "VALUE_0, either",
        """| Unset = 'a"b', constant""",
        """constant: str | Unset = 'a"\\\\b'""",
        '''Literal["a'b"] | Unset = "a'b"''',
    ):
        assert part in text


@pytest.mark.parametrize("given", ["__class__", "self", "_match_", "漢" * 300, "\u1e9e" * 99])
def test_an_operation_is_named_as_the_generator_leaves_it(given: str) -> None:
    """What is made an identifier twice has one name, or what is known of it would be lost."""
    document = describe({"/a": {"get": operation(operationId=given, parameters=[])}})
    _, draft, _ = transformed(document)
    name = draft.entries[0].identifier
    assert identifier(name) == name
    assert len(f"{name}.py".encode()) <= 255


@pytest.mark.parametrize("letter", ["漢", "\U00020000", "Ж", "a"])
def test_a_shortened_name_fits_into_a_file_name(letter: str) -> None:
    """File systems count bytes."""
    assert len(f"{identifier(shortened(f'a{letter}' * 200))}.py".encode()) <= 255
    assert shortened(letter * 40) == letter * 40
