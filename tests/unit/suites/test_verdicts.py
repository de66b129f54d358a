"""Evidence -> verdicts, findings and exit codes."""

from __future__ import annotations

import json

import pytest

from specproof.model import (
    Blame,
    Finding,
    Observation,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
)
from specproof.suites.collector import Evidence, Seen
from specproof.suites.execute import exit_code_of
from specproof.suites.records import ExportedExchange
from specproof.suites.verdicts import judge


def _requirement(
    where: str = "200",
    what: str = "schema",
    *,
    source: Source = Source.SCHEMA,
    status: str | None = "200",
    vacuous: str | None = None,
    api: str = "shop",
) -> Requirement:
    return Requirement(
        f"{api}/drop/{where}/{what}", api, "drop", where, what, source, "s", "/p", status, vacuous
    )


def _seen(
    requirement: Requirement,
    message: str = "",
    *,
    count: int = 1,
    severity: Severity = Severity.ERROR,
    rule: str = "rule",
    exchange: str = "e#1",
    blame: Blame = Blame.VENDOR_BEHAVIOUR,
) -> Seen:
    observation = Observation(
        rule, requirement.id, exchange, not message, message, severity, blame, 200
    )
    return Seen(observation, count, "curl" if message else "")


def _verdict(requirement: Requirement, *seen: Seen, **gaps: str) -> tuple[str, str]:
    evidence = Evidence("shop", list(seen), gaps={f"drop/{k[1:]}": v for k, v in gaps.items()})
    (verdict,) = judge([requirement], [evidence], target="live").verdicts
    return verdict.kind.value, verdict.reason


def test_each_kind_of_verdict() -> None:
    """Broken outweighs held, vacuous is never green, and silence is inconclusive."""
    plain, empty = _requirement(), _requirement(vacuous="accepts anything")
    assert _verdict(plain, _seen(plain, count=3)) == ("pass", "held in 3 exchanges")
    assert _verdict(plain, _seen(plain)) == ("pass", "held in 1 exchange")
    assert _verdict(plain, _seen(plain, count=9), _seen(plain, "is wrong")) == ("fail", "is wrong")
    assert _verdict(empty, _seen(empty)) == ("vacuous", "accepts anything")
    assert _verdict(empty, _seen(empty, "is wrong")) == ("fail", "is wrong")
    assert _verdict(empty)[0] == "inconclusive"
    asked = _requirement("request", "path-id", status=None, vacuous="any text is valid")
    assert _verdict(asked) == ("vacuous", "any text is valid")


def test_a_warning_fails_nothing() -> None:
    """It is a finding, and the requirement needs a hold of its own to pass."""
    item = _requirement()
    warning = _seen(item, "slow", severity=Severity.WARNING)
    assert _verdict(item, warning)[0] == "inconclusive"
    assert _verdict(item, warning, _seen(item))[0] == "pass"


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (_requirement(what="status"), "nothing this run sent was answered 200"),
        (_requirement(), "no answer with status 200 said anything about it"),
        (_requirement("prose", "x", status=None), "nothing this run sent brought it about"),
        (_requirement("security", "x", status=None), "no request without valid credentials"),
        (_requirement("request", "x", status=None), "no request broke this parameter alone"),
        (_requirement("http", "x", status=None), "no exchange said anything"),
        (_requirement("elsewhere", "x", status=None), "no exchange said anything"),
    ],
)
def test_inconclusive_says_why(requirement: Requirement, words: str) -> None:
    """Each part of a contract has its own way of not being met."""
    kind, reason = _verdict(requirement)
    assert kind == "inconclusive"
    assert words in reason


def test_a_gap_of_a_scenario_is_the_reason() -> None:
    """The first one that was noted for this response, not for another."""
    assert _verdict(_requirement(), _200="no resource") == ("inconclusive", "no resource")
    assert _verdict(_requirement(), _404="other")[1] != "other"


def test_findings_are_merged_ranked_and_blamed() -> None:
    """One per rule, requirement and message; the first example stays, occurrences add up."""
    item = _requirement()
    overlay = _requirement(what="schema-overlay", source=Source.OVERLAY)
    first = Evidence(
        "shop",
        [
            _seen(item, "slow", severity=Severity.INFO),
            _seen(overlay, "is wrong", count=2),
            _seen(overlay, "is the client's", blame=Blame.CLIENT),
        ],
    )
    second = Evidence(
        "shop", [_seen(overlay, "is wrong", count=3, exchange="e#2"), _seen(item, "x")]
    )
    unknown = Evidence("shop", [_seen(_requirement(what="unlisted"), "lost")])
    findings = judge([item, overlay], [first, second, unknown], target="live").findings
    assert [(f.severity.value, f.message, f.occurrences, f.blame.value) for f in findings] == [
        ("error", "x", 1, "vendor-behaviour"),
        ("error", "is wrong", 5, "overlay"),
        ("error", "is the client's", 1, "client"),
        ("info", "slow", 1, "vendor-behaviour"),
    ]
    assert findings[1].exchange == "e#1"
    assert findings[1].reproduce == "curl"
    assert len({f.fingerprint for f in findings}) == 4
    stub = judge([overlay], [first], target="emulator").findings
    assert {f.blame for f in stub} == {Blame.STUB}


