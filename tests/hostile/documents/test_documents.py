from __future__ import annotations

import time
from pathlib import Path

import pytest

from specproof.document import parse
from specproof.errors import InputError, LimitError

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))

LARGE = {
    "flow arrays": "[" * 50_000,
    "flow objects": "{a: " * 50_000,
    "json arrays": "[" * 50_000 + "]" * 50_000,
    "json objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "block arrays": "- " * 50_000,
    "block objects": "\n".join(" " * level + "a:" for level in range(1500)),
    "unclosed string": '{"a": "' + '\\"' * 500_000,
    "unclosed quotes": "{'a': '" + "''" * 500_000,
    "long integer": "a: " + "9" * 1_000_000,
    "many documents": "--- a\n" * 100_000,
    "billion laughs": "a0: &a0 [x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)),
    "many aliases": "a: &a 1\nb: [" + "*a, " * 20_000 + "]",
}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_case_is_refused_as_it_says(case: Path) -> None:
    """The first line of each case is a comment with the sentence that refuses it."""
    data = case.read_bytes()
    expected = data.decode("utf-8", "replace").splitlines()[0].removeprefix("# ")
    with pytest.raises(InputError) as caught:
        parse(data, name="case")
    assert str(caught.value).startswith(f"case{expected}")


@pytest.mark.parametrize("name", LARGE)
def test_large_input_is_refused_soon(name: str) -> None:
    """No input of a megabyte makes the parse abort, or take more than some seconds."""
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        parse(LARGE[name].encode(), name="case")
    assert time.monotonic() - began < 20
    if "objects" in name or "arrays" in name or name in {"billion laughs", "many aliases"}:
        assert isinstance(caught.value, LimitError)
