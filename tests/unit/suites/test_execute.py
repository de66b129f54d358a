"""Whole runs, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from vendors import Answer, vendor

from specproof.errors import CouldNotCheckError, InputError
from specproof.model import Severity, VerdictKind
from specproof.report.document import render_json
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan
from specproof.suites.records import Run

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
security: [{key: []}]
paths:
  /things/{id}:
    get:
      operationId: look
      parameters:
        - {name: id, in: path, required: true, example: one, schema: {type: string}}
      responses:
        '200':
          description: it
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '401': {description: who}
        '404':
          description: none
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
components:
  schemas:
    Thing: {type: object, required: [id], properties: {id: {type: string}}}
    Error:
      type: object
      required: [error]
      properties:
        error: {type: object, properties: {type: {type: string}, message: {type: string}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"""
KEY = "key-CANARY-8812"
JSON = {"Content-Type": "application/json"}


def _error(kind: str) -> bytes:
    return json.dumps({"error": {"type": kind, "message": "no"}}).encode()


def _shop(_: str, path: str, headers: Any) -> Answer:
    """Answer as the contract says."""
    if headers["X-Key"] != KEY:
        return 401, {}, b""
    if path == "/things/one":
        return 200, JSON, b'{"id": "one"}'
    return 404, JSON, _error("NotFound")


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write the shop's contract; its key is in the environment."""
    monkeypatch.setenv("SPECPROOF_SHOP_KEY", KEY)
    path = tmp_path / "shop.yaml"
    path.write_text(SPEC)
    return str(path)


def _run(spec: str, base_url: str, cases: int = 3) -> Run:
    plan = RunPlan(apis=("shop",), target="live", base_url=base_url, spec=spec, cases=cases)
    return execute(plan)


def _verdicts(run: Run) -> dict[str, str]:
    return {
        verdict.requirement.id.removeprefix("shop/look/"): verdict.kind.value
        for verdict in run.verdicts
    }


def test_a_server_that_keeps_its_contract_is_green(spec: str) -> None:
    """Over real HTTP, ad hoc; no secret is in the run, and what was not met is named."""
    with vendor(_shop) as url:
        run = _run(spec, url)
    assert run.findings == ()
    assert run.footer.exit_code == 0
    verdicts = _verdicts(run)
    for name in ("200/status", "200/schema", "401/status", "404/schema", "security/key"):
        assert verdicts[name] == "pass", name
    assert "fail" not in verdicts.values()
    assert KEY not in render_json(run)
    assert run.summary.exchanges >= run.summary.distinct_requests > 0
    assert run.header.cases == 3


@pytest.mark.parametrize(("answered", "code"), [(_error("NotFound"), 3), (b"<html>", 1)])
def test_a_server_that_knows_nothing_is_not_green(spec: str, answered: bytes, code: int) -> None:
    """404 to everything exercises no success, so nothing is proved; as HTML it is a finding."""
    with vendor(lambda *_: (404, JSON, answered)) as url:
        run = _run(spec, url)
    assert run.footer.exit_code == code
    assert _verdicts(run)["200/status"] != "pass"
    assert _verdicts(run)["200/schema"] == "inconclusive"


def test_a_server_that_lets_everybody_in_is_found(spec: str) -> None:
    """The rule is named, and the reproduction shows it."""

    def lax(method: str, path: str, _: object) -> Answer:
        return _shop(method, path, {"X-Key": KEY})

    with vendor(lax) as url:
        run = _run(spec, url, 0)
    assert run.footer.exit_code == 1
    rules = {item.rule for item in run.findings if item.severity is Severity.ERROR}
    assert rules == {"authentication-enforced"}
    assert _verdicts(run)["security/key"] == "fail"
    (finding,) = {item.message: item for item in run.findings if "without" in item.message}.values()
    assert "X-Key" not in finding.reproduce
    assert "curl" in finding.reproduce


