"""What may be told of a run, and what is left out."""

from __future__ import annotations

import pytest

from specproof.suites.records import media_type, origin


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("application/json", "application/json"),
        (" Application/JSON ; charset=utf-8", "application/json"),
        ("application/problem+json;x=\n", "application/problem+json"),
        ("text/html secret", None),
        ("text", None),
        ("text/html/secret", None),
        (f"text/{'x' * 128}", None),
        ("text/ht\x1bml", None),
    ],
)
def test_media_type_keeps_two_names_or_nothing(value: str | None, expected: str | None) -> None:
    """A media type loses its parameters; what is none is dropped whole."""
    assert media_type(value) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, None),
        ("https://user:secret@api.test/base/secret?key=secret#x", "https://api.test"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://[::1", None),
        ("http://h:99999999", None),
        ("file:///etc/passwd", None),
        ("nonsense", None),
    ],
)
def test_origin_keeps_scheme_host_and_port(url: str | None, expected: str | None) -> None:
    """Everything of a base URL that may be secret is dropped."""
    assert origin(url) == expected
