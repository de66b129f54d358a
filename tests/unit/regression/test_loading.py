"""Documents to compare are read, whatever version of OpenAPI they follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from specproof.errors import InputError, LimitError
from specproof.regression.loading import load, load_bytes


@pytest.mark.parametrize(
    ("text", "version", "modern"),
    [
        ('{"openapi": "3.0.1"}', "3.0.1", False),
        ('{"openapi": "3.1.0"}', "3.1.0", True),
        ('{"openapi": "3.2.0"}', "3.2.0", True),
        ("openapi: 3.0", "3.0", False),
        ("openapi: 3.1", "3.1", True),
        ("openapi:", "3.0.3", False),
        ("openapi: [3]", "3.0.3", False),
        ("openapi: 4.0.0", "3.0.3", False),
        ("swagger: 2.0", "3.0.3", False),
        ("paths: {}", "3.0.3", False),
    ],
)
def test_versions(text: str, version: str, modern: bool) -> None:
    """3.0, 3.1 and what comes after are read; what says nothing useful is taken for 3.0."""
    found = load_bytes(text.encode(), "x")
    assert (found.root["openapi"], found.modern, found.name) == (version, modern, "x")


def test_a_file_is_named(tmp_path: Path) -> None:
    """A file is read by its path."""
    path = tmp_path / "spec.yaml"
    path.write_text("openapi: 3.1.0\npaths: {}\n")
    assert load(path).root == {"openapi": "3.1.0", "paths": {}}
    assert load(path).name == str(path)
    with pytest.raises(InputError, match=r"none\.yaml: can not be read"):
        load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "has no field openapi or swagger, but nothing"),
        ('{"name": "x", "\\u001b": 1}', 'but "name", "\\\\x1b"'),
        ('{"asyncapi": "3.0.0", "paths": []}', "is no OpenAPI document"),
        ("[]", "holds no object"),
        ("{", "is not"),
        ("", "is empty"),
    ],
)
def test_what_is_no_openapi(text: str, problem: str) -> None:
    """It is refused in one sentence."""
    with pytest.raises(InputError) as caught:
        load_bytes(text.encode(), "x")
    assert problem.replace("\\\\", "\\") in str(caught.value)


def test_limits_hold() -> None:
    """A document that is too deep is refused."""
    with pytest.raises(LimitError):
        load_bytes(b'{"openapi": ' + b"[" * 200 + b"]" * 200 + b"}", "x")
