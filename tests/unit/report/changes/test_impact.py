"""Whom the changes hurt, in each form that tells it."""

from __future__ import annotations

import jsonschema_rs
import pytest
from diffs import HOSTILE, change, compared
from markdown_it import MarkdownIt

from specproof.regression.bump import forced
from specproof.regression.change import Diff, Level
from specproof.regression.client_impact import Explained
from specproof.regression.recording_impact import Missing, RecordingImpact, Violated
from specproof.report import schema
from specproof.report.changes.changelog import render_changelog
from specproof.report.changes.document import diff_document
from specproof.report.changes.html import render_html
from specproof.report.changes.markdown import LONGEST, render_markdown
from specproof.report.changes.text import render_text
from specproof.report.changes.view import Comparison

_MARK = "0123456789abcdef"
_INTERFACE = (
    Explained("Removed", "models.Pet.name", "`models.Pet.name` (field)", "major", (_MARK,)),
    Explained("Added", "models.Cat", "`models.Cat` (class)", "minor"),
)
_RECORDINGS = RecordingImpact(
    3,
    (Violated("seen-404", "live-run", "GET /pets", 404, ("a", "b", "c", "d")),),
    (Missing("GET /pets", "409"),),
)


def _hurting(
    interface: tuple[Explained, ...] | None = _INTERFACE,
    recordings: RecordingImpact | None = _RECORDINGS,
) -> Comparison:
    found = change()
    asked = forced(Diff((found,), 1, 1), interface or ())
    return compared(
        found, interface=interface, recordings=recordings, forced=asked, bump=asked.bump
    )


def test_text_tells_it_before_the_summary() -> None:
    """Each change of the interface with its cause, each recording with what is wrong."""
    told = render_text(_hurting()).split("\n\n", 1)[1]
    assert told == (
        "Python interface of the client: 2 changes, 1 breaking\n"
        "  major    `models.Pet.name` (field)\n"
        f"           by {_MARK}\n"
        "  minor    `models.Cat` (class)\n"
        "           not explained by a change of the description\n"
        f"  major because of 1 change ({_MARK}) and the client (models.Pet.name)\n"
        "\n"
        "Recordings: 1 of 3 breaks the new description\n"
        "  seen-404\n"
        "           GET /pets 404: a; b; c; and 1 more\n"
        "  new answers without a recording: GET /pets 409\n"
        "\n"
        "1 breaking, 0 warning, 0 info; bump major\n"
    )


def test_nothing_is_told_of_what_nobody_looked_at() -> None:
    """Nor is there anything to say of what is as it was."""
    assert "client" not in render_text(_hurting(None, None)).lower()
    quiet = render_text(_hurting((), RecordingImpact(2)))
    assert "0 changes, 0 breaking" in quiet
    assert "0 of 2 break the new description" in quiet
    gone = Violated("stub of GET /pets 200", "stub", "GET /pets", 200, ("it is gone",))
    stub = render_text(_hurting(None, RecordingImpact(2, (gone,), stubs=2)))
    assert "\nStubs: 1 of 2 breaks the new description\n  stub of GET /pets 200\n" in stub
    assert f"\n{' ' * 11}it is gone\n" in stub
    both = render_text(_hurting(None, RecordingImpact(3, (), stubs=2)))
    assert "\nRecordings and stubs: 0 of 3" in both
    unjudged = render_text(_hurting(None, RecordingImpact(2, unjudged="a schema is broken")))
    assert "Recordings: not judged, a schema is broken\n" in unjudged


def test_the_document_keeps_its_schema() -> None:
    """Rows for recordings, causes for the interface, and what forces the bump."""
    document = diff_document(_hurting())
    jsonschema_rs.validate(schema.load("diff"), document)
    assert document["forced_by"] == {"changes": [_MARK], "client": ["models.Pet.name"]}
    assert [item["causes"] for item in document["interface"]] == [[_MARK], []]
    assert [(row["state"], row["status"]) for row in document["recordings"]] == [
        ("violated", "404"),
        ("missing", "409"),
    ]
    bare = diff_document(_hurting(None, None))
    assert (bare["interface"], bare["recordings"]) == (None, None)


def test_markdown_folds_it_and_stays_short_enough() -> None:
    """However much there is."""
    told = render_markdown(_hurting())
    assert "<summary>Python interface of the client: 2 changes, 1 breaking</summary>" in told
    assert f"- major: `models.Pet.name` (field) (by {_MARK})\n" in told
    assert "- <code>seen-404</code>: GET /pets 404" in told
    many = tuple(Explained("Added", "x", f"`{'x' * 160}{n}`", "minor") for n in range(999))
    rows = tuple(Violated(f"r{n}", "live-run", HOSTILE * 9, 404, (HOSTILE,)) for n in range(999))
    long = render_markdown(_hurting(many, RecordingImpact(999, rows)))
    assert len(long) <= LONGEST
    assert "949 more left out here" in long


def test_the_page_shows_it_as_text() -> None:
    """What strangers wrote is shown and never obeyed."""
    hostile = RecordingImpact(1, (Violated("one", "live-run", HOSTILE, 404, (HOSTILE,)),))
    page = render_html(_hurting(_INTERFACE, hostile))
    assert "<li>major: <code>models.Pet.name (field)</code>, by" in page
    assert '<section class="group" id="recordings">' in page
    assert "<script" not in page


def test_a_changelog_has_the_interface_first_and_breaks_before_the_rest() -> None:
    """In the sections of Keep a Changelog."""
    comparison = compared(
        change(),
        change("operation-added", Level.INFO, message="GET /cats is new."),
        change("operation-deprecated", Level.INFO, message="GET /dogs is deprecated."),
        change("security-required", message="A key is needed.", accepted="we have one"),
        change("response-type-widened", Level.WARNING, message="It may be null."),
        interface=_INTERFACE,
        bump=forced(Diff((change(),), 1, 1)).bump,
    )
    assert render_changelog(comparison) == (
        "## [Unreleased]\n\n"
        "Code that worked may fail: a major version.\n\n"
        "### Added\n\n- `models.Cat` (class)\n- GET /cats is new.\n\n"
        "### Changed\n\n- It may be null.\n\n"
        "### Deprecated\n\n- GET /dogs is deprecated.\n\n"
        "### Removed\n\n- **Breaking:** `models.Pet.name` (field)\n"
        "- **Breaking:** limit may be at most 50; it was 100.\n\n"
        "### Security\n\n- A key is needed. Accepted: we have one.\n"
    )


@pytest.mark.parametrize("text", [HOSTILE, "@root #1", "# x", "1. a\n\n# b", "www.x.example"])
def test_a_changelog_shows_what_strangers_wrote(text: str) -> None:
    """As text of one list item: no heading, link, image, HTML, mention or reference."""
    told = render_changelog(compared(change(message=text)))
    tokens = MarkdownIt("commonmark", {"linkify": False}).parse(told)
    inner = {child.type for token in tokens for child in token.children or ()}
    assert inner <= {"text", "strong_open", "strong_close", "code_inline", "text_special"}
    assert sum(token.type == "heading_open" for token in tokens) == 2
    assert "www.x" not in told
    assert "://" not in told


def test_a_changelog_of_nothing_and_of_an_accident_says_so() -> None:
    """And one with too many lines counts the rest."""
    assert render_changelog(compared()) == "## [Unreleased]\n\nNo changes.\n"
    assert "could not compare: it is empty" in render_changelog(compared(upstream="it is empty"))
    many = [change(message=f"M{n}.", sites=()) for n in range(300)]
    assert "- and 100 more\n" in render_changelog(compared(*many))
