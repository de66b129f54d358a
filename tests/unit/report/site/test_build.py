"""Building a whole site of a history."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from runs import AWKWARD
from site_history import catalog, fill, made_run
from site_pages import Nesting
from wide_runs import wide_run

from specproof.errors import InputError
from specproof.history import tables
from specproof.history.store import History, open_history
from specproof.model import VerdictKind
from specproof.report.site import build, links
from specproof.report.site.build import build_site
from specproof.report.site.pages import MOST_BYTES, Page
from specproof.report.site.views.start import start_page
from specproof.suites.records import summarise

_TODAY = dt.date(2026, 11, 12)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalog and a history of three APIs in it."""
    folder = tmp_path_factory.mktemp("root")
    catalog(folder)
    fill(folder / "history.db")
    return folder


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of that history."""
    place = tmp_path_factory.mktemp("site") / "site"
    _build(root, place)
    return place


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalog and a history of one run in it."""
    folder = tmp_path_factory.mktemp("small")
    catalog(folder)
    with open_history(str(folder / "history.db")) as history:
        history.store_run(wide_run(1, 3, broken={0}))
    return folder


def _build(root: Path, place: Path, newest: int = 30) -> None:
    with open_history(str(root / "history.db")) as history:
        build_site(history, place, root=root, today=_TODAY, newest=newest)


