from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from specproof.generation import Generated
from specproof.generation.interface import Entry, read_interface


def _operations(wide: Generated) -> Iterator[tuple[str, Entry]]:
    names = [path.relative_to(wide.folder).as_posix() for path in wide.folder.rglob("api/*/*.py")]
    found = read_interface(wide.folder, "wide_client", names)
    assert found
    for path, entry in found.items():
        if path.endswith(".sync"):
            yield path, entry


def _example(folder: Path, path: str) -> ast.Call:
    module = folder / "wide_client" / f"{path.removesuffix('.sync').replace('.', '/')}.py"
    [function] = [
        node
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "sync"
    ]
    text = (ast.get_docstring(function) or "").partition("Example:\n    ::\n\n")[2]
    lines = [line.removeprefix(" " * 8) for line in text.splitlines()]
    [statement] = ast.parse("\n".join(lines)).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    return statement.value


def test_every_operation_has_an_example_that_could_be_called(wide: Generated) -> None:
    """It names each argument that is needed, none that there is not, and invents no type."""
    seen = 0
    for path, entry in _operations(wide):
        call = _example(wide.folder, path)
        assert ast.unparse(call.func) == f"{path.split('.')[-2]}.sync"
        given = [keyword.arg for keyword in call.keywords]
        needed = [parameter.name for parameter in entry.parameters if parameter.default is None]
        assert sorted(map(str, given)) == sorted(needed)
        seen += 1
    assert seen == wide.operations


def test_the_examples_name_what_exists(wide: Generated) -> None:
    """Models, their fields and the members of their enumerations."""
    names = [path.relative_to(wide.folder).as_posix() for path in wide.folder.rglob("models/*.py")]
    models = read_interface(wide.folder, "wide_client", names)
    assert models
    [body] = [
        keyword.value
        for path, _ in _operations(wide)
        for keyword in _example(wide.folder, path).keywords
        if keyword.arg == "body"
    ]
    assert isinstance(body, ast.Call)
    assert ast.unparse(body.func) == "models.Pet"
    fields = {keyword.arg: ast.unparse(keyword.value) for keyword in body.keywords}
    assert fields == {"id": "1", "kind": "models.Kind.CAT", "name": "'name'"}
    assert {"models.Pet.id", "models.Pet.name", "models.Kind.CAT"} < set(models)


def test_the_blocks_of_the_readme_are_python(wide: Generated) -> None:
    """Whatever the description holds, what the README shows can be compiled."""
    readme = (wide.folder / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 6
    for block in blocks:
        compile(block, "README.md", "exec")
