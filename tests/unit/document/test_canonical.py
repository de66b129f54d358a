from __future__ import annotations

import hashlib

import pytest

from specproof.document import canonical_json, digest


def test_equal_values_have_equal_bytes() -> None:
    """Key order does not matter, and the form is compact UTF-8 with one line feed."""
    assert canonical_json({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}\n'.encode()
    assert canonical_json({"a": None, "b": [1, "é"]}) == canonical_json({"b": [1, "é"], "a": None})


def test_what_json_does_not_know_is_refused() -> None:
    """There is no canonical form of not-a-number."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_digest_is_sha256() -> None:
    """The digest is the usual one, so that sha256sum agrees."""
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()