def _pages(site: Path) -> dict[Path, Nesting]:
    return {path: Nesting(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def _dead_links(site: Path) -> Iterator[str]:
    pages = _pages(site)
    for path, found in pages.items():
        for link in found.links:
            if link.startswith(("http://", "https://")):
                continue
            place, _, anchor = link.partition("#")
            there = (path.parent / unquote(place)).resolve() if place else path
            ids = pages[there].ids if there in pages else []
            if not there.is_file() or (anchor and unquote(anchor) not in ids):
                yield f"{path.name}: {link}"


def _wide(folder: Path, *runs: object) -> Path:
    place = folder / "site"
    with open_history(str(folder / "wide.db")) as history:
        for run in runs:
            history.store_run(run)  # type: ignore[arg-type]  # runs of wide_run
        build_site(history, place, root=None, today=dt.date(2026, 1, 3))
    return place


def test_every_link_leads_somewhere(site: Path) -> None:
    """Pages, style sheet and anchors that are linked are there; elements are well nested."""
    assert list(_dead_links(site)) == []
    for path, page in _pages(site).items():
        assert page.wrong == [], path
        assert page.tags.count("h1") == 1, path
        assert len(set(page.ids)) == len(page.ids), path
        assert "script" not in page.tags, path
        assert not page.attributes & {"style", "onclick", "onerror", "onload"}, path


def test_a_page_for_each_thing(site: Path) -> None:
    """Each API, run and change has a page, and each API a badge."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {"index.html", "site.json", "assets/specproof.css", "assets/icon.svg"} <= files
    assert {f"apis/{api}.html" for api in ("park", "shop", "zoo")} <= files
    assert {f"badges/{api}.svg" for api in ("park", "shop", "zoo")} <= files
    assert sum(name.startswith("runs/") for name in files) == 20
    assert sum(name.startswith("changes/shop/") for name in files) == 2
    assert "2 broken" not in (site / "badges/shop.svg").read_text("utf-8")
    assert "1 broken" in (site / "badges/shop.svg").read_text("utf-8")
    assert "could not check" in (site / "badges/park.svg").read_text("utf-8")


def test_the_start_page_says_what_broke_and_since_when(site: Path) -> None:
    """Broken first: the promise, what came instead, since when, and whom to blame."""
    text = (site / "index.html").read_text("utf-8")
    assert "1 of 3 APIs is broken, since" in text
    assert (
        'Could not check: park (recorded), since <span class="when">2026-11-04 03:00 UTC</span>.'
        in text
    )
    broken = text.partition('id="broken"')[2].partition("</section>")[0]
    assert "op-0 200 keeps its schema" in broken
    assert "name is no text" in broken
    assert "2026-11-08 04:00</time> UTC; to blame: vendor behaviour" in broken
    rows = text.partition('<tbody role="rowgroup">')[2].partition("</tbody>")[0].split("<tr")[1:]
    assert [
        next(api for api in ("park", "shop", "zoo") if f"apis/{api}.html" in row) for row in rows
    ] == [
        "shop",
        "park",
        "zoo",
    ]
    assert "until 2026-11-30" in rows[0]
    assert "6 days ago" in rows[2]


def test_the_page_of_an_api_has_all_to_show_the_vendor(site: Path) -> None:
    """The finding has its promise and clause, exchange, command, blame, and a text to send."""
    text = (site / "apis/shop.html").read_text("utf-8")
    card = text.partition("<article")[2].partition("</article>")[0]
    assert "op-0 200 keeps its schema" in card
    assert "/paths/~1things/200" in card
    assert "Answered <strong>200</strong>" in card
    assert "curl -X DELETE &#34;$BASE_URL/things/0&#34;" in card
    assert "vendor behaviour" in card
    assert "Operation:  DELETE /things/0 (op-0) at https://api.shop.test" in card
    assert "Since:      2026-11-08 04:00 UTC" in card
    assert "deleted immediately" in text
    assert '<a href="https://vendor.test/page" rel="noreferrer">' in text
    assert "told by mail" in text


def test_a_run_page_compares_with_the_run_before(site: Path) -> None:
    """What newly failed and what was fixed is said, with links to the neighbours."""
    text = (site / "runs/shop-07.html").read_text("utf-8")
    assert "1 newly failing" in text
    assert "new in this run" in text
    assert 'href="shop-06.html" rel="prev"' in text
    assert 'href="shop-08.html" rel="next"' in text
    assert "1 fixed" in (site / "runs/shop-04.html").read_text("utf-8")
    assert "There is no comparable run before" in (site / "runs/shop-00.html").read_text("utf-8")


def test_equal_histories_give_equal_bytes(root: Path, site: Path, tmp_path: Path) -> None:
    """Built again, elsewhere, every file is the same."""
    _build(root, tmp_path / "again")
    for path in site.rglob("*"):
        if path.is_file():
            assert (tmp_path / "again" / path.relative_to(site)).read_bytes() == path.read_bytes()


def test_old_runs_without_change_have_no_page(root: Path, tmp_path: Path) -> None:
    """Only the newest runs and those that changed a verdict have a page, and the API says so."""
    _build(root, tmp_path / "site", newest=1)
    runs = {
        path.stem for path in (tmp_path / "site/runs").iterdir() if path.stem.startswith("shop")
    }
    assert runs == {"shop-03", "shop-04", "shop-07", "shop-09"}
    assert "6 runs without one" in (tmp_path / "site/apis/shop.html").read_text("utf-8")
    assert list(_dead_links(tmp_path / "site")) == []


def test_pruned_runs_are_summaries(root: Path, tmp_path: Path) -> None:
    """Where run files are kept no longer, pages say so and show what is known still."""
    (tmp_path / "history.db").write_bytes((root / "history.db").read_bytes())
    with open_history(str(tmp_path / "history.db")) as history:
        with history.writing() as connection:
            connection.execute(sa.delete(tables.document))
        build_site(history, tmp_path / "site", root=root, today=_TODAY)
    api = (tmp_path / "site/apis/shop.html").read_text("utf-8")
    assert "Only the summary of the last run is kept" in api
    assert "name is no text" in api
    assert "shop/op-0/200/schema" in api
    run = (tmp_path / "site/runs/shop-09.html").read_text("utf-8")
    assert "Only the summary of this run is kept" in run
    assert list(_dead_links(tmp_path / "site")) == []


def test_requirements_of_a_wide_api_get_pages_of_their_own(tmp_path: Path) -> None:
    """What does not fit on one page is split by operation; no page is too long, no link dead."""
    site = _wide(tmp_path, wide_run(100, 3, broken={7, 8}))
    assert "each operation has a page of its own" in (site / "apis/wide.html").read_text("utf-8")
    inside = {path.name for path in (site / "apis/wide/live-wide.test").iterdir()}
    assert {f"op-{number}.html" for number in range(100)} | {"operations-2.html"} <= inside
    assert "promise 8" in (site / "apis/wide/live-wide.test/op-2.html").read_text("utf-8")
    assert max(path.stat().st_size for path in site.rglob("*.html")) < MOST_BYTES
    assert list(_dead_links(site)) == []


def test_long_words_do_not_make_long_pages(tmp_path: Path) -> None:
    """With endless hostile texts everywhere, pages keep their limit and say what they leave out."""
    word = f"{AWKWARD}{'&<' * 20_000}"
    site = _wide(tmp_path, wide_run(1, 60, broken=set(range(30)), word=word))
    assert max(path.stat().st_size for path in site.rglob("*.html")) < MOST_BYTES
    assert "would make this page too long" in (site / "apis/wide.html").read_text("utf-8")


def test_a_link_to_what_is_left_out_leads_to_its_spot(tmp_path: Path) -> None:
    """Findings and requirements without room have an anchor, and the command that shows them."""
    run = wide_run(2, 60, broken=set(range(120)), word="w" * 800)
    site = _wide(tmp_path, run)
    assert list(_dead_links(site)) == []
    wanted = {f"finding-{finding.fingerprint}" for finding in run.findings}
    whole = "specproof history show wide-1 --output run.jsonl &amp;&amp; specproof report run.jsonl"
    for name in ("apis/wide.html", "runs/wide-1.html"):
        text = (site / name).read_text("utf-8")
        ids = Nesting(text).ids
        assert wanted <= set(ids)
        assert len(ids) == len(set(ids))
        assert "left out here, see the command above" in text
        assert f"All of them: <code>{whole}</code>" in text
    for number in range(2):
        text = (site / f"apis/wide/live-wide.test/op-{number}.html").read_text("utf-8")
        assert "would make this page too long" in text
        assert f"<code>{whole} --verbose</code>" in text
        held = {item.requirement.id for item in run.verdicts if f"/op-{number}/" in str(item)}
        assert len(held) == 60
        assert {links.requirement_anchor(name) for name in held} <= set(Nesting(text).ids)


def test_the_worst_requirement_is_the_last_to_be_left_out(tmp_path: Path) -> None:
    """A page that can not hold them all has the one that fails, wherever it stands."""
    run = wide_run(1, 90, broken={89}, word="w" * 800)
    text = (_wide(tmp_path, run) / "apis/wide/live-wide.test/op-0.html").read_text("utf-8")
    assert "would make this page too long" in text
    anchor = links.requirement_anchor(run.findings[0].requirement)
    assert f'<li class="requirement kind-fail" id="{anchor}">' in text


def test_a_requirement_that_is_gone_has_no_link(tmp_path: Path) -> None:
    """The page of an old run names it; what is said of requirements now has no place for it."""
    gone = wide_run(1, 6, broken={5})
    site = _wide(tmp_path, gone, wide_run(1, 5, night=2))
    assert gone.findings[0].requirement in (site / "runs/wide-1.html").read_text("utf-8")
    assert list(_dead_links(site)) == []


def test_what_is_put_there_meanwhile_is_left_alone(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place that was free when the build began may be somebody else's when it ends."""
    made = start_page

    def taken(*arguments: object) -> Page:
        (tmp_path / "site").mkdir()
        (tmp_path / "site/mine.txt").write_text("mine")
        return made(*arguments)  # type: ignore[arg-type]  # those of the function

    monkeypatch.setattr(build, "start_page", taken)
    with pytest.raises(InputError, match="no site of specproof's"):
        _build(small, tmp_path / "site")
    assert (tmp_path / "site/mine.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_is_no_site_is_left_alone(small: Path, tmp_path: Path) -> None:
    """A file, a folder of something else and a marker that is none are refused, and stay."""
    (tmp_path / "file").write_text("mine")
    for name, mark in (("other", None), ("broken", "{"), ("strange", '{"schema": "x"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine")
        if mark is not None:
            (tmp_path / name / "site.json").write_text(mark)
        with pytest.raises(InputError, match="no site of specproof's"):
            _build(small, tmp_path / name)
        assert (tmp_path / name / "mine.txt").read_text() == "mine"
    with pytest.raises(InputError, match="is no folder"):
        _build(small, tmp_path / "file")


def test_a_site_is_replaced_whole(small: Path, tmp_path: Path) -> None:
    """What an older site had and the new one has not is gone; an empty folder may be filled."""
    (tmp_path / "site").mkdir()
    _build(small, tmp_path / "site", newest=1)
    (tmp_path / "site/old.html").write_text("old")
    _build(small, tmp_path / "site", newest=1)
    assert not (tmp_path / "site/old.html").exists()
    assert json.loads((tmp_path / "site/site.json").read_text()) == {"schema": "specproof.site/1"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_an_interruption_leaves_the_old_site(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped half-way, the site is the old one, and nothing lies beside it."""
    _build(small, tmp_path / "site", newest=1)
    before = (tmp_path / "site/index.html").read_bytes()

    def stopped(*_: object) -> Page:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "start_page", stopped)
    with pytest.raises(KeyboardInterrupt):
        _build(small, tmp_path / "site", newest=1)
    assert (tmp_path / "site/index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_two_builds_at_once_both_end(small: Path, tmp_path: Path) -> None:
    """Who comes second replaces what the first one put there; the site is whole."""
    failed: list[BaseException] = []

    def one() -> None:
        try:
            _build(small, tmp_path / "site", newest=1)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert list(_dead_links(tmp_path / "site")) == []
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_full_disk_is_named(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which folder, what to do; the site that was there stays, and nothing beside it."""
    _build(small, tmp_path / "site")
    before = (tmp_path / "site/index.html").read_bytes()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="site: can not be written: No space left on device"):
        _build(small, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site/index.html").read_bytes() == before


def test_a_damaged_change_costs_one_page(root: Path, tmp_path: Path) -> None:
    """The site is built; the page of the change names what is wrong, the others are as before."""
    shutil.copy(root / "history.db", tmp_path)
    with open_history(str(tmp_path / "history.db")) as history:
        old, *_ = history.changes("shop")
        bad = replace(old, new_sha256="f" * 64, noticed="2026-11-20T00:00:00+00:00", document={})
        assert history.store_change(bad)
        build_site(history, tmp_path / "site", root=root, today=_TODAY, newest=1)
    pages = [path.read_text("utf-8") for path in (tmp_path / "site/changes/shop").iterdir()]
    assert len(pages) == 3
    [page] = [page for page in pages if "Old and new" not in page]
    assert "is damaged and can not be shown (is no specproof.diff/1 document" in page
    assert not Nesting(page).wrong


def test_a_finding_about_a_deviation_speaks_of_the_deviation(tmp_path: Path) -> None:
    """No answer broke anything, so none is shown and no command is missed."""
    catalog(tmp_path)
    run = wide_run(1, 3, broken={0})
    (finding,) = run.findings
    told = replace(finding, rule="deviation-unmatched", exchange="", reproduce="")
    with open_history(str(tmp_path / "history.db")) as history:
        history.store_run(replace(run, findings=(told,)))
    _build(tmp_path, tmp_path / "site")
    page = (tmp_path / "site" / "apis" / f"{finding.api}.html").read_text("utf-8")
    assert "What is wrong with the accepted deviation" in page
    assert "it is about an entry in deviations.toml" in page
    assert "What came instead" not in page
    assert "No command is known" not in page


@pytest.mark.parametrize("named", ["wide/op-0/200/what-0", "wide/op-0/gone/what"])
def test_an_error_about_what_does_not_fail_is_told_since_it_began(
    tmp_path: Path, named: str
) -> None:
    """A deviation that nothing matches is all that is wrong: the requirement holds or is gone."""
    runs = []
    for night in (1, 2, 3):
        run = wide_run(1, 3, night=night)
        stale = replace(
            wide_run(1, 3, broken={0}).findings[0], rule="deviation-unmatched", requirement=named
        )
        found = () if night == 1 else (stale,)
        summary = replace(run.summary, errors=len(found))
        ended = replace(run.footer, summary=summary, exit_code=len(found))
        runs.append(replace(run, findings=found, footer=ended))
    site = _wide(tmp_path, *runs)
    start = (site / "index.html").read_text("utf-8")
    since = 'since <span class="when">2026-01-02 02:00 UTC</span>.'
    assert f"1 of 1 API is broken, {since}" in start
    assert f"1 promise broken {since}" in (site / "apis/wide.html").read_text("utf-8")
    assert list(_dead_links(site)) == []


def test_nothing_checked_is_not_called_held(tmp_path: Path) -> None:
    """The first sentence counts what holds, and says so where nothing was checked at all."""
    place, today = tmp_path / "site", dt.date(2026, 11, 12)
    with open_history(str(tmp_path / "park.db")) as history:
        history.store_run(made_run("park", 3))
        build_site(history, place, root=None, today=today)
        assert "Nothing could be checked, at 1 API. Could not" in _lead(place)
        history.store_run(made_run("zoo", 5))
        build_site(history, place, root=None, today=today)
        assert "Every promise that was tested holds, at 1 of 2 APIs. Could not" in _lead(place)


def test_a_run_page_never_says_that_nothing_changed_above_what_did(tmp_path: Path) -> None:
    """Whatever became of a requirement is in the sentence."""
    runs = [wide_run(1, 6, night=night) for night in (1, 2)]
    kinds = (VerdictKind.VACUOUS, VerdictKind.INCONCLUSIVE)
    odd = [replace(item, kind=kind) for item, kind in zip(runs[1].verdicts, kinds, strict=False)]
    verdicts = (*odd, *runs[1].verdicts[2:5])
    told: list[str] = []
    for kept in (verdicts, (odd[0], *runs[1].verdicts[1:]), runs[1].verdicts):
        counted = summarise(kept, (), exchanges=2, distinct_requests=1)
        footer = replace(runs[1].footer, summary=counted)
        (tmp_path / str(len(told))).mkdir()
        site = _wide(
            tmp_path / str(len(told)), runs[0], replace(runs[1], verdicts=kept, footer=footer)
        )
        text = (site / "runs/wide-2.html").read_text("utf-8")
        told.append(text.partition('<p class="lead">')[2].partition("</p>")[0])
    assert told == [
        "1 newly inconclusive, 1 newly vacuous, 1 no longer checked.",
        "1 newly vacuous.",
        "No verdict changed.",
    ]


def _lead(site: Path) -> str:
    text = (site / "index.html").read_text("utf-8")
    return text.partition('<p class="lead">')[2].partition("</p>")[0]


def test_behaviour_that_moved_is_told(tmp_path: Path) -> None:
    """Slower answers break no promise, and yet the start page and the API's speak of them."""
    with open_history(str(tmp_path / "history.db")) as history:
        for number in range(9):
            run = made_run("shop", number)
            slow = 9000.0 if number == 8 else 0.0
            kept = [
                replace(item, milliseconds=tuple(100 + slow + step % 7 for step in range(40)))
                for item in run.latencies
            ]
            history.store_run(replace(run, latencies=tuple(kept)))
        build_site(history, tmp_path / "site", root=None, today=_TODAY)
    start = (tmp_path / "site/index.html").read_text("utf-8")
    assert "Behaviour changed in the last run: shop (live" in start
    page = (tmp_path / "site/apis/shop.html").read_text("utf-8")
    assert 'href="#behaviour"' in page
    assert "has become slower" in page.partition('id="behaviour"')[2].partition("</section>")[0]


def test_the_table_keeps_its_roles(site: Path) -> None:
    """On a phone its rows are blocks, which takes the elements their own roles."""
    text = (site / "index.html").read_text("utf-8").partition("<table")[2].partition("</table>")[0]
    assert text.startswith(' class="stack" role="table"')
    cells = (("<tr", "row"), ("<td", "cell"), ("<thead", "rowgroup"), ("<tbody", "rowgroup"))
    for tag, role in cells:
        assert text.count(f"{tag} ") == text.count(f'{tag} role="{role}"') > 0
    assert text.count("<th ") == text.count('header" scope=')


def test_the_page_says_which_runs_have_a_page(site: Path) -> None:
    """How many of those in which a verdict changed is no secret."""
    text = (site / "apis/shop.html").read_text("utf-8")
    assert "one of the newest, or one of the newest 100 in which a verdict changed" in text


def test_an_empty_history_has_a_start_page(tmp_path: Path) -> None:
    """Without any run the start page says so."""
    with open_history(str(tmp_path / "history.db")) as history:
        built = _of(history, tmp_path / "site")
    assert (built.streams, built.runs, built.files) == (0, 0, 4)
    assert "No run is stored yet." in (tmp_path / "site/index.html").read_text("utf-8")


def _of(history: History, place: Path) -> build.Built:
    return build_site(history, place, root=None, today=_TODAY)


def test_the_clause_is_shown_beside_the_promise(tmp_path: Path) -> None:
    """Where the catalog has the spec that was tested, the card quotes it."""
    catalog(tmp_path)
    spec = b"paths:\n  /0:\n    put: {summary: Put it there}\n"
    (tmp_path / "specs/shop/effective.yaml").write_bytes(spec)
    run = wide_run(1, 1, broken={0})
    sha256 = hashlib.sha256(spec).hexdigest()
    tested = replace(run.header.apis[0], api="shop", effective_sha256=sha256)
    required = replace(run.verdicts[0].requirement, api="shop", pointer="/paths/~10/put")
    run = replace(
        run,
        header=replace(run.header, apis=(tested,)),
        verdicts=(replace(run.verdicts[0], requirement=required),),
        findings=(replace(run.findings[0], api="shop"),),
        statistics=(),
        exchanges=(),
    )
    with open_history(str(tmp_path / "history.db")) as history:
        history.store_run(run)
        build_site(history, tmp_path / "site", root=tmp_path, today=_TODAY)
    for page in ("apis/shop.html", "runs/wide-1.html"):
        assert "<pre>summary: Put it there" in (tmp_path / "site" / page).read_text("utf-8")
    assert "No command is known" not in (tmp_path / "site/apis/shop.html").read_text("utf-8")


def test_places_of_one_api_lead_to_each_other(tmp_path: Path) -> None:
    """The main page names the findings of the other places, and every place links to all."""
    run = wide_run(1, 3, broken={0})
    recorded = replace(run.header, run_id="recorded", target="recorded", base_url=None)
    sound = wide_run(1, 3, night=2)
    site = _wide(tmp_path, replace(run, header=recorded), sound)
    main = (site / "apis/wide.html").read_text("utf-8")
    assert "Open at other places" in main
    assert f'id="finding-{run.findings[0].fingerprint}"' in main
    assert "recorded: message 0" in main
    assert 'href="../wide.html"' in (site / "apis/wide/recorded.html").read_text("utf-8")
    assert list(_dead_links(site)) == []


def test_what_comes_and_goes_is_listed(tmp_path: Path) -> None:
    """A requirement that failed now and then is called flaky where it is looked for."""
    nights = [
        wide_run(1, 3, broken={0} if night in {2, 4} else (), night=night) for night in range(1, 6)
    ]
    site = _wide(tmp_path, *nights)
    text = (site / "apis/wide.html").read_text("utf-8")
    assert "failed in 2 of the last 5 runs" in text
    assert '<td role="cell" data-label="Flaky" class="num">1</td>' in (
        site / "index.html"
    ).read_text("utf-8")
