"""Paths, anchors and links of the site."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.history.records import Stream
from specproof.report.site import links

_NAMES = st.text(max_size=30) | st.text("aA.b-_~/", max_size=6)


@given(_NAMES, _NAMES)
def test_no_two_names_share_a_file(one: str, other: str) -> None:
    """Different names get different files, on systems that know one case only, too."""
    assert (links.slug(one).lower() == links.slug(other).lower()) is (one == other)


@given(_NAMES)
def test_a_file_name_is_harmless(name: str) -> None:
    """Whatever the name, its file has no separator, is not hidden and does not end in .html."""
    made = links.slug(name)
    assert made.isascii()
    assert not set(made) & set('/\\:*?"<>|# %')
    assert made[0] not in ".-"
    assert not made.endswith((".", ".html"))
    assert len(made) <= 64


@pytest.mark.parametrize("name", ["onesignal", "a-b_c.d", "f8923212a4dcfda7", "0"])
def test_a_plain_name_stays(name: str) -> None:
    """Names of APIs and runs are recognised in their paths."""
    assert links.slug(name) == name


@pytest.mark.parametrize(
    "name", ["", "con", "NUL", "operations-2", "x.html", "Onesignal", "a" * 65]
)
def test_a_reserved_name_gets_a_digest(name: str) -> None:
    """What some system or the site itself has another use for is told apart."""
    assert "~" in links.slug(name)


@pytest.mark.parametrize(
    ("target", "origin", "place"),
    [
        ("recorded", None, "recorded"),
        ("live", "https://api.x.test", "live-api.x.test"),
        ("live", "http://api.x.test", None),
        ("live", "https://api.x.test:8443", None),
    ],
)
def test_a_place_is_named_after_target_and_host(
    target: str, origin: str | None, place: str | None
) -> None:
    """A plain https host names the place; anything else gets a digest of its own."""
    made = links.place_name(Stream("x", target, origin))
    assert made == place if place else made.startswith(f"{target}~")


_PATHS = st.sampled_from(["index.html", "apis/a.html", "apis/a/live/op.html", "runs/r~1.html"])


@given(_PATHS, _PATHS, st.sampled_from(["", "#finding-1", "#a b"]))
def test_a_link_leads_from_one_page_to_another(here: str, there: str, fragment: str) -> None:
    """Followed from its page, a link names the other one, and its anchor."""
    link = links.relative(here, f"{there}{fragment}")
    path, mark, anchor = link.partition("#")
    found = posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(path)))
    assert found == there if path else here == there
    assert mark + unquote(anchor) == fragment


@pytest.mark.parametrize("url", ["https://x.test/a?b=c#d", "http://127.0.0.1:8000/"])
def test_a_web_address_may_be_a_link(url: str) -> None:
    """Plain http and https addresses are kept as they are."""
    assert links.web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "javascript://x.test/%0aalert(1)",
        "ftp://x.test/",
        "data:text/html,x",
        "file:///etc/passwd",
        "//x.test",
        "https://",
        "https://[::1",
        'https://x.test/"onclick="x',
        "https://x.test/\u202e",
        "https://x.test/ y",
    ],
)
def test_anything_else_is_no_link(url: str) -> None:
    """Other schemes, broken addresses and awkward characters make no link."""
    assert links.web_address(url) is None
