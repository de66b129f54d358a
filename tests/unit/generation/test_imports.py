"""Tests of ``specproof.generation.imports``."""

from __future__ import annotations

from pathlib import Path

import pytest

from specproof.generation.formatting import format_code
from specproof.generation.imports import imports

STATEMENTS = (
    "from uuid import UUID",
    "import datetime",
    "from ..types import Unset, UNSET",
    "from ..types import UNSET, Unset",
    "from attrs import field as _field",
    "from attrs import define as _define",
    "from ..models.item_type_10 import ItemType10",
    "from ..models.item_type_2 import ItemType2",
    "from ...calling import Call",
    "from .. import shapes as _shapes",
    "from .. import headers as _headers",
    "from typing import cast, Any, TYPE_CHECKING",
    "from ..models.a_very_long_name_of_a_module import AVeryLongNameOfAModelThatIsWrapped",
)
BODY = (
    "UUID datetime Unset UNSET _field _define ItemType10 ItemType2 Call _shapes _headers"
    " cast Any TYPE_CHECKING AVeryLongNameOfAModelThatIsWrapped"
)


def test_imports_are_in_the_order_of_isort(tmp_path: Path) -> None:
    """What is written is what ruff leaves alone, sections, wrapping and numbers included."""
    found = imports(BODY, STATEMENTS)
    source = (
        f"from __future__ import annotations\n\n{found}\n\nUSED = ({', '.join(BODY.split())})\n"
    )
    (tmp_path / "module.py").write_text(source)
    format_code(tmp_path)
    formatted = (tmp_path / "module.py").read_text()
    assert formatted.partition("USED")[0] == source.partition("USED")[0]
    assert found.index("item_type_2 ") < found.index("item_type_10 ")


def test_indented_imports_are_wrapped_sooner() -> None:
    """The indentation counts towards the width of a line."""
    statement = f"from ..models import {'x' * 75}"
    assert imports(None, [statement], 4) == statement
    assert imports(None, [statement], 5) == f"from ..models import (\n    {'x' * 75},\n)"


@pytest.mark.parametrize("body", ["", "Unsettled", "AnUnset", "_Unset", "Unset_ UUIDs", "Unset1"])
def test_what_is_part_of_a_longer_word_is_not_needed(body: str) -> None:
    """Only whole words count."""
    assert imports(body, STATEMENTS[:4]) == ""


@pytest.mark.parametrize("body", ["Unset", "Unsettled | Unset", "(Unset)", "x:Unset"])
def test_what_occurs_is_imported_once(body: str) -> None:
    """A name is imported alone, however many statements offer it."""
    assert imports(body, STATEMENTS[:4]) == "from ..types import Unset"


@pytest.mark.parametrize("statement", ["", "x = 1", "from .a import (\n    b,\n)"])
def test_what_is_no_import_on_one_line_is_refused(statement: str) -> None:
    """A statement that can not be read is an error, not a gap."""
    with pytest.raises(ValueError, match="no import on one line"):
        imports(None, [statement])
