from __future__ import annotations

import subprocess
import sys

from specproof.model import Exchange
from specproof.scenarios.corpus import StoredCase
from specproof.scenarios.replay import replay
from specproof.suites.bench import Bench
from specproof.suites.plan import RunPlan


def _bench() -> tuple[Bench, list[Exchange]]:
    bench = Bench(RunPlan(("onesignal",)), "onesignal", "replay")
    seen: list[Exchange] = []
    bench.hear = seen.append
    return bench, seen


def test_variables_and_resources_are_filled_in() -> None:
    """A parameter that is a credential gets our value, a resource is one that was arranged."""
    bench, seen = _bench()
    names = ("alias_label", "alias_id", "alias_label_to_delete")
    path = {"app_id": "$ONESIGNAL_APP_ID", **dict.fromkeys(names, "gone")}
    stage = bench.stage(bench.subject.effective.operations["delete-alias"])
    replay(stage, [StoredCase("valid", path, names), StoredCase("valid", path, names[:2])])
    sent = [item for item in seen if item.operation == "delete-alias"]
    assert [item.response and item.response.status for item in sent] == [200, 404]
    app_id = bench.target.credentials.value("ONESIGNAL_APP_ID")
    assert all(f"/apps/{app_id}/users/by/external_id/" in item.request.url for item in sent)
    assert sent[1].request.url.endswith("/identity/gone")
    assert "gone" not in bench.session.told
    bench.close()


def test_everything_stored_goes_out_as_it_stands() -> None:
    """Query, header fields and body are sent, percent-encoded where they must be."""
    bench, seen = _bench()
    path = {"app_id": "", "alias_label": "a/b", "alias_id": "ü", "alias_label_to_delete": ".."}
    case = StoredCase("invalid", path, (), (("q", "1&2"),), (("x-own", "v"),), b"body")
    replay(bench.stage(bench.subject.effective.operations["delete-alias"]), [case])
    request = seen[0].request
    assert request.url.endswith("/users/by/a%2Fb/%C3%BC/identity/%2E%2E?q=1%262")
    assert request.header("x-own") == "v"
    assert request.header("authorization")
    assert request.body == b"body"
    assert seen[0].facts["generated"] == "invalid"
    bench.close()


def test_resources_are_removed_on_the_way() -> None:
    """However long a replay is, only a few arranged resources stand at a time."""
    bench, seen = _bench()
    names = ("alias_label", "alias_id", "alias_label_to_delete")
    path = {"app_id": "$ONESIGNAL_APP_ID", **dict.fromkeys(names, "gone")}
    stage = bench.stage(bench.subject.effective.operations["delete-alias"])
    replay(stage, [StoredCase("valid", path, names)] * 120)
    made = sum(item.operation == "+create-user" for item in seen)
    removed = sum(item.operation == "+delete-user" for item in seen)
    assert (made, removed) == (120, 100)
    bench.close()


def test_a_replay_imports_no_schemathesis() -> None:
    """With a corpus at hand a whole run draws nothing, so it need not import what draws."""
    code = (
        "import sys; from specproof.suites.execute import execute;"
        " from specproof.suites.plan import RunPlan;"
        " run = execute(RunPlan(('sequence',)));"
        " assert run.footer.exit_code == 0, run.findings;"
        " assert sum(item.cases for item in run.statistics) > 400;"
        " assert 'schemathesis' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
