from __future__ import annotations

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from runs import awkward_run, empty_run, inert, runs

from specproof.checks import registry
from specproof.document.canonical import digest
from specproof.model import Finding, Requirement, Source, Verdict, VerdictKind
from specproof.report.sarif import render_sarif, sarif_document
from specproof.suites.deviations import DEVIATION_RULES
from specproof.suites.records import Confirmation, Shard
from specproof.suites.runfile import Run

_ROOT = Path(__file__).parents[3]
_FEW = settings(deadline=None, max_examples=20)
_TEXT = {"type": "string", "minLength": 1}
_MESSAGE = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": _TEXT, "markdown": _TEXT},
}
_OBJECT = {"type": "object", "additionalProperties": False}
_LOCATION = {
    **_OBJECT,
    "required": ["physicalLocation", "logicalLocations"],
    "properties": {
        "physicalLocation": {
            **_OBJECT,
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    **_OBJECT,
                    "properties": {
                        "uri": {"type": "string", "pattern": r"^specs/[A-Za-z0-9._~%/-]+$"}
                    },
                },
                "region": {
                    **_OBJECT,
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        },
        "logicalLocations": {
            "type": "array",
            "minItems": 1,
            "items": {**_OBJECT, "properties": {"fullyQualifiedName": _TEXT, "kind": _TEXT}},
        },
    },
}
# The members of the OASIS schema that we write, as strictly as it has them (the whole of it is
# 100 kB; our logs were held against it when this was written).
_LOG = jsonschema_rs.validator_for(
    {
        **_OBJECT,
        "required": ["version", "runs", "$schema"],
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "version": {"const": "2.1.0"},
            "runs": {
                "type": "array",
                "items": {
                    **_OBJECT,
                    "required": ["tool", "results", "invocations", "columnKind"],
                    "properties": {
                        "tool": {
                            **_OBJECT,
                            "properties": {
                                "driver": {
                                    **_OBJECT,
                                    "required": ["name", "version", "rules"],
                                    "properties": {
                                        "name": {"const": "specproof"},
                                        "version": _TEXT,
                                        "rules": {
                                            "type": "array",
                                            "uniqueItems": True,
                                            "items": {
                                                **_OBJECT,
                                                "required": ["id"],
                                                "properties": {
                                                    "id": {"type": "string"},
                                                    "shortDescription": _MESSAGE,
                                                    "fullDescription": _MESSAGE,
                                                    "help": _MESSAGE,
                                                },
                                            },
                                        },
                                    },
                                }
                            },
                        },
                        "invocations": {
                            "type": "array",
                            "items": {
                                **_OBJECT,
                                "required": ["executionSuccessful"],
                                "properties": {
                                    "executionSuccessful": {"type": "boolean"},
                                    "toolExecutionNotifications": {"type": "array"},
                                },
                            },
                        },
                        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                        "properties": {"type": "object"},
                        "automationDetails": {
                            **_OBJECT,
                            "properties": {"id": {"type": "string"}, "description": _MESSAGE},
                        },
                        "results": {
                            "type": "array",
                            "items": {
                                **_OBJECT,
                                "required": ["message", "ruleId", "ruleIndex", "level"],
                                "properties": {
                                    "ruleId": {"type": "string"},
                                    "ruleIndex": {"type": "integer", "minimum": 0},
                                    "level": {"enum": ["none", "note", "warning", "error"]},
                                    "message": _MESSAGE,
                                    "locations": {
                                        "type": "array",
                                        "minItems": 1,
                                        "items": _LOCATION,
                                    },
                                    "partialFingerprints": {
                                        "type": "object",
                                        "additionalProperties": {"type": "string"},
                                    },
                                    "occurrenceCount": {"type": "integer", "minimum": 1},
                                    "suppressions": {
                                        "type": "array",
                                        "minItems": 1,
                                        "items": {
                                            **_OBJECT,
                                            "required": ["kind"],
                                            "properties": {
                                                "kind": {"enum": ["inSource", "external"]},
                                                "status": {"const": "accepted"},
                                                "justification": {"type": "string"},
                                            },
                                        },
                                    },
                                    "properties": {"type": "object"},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
)


def _results(run: Run, root: Path | None = None) -> list[dict[str, Any]]:
    (found,) = sarif_document(run, root)["runs"]
    results: list[dict[str, Any]] = found["results"]
    return results


def _physical(result: dict[str, Any]) -> tuple[str, int | None]:
    (place,) = result["locations"]
    physical = place["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical.get("region", {}).get("startLine")


def _broken(*promised: tuple[Source, str], sha256: str | None) -> Run:
    """Return a run of OneSignal in which requirements at these places are broken."""
    run = awkward_run()
    api = replace(run.header.apis[0], effective_sha256=sha256)
    verdicts, findings = [], []
    for number, (source, pointer) in enumerate(promised):
        requirement = Requirement(
            f"onesignal/o/{number}", "onesignal", "o", "w", "x", source, "It is so.", pointer
        )
        verdicts.append(Verdict(requirement, VerdictKind.FAIL, "broken"))
        findings.append(replace(run.findings[0], requirement=requirement.id))
    return replace(
        run,
        header=replace(run.header, apis=(api,)),
        verdicts=tuple(verdicts),
        findings=tuple(findings),
    )


@_FEW
@given(runs())
def test_a_log_is_sarif_whatever_the_run(run: Run) -> None:
    """Members, levels and addresses are those of the standard; results name their rule."""
    document = json.loads(render_sarif(run))
    _LOG.validate(document)
    (held,) = document["runs"]
    rules = [rule["id"] for rule in held["tool"]["driver"]["rules"]]
    for result in held["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert inert(json.loads(json.dumps(document)).__str__())


def test_each_finding_is_one_result() -> None:
    """Levels are those of severities, and an accepted one is suppressed with its reason."""
    results = _results(awkward_run())
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    assert [result["ruleId"] for result in results] == [
        "error-envelope",
        "retry-after",
        "undocumented-field",
    ]
    assert [result.get("suppressions", [{}])[0].get("kind") for result in results] == [
        None,
        "external",
        None,
    ]
    assert results[1]["suppressions"][0]["justification"].startswith("seen in public")
    assert results[1]["occurrenceCount"] == 2
    assert "curl -X DELETE" in results[0]["message"]["text"]
    assert [result["partialFingerprints"]["specproof/v1"] for result in results] == [
        finding.fingerprint for finding in awkward_run().findings
    ]


def test_a_result_says_how_often_it_was_seen_again() -> None:
    """Whoever reads the log can tell flaky from broken."""
    run = awkward_run()
    again = {run.findings[0].fingerprint: Confirmation(0, 2)}
    results = _results(replace(run, confirmations=again))
    told = [result["properties"].get("confirmations") for result in results]
    assert told == [{"seen": 0, "of": 2}, None, None]


def test_a_rule_carries_what_explain_says() -> None:
    """Checks and rules of deviations have their words and their clause beside them."""
    check = next(iter(registry()))
    run = awkward_run()
    named = [check.id, "deviation-expired"]
    findings = tuple(replace(run.findings[0], rule=name) for name in named)
    (held,) = sarif_document(replace(run, findings=findings))["runs"]
    told = {rule["id"]: rule for rule in held["tool"]["driver"]["rules"]}
    assert told[check.id]["fullDescription"]["text"] == " ".join(check.explanation.split())
    assert check.clause in told[check.id]["help"]["text"]
    assert told["deviation-expired"]["help"]["text"] == DEVIATION_RULES["deviation-expired"]


@pytest.mark.parametrize("exit_code", [2, 3])
def test_a_run_that_could_not_check_was_not_successful(exit_code: int) -> None:
    """A log without results is no proof: the invocation says what happened."""
    (held,) = sarif_document(empty_run(exit_code))["runs"]
    (invocation,) = held["invocations"]
    assert invocation["executionSuccessful"] is False
    assert str(exit_code) in invocation["toolExecutionNotifications"][0]["message"]["text"]
    (held,) = sarif_document(empty_run(0))["runs"]
    assert held["invocations"] == [{"executionSuccessful": True}]


def _part(run: Run, index: int, count: int = 3, **header: Any) -> Run:
    shard = Shard(index, count, sha256(str(index).encode()).hexdigest(), "replay", 0)
    return replace(run, header=replace(run.header, shard=shard, **header))


def _series(run: Run) -> str:
    """Return what GitHub takes for the category: the id without its last component."""
    (held,) = sarif_document(run)["runs"]
    return str(held["automationDetails"]["id"]).rpartition("/")[0]


def test_parts_of_a_run_do_not_replace_each_other() -> None:
    """Each part is a series of its own, the same in every run; a whole run leaves it to others."""
    run = awkward_run()
    (whole,) = sarif_document(run)["runs"]
    assert "automationDetails" not in whole
    assert "shard" not in whole["properties"]
    (held,) = sarif_document(_part(run, 2))["runs"]
    assert held["automationDetails"]["id"] == (
        "specproof/onesignal+sequence/emulator/http:%2F%2Femulator.test/part-2-of-3/r-1"
    )
    assert "part 2 of 3 of a run" in held["automationDetails"]["description"]["text"]
    assert held["properties"]["shard"] == {"index": 2, "count": 3}
    next_night = _part(run, 2, run_id="r-2", seed=8, started="2026-01-03T03:04:05Z")
    assert _series(next_night) == _series(_part(run, 2))
    places = [
        _part(run, 1),
        _part(run, 2),
        _part(run, 2, 4),
        _part(run, 2, target="recorded", base_url=None),
        _part(run, 2, base_url="https://other.test"),
        _part(run, 2, apis=run.header.apis[:1]),
    ]
    assert len({_series(each) for each in places}) == len(places)


@_FEW
@given(runs())
def test_the_series_of_a_part_has_as_many_components_whatever_the_names(run: Run) -> None:
    """No name divides it, and many APIs do not make it endless (3.5.4)."""
    many = tuple(replace(api, api=f"{api.api}-{n}") for n in range(60) for api in run.header.apis)
    for part in (_part(run, 1), _part(run, 1, apis=many)):
        document = json.loads(render_sarif(part))
        _LOG.validate(document)
        found = document["runs"][0]["automationDetails"]["id"]
        assert found.count("/") == 4 + (run.header.base_url is not None)
        assert found.isascii()
    assert len(many) < 60 or "-apis-" in _series(_part(run, 1, apis=many))


def test_a_result_has_the_line_of_its_requirement() -> None:
    """In the effective spec by its pointer, on the page by the words that promise it."""
    effective = (_ROOT / "specs/onesignal/effective.yaml").read_bytes()
    page = (_ROOT / "specs/onesignal/pages/delete-alias.md").read_text("utf-8")
    pointer = "/info/version"
    quote = "A user will always retain at least one alias, the onesignal\\_id."
    assert quote in " ".join(page.split())
    run = _broken(
        (Source.SCHEMA, pointer),
        (Source.PROSE, f"delete-alias.md#{quote}"),
        (Source.PROSE, "https://vendor.test/another"),
        sha256=digest(effective),
    )
    places = [_physical(result) for result in _results(run, _ROOT)]
    lines = effective.decode().splitlines()
    assert places[0][0] == "specs/onesignal/effective.yaml"
    assert lines[(places[0][1] or 0) - 1].strip().startswith("version:")
    assert places[1][0] == "specs/onesignal/pages/delete-alias.md"
    assert "A user will" in page.splitlines()[(places[1][1] or 0) - 1]
    assert places[2] == ("specs/onesignal/promises.yaml", None)


def test_another_file_than_the_run_tested_has_no_lines() -> None:
    """A line of the wrong revision would lead astray."""
    (result,) = _results(_broken((Source.SCHEMA, "/info"), sha256="0" * 64), _ROOT)
    assert _physical(result) == ("specs/onesignal/effective.yaml", None)
    (result,) = _results(_broken((Source.PROSE, "gone.md#x"), sha256="0" * 64), _ROOT)
    assert _physical(result) == ("specs/onesignal/pages/gone.md", None)
    for quote in ("delete-alias.md#", "delete-alias.md#words that stand nowhere"):
        (result,) = _results(_broken((Source.PROSE, quote), sha256=None), _ROOT)
        assert _physical(result)[1] is None


@pytest.mark.parametrize("api", ["../secret", "a/../../secret", "..", "", "a\\..\\secret", "\0"])
def test_nothing_outside_the_folder_is_read(api: str, tmp_path: Path) -> None:
    """Names of a run file from a stranger lead to no file."""
    secret = tmp_path / "secret"
    secret.mkdir()
    shutil.copy(_ROOT / "specs/onesignal/effective.yaml", secret)
    root = tmp_path / "root"
    (root / "specs").mkdir(parents=True)
    run = _broken((Source.SCHEMA, "/info"), sha256=digest((secret / "effective.yaml").read_bytes()))
    header = replace(run.header, apis=(replace(run.header.apis[0], api=api),))
    findings: tuple[Finding, ...] = tuple(replace(each, api=api) for each in run.findings)
    (result,) = _results(replace(run, header=header, findings=findings), root)
    assert _physical(result)[1] is None


def test_a_page_that_is_too_big_has_no_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are an extra; no file is read whole for them."""
    from specproof.report import sarif

    folder = tmp_path / "specs/onesignal/pages"
    folder.mkdir(parents=True)
    (folder / "p.md").write_text("one\ntwo words\n")
    run = _broken((Source.PROSE, "p.md#two words"), sha256=None)
    assert _physical(_results(run, tmp_path)[0]) == ("specs/onesignal/pages/p.md", 2)
    monkeypatch.setattr(sarif, "_MOST_BYTES", 5)
    assert _physical(_results(run, tmp_path)[0]) == ("specs/onesignal/pages/p.md", None)
