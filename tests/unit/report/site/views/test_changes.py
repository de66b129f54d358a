from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from diffs import awkward_diff, change, compared
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import inert

from specproof.document.canonical import canonical_json, digest
from specproof.errors import InputError
from specproof.history.records import StoredChange, StoredRevision
from specproof.json_types import JsonObject
from specproof.regression.change import Level
from specproof.report.changes.document import diff_document
from specproof.report.changes.view import Comparison, counts
from specproof.report.site import links
from specproof.report.site.pages import MOST_BYTES
from specproof.report.site.views.changes import change_page

_WHEN = "2026-11-22T08:00:00+00:00"


class _Read(HTMLParser):
    """Elements, ids, links and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        held = dict(attrs)
        self.names |= set(held)
        self.ids += [held["id"] or ""] if "id" in held else []
        self.links += [held["href"] or ""] if "href" in held else []

    def handle_data(self, data: str) -> None:
        self.text += data


def stored(comparison: Comparison, **changed: Any) -> StoredChange:
    """Return a comparison as a history has it."""
    fields: dict[str, Any] = {
        "api": "petstore",
        "noticed": _WHEN,
        "old_sha256": "a" * 64,
        "new_sha256": "b" * 64,
        "old_version": "1.0",
        "new_version": "2.0",
        "bump": comparison.bump.value,
        "breaking": comparison.diff.breaking,
        "levels": counts(comparison.diff),
        "document": json.loads(json.dumps(diff_document(comparison))),
    }
    return StoredChange(**{**fields, **changed})


def kept(root: JsonObject | None) -> StoredRevision | None:
    """Return a description as a history has it."""
    if root is None:
        return None
    data = canonical_json(root)
    return StoredRevision("petstore", digest(data), "1.0", "Pets", _WHEN, data)


def read(comparison: Comparison, **told: Any) -> _Read:
    """Return the page of a comparison, its text on one line."""
    made = change_page(
        stored(comparison), old=kept(comparison.old_root), new=kept(comparison.new_root), **told
    )
    found = _Read(made.body.decode())
    found.text = " ".join(found.text.split())
    return found


def test_a_page_says_what_changed_and_what_it_asks_for() -> None:
    """Summary, versions, digests, bump, eyes and the way back."""
    page = read(awkward_diff())
    for words in (
        "petstore: from 1.0 to 2.0",
        "2 breaking, 1 warning, 2 info, 1 accepted; bump major.",
        "2026-11-22 08:00 UTC",
        "raise the major version",
        "for the consumer, policy default",
        "It breaks 3 of your 14 calls: src/a.py:12",
        "In the client: shop.api.list_pets",
        "felt in requests and responses",
    ):
        assert words in page.text
    assert "../../apis/petstore.html" in page.links


def test_old_and_new_stand_side_by_side() -> None:
    """Lines that are on one side alone are marked by a sign, not by colour alone."""
    page = read(awkward_diff())
    assert '\u2212 "maximum": 100' in page.text
    assert '+ "maximum": 50' in page.text
    assert "not there" in page.text
    assert page.tags.count("mark") > 2


def test_a_page_without_the_documents_says_so() -> None:
    """A history may hold a change and not the descriptions."""
    comparison = awkward_diff()
    made = change_page(stored(comparison), old=kept(comparison.old_root), new=None)
    text = made.body.decode()
    assert "are not kept in this history" in text
    assert '<div class="sides">' not in text


def test_each_level_can_be_hidden() -> None:
    """There is a box for each level that the page has, and cards have its class."""
    comparison = awkward_diff()
    text = change_page(stored(comparison)).body.decode()
    for level, number in counts(comparison.diff).items():
        assert text.count(f'class="card level-{level}"') == number
        assert (f'id="show-{level}"' in text) is bool(number)


def test_each_link_into_the_page_has_its_place() -> None:
    """Groups and changes can be linked to, and each has its own name."""
    page = read(awkward_diff())
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_neighbours_are_linked_to() -> None:
    """From one change to those before and after it."""
    comparison = awkward_diff()
    other = stored(comparison, old_sha256="c" * 64, new_version="1.9")
    page = read(comparison, before=other, after=other)
    assert page.links.count(links.change_page(other).rpartition("/")[2]) == 2
    assert "Change before" in page.text
    assert "Change after" in page.text


def test_a_change_of_nothing_that_matters_says_so() -> None:
    """Two documents that differ in words alone give a page, too."""
    page = read(compared())
    assert "Nothing changed that a caller can notice." in page.text
    assert "no new version needed" in page.text
    assert "fieldset" not in page.tags


def test_the_same_version_is_named_once() -> None:
    """Vendors change a description without a new version."""
    text = change_page(stored(compared(), new_version="1.0")).body.decode()
    assert "petstore: the specification changed" in text


@pytest.mark.parametrize("forced", [True, False])
def test_what_the_client_and_recordings_suffer_is_listed(forced: bool) -> None:
    """As far as the comparison looked."""
    document: dict[str, Any] = json.loads(json.dumps(diff_document(awkward_diff())))
    document["interface"] = [
        {
            "section": "Removed",
            "subject": f"api.f{number}",
            "text": f"`api.f{number}` is gone",
            "level": "major",
            "causes": [],
        }
        for number in range(101)
    ]
    document["forced_by"] = {"changes": [], "client": ["api.f1"] if forced else []}
    document["recordings"] = [
        {
            "state": "violated",
            "recording": "r-1",
            "provenance": "observed",
            "operation": "GET /pets",
            "status": "200",
            "problems": ["name is no text"],
        },
        {
            "state": "missing",
            "recording": None,
            "provenance": None,
            "operation": "GET /pets",
            "status": "418",
            "problems": [],
        },
    ]
    page = _Read(change_page(stored(awkward_diff(), document=document)).body.decode())
    text = " ".join(page.text.split())
    assert "Python interface of the client: 101 changes, 101 breaking" in text
    assert "and 1 more" in text
    assert "r-1: name is no text" in text
    assert "GET /pets 418: a new answer, which no recording shows" in text
    assert ("because of the client (api.f1)" in text) is forced


def test_an_accident_of_the_publisher_is_told_first() -> None:
    """Its changes are not listed, and nothing says that nothing changed."""
    document = {**diff_document(compared()), "upstream": "the new document is empty"}
    text = change_page(stored(compared(), document=document)).body.decode()
    assert "An accident of the publisher?" in text
    assert "Nothing changed" not in text


def test_a_page_stays_below_its_size() -> None:
    """The worst changes are shown and the others counted."""
    words = "x" * 900
    many = compared(*(change(f"r-{number}", Level.WARNING, message=words) for number in range(900)))
    made = change_page(stored(many))
    assert len(made.body) < MOST_BYTES
    shown = made.body.count(b"<article")
    assert 100 < shown < 900
    assert f"{900 - shown} more changes, none of them worse" in made.body.decode()


@settings(deadline=None, max_examples=8)
@given(st.text(max_size=30))
def test_hostile_words_are_shown_as_text(words: str) -> None:
    """Whatever a description says: no element, no handler, no control character."""
    hostile = f"{words}<script>alert(1)</script>{{{{7*7777}}}}\x00\u202e"
    comparison = compared(change("r", Level.ERROR, message=hostile, fix=hostile))
    made = change_page(
        stored(comparison, api="pets", old_version=hostile, new_version=f"{hostile}2")
    )
    text = made.body.decode()
    page = _Read(text)
    assert "script" not in page.tags
    assert not any(name.startswith("on") or name == "style" for name in page.names)
    assert inert(text)
    assert "54439" not in page.text


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000])
def test_a_kept_description_that_is_damaged_is_named(data: bytes) -> None:
    """One sentence, no traceback."""
    wrong = StoredRevision("petstore", "d" * 64, "1", "t", _WHEN, data)
    with pytest.raises(InputError, match="description dddddddddddd of petstore is no JSON"):
        change_page(stored(compared()), old=wrong)


def test_a_change_without_a_document_is_refused() -> None:
    """A history of strangers may hold anything."""
    empty: Mapping[str, Any] = {}
    with pytest.raises(InputError, match=r"is no specproof\.diff/1 document"):
        change_page(stored(compared(), document=empty))
