"""One tree of errors, each with its exit code."""

from __future__ import annotations

import pytest

from specproof import errors
from specproof.errors import InputError, SpecproofError


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("SpecproofError", 2),
        ("InputError", 2),
        ("LimitError", 2),
        ("StaleError", 1),
        ("UpstreamError", 2),
        ("CouldNotCheckError", 3),
        ("GuardError", 2),
    ],
)
def test_each_error_has_its_exit_code(name: str, exit_code: int) -> None:
    """Every error is in the tree and ends a command with the code of its branch."""
    error = getattr(errors, name)
    assert issubclass(error, SpecproofError)
    assert error.exit_code == exit_code


def test_the_list_is_whole() -> None:
    """No error is left out of the table above."""
    assert len(errors.__all__) == 7


@pytest.mark.parametrize(
    ("file", "line", "remedy", "text"),
    [
        (None, None, None, "is wrong"),
        ("a.yaml", None, None, "a.yaml: is wrong"),
        ("a.yaml", 3, None, "a.yaml:3: is wrong"),
        (None, 3, None, "is wrong"),
        ("a.yaml", 3, "mend it", "a.yaml:3: is wrong; mend it"),
    ],
)
def test_bad_input_names_the_place_and_the_remedy(
    file: str | None, line: int | None, remedy: str | None, text: str
) -> None:
    """File, line, problem and remedy make one sentence, and stay apart as attributes."""
    error = InputError("is wrong", file=file, line=line, remedy=remedy)
    assert str(error) == text
    assert (error.problem, error.file, error.line, error.remedy) == (
        "is wrong",
        file,
        line,
        remedy,
    )
