"""What holds of each form of any diff, whatever the texts in it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from diffs import HOSTILE, awkward_diff, change, compared, comparisons, new_text
from hypothesis import given, settings
from markdown_it import MarkdownIt

from specproof.regression.change import Level, Site
from specproof.regression.rules import registry
from specproof.report import schema
from specproof.report.changes import html, markdown
from specproof.report.changes.document import diff_document, render_json
from specproof.report.changes.github import render_github
from specproof.report.changes.html import render_html
from specproof.report.changes.junit import render_junit
from specproof.report.changes.markdown import render_markdown
from specproof.report.changes.sarif import sarif_document
from specproof.report.changes.text import render_text
from specproof.report.changes.view import Comparison, summary_line

_RENDERER = MarkdownIt("commonmark").enable("table")
_FEW = settings(deadline=None, max_examples=10)


class _Page(HTMLParser):
    """Elements, attributes and policy of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        held = dict(attrs)
        self.attributes |= set(held)
        self.addresses += [held[name] or "" for name in ("href", "src") if name in held]
        self.ids += [held["id"] or ""] if "id" in held else []
        if held.get("http-equiv") == "Content-Security-Policy":
            self.policy = held["content"] or ""


@_FEW
@given(comparison=comparisons())
def test_text_ends_with_the_summary_and_commands_nothing(comparison: Comparison) -> None:
    """Each line is printable, and none begins like a command of a CI runner."""
    lines = render_text(comparison, width=50).splitlines()
    assert lines[-1] == summary_line(comparison)
    assert all(line.isprintable() for line in lines)
    assert not any(line.lstrip().startswith(("::", "##[")) for line in lines[:-1])


_VALIDATOR = jsonschema_rs.validator_for(schema.load("diff"))


@_FEW
@given(comparison=comparisons())
def test_json_keeps_its_schema(comparison: Comparison) -> None:
    """The document is the one that is described."""
    _VALIDATOR.validate(json.loads(render_json(comparison)))


def test_json_says_what_was_promised() -> None:
    """These members are what programs rest on."""
    document = diff_document(awkward_diff())
    assert (document["breaking"], document["bump"]) == (True, "major")
    first = document["changes"][0]
    assert {key: first[key] for key in ("rule", "level", "direction", "operation")} == {
        "rule": "limit-lowered",
        "level": "error",
        "direction": "request",
        "operation": "GET /pets",
    }
    assert first["affects_client"] == ["shop.api.list_pets"]
    assert document["changes"][5]["operation"] is None


@_FEW
@given(comparison=comparisons())
def test_markdown_has_no_markup_but_ours(comparison: Comparison) -> None:
    """Rendered, a comment holds the elements that we wrote and no others."""
    page = _Page(_RENDERER.render(render_markdown(comparison)))
    table = {"table", "thead", "tbody", "tr", "th", "td"}
    assert set(page.tags) <= table | {"h2", "h3", "p", "strong", "code", "br", "details", "summary"}
    assert page.attributes == set()


