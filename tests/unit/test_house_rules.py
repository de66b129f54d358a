from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KIT = sorted((ROOT / "conformance").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
GENERATED = sorted((ROOT / "generated").rglob("*.py"))
OURS = KIT + TESTS
FOLDERS = ("conformance", "generated", "scripts", "specs", "tests", ".ci", ".github")
NAMES_OF_PLACES = [
    # Put together here, so that this file does not name them either.
    "/wo" + "rk/",
    "shared" + "/seeds",
    "shared" + "/facts",
    "pypi" + ".org",
    "python" + "hosted",
    "npm" + "js",
]
EXEMPTION = re.compile(r"#\s*(noqa\b(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)(.*)")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def _text_files() -> Iterator[tuple[Path, str]]:
    top = [path for path in ROOT.iterdir() if path.is_file()]
    below = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted(top + below):
        if "__pycache__" in path.parts or ".specproof-tmp" in str(path):
            continue
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def _exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def _imported_roots(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _is_sleep(node: ast.AST) -> bool:
    """Return whether a call waits for time to pass; ``asyncio.sleep(0)`` only yields."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    if name not in {"time.sleep", "sleep", "asyncio.sleep", "anyio.sleep"}:
        return False
    return not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)


def _wrong(paths: list[Path], find: Callable[[Path], Iterable[object]]) -> dict[str, list[object]]:
    """Return what ``find`` finds in each file, files without findings left out."""
    found = {_name(path): list(find(path)) for path in paths}
    return {name: findings for name, findings in found.items() if findings}


def test_every_test_says_what_behaviour_it_expects() -> None:
    """Each test function has a docstring."""

    def silent(path: Path) -> Iterator[str]:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                is_test = node.name.startswith("test_")
                if is_test and not ast.get_docstring(node):
                    yield node.name

    assert _wrong(TESTS, silent) == {}


def test_no_test_waits_for_time_to_pass() -> None:
    """Tests wait for events, never for a number of seconds."""

    def waits(path: Path) -> Iterator[str]:
        yield from (ast.unparse(node) for node in ast.walk(_tree(path)) if _is_sleep(node))

    assert _wrong(TESTS, waits) == {}


def test_every_module_states_what_it_exports() -> None:
    """Each module of the kit has ``__all__``, without repetitions (ruff keeps it sorted)."""

    def unstated(path: Path) -> Iterator[str]:
        tree = _tree(path)
        code = [node for node in tree.body[1:] if "__future__" not in ast.unparse(node)]
        only_describes = path.name == "__init__.py" and not code
        exported = [] if only_describes else _exported(tree)
        if exported is None:
            yield "no __all__"
        elif len(exported) != len(set(exported)):
            yield "a name twice"

    assert _wrong(KIT, unstated) == {}


def test_every_export_is_documented() -> None:
    """Each module, exported function and class has a docstring (ruff looks at methods)."""

    def bare(path: Path) -> Iterator[str]:
        tree = _tree(path)
        if not ast.get_docstring(tree):
            yield "the module"
        exported = _exported(tree) or []
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                is_exported = node.name in exported
                if is_exported and not ast.get_docstring(node):
                    yield node.name

    assert _wrong(KIT, bare) == {}


def test_files_stay_short() -> None:
    """A module of the kit has at most 500 lines, a test file fewer than 800."""

    def too_long(path: Path) -> Iterator[int]:
        lines = len(path.read_text("utf-8").splitlines())
        if lines > (799 if path in TESTS else 500):
            yield lines

    assert _wrong(OURS, too_long) == {}


def test_every_exemption_has_its_reason_beside_it() -> None:
    """A ``noqa`` or ``type: ignore`` names its rule and is explained on its line or above."""

    def unexplained(path: Path) -> Iterator[str]:
        above = ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            match = EXEMPTION.search(line)
            if match is not None:
                named = ":" in match[1] if match[1].startswith("noqa") else "[" in match[1]
                explained = re.search(r"\w", match[2]) or above.startswith("#")
                if not (named and explained):
                    yield f"line {number}"
            above = line.strip()

    others = [path for path in OURS if path != Path(__file__)]
    assert _wrong(others, unexplained) == {}


def test_nothing_is_left_for_later() -> None:
    """The kit has no notes of unfinished work and no unwritten functions."""
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImplemented"))
    unfinished = re.compile(rf"\b(?:{words})(?:Error)?\b")
    assert _wrong(KIT, lambda path: unfinished.findall(path.read_text("utf-8"))) == {}


def test_tests_are_no_packages() -> None:
    """Tests are found by path; an ``__init__.py`` would change how they are imported."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_generated_clients_stand_alone() -> None:
    """No generated client imports specproof, whose users need not install it."""
    leaning = [_name(path) for path in GENERATED if "specproof" in _imported_roots(_tree(path))]
    assert leaning == []


def test_no_file_names_a_place_that_others_do_not_have() -> None:
    """No file names a developer's own folders or the host of a package registry."""
    naming = {
        (_name(path), place)
        for path, text in _text_files()
        for place in NAMES_OF_PLACES
        if place in text
    }
    assert naming == set()
