from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import pytest
from browser import Visit, started, visiting
from site_history import BROKEN, VENDOR
from site_pages import Nesting, built, kinds

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_KINDS = ("start", "api", "run", "change")
# All that can be unfolded, of many requirements the first ones: the others are made alike.
_UNFOLD = (
    "[...document.querySelectorAll('details:not(.requirement details)'),"
    " ...[...document.querySelectorAll('.requirement details')].slice(0, 3)]"
    ".forEach(each => each.open = true)"
)
# For each box of a filter how much is visible before, after it is changed, and changed back.
_FILTERS = """() => {
  const shown = () => [...document.querySelectorAll('main :is(tr, article, section, li, div)')]
    .filter(each => each.checkVisibility()).length;
  return [...document.querySelectorAll('.filter input')].map(box => {
    const seen = [shown()];
    for (const _ of [1, 2]) { box.click(); seen.push(shown()); }
    return [box.id, ...seen];
  });
}"""
_INK = "getComputedStyle(document.body).color"
_GROUND = "getComputedStyle(document.body).backgroundColor"
_DARK = ("api", "change")
"""Pages that between them have every colour of the others."""
_PHONE = 390
_PAPER = 703
"""CSS pixels between margins of 12 mm on A4."""
_CUT = """[...document.querySelectorAll('main *')]
  .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.tagName + ' ' + each.textContent.slice(0, 40))"""
_NARROWEST = """Math.min(1000, ...[...document.querySelectorAll(
  '.scroll > table:not([class]) td:not(.num)')].map(each => each.offsetWidth))"""
_CLOSED = ".card details:not([open]) :is(pre, h4)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give the browser that all tests of this file share."""
    with started() as running:
        yield running


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Visit]:
    """Give the tab in light colours that all tests of this file share."""
    with visiting(browser) as visit:
        yield visit


@pytest.fixture
def visit(tab: Visit) -> Iterator[Visit]:
    """Give the tab; what it complains of is the fault of the test that it complains in."""
    yield tab
    complaints = [*tab.complaints]
    tab.complaints.clear()
    assert complaints == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a small history."""
    return built(tmp_path_factory.mktemp("site"))


def _violations(visit: Visit, *, only: str | None = None) -> list[str]:
    """Return what axe-core finds in a page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # Without preloading it asks for no style sheet again, which the policy would refuse.
    options: dict[str, Any] = {"preload": False, "resultTypes": ["violations"]}
    if only is not None:
        options["runOnly"] = [only]
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in axe.run(visit.page, options=options).response["violations"]
        for node in violation["nodes"][:2]
    ]


@dataclass
class Seen:
    """What one kind of page looked like.

    Attributes:
        violations: what axe-core found in the light page.
        dark: what it found of contrast in the dark one.
        grounds: colour of the page in the light and the dark scheme.
        phone: how wide the page is on a screen of 390 px.
        narrow: how wide the narrowest column of words is there.
        paper: filters and headings that are printed, and the colour of the words, in dark scheme.
        cut: what does not fit on the width of A4.
        folded: pieces of closed findings and changes that are printed, and of requirements.
    """

    violations: list[str]
    dark: list[str]
    grounds: tuple[str, str]
    phone: int
    narrow: int
    paper: tuple[int, int, str]
    cut: list[str]
    folded: tuple[int, int]