def test_markdown_fits_into_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is counted, and nothing less grave takes its place."""
    many = [change(message=f"{HOSTILE} {number}") for number in range(300)]
    text = render_markdown(compared(*many, change("field-new", Level.INFO)))
    assert 50_000 < len(text) <= markdown.LONGEST
    shown = text.count("<code>parameter-removed</code>")
    assert f"{300 - shown} more left out here" in text
    assert "1 more left out here" in text
    assert "field-new" not in text
    assert text.count("<details>") == text.count("</details>") == 1
    monkeypatch.setattr(markdown, "LONGEST", 10**6)
    assert "left out" not in render_markdown(compared(*many))


@_FEW
@given(comparison=comparisons())
def test_annotations_are_one_command_a_line(comparison: Comparison) -> None:
    """No text ends the line, the properties or the command that it stands in."""
    lines = render_github(comparison, new_text()).split("\n")
    assert lines.pop() == ""
    count = 0 if comparison.diff.upstream else sum(not c.accepted for c in comparison.diff.changes)
    assert len(lines) == 1 + count
    for line in lines:
        found = re.fullmatch(r"::(error|warning|notice) ([^\r\n]*?)::[^\r\n]*", line)
        assert found
        keys = [part.partition("=")[0] for part in found[2].split(",")]
        assert keys in (["title"], ["file", "title"], ["file", "line", "title"])
        assert ":" not in found[2]


def test_annotations_escape_by_the_rules_of_the_runner() -> None:
    """Percent first; colons and commas in properties only."""
    text = render_github(compared(change(message="100%, a:b\nc"), new="a,b:c%.yaml"))
    assert "::error file=a%2Cb%3Ac%25.yaml,title=parameter-removed" in text
    assert "::100%25, a:b c%0AAsk for fewer.\n" in text


@_FEW
@given(comparison=comparisons())
def test_sarif_has_a_rule_and_a_place_for_each_result(comparison: Comparison) -> None:
    """Results refer to rules by index, to places by address, line and pointer (SARIF 3.27)."""
    document = sarif_document(comparison, new_text())
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(comparison.diff.changes)
    for result, item in zip(run["results"], comparison.diff.changes, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == item.rule
        assert result["partialFingerprints"] == {"specproof/v1": item.fingerprint}
        assert ("suppressions" in result) == bool(item.accepted)
        (place,) = result["locations"]
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
        assert place["physicalLocation"].get("region", {"startLine": 1})["startLine"] >= 1
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is (comparison.diff.upstream == "")


def test_sarif_carries_the_help_of_a_rule() -> None:
    """What `specproof explain` says is beside the finding."""
    name, rule = next(iter(registry().items()))
    document = sarif_document(compared(change(name, Level.INFO)))
    (told,) = document["runs"][0]["tool"]["driver"]["rules"]
    assert told["fullDescription"]["text"] == rule.explanation
    assert rule.fix in told["help"]["markdown"]
    assert document["runs"][0]["results"][0]["level"] == "note"


@_FEW
@given(comparison=comparisons())
def test_junit_fails_for_errors_nobody_accepted(comparison: Comparison) -> None:
    """Counts are those of the elements, and an accident of the publisher is an error."""
    root = ET.fromstring(render_junit(comparison))  # noqa: S314 - our own output
    diff = comparison.diff
    failing = [c for c in diff.changes if c.level is Level.ERROR and not c.accepted]
    assert root.get("failures") == str(0 if diff.upstream else len(failing))
    assert root.get("errors") == str(int(bool(diff.upstream)))
    cases = len(list(root.iter("testcase")))
    assert root.get("tests") == str(cases)
    assert cases == (1 if diff.upstream or not diff.changes else len(diff.changes))


@_FEW
@given(comparison=comparisons())
def test_a_page_loads_and_runs_nothing(comparison: Comparison) -> None:
    """No text becomes an element, no address leads elsewhere, and the policy forbids the rest."""
    page = _Page(render_html(comparison))
    assert {"script", "img", "link", "iframe", "form", "object", "base"}.isdisjoint(page.tags)
    assert page.tags.count("style") == 1
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    assert all(address.startswith("#") for address in page.addresses)
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in page.policy


def test_each_link_of_a_page_leads_to_a_place_of_it() -> None:
    """Groups and changes can be linked to, and each has its own name."""
    page = _Page(render_html(awkward_diff()))
    assert {address[1:] for address in page.addresses} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("input") == 4


def test_a_page_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the least grave changes are counted."""
    monkeypatch.setattr(html, "MOST", 2)
    text = render_html(awkward_diff())
    assert text.count("<article") == 2
    assert "4 more, none of them worse, are left out here." in text


def test_a_page_of_nothing_says_so() -> None:
    """Two documents that mean the same give a page, too."""
    text = render_html(compared())
    assert "Nothing changed that a caller can notice." in text
    assert "<fieldset" not in text


def test_an_accident_of_the_publisher_is_told_in_each_form() -> None:
    """A document that can not be compared never looks like one that holds."""
    comparison = compared(
        change("specification-collapsed", pointer="", sites=()), upstream="it lost <9> of 9"
    )
    assert render_text(comparison).endswith("could not compare: it lost <9> of 9\n")
    assert diff_document(comparison)["upstream"] == "it lost <9> of 9"
    assert "could not compare&#58; it lost &#60;9&#62; of 9" in render_markdown(comparison)
    assert render_github(comparison) == (
        "::error title=specproof diff::could not compare: it lost <9> of 9\n"
    )
    assert 'errors="1"' in render_junit(comparison)
    assert "it lost &lt;9&gt; of 9" in render_html(comparison)


def test_several_operations_are_named_where_they_matter() -> None:
    """A change of a component says who feels it in each form that tells it once."""
    sites = tuple(Site(f"GET /{letter}") for letter in "abcdef")
    comparison = compared(change(sites=sites, level=Level.INFO))
    assert "GET /a, GET /b, GET /c, and 3 more" in render_github(comparison)
    assert "felt by GET /a, GET /b, GET /c, and 3 more" in render_junit(comparison)
    assert "<code>GET /c</code><br>and 3 more" in render_markdown(comparison)
    assert "<code>GET /f</code>" in render_html(comparison)


def test_the_order_of_what_came_in_does_not_matter_to_text() -> None:
    """Groups are ordered by what is in them."""
    comparison = awkward_diff()
    turned = comparison.diff._replace(changes=comparison.diff.changes[::-1])
    assert sorted(render_text(comparison._replace(diff=turned)).splitlines()) == sorted(
        render_text(comparison).splitlines()
    )
