"""Accepted findings: what is read, what is accepted, and what is said of a deviation itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from specproof.errors import InputError
from specproof.model import (
    Blame,
    Finding,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
    fingerprint,
)
from specproof.suites.deviations import (
    DEVIATION_RULES,
    Deviation,
    accept,
    apply_deviations,
    read_deviations,
)

TODAY = dt.date(2026, 11, 22)
PLACE = "shop/drop/429/schema"
KNOWN = Deviation(
    rule="published-schema",
    requirement=PLACE,
    reason="Seen in production.",
    evidence=("https://shop.test/1",),
    expires=TODAY,
    targets=("emulator", "recorded", "live"),
)
ROW = f"""
[[deviation]]
rule = "published-schema"
requirement = "{PLACE}"
reason = " Seen in production. "
evidence = ["https://shop.test/1"]
expires = 2026-11-22
"""


def _finding(message: str = "a is no b", rule: str = "published-schema") -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        requirement=PLACE,
        api="shop",
        operation="drop",
        status=429,
        message=message,
        fingerprint=fingerprint(rule, PLACE, message),
        blame=Blame.VENDOR_BEHAVIOUR,
        exchange="shop/drop/x#1",
        reproduce="curl",
    )


def _verdict(kind: VerdictKind) -> Verdict:
    requirement = Requirement(
        id=PLACE,
        api="shop",
        operation="drop",
        where="429",
        what="schema",
        source=Source.SCHEMA,
        statement="It keeps its schema.",
        pointer="/paths",
    )
    return Verdict(requirement, kind, "because")


def _applied(
    *deviations: Deviation,
    findings: tuple[Finding, ...] = (),
    verdict: VerdictKind | None = VerdictKind.PASS,
    target: str = "recorded",
) -> tuple[Finding, ...]:
    verdicts = () if verdict is None else (_verdict(verdict),)
    return apply_deviations(findings, deviations, verdicts, target=target, today=TODAY)


def test_no_file_is_no_deviation(tmp_path: Path) -> None:
    """An API need not have any; neither need its file hold one."""
    path = tmp_path / "deviations.toml"
    assert read_deviations(path) == ()
    path.write_text("# none yet\n")
    assert read_deviations(path) == ()


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    """Every target and message is the default; blanks around a reason are no reason."""
    path = tmp_path / "deviations.toml"
    path.write_text(f'{ROW}{ROW}targets = ["live"]\nmessage = "a is no b"\n')
    assert read_deviations(path) == (KNOWN, replace(KNOWN, targets=("live",), message="a is no b"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"deviation = [", "is not TOML: "),
        (b"\xff = 1", "is not TOML: "),
        (b"expires = 2026-13-01", "is not TOML: "),
        (b"x = " + b"9" * 5000, "is not TOML: "),
        (b"x = " + b"[" * 100_000, "is not TOML: "),
        (b"other = 1", "other: extra inputs are not permitted"),
        (b'"\\u001B[31m" = 1', "extra inputs are not permitted"),
        (b"deviation = 7", "deviation: input should be a valid list"),
        (b"[[deviation]]", "deviation.0.rule: field required"),
        (ROW.encode() + b"until = 1", "deviation.0.until: extra inputs are not permitted"),
        (ROW.encode().replace(b"2026-11-22", b'"soon"'), "deviation.0.expires: "),
        (ROW.encode().replace(b'["https://shop.test/1"]', b'"x"'), "deviation.0.evidence: "),
        (b"#" * (1024 * 1024 + 1), "is too large for a list of deviations"),
    ],
)
def test_a_malformed_file_is_one_sentence(tmp_path: Path, text: bytes, said: str) -> None:
    """The file and what is wrong in it are named, fit for a terminal."""
    path = tmp_path / "deviations.toml"
    path.write_bytes(text)
    with pytest.raises(InputError) as caught:
        read_deviations(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert said in sentence
    assert sentence.isprintable()


def test_an_accepted_finding_stays_and_is_marked() -> None:
    """On its last day it still counts; nothing is said of the deviation itself."""
    (marked,) = _applied(KNOWN, findings=(_finding(),), verdict=VerdictKind.FAIL)
    assert marked == replace(_finding(), deviation="Seen in production. (until 2026-11-22)")


@pytest.mark.parametrize(
    "deviation",
    [
        replace(KNOWN, rule="status-documented"),
        replace(KNOWN, requirement="shop/drop/404/schema"),
        replace(KNOWN, message="another message"),
    ],
)
def test_another_finding_is_not_accepted(deviation: Deviation) -> None:
    """Rule, requirement and message all have to be those that were accepted."""
    first, about = _applied(deviation, findings=(_finding(),), verdict=VerdictKind.FAIL)
    assert first == _finding()
    assert about.rule == "deviation-unmatched"


def test_a_message_narrows_a_deviation() -> None:
    """Only the finding that says just this is accepted."""
    narrow = replace(KNOWN, message="a is no b")
    findings = (_finding("c is no d"), _finding("a is no b"))
    other, same = _applied(narrow, findings=findings, verdict=VerdictKind.FAIL)
    assert (other.deviation is None, same.deviation is None) == (True, False)


def test_an_expired_deviation_accepts_nothing() -> None:
    """The finding counts again, and the expiry is a finding of its own that blames us."""
    old = replace(KNOWN, expires=TODAY - dt.timedelta(days=1))
    first, about = _applied(old, findings=(_finding(),), verdict=VerdictKind.FAIL)
    assert first.deviation is None
    assert (about.rule, about.severity, about.blame) == (
        "deviation-expired",
        Severity.ERROR,
        Blame.OVERLAY,
    )
    assert about.message == "the deviation of published-schema expired on 2026-11-21"
    assert (about.requirement, about.api, about.operation) == (PLACE, "shop", "drop")


@pytest.mark.parametrize("lacking", [replace(KNOWN, reason=""), replace(KNOWN, evidence=())])
def test_an_incomplete_deviation_accepts_nothing(lacking: Deviation) -> None:
    """Without a reason or evidence nobody can judge it."""
    first, about = _applied(lacking, findings=(_finding(),), verdict=VerdictKind.FAIL)
    assert first.deviation is None
    assert about.rule == "deviation-incomplete"
    assert about.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("target", "severity"),
    [("recorded", Severity.ERROR), ("emulator", Severity.ERROR), ("live", Severity.INFO)],
)
def test_an_unmatched_deviation_is_told(target: str, severity: Severity) -> None:
    """What repeats itself exactly fails; a live run may just not have met it."""
    (about,) = _applied(KNOWN, target=target)
    assert (about.rule, about.severity) == ("deviation-unmatched", severity)
    assert about.message == "the deviation of published-schema matched no finding"
    assert about.deviation is None


def test_what_is_about_a_deviation_stays_an_error_on_a_live_target() -> None:
    """Only what was not met is unsure there."""
    (about,) = _applied(replace(KNOWN, reason=""), target="live")
    assert about.severity is Severity.ERROR


def test_a_requirement_that_nobody_knows_is_misspelt() -> None:
    """Api and operation are then read from what was written."""
    (about,) = _applied(replace(KNOWN, requirement="shpo/dorp/x/y"), verdict=None)
    assert about.rule == "deviation-unmatched"
    assert (about.api, about.operation) == ("shpo", "dorp")


def test_what_did_not_come_about_is_not_missed() -> None:
    """An inconclusive requirement may still be broken as it was."""
    assert _applied(KNOWN, verdict=VerdictKind.INCONCLUSIVE) == ()


def test_another_target_neither_uses_nor_misses_a_deviation() -> None:
    """What is known of the live API says nothing of our emulator, not even when expired."""
    elsewhere = replace(KNOWN, targets=("live",), expires=dt.date(2020, 1, 1), reason="")
    assert _applied(elsewhere, findings=(_finding(),)) == (_finding(),)
    assert _applied(elsewhere) == ()


def test_fingerprints_tell_deviations_apart() -> None:
    """Two rules at one requirement make two findings."""
    found = _applied(KNOWN, replace(KNOWN, rule="status-documented"))
    assert len({item.fingerprint for item in found}) == 2
    assert {item.rule for item in found} <= set(DEVIATION_RULES)


def test_what_was_accepted_fails_until_it_is_explained(tmp_path: Path) -> None:
    """The row names the finding and has neither reason nor evidence; filled in, it holds."""
    path = tmp_path / "deviations.toml"
    path.write_text("# why we keep these\n")
    until = TODAY + dt.timedelta(days=90)
    findings = (_finding("a is no b"), _finding("c is no d"))
    assert accept(path, findings, target="recorded", expires=until, today=TODAY) == 2
    assert path.read_text().startswith("# why we keep these\n")
    rows = read_deviations(path)
    assert [(item.message, item.targets, item.expires) for item in rows] == [
        ("a is no b", ("recorded",), until),
        ("c is no d", ("recorded",), until),
    ]
    assert [item.rule for item in _applied(*rows, findings=findings)] == [
        "published-schema",
        "published-schema",
        "deviation-incomplete",
        "deviation-incomplete",
    ]
    text = path.read_text().replace('reason = ""', 'reason = "Known."')
    path.write_text(text.replace("evidence = []", 'evidence = ["https://shop.test/1"]'))
    held = _applied(*read_deviations(path), findings=findings)
    assert [item.deviation for item in held] == [f"Known. (until {until})"] * 2


def test_accepting_twice_adds_nothing(tmp_path: Path) -> None:
    """The second time the file stays as it is, byte for byte; another target is another row."""
    path = tmp_path / "deviations.toml"
    assert accept(path, [_finding()], target="recorded", expires=TODAY, today=TODAY) == 1
    before = path.read_bytes()
    assert accept(path, [_finding()], target="recorded", expires=TODAY, today=TODAY) == 0
    assert path.read_bytes() == before
    assert accept(path, [_finding()], target="live", expires=TODAY, today=TODAY) == 1
    assert [item.targets for item in read_deviations(path)] == [("recorded",), ("live",)]


def test_an_expired_deviation_is_renewed_where_it_stands(tmp_path: Path) -> None:
    """Date and evidence are new; the reason, the comment and every other row stay."""
    path = tmp_path / "deviations.toml"
    other = ROW.replace("published-schema", "media-type-true").replace("2026-11-22", "2030-01-01")
    path.write_text(f"# why{ROW.replace('2026-11-22', '2026-11-21')}{other}")
    until = TODAY + dt.timedelta(days=90)
    findings = [_finding("a is no b"), _finding("c is no d")]
    assert accept(path, findings, target="live", expires=until, today=TODAY) == 1
    renewed, kept = read_deviations(path)
    assert renewed == replace(KNOWN, expires=until, evidence=())
    assert kept.expires == dt.date(2030, 1, 1)
    assert path.read_text().startswith("# why\n")
    (*_, about) = _applied(renewed, findings=tuple(findings))
    assert about.rule == "deviation-incomplete"
    assert accept(path, findings, target="live", expires=until, today=TODAY) == 0


def test_some_findings_can_not_be_accepted(tmp_path: Path) -> None:
    """Neither what is accepted already nor what is about deviations; no file is made for it."""
    path = tmp_path / "deviations.toml"
    findings = [replace(_finding(), deviation="known")]
    findings += [_finding(rule=rule) for rule in DEVIATION_RULES]
    assert accept(path, findings, target="recorded", expires=TODAY, today=TODAY) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    "inline",
    [
        "",
        f'{{rule="r", requirement="{PLACE}", reason="x", evidence=["e"], expires=2026-11-22}}',
    ],
)
def test_a_list_in_one_line_can_be_added_to(tmp_path: Path, inline: str) -> None:
    """However the rows are written, they stay and the new one follows them."""
    path = tmp_path / "deviations.toml"
    path.write_text(f"# ours\ndeviation = [{inline}]\n")
    before = read_deviations(path)
    assert accept(path, [_finding()], target="recorded", expires=TODAY, today=TODAY) == 1
    after = read_deviations(path)
    assert after[: len(before)] == before
    assert [item.rule for item in after[len(before) :]] == ["published-schema"]
    assert path.read_text().startswith("# ours\n")


@pytest.mark.parametrize("rule", sorted(DEVIATION_RULES))
def test_rules_tell_what_to_do(rule: str) -> None:
    """Each is kebab-case and explained in whole sentences."""
    assert rule.startswith("deviation-")
    assert DEVIATION_RULES[rule].endswith(".")


def test_a_misspelt_target_is_refused(tmp_path: Path) -> None:
    """A deviation for a target that does not exist would never be used or missed."""
    path = tmp_path / "deviations.toml"
    path.write_text(
        '[[deviation]]\nrule = "a"\nrequirement = "b"\nreason = "c"\nevidence = ["d"]\n'
        'expires = 2030-01-01\ntargets = ["emulater"]\n',
        "utf-8",
    )
    with pytest.raises(InputError, match="targets"):
        read_deviations(path)