@pytest.fixture(scope="module")
def seen(browser: Browser, tab: Visit, site: Path, evidence: Path) -> dict[str, Seen]:
    """Return what each kind of page looks like; a page is opened once for each scheme."""
    looked: dict[str, Seen] = {}
    light = tab
    with visiting(browser, scheme="dark") as dark:
        for kind, page in kinds(site).items():
            for scheme, visit in (("light", light), ("dark", dark)):
                visit.open(page).screenshot(path=evidence / f"{kind}-{scheme}.png")
            grounds = (light.ask(_GROUND), dark.ask(_GROUND))
            dark.page.emulate_media(media="print", color_scheme="dark")
            dark.page.set_viewport_size({"width": _PAPER, "height": 900})
            paper = (dark.shown(".filter"), dark.shown("h1"), dark.ask(_INK))
            cut = dark.ask(_CUT)
            folded = (dark.shown(_CLOSED), dark.shown(".requirement details:not([open]) dl"))
            dark.page.set_viewport_size({"width": 1280, "height": 900})
            dark.page.emulate_media(media="screen", color_scheme="dark")
            # What is folded has the same colours as what is not, so dark pages stay as they are.
            pale = _violations(dark, only="color-contrast") if kind in _DARK else []
            light.ask(_UNFOLD)
            found = _violations(light)
            light.page.set_viewport_size({"width": _PHONE, "height": 900})
            light.page.screenshot(path=evidence / f"{kind}-phone.png")
            width = light.ask("document.documentElement.scrollWidth")
            narrow = light.ask(_NARROWEST)
            light.page.set_viewport_size({"width": 1280, "height": 900})
            looked[kind] = Seen(found, pale, grounds, width, narrow, paper, cut, folded)
    return looked


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which screenshots are kept."""
    return tmp_path_factory.mktemp("screenshots")


def _file(url: str) -> tuple[Path, str]:
    parts = urlsplit(url)
    return Path(url2pathname(parts.path)), unquote(parts.fragment)


def test_every_page_is_reached_and_no_link_is_dead(visit: Visit, site: Path) -> None:
    """Following links from the start page shows each page; every anchor has its place."""
    ids: dict[Path, set[str]] = {}
    links: set[tuple[Path, str]] = set()
    todo = [site / "index.html"]
    while todo:
        page = todo.pop()
        if page in ids:
            continue
        visit.open(page)
        ids[page] = set(visit.ask("[...document.querySelectorAll('[id]')].map(e => e.id)"))
        found = visit.ask("[...document.querySelectorAll('a[href]')].map(e => e.href)")
        for url in found:
            if url.startswith(VENDOR):
                # The vendor's own page or issue, as the catalog has its address.
                continue
            assert url.startswith("file:"), url
            target, anchor = _file(url)
            links.add((target, anchor))
            if target.suffix == ".html":
                todo.append(target)
        assert visit.ask("document.styleSheets.length") == 1
        assert visit.ask("document.querySelectorAll('h1').length") == 1
    assert all(path.is_file() for path, _ in links)
    assert [(path, anchor) for path, anchor in links if anchor and anchor not in ids[path]] == []
    assert set(ids) == {*site.rglob("*.html")}


def test_every_page_is_well_formed(site: Path) -> None:
    """Elements are closed as they were opened, nothing is loaded from elsewhere, nothing runs."""
    for file in site.rglob("*.html"):
        text = file.read_text("utf-8")
        page = Nesting(text)
        assert page.wrong == [], file
        assert {"script", "iframe", "form", "object", "base", "style"}.isdisjoint(page.tags)
        assert not any(name.startswith("on") or name == "style" for name in page.attributes)
        assert all(link.startswith(VENDOR) for link in page.links if urlsplit(link).scheme)
        assert "default-src 'none'" in text


def test_each_filter_changes_what_is_visible(visit: Visit, site: Path) -> None:
    """A box that is changed hides or shows something, and changed back restores all."""
    counted: dict[str, int] = {}
    for kind, file in kinds(site).items():
        visit.open(file)
        boxes = visit.ask(_FILTERS)
        counted[kind] = len(boxes)
        for box, before, changed, restored in boxes:
            assert changed != before, (kind, box)
            assert restored == before, (kind, box)
    assert counted["start"] >= 3
    assert counted["api"] >= 3
    assert counted["change"] == 4


def test_a_group_without_a_card_has_no_heading(visit: Visit, site: Path) -> None:
    """With every level hidden nothing is left of the changes, with one back only its groups."""
    page = visit.open(kinds(site)["change"])
    groups = visit.shown("main .group h2")
    for box in page.locator(".filter input").all():
        box.uncheck()
    assert visit.shown("main .group") == 0
    page.locator("#show-error").check()
    assert visit.shown("main .group") == visit.shown("main .group:has(> .level-error)")
    assert 0 < visit.shown("main .group h2") < groups


def test_the_start_table_needs_no_scrolling(visit: Visit, site: Path) -> None:
    """At 1,280 px every column is seen, the last one too."""
    visit.open(site / "index.html")
    wide = "(e => e.scrollWidth - e.clientWidth)(document.querySelector('.scroll'))"
    assert visit.ask(wide) <= 0


def test_broken_only_leaves_what_is_broken(visit: Visit, site: Path) -> None:
    """The filter of the one who was woken: one click, one row."""
    page = visit.open(site / "index.html")
    assert visit.shown("main table tbody tr") == 3
    page.get_by_label("broken only").check()
    assert visit.shown("main table tbody tr") == 1
    assert "Shop" in page.locator("main table tbody tr:visible").inner_text()


def test_from_the_start_page_it_is_one_click_to_the_proof(visit: Visit, site: Path) -> None:
    """What broke, since when, whom to blame, and the command that shows it to the vendor."""
    page = visit.open(site / "index.html")
    first = page.locator("main").inner_text()
    assert "1 of 3 APIs is broken, since 2026-11-08 04:00" in first
    page.get_by_role("link", name="op-0 200 keeps its schema").first.click()
    anchor = _file(page.url)[1]
    card = page.locator(f".card:is(#{anchor}, :has(#{anchor}))")
    text = card.inner_text()
    for words in ("name is no text", "2026-11-08 04:00", "vendor behaviour", "curl -X DELETE"):
        assert words in text
    assert BROKEN in text
    box = card.bounding_box()
    assert box is not None
    assert -1 <= box["y"] < 900


def test_axe_finds_nothing(seen: dict[str, Seen]) -> None:
    """Each kind of page, unfolded, keeps every rule of axe-core (WCAG 2.2 A and AA, practice)."""
    assert {kind: found.violations for kind, found in seen.items()} == {kind: [] for kind in _KINDS}


def test_dark_pages_can_be_read(seen: dict[str, Seen]) -> None:
    """The scheme of the system is followed, and its colours keep their contrast."""
    assert {kind: found.dark for kind, found in seen.items()} == {kind: [] for kind in _KINDS}
    assert {found.grounds for found in seen.values()} == {("rgb(255, 255, 255)", "rgb(20, 23, 27)")}


def test_pages_fit_a_phone(seen: dict[str, Seen]) -> None:
    """At 390 px no page scrolls sideways, unfolded as it is."""
    assert all(found.phone <= _PHONE for found in seen.values()), seen
    # A table scrolls in its frame rather than to break words into letters.
    assert all(found.narrow >= 100 for found in seen.values()), seen


def test_pages_print(seen: dict[str, Seen]) -> None:
    """On paper there are no filters, and words are dark on white even in the dark scheme."""
    assert {found.paper for found in seen.values()} == {(0, 1, "rgb(27, 31, 36)")}


def test_paper_cuts_nothing_off(seen: dict[str, Seen]) -> None:
    """Nothing can be scrolled there, so the widest table has to fit."""
    assert {kind: found.cut for kind, found in seen.items()} == {kind: [] for kind in _KINDS}


def test_paper_has_what_is_folded_in_findings_and_changes(seen: dict[str, Seen]) -> None:
    """And not the proofs of every requirement."""
    assert {kind for kind, found in seen.items() if found.folded[0]} == {"api", "run", "change"}
    assert {found.folded[1] for found in seen.values()} == {0}


def test_screenshots_are_kept(seen: dict[str, Seen], evidence: Path) -> None:
    """Of each kind of page in light, in dark and on a phone."""
    names = {f"{kind}-{how}.png" for kind in seen for how in ("light", "dark", "phone")}
    assert {path.name for path in evidence.glob("*.png")} == names


def test_axe_can_find_something(visit: Visit, tmp_path: Path) -> None:
    """The check that finds nothing on our pages does find what is wrong on another."""
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><p style='color:#ccc'>pale</p><img>")
    visit.open(tmp_path / "bad.html")
    found = " ".join(_violations(visit))
    assert all(rule in found for rule in ("color-contrast:", "image-alt:", "html-has-lang:"))


def test_the_keyboard_reaches_everything(visit: Visit, site: Path) -> None:
    """The first Tab shows the way past the head; Enter opens what is folded; focus is seen."""
    for kind in ("start", "api"):
        page = visit.open(kinds(site)[kind])
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        box = skip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert visit.ask("document.activeElement.className") == "skip", kind
        page.keyboard.press("Enter")
        assert visit.ask("document.activeElement.id") == "main", kind
        summary = page.locator("details:not([open]) > summary").first
        if not summary.count():
            continue
        summary.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert visit.ask("document.activeElement.tagName") == "SUMMARY", kind
        assert visit.ask(outline) == "solid", kind
        page.keyboard.press("Enter")
        assert visit.ask("document.activeElement.parentElement.open"), kind


def test_charts_say_in_words_what_they_show(visit: Visit, site: Path) -> None:
    """Every image has a name, and its numbers are a table that opens without a script."""
    page = visit.open(site / "apis/shop.html")
    images = page.get_by_role("img")
    assert images.count() >= 1
    names = visit.ask(
        "[...document.querySelectorAll('svg[role=img]')]"
        ".map(e => e.querySelector('title').textContent)"
    )
    assert all(names)
    assert visit.shown(".chart-numbers table") == 0
    page.locator(".chart-numbers summary").first.click()
    assert visit.shown(".chart-numbers table") == 1
    assert visit.ask(
        "getComputedStyle(document.querySelector('path.chart-area.chart-fail')).fill"
    ) not in {"none", "rgb(0, 0, 0)"}


def test_badges_are_images(visit: Visit, site: Path) -> None:
    """An SVG that stands alone: the browser shows it, by itself, with its words."""
    for api, words in (("shop", "1 broken"), ("park", "could not check")):
        visit.open(site / f"badges/{api}.svg")
        text = visit.ask("document.documentElement.textContent")
        assert re.search(rf"{api}: {words} · 2026-11-\d\d", text)


def test_no_script_is_needed(browser: Browser, site: Path) -> None:
    """With scripts forbidden the filters work and all is there."""
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        rows = page.locator("main table tbody tr:visible")
        assert rows.count() == 3
        page.get_by_label("broken only").check()
        assert rows.count() == 1
    finally:
        context.close()
