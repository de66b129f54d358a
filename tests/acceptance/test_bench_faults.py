"""The comparison with other tools over the catalogue of faults, without those tools."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from specproof.errors import InputError
from specproof.model import Request
from specproof.targets.faults.catalog import all_faults, change_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _beside_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "bench"))


@pytest.fixture
def peers() -> ModuleType:
    """Return the script."""
    return importlib.import_module("peers")


@pytest.fixture
def tables() -> ModuleType:
    """Return the module of its table."""
    return importlib.import_module("peer_table")


def _ids(changes: Any) -> list[str]:
    return [item.id for item in changes]


def test_a_sample_is_always_the_same_and_has_its_share_of_legal_variations(
    peers: ModuleType, tables: ModuleType
) -> None:
    """A quick look takes the same faults each time, and as large a part of what is legal."""
    every = peers.chosen((), (), None)
    some = peers.chosen((), (), 40)
    assert some == peers.chosen((), (), 40)
    assert set(_ids(peers.chosen((), (), 10))) < set(_ids(some)) < set(_ids(every))
    groups = [tables.group_of(item) for item in some]
    legal = sum(tables.group_of(item) == "legal" for item in every)
    assert len(some) - groups.count("legal") == 40
    assert groups.count("legal") == -(-legal * 40 // (len(every) - legal))


def test_groups_ids_and_apis_choose(peers: ModuleType) -> None:
    """``--only`` takes groups and ids, and an API leaves the others out."""
    first = all_faults("sequence")[0]
    assert _ids(peers.chosen((), (first.id,), None)) == [first.id]
    timing = peers.chosen(("onesignal",), ("timing",), None)
    assert timing
    assert {(item.api, item.family) for item in timing} == {("onesignal", "timing")}


@pytest.mark.parametrize(
    ("apis", "only"),
    [(("nobody",), ()), ((), ("no-such-fault",)), (("onesignal",), ("sequence-success-418",))],
)
def test_what_does_not_exist_can_not_be_chosen(
    peers: ModuleType, apis: tuple[str, ...], only: tuple[str, ...]
) -> None:
    """A misspelt name is an error, not a smaller comparison."""
    with pytest.raises(InputError):
        peers.chosen(apis, only, None)


def test_only_what_is_said_beyond_the_usual_counts(tables: ModuleType) -> None:
    """What a tool says of an emulator without a fault is no finding on one with a fault."""
    found, missed, legal = (
        change_of("onesignal-success-418"),
        change_of("sequence-success-418"),
        change_of("onesignal-slow-within-reason"),
    )
    usual = tables.Said(frozenset({"usual"}), 5.0)
    more = tables.Said(frozenset({"usual", "new"}), 1.5)
    said = {
        ("onesignal", ""): [tables.Said(frozenset(), 5.0), usual],
        ("sequence", ""): [usual],
        ("onesignal", found.id): [more],
        ("sequence", missed.id): [usual],
        ("onesignal", legal.id): [more],
    }
    said["sequence", missed.id].append(tables.Said(frozenset(), 0.0, finished=False))
    row = tables.row_of("A tool", (found, missed, legal), said)
    assert (row.found, row.flagged) == ({found.id}, {legal.id})
    assert row.unfinished == {missed.id}
    assert row.alarms == ("onesignal: usual", "sequence: usual")
    assert row.cpu == 8.0


def test_the_table_says_what_was_not_measured(tables: ModuleType) -> None:
    """A tool that is not there has no numbers, and the reason stands below."""
    fault, legal = change_of("onesignal-success-418"), change_of("onesignal-slow-within-reason")
    rows = [
        tables.Row(
            "A",
            found=frozenset({fault.id}),
            flagged=frozenset({legal.id}),
            alarms=("api: \x1b[31m",),
            cpu=2.25,
        ),
        tables.Row("B", absent="not measured: install it"),
    ]
    lines = tables.table(rows, (fault, legal)).splitlines()
    cells = {line.split("  ")[0]: line.split()[-5:] for line in lines}
    assert cells["faults found"] == ["1", "of", "1", "(100", "%)", "-"][-5:]
    assert cells["legal, but flagged"][-1] == "-"
    assert lines[-1] == "B: not measured: install it"
    assert "\x1b" not in "".join(lines)
    made = json.loads(tables.document(rows, (fault, legal), "effective"))
    assert made["schema"] == "specproof.bench.faults/1"
    assert [tool["groups"]["http"]["spoken_of"] for tool in made["tools"]] == [1, None]
    assert [tool["missed"] for tool in made["tools"]] == [[], []]


def test_failures_and_errors_are_read_from_a_report_of_schemathesis() -> None:
    """A complaint names check, title, operation and status; what passed is none."""
    read = importlib.import_module("peer_schemathesis").complaints_of_events
    failure = {"failure": {"title": "Undocumented", "operation": "GET /a"}}
    checks = [
        {"name": "status", "status": "failure", "failure_info": failure},
        {"name": "other", "status": "success", "failure_info": None},
    ]
    recorder = {
        "label": "GET /a",
        "checks": {"one": checks, "two": checks},
        "interactions": {"one": {"response": {"status_code": 418}}, "two": {"response": None}},
    }
    events: list[dict[str, Any]] = [
        {"Initialize": {}},
        {"ScenarioFinished": {"recorder": {"label": "GET /b"}}},
        {"ScenarioFinished": {"recorder": recorder}},
        {"NonFatalError": {"value": {"type": "ContentDecodingError"}}},
    ]
    lines = [*map(json.dumps, events), '{"ScenarioFin']
    complaints = {
        "status: Undocumented: GET /a: 418",
        "status: Undocumented: GET /a: no answer",
        "error: ContentDecodingError",
    }
    assert read(lines) == (complaints, False)
    assert read(['{"EngineFinished": {}}']) == (set(), True)


def test_violations_are_read_from_the_header_of_prism() -> None:
    """What Prism says of our request is no complaint about the server."""
    read = importlib.import_module("peer_prism").complaints_of_header
    violations = [
        {"location": ["request"], "code": 401, "message": "Invalid security scheme used"},
        {"location": ["response", "body", "a"], "code": "type", "message": "must be string"},
    ]
    headers = {"sl-violations": json.dumps(violations)}
    assert read("op", 200, headers, b"{}") == {"type: response/body/a: must be string: op: 200"}
    problem = {"type": "https://stoplight.io/prism/errors#UNKNOWN", "title": "Unknown error"}
    assert read(
        "op", 500, {"content-type": "application/problem+json"}, json.dumps(problem).encode()
    ) == {"upstream: Unknown error: op"}
    assert read("op", 0, {}, b"") == set()
    assert read("op", 204, {"sl-violations": "["}, b"") != set()


def test_a_served_emulator_becomes_faulty_and_well_again() -> None:
    """One process serves every fault, with what the peers need in it, over real HTTP."""
    step_module = importlib.import_module("peer_steps")
    world = step_module.arranged("sequence")
    ids = world.values["id"]
    assert len(ids) == len(set(ids)) > 1

    def delete(number: int) -> Any:
        url = f"http://emulator.invalid/customer-aliases/{ids[number]}"
        return step_module.Step(
            "send", request=Request("DELETE", url, tuple(world.headers.items()))
        )

    with importlib.import_module("peer_server").served("sequence") as server:
        wire = step_module.Wire(server.url)
        statuses = []
        for change in ("", "sequence-success-418", ""):
            server.become(change)
            for step in world.steps:
                wire.send(step)
            statuses += [wire.send(delete(0))[0], wire.send(delete(1))[0]]
        server.reset()
        statuses.append(wire.send(delete(2))[0])
        wire.close()
    assert statuses == [200, 200, 418, 418, 200, 200, 400]


def test_a_tool_that_is_not_there_is_said_to_be_missing(
    peers: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The comparison installs nothing: it says how to, and goes on without."""
    only = ["--only", "onesignal-success-418", "--tool", "prism"]
    assert peers.main([*only, "--prism", str(tmp_path)]) == 0
    assert "not measured: run `npm install" in capsys.readouterr().out
    assert peers.main(["nobody"]) == 2
    assert "has no catalogue of faults" in capsys.readouterr().err