def test_what_the_budget_kept_back_is_not_counted(spec: str) -> None:
    """The number of requests is that of those that the server got."""
    got: list[str] = []

    def counting(method: str, path: str, headers: Any) -> Answer:
        got.append(path)
        return _shop(method, path, headers)

    with vendor(counting) as url:
        plan = RunPlan(("shop",), "live", url, spec=spec, cases=0, max_requests=3)
        run = execute(plan)
    assert len(got) == run.summary.exchanges == sum(item.cases for item in run.statistics) == 3
    assert run.summary.distinct_requests == len(set(got))
    assert any("the budget of 3 requests is used up" in item.reason for item in run.verdicts)


def test_a_server_that_is_not_there_can_not_be_checked(spec: str) -> None:
    """Exit code 3, and the reason."""
    with vendor(_shop) as url:
        gone = url
    with pytest.raises(CouldNotCheckError, match="ConnectError") as caught:
        _run(spec, gone, 2)
    assert caught.value.exit_code == 3


def _comparable(run: Run) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(render_json(run))
    for name in ("id", "started", "finished"):
        del plain["run"][name]
    plain["exchanges"] = [
        {name: getattr(item, name) for name in item.__slots__ if name != "elapsed_ms"}
        for item in run.exchanges
    ]
    plain["statistics"] = [str(item) for item in run.statistics]
    return plain


@pytest.mark.no_cover  # whole runs, whose code other tests measure
def test_the_same_seed_is_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice in this process, whatever a developer has set for pytest; another seed differs."""
    plan = RunPlan(apis=("sequence",), cases=4)
    first = execute(plan)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing_at_all --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    second = execute(plan)
    assert _comparable(second) == _comparable(first)
    assert second.header.run_id != first.header.run_id
    # The corpus was replayed, so nothing was drawn that a number of cases could count.
    assert first.header.cases is None
    (asked,) = (item for item in first.statistics if item.operation == "deleteCustomerAliasesById")
    assert asked.distinct_requests > 100
    assert {200, 400, 401, 429} <= set(asked.statuses)
    other = execute(RunPlan(apis=("sequence",), cases=4, seed=1))
    assert [item.reproduce for item in other.exchanges] != [
        item.reproduce for item in first.exchanges
    ]
    assert {item.kind for item in first.verdicts} <= {
        VerdictKind.PASS,
        VerdictKind.VACUOUS,
        VerdictKind.INCONCLUSIVE,
    }, [item.message for item in first.findings]


def test_nothing_recorded_says_nothing(spec: str) -> None:
    """Without a recording there is nothing to play, and nothing is proved."""
    run = execute(RunPlan(apis=("shop",), target="recorded", spec=spec))
    assert run.footer.exit_code == 3
    assert run.header.cases is None
    assert "pass" not in _verdicts(run).values()
    assert run.summary.exchanges == 0


def test_what_breaks_down_is_no_verdict(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error inside a scenario is neither a pass nor a finding."""

    def crash(*_: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("specproof.scenarios.success._act", crash)
    with vendor(_shop) as url, pytest.raises(CouldNotCheckError, match=r"broke down.*Zero"):
        _run(spec, url, 0)


def test_targets_that_are_none(spec: str) -> None:
    """A plan made by hand with a target that does not exist, or no file."""
    with pytest.raises(CouldNotCheckError, match="no target dream"):
        execute(RunPlan(apis=("shop",), target="dream", spec=spec))
    with pytest.raises(InputError, match="base-url"):
        execute(RunPlan(apis=("shop",), target="live", spec=spec))
    with pytest.raises(CouldNotCheckError, match="no emulator"):
        execute(RunPlan(apis=("shop",), spec=spec))


def test_a_plan_survives_a_process_boundary() -> None:
    """Workers get it as text."""
    plan = RunPlan(
        apis=("a", "b"),
        settings={"x": 1, "y": "z"},
        resources={"customerId": ("1", "2")},
        allow_production=("h",),
        seed=7,
    )
    assert RunPlan.from_text(plan.to_text()) == plan
