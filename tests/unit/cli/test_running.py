"""The options of ``specproof run`` that keep a live run in bounds."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from specproof.cli.running import confirm_production, make_plan, read_headers, tell_left
from specproof.errors import GuardError, InputError
from specproof.suites.plan import RunPlan
from specproof.targets.ledger import Ledger


def _plan(**options: Any) -> RunPlan:
    given: dict[str, Any] = {
        "apis": ["onesignal"],
        "target": "live",
        "base_url": "http://localhost",
        "spec": None,
        "seed": 0,
        "cases": 1,
        "settings": [],
        "resources": None,
        "allow_production": [],
        "headers": [],
        "max_requests": 1,
        "rate": None,
        "max_seconds": None,
        "ledger": None,
        "time_budget": 1.0,
        "root": None,
        **options,
    }
    return make_plan(**given)


@pytest.mark.parametrize(
    ("text", "rate"), [("10/s", 10.0), ("300/min", 5.0), ("1800/h", 0.5), ("0.5/s", 0.5)]
)
def test_a_rate_is_so_many_per_time(text: str, rate: float) -> None:
    """Per second, minute or hour."""
    assert _plan(rate=text).rate == rate


@pytest.mark.parametrize("text", ["10", "0/s", "-1/s", "1/day", "x/s", "1e9/s", ""])
def test_what_is_no_rate_is_refused(text: str) -> None:
    """With an example of one."""
    with pytest.raises(InputError, match="--rate is no rate; write it like 10/s"):
        _plan(rate=text)


def test_headers_name_variables() -> None:
    """Or hold what is no secret."""
    texts = ["X-Token: Bearer $TOKEN", "Cookie: s=${SID}", "Sequence-Version: 2024-07-30"]
    assert read_headers(texts) == {
        "X-Token": "Bearer $TOKEN",
        "Cookie": "s=${SID}",
        "Sequence-Version": "2024-07-30",
    }


@pytest.mark.parametrize(
    "text",
    [
        *("Authorization: Bearer CANARY", "x-api-key: CANARY", "Cookie: CANARY"),
        *("X-Session: CANARY", "X-CANARY", ": CANARY", "X-A: CANARY\r\nB: c", "Host: CANARY"),
        *("Content-Length: 1", "X Y: CANARY"),
    ],
)
def test_secrets_on_the_command_line_are_refused(text: str) -> None:
    """And not repeated."""
    with pytest.raises(InputError) as caught:
        read_headers([text])
    assert "CANARY" not in str(caught.value)


def test_a_spec_is_checked_live() -> None:
    """``--spec`` alone says where requests go; headers go with it, not with an emulator."""
    plan = _plan(apis=[], target=None, spec=Path("shop.yaml"))
    assert (plan.target, plan.apis) == ("live", ("shop",))
    assert plan.ledger is not None
    assert _plan(target=None, base_url=None).ledger is None
    with pytest.raises(InputError, match="--header belongs to --target live"):
        _plan(target="emulator", base_url=None, headers=["X-A: b"])


def _production(url: str = "https://Shop.example.") -> RunPlan:
    return RunPlan(("a",), "live", base_url=url, allow_production=("shop.example",))


def test_production_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By an option, or by somebody at a terminal."""
    confirm_production(_production(), confirmed=True)
    confirm_production(RunPlan(("a",)), confirmed=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(GuardError, match=r"confirm that shop\.example may be used; add --yes"):
        confirm_production(_production(), confirmed=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    asked: list[str] = []

    def answer(question: str, *, err: bool) -> bool:
        asked.append(question)
        return err and len(asked) == 1

    monkeypatch.setattr(typer, "confirm", answer)
    confirm_production(_production(), confirmed=False)
    with pytest.raises(GuardError, match="was not confirmed"):
        confirm_production(_production(), confirmed=False)


def test_what_is_left_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with the command that removes it; a ledger in use is left alone."""
    path = tmp_path / "ledger.jsonl"
    plan = RunPlan(("a",), "live", ledger=str(path))
    tell_left(RunPlan(("a",)))
    tell_left(plan)
    ledger = Ledger(path, api="a", origin="https://a.test")
    ledger.intend("POST", "/a", [])
    tell_left(plan)
    assert capsys.readouterr().err == ""
    ledger.close()
    tell_left(plan)
    assert "1 thing of this or an earlier run may be left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "there", "checked", "lacking"),
    [
        ("emulator", ["onesignal", "petstore"], ["onesignal"], "no emulator: petstore"),
        ("emulator", ["petstore"], ["petstore"], ""),
        ("recorded", ["onesignal", "petstore"], ["petstore"], "no recordings: onesignal"),
        ("recorded", ["onesignal"], ["onesignal"], ""),
    ],
)
def test_every_api_is_every_api_that_has_such_a_target(
    *,
    target: str,
    there: list[str],
    checked: list[str],
    lacking: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An API that was just added stops none of the others; alone it is told what it lacks."""
    for name in there:
        (tmp_path / "specs" / name).mkdir(parents=True)
        (tmp_path / "specs" / name / "published.yaml").write_text("openapi: 3.1.0\n")
    recordings = tmp_path / "conformance" / "recordings"
    for name, file in (("petstore", "a.har"), ("onesignal", "README.md")):
        (recordings / name).mkdir(parents=True)
        (recordings / name / file).write_text("{}")
    plan = _plan(apis=[], target=target, base_url=None, root=tmp_path)
    assert plan.apis == tuple(checked)
    told = capsys.readouterr().err
    assert lacking in told
    assert bool(told) == bool(lacking)
