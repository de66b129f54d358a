from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from browser import started, visiting
from runs import inert
from site_pages import Nesting, built, kinds

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_RUN = "document.title='owned';window.owned=1;alert(1)"
HOSTILE = (
    (
        f"<script>{_RUN}</script><img src=x onerror=\"{_RUN}\"><svg onload='{_RUN}'>"
        f'" onmouseover="{_RUN}" autofocus onfocus="{_RUN}" style="position:fixed" x=\' '
        f"javascript:{_RUN} [x](javascript:{_RUN}) </title></style></textarea></svg> --> <!-- ]]> "
        "{{ 7*7777 }} {% raw %} ${7*7777} #{7*7777} &lt;script&gt; &#60;script&#62; "
        "<base href=//evil.test/><meta http-equiv=refresh content='0;url=//evil.test'>"
        "<link rel=stylesheet href=//evil.test/x.css><iframe src=//evil.test></iframe>"
        "<form action=//evil.test><button>x</button></form> https://evil.test/ //evil.test "
        "\u202eevil\u202c \u2028 \x1b[31m \x07 \ufeff \ud83d\ude00"
    )
    .encode("utf-16", "surrogatepass")
    .decode("utf-16")
)
"""Everything that ever ran in somebody's report."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the browser that all tests of this file share."""
    with started() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a history in which every text of a stranger is hostile."""
    return built(tmp_path_factory.mktemp("hostile"), HOSTILE)


def test_no_text_becomes_an_element(site: Path) -> None:
    """Pages are well-formed, have only our elements, and no control character."""
    allowed = {"http", "https", ""}
    for file in sorted([*site.rglob("*.html"), *site.rglob("*.svg")]):
        text = file.read_text("utf-8")
        page = Nesting(text)
        assert page.wrong == [], file
        assert {"script", "iframe", "form", "base", "img", "style"}.isdisjoint(page.tags), file
        names = {name for name in page.attributes if name.startswith("on")}
        assert names | (page.attributes & {"style", "autofocus", "srcdoc"}) == set(), file
        assert {urlsplit(link).scheme for link in page.links} <= allowed
        assert not any("evil.test" in link for link in page.links), file
        assert inert(text), file
        assert "54439" not in text, file


def test_names_of_files_are_plain(site: Path) -> None:
    """Whatever an API or a run is called, its page has a name that every system takes."""
    for file in site.rglob("*"):
        assert file.name.isascii()
        assert not set(file.name) & set("<>:\"/\\|?*'& ")


def test_nothing_runs_and_all_is_shown_as_text(browser: Browser, site: Path) -> None:
    """In a browser with scripts allowed: no dialog, no request, no message, the words are there.

    And however long they are, they do not push the page aside on a phone.
    """
    with visiting(browser) as visit:
        for kind, file in kinds(site).items():
            page = visit.open(file)
            visit.ask("document.querySelectorAll('details').forEach(e => e.open = true)")
            page.mouse.move(400, 300)
            assert page.title() != "owned", kind
            assert visit.ask("window.owned") is None, kind
            assert visit.ask("document.querySelectorAll('script').length") == 0, kind
            text = page.locator("main").inner_text()
            assert "<script>document.title='owned'" in text, kind
            if kind == "api":
                # Elsewhere texts are cut before.
                assert "{{ 7*7777 }}" in text
                assert "\\u202eevil\\u202c" in text
            page.set_viewport_size({"width": 390, "height": 900})
            assert visit.ask("document.documentElement.scrollWidth") <= 390, kind
            page.set_viewport_size({"width": 1280, "height": 900})


def test_endless_text_is_cut(browser: Browser, tmp_path: Path) -> None:
    """Thirty thousand characters in each field: pages stay below their limit and can be read."""
    site = built(tmp_path, "A" * 30_000, latest=1)
    for file in site.rglob("*.html"):
        assert file.stat().st_size < 300_000, file
    with visiting(browser, width=390) as visit:
        visit.open(kinds(site)["api"])
        assert visit.ask("document.documentElement.scrollWidth") <= 390


def test_what_would_run_is_noticed(browser: Browser, tmp_path: Path) -> None:
    """The watch that has nothing to say of our pages speaks of a page that does run things."""
    script = "console.log('x'); alert(1); fetch('http://127.0.0.1:9/'); throw Error('y')"
    (tmp_path / "bad.html").write_text(f"<!DOCTYPE html><title>t</title><script>{script}</script>")
    with pytest.raises(AssertionError) as caught, visiting(browser) as visit:
        visit.open(tmp_path / "bad.html")
    for kind in ("console: x", "dialog: 1", "request: http://127.0.0.1:9/", "error: y"):
        assert kind in str(caught.value)