def test_examples_are_few_and_of_the_verdict() -> None:
    """A failed requirement names exchanges that broke it."""
    item = _requirement()
    held = [_seen(item, exchange=f"h#{n}", rule=f"r{n}") for n in range(9)]
    evidence = Evidence("shop", [*held, _seen(item, "wrong", exchange="b#1")])
    assert judge([item], [evidence], target="live").verdicts[0].exchanges == ("b#1",)
    evidence = Evidence("shop", held)
    assert len(judge([item], [evidence], target="live").verdicts[0].exchanges) == 5


def test_evidence_survives_a_process_boundary() -> None:
    """Workers send it as JSON; nothing of it may change, enumerations included."""
    item = _requirement()
    exchange = ExportedExchange(
        "e#1", "shop", "drop", "s", "live", "p", None, "GET", "/", 200, 1.5, 0, 2, None, "curl"
    )
    evidence = Evidence(
        "shop",
        [_seen(item), _seen(item, "wrong", severity=Severity.WARNING)],
        [exchange],
        {"drop/200": "why"},
        {"n": "m"},
        {"drop": 3},
        {"drop": ["ab"]},
        {"drop": [200]},
    )
    again = Evidence.from_plain(json.loads(json.dumps(evidence.to_plain())))
    assert again == evidence
    assert judge([item], [again], target="live") == judge([item], [evidence], target="live")
    assert judge([item], [again], target="live").findings[0].severity is Severity.WARNING
    broken = Evidence("shop", [_seen(item, "wrong")])
    plain = Evidence.from_plain(broken.to_plain())
    assert judge([item], [plain], target="live").verdicts[0].kind is VerdictKind.FAIL
    assert type(broken.to_plain()["seen"][0]["observation"]["severity"]) is str


def _finding(severity: Severity, deviation: str | None = None) -> Finding:
    return Finding(
        "r", severity, "i", "shop", "drop", 200, "m", "f", Blame.STUB, "e", "curl", 1, deviation
    )


def _success(kind: VerdictKind, api: str = "shop", status: str = "200") -> Verdict:
    return Verdict(_requirement(what="status", status=status, api=api), kind, "why")


PASS, FAIL = VerdictKind.PASS, VerdictKind.FAIL
UNSEEN, VACUOUS = VerdictKind.INCONCLUSIVE, VerdictKind.VACUOUS


@pytest.mark.parametrize(
    ("verdicts", "findings", "fail_on", "code"),
    [
        ([], [], "error", 3),
        ([_success(PASS)], [], "error", 0),
        ([_success(PASS, status="2XX")], [], "error", 0),
        ([_success(UNSEEN)], [], "error", 3),
        ([_success(VACUOUS)], [], "error", 3),
        ([_success(FAIL)], [], "never", 0),
        ([_success(PASS, status="404")], [], "error", 3),
        ([_success(PASS), _success(UNSEEN, "other")], [], "error", 3),
        ([_success(PASS), _success(UNSEEN, status="201")], [], "error", 0),
        ([_success(PASS)], [_finding(Severity.ERROR)], "error", 1),
        ([_success(UNSEEN)], [_finding(Severity.ERROR)], "error", 1),
        ([_success(PASS)], [_finding(Severity.ERROR, "known")], "error", 0),
        ([_success(PASS)], [_finding(Severity.WARNING)], "error", 0),
        ([_success(PASS)], [_finding(Severity.WARNING)], "warning", 1),
        ([_success(PASS)], [_finding(Severity.INFO)], "warning", 0),
        ([_success(PASS)], [_finding(Severity.INFO)], "info", 1),
        ([_success(PASS)], [_finding(Severity.ERROR)], "never", 0),
        ([_success(UNSEEN)], [_finding(Severity.ERROR)], "never", 3),
    ],
)
def test_exit_codes(
    verdicts: list[Verdict], findings: list[Finding], fail_on: str, code: int
) -> None:
    """A run that has seen no documented success of an API is never green."""
    assert exit_code_of(verdicts, findings, fail_on) == code
