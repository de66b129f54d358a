from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from clusters import kill, running_cluster, until
from postgres import postgres_server, postgres_url
from tiny_apis import PASSED, tiny_environment, use_tiny_emulators, write_tiny_apis

from specproof.history import tables
from specproof.history.store import History, open_history
from specproof.model import VerdictKind
from specproof.scheduling.cluster.jobs import run_id_of
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan

__all__ = ["postgres_server", "postgres_url"]

APIS = 200
BATCH = "nightly-2026-11-22"


@pytest.fixture
def where(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give a history: PostgreSQL where it is installed, else a file."""
    try:
        return str(request.getfixturevalue("postgres_url"))
    except pytest.skip.Exception:
        return str(tmp_path / "history.db")


def _stored(history: History) -> int:
    with history.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(tables.run)) or 0)


@pytest.mark.no_cover
def test_a_batch_survives_the_death_of_anyone(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 APIs have one run each, as in one process, whoever is killed meanwhile."""
    names = write_tiny_apis(tmp_path, APIS)
    environment = {**tiny_environment(tmp_path), "SPECPROOF_HISTORY": where}
    asked = ["--all", "--cases", "0", "--batch", BATCH, "--label", "commit=0123abc", "--json"]
    with running_cluster(tmp_path, environment) as cluster, open_history(where) as history:
        scheduler = cluster.scheduler()
        first, second = cluster.worker(), cluster.worker()
        client = cluster.client(*asked)
        until(lambda: _stored(history) >= 20, alive=client)
        kill(second)
        until(lambda: _stored(history) >= 40, alive=client)
        kill(client)
        client = cluster.client(*asked)
        until(lambda: _stored(history) >= 80, alive=client)
        kill(scheduler)
        # What has lost its scheduler ends, and whoever runs it starts it again.
        first.wait(timeout=300)
        cluster.scheduler()
        workers = [cluster.worker(), cluster.worker()]
        out, said = client.communicate(timeout=600)
        assert client.returncode == 0, said.decode()
        assert all(worker.poll() is None for worker in workers)

        told = json.loads(out)
        assert [run["api"] for run in told["runs"]] == list(names)
        assert told["failures"] == []
        assert told["summary"]["passed"] == PASSED * APIS
        assert told["progress"]["already"] >= 40
        assert told["progress"]["reconnects"] == 1
        runs = history.runs(batch=BATCH)
        assert sorted(run.run_id for run in runs) == sorted(
            run_id_of(BATCH, name) for name in names
        )
        assert history.part_numbers() == {}
        assert {run.labels["commit"] for run in runs} == {"0123abc"}

        use_tiny_emulators(tmp_path, monkeypatch)
        plan = RunPlan(apis=names[:1], mode="discover", cases=0, root=str(tmp_path))
        alone = execute(plan)
        expected = {
            # Why a requirement holds is not kept but in the run file.
            item.requirement.id.removeprefix(names[0]): (
                item.kind,
                "" if item.kind is VerdictKind.PASS else item.reason,
            )
            for item in alone.verdicts
        }
        for run in runs:
            [api] = run.apis
            assert (run.exit_code, run.exchanges) == (0, alone.summary.exchanges)
            assert run.distinct_requests == alone.summary.distinct_requests
            verdicts = history.verdicts(run.run_id, api.api)
            assert {
                name.removeprefix(api.api): (item.kind, item.reason)
                for name, item in verdicts.items()
            } == expected
        assert history.run(run_id_of(BATCH, names[0])).verdicts == alone.verdicts
