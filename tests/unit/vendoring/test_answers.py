from __future__ import annotations

import pytest

from specproof.errors import InputError, UpstreamError
from specproof.vendoring.answers import check_answer, check_loss

URL = "https://example.com/a.md"
HTML = "is an HTML page; name the page's Markdown form"


@pytest.mark.parametrize(
    ("body", "media_type", "problem"),
    [
        (b"", "text/markdown", "is empty"),
        (b" \r\n\t", "text/markdown", "is empty"),
        (b" " * 100_000, "text/plain", "is empty"),
        (b"# Page", "text/html", HTML),
        (b"# Page", "application/xhtml+xml", HTML),
        (b"<!DOCTYPE html>\n<p>", "text/plain", HTML),
        (b"\xef\xbb\xbf\n<html lang=en>", "", HTML),
        (b"<!-- a --> <!-- b -->\n<!doctype HTML>", "", HTML),
        (b'<?xml version="1.0"?><html>', "", HTML),
        (b"<html><input type='password'>", "", "is a login page"),
        (b"<html><title>Log in - Docs</title>", "text/html", "is a login page"),
        (b"<html><title>Sign in</title>", "text/html", "is a login page"),
    ],
)
def test_what_is_no_page_is_refused(body: bytes, media_type: str, problem: str) -> None:
    """Empty answers, HTML and login pages, by type or by content."""
    with pytest.raises(UpstreamError) as caught:
        check_answer(body, media_type, url=URL)
    assert f"{URL}: {problem}" in str(caught.value)


@pytest.mark.parametrize("path", ["/login", "/sign-in?next=/a", "/sso/x", "/oauth2/authorize"])
def test_a_redirect_to_a_login_is_refused(path: str) -> None:
    """Wherever the answer came from in the end says what it is."""
    with pytest.raises(UpstreamError, match="is a login page"):
        check_answer(b"text", "", url=URL, final_url=f"https://example.com{path}")


@pytest.mark.parametrize(
    "body",
    [b"# Page\n\n<html> is a tag", b"<Warning>MDX</Warning>", b"<!-- c -->\n# Page", b"openapi: 3"],
)
def test_pages_pass(body: bytes) -> None:
    """Markdown with tags in it is no HTML page, wherever a redirect led."""
    check_answer(body, "text/plain", url=URL, final_url="https://example.com/authors/a.md")


def test_html_detection_takes_no_time_on_hostile_input() -> None:
    """Comments without end do not make the detection slow."""
    check_answer(b"<!---->" * 9000 + b"x", "", url=URL)
    check_answer(b"<!--" * 15000, "", url=URL)


OLD = frozenset({"GET /a", "GET /b", "GET /c", "GET /d"})


@pytest.mark.parametrize(("kept", "max_loss"), [(2, 0.5), (4, 0), (0, 1), (3, 0.25)])
def test_a_loss_within_the_share_passes(kept: int, max_loss: float) -> None:
    """Exactly the share may vanish; what is new does not count."""
    new = frozenset(sorted(OLD)[:kept]) | {"GET /new"}
    check_loss(OLD, new, max_loss=max_loss, name="n", force_hint="h")
    check_loss(frozenset(), new, max_loss=0, name="n", force_hint="h")


def test_a_larger_loss_is_refused() -> None:
    """How many, of how many, and which."""
    with pytest.raises(UpstreamError) as caught:
        check_loss(OLD, frozenset({"GET /d"}), max_loss=0.5, name="n", force_hint="hint")
    assert str(caught.value) == ("n: lost 3 of 4 operations, such as GET /a, GET /b, GET /c; hint")


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_between_0_and_1(share: float) -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(InputError, match="is not between 0 and 1"):
        check_loss(OLD, OLD, max_loss=share, name="n", force_hint="h")
