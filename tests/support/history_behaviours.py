"""What every history does, whichever database it is in; tests hold each kind of database to it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from stored import CHANGE, FAILING, PROMISE, REVISION, everything, night, stored_run

from specproof.errors import InputError
from specproof.history.prune import prune
from specproof.history.records import SeenCode, SeenResponse, StoredAlert, Stream
from specproof.history.store import History, open_history
from specproof.history.transfer import export_lines, import_lines
from specproof.model import VerdictKind
from specproof.suites.records import OperationStatistics

__all__ = ["BEHAVIOURS", "STREAM"]

STREAM = Stream("onesignal", "emulator", "http://emulator.test")


def _reads_what_was_stored(where: str) -> None:
    run = stored_run(1)
    with open_history(where) as history:
        assert history.store_run(run, batch="all", labels={"commit": "0123", "branch": "\x00main"})
        found = history.find("night-0001")
        assert history.run(found.run_id) == run
        assert (found.batch, found.complete, found.origin) == ("all", True, "http://emulator.test")
        assert found.labels == {"branch": "\u2400main", "commit": "0123"}
        assert (found.started, found.seed, found.exit_code) == (night(1), 7, 1)
        assert [(item.failed, item.infos) for item in found.apis] == [(2, 0), (0, 1)]
        assert found.api("sequence") is found.apis[1]
        assert found.api("nobody") is None
        assert found.streams == (STREAM, Stream("sequence", "emulator", "http://emulator.test"))
        verdicts = history.verdicts(found.run_id, "onesignal")
        assert list(verdicts) == sorted(verdicts)
        assert (verdicts[PROMISE].kind, verdicts[PROMISE].reason) == (VerdictKind.PASS, "")
        assert verdicts[FAILING].reason.startswith("broken in 1 exchange: \x1b[31m")
        first, second = history.findings(found.run_id, "onesignal")
        assert (first.fingerprint, second.deviation) == (
            run.findings[0].fingerprint,
            str(run.findings[1].deviation).replace("\x00", "\u2400"),
        )
        assert len(history.findings(found.run_id)) == len(run.findings)
        samples = history.latencies(found.run_id, "onesignal")
        assert [(item.status, item.count, item.milliseconds) for item in samples] == [
            (200, 3, (1.5,)),
            (404, 2, (0.25, 3.125, 13.0)),
        ]
        assert history.latencies(found.run_id, "sequence") == ()
        assert history.verdicts(found.run_id, "nobody") == {}
        assert history.findings("nobody") == ()


def _stores_a_run_once(where: str) -> None:
    run = stored_run(1)
    with open_history(where) as history:
        assert history.store_run(run)
        before = everything(history)
        assert not history.store_run(run)
        with pytest.raises(InputError, match="another run of the id night-0001 is stored"):
            history.store_run(stored_run(1, {FAILING: VerdictKind.PASS}))
        assert everything(history) == before


def _finds_runs(where: str) -> None:
    with open_history(where) as history:
        for number in (3, 1, 2):
            history.store_run(stored_run(number), batch=f"b{number}")
        history.store_run(stored_run(2, run_id="other", base_url=None))
        names = [item.run_id for item in history.runs()]
        assert names == ["night-0003", "other", "night-0002", "night-0001"]
        assert [item.run_id for item in history.runs(origin=None)] == ["other"]
        assert len(history.runs(origin="http://emulator.test", api="onesignal")) == 3
        assert history.runs(target="live") == history.runs(api="nobody") == ()
        assert [item.run_id for item in history.runs(batch="b2")] == ["night-0002"]
        assert [item.run_id for item in history.runs(since=night(3))] == ["night-0003"]
        assert [item.run_id for item in history.runs(until="2026-01-01T04:00:00+01:00")] == [
            "night-0001"
        ]
        assert [item.run_id for item in history.runs(limit=1)] == ["night-0003"]
        assert history.find("last").run_id == "night-0003"
        assert history.find("last~1").run_id == "other"
        assert history.find("last~1", origin=STREAM.origin).run_id == "night-0002"
        assert history.find("o").run_id == "other"
        for wrong, problem in (("night", "more than"), ("x%", "no run"), ("last~9", "run last~9")):
            with pytest.raises(InputError, match=problem):
                history.find(wrong)
        with pytest.raises(InputError, match="run begins with ''"):
            history.find("")
        history.store_run(stored_run(4, run_id="night"))
        assert history.find("night").run_id == "night"
        last, second = history.find("night-0003"), history.find("night-0002")
        assert history.before(last, "onesignal") == second
        assert history.before(history.find("night-0001"), "onesignal") is None
        with pytest.raises(InputError, match="there is no run 'nobody'"):
            history.run("nobody")


def _tells_a_timeline(where: str) -> None:
    with open_history(where) as history:
        for number in range(1, 8):
            mended = {FAILING: VerdictKind.PASS} if number == 4 else {}
            history.store_run(stored_run(number, mended))
        steps = list(history.timeline(STREAM))
        assert [run.run_id for run, _ in steps] == [f"night-000{n}" for n in range(7, 0, -1)]
        kinds = [verdicts[FAILING].kind.value for _, verdicts in steps]
        assert kinds == ["fail", "fail", "fail", "pass", "fail", "fail", "fail"]
        assert steps[0][1] is steps[6][1]
        assert [run.run_id for run, _ in history.timeline(STREAM, limit=2)] == [
            "night-0007",
            "night-0006",
        ]
        assert list(history.timeline(replace(STREAM, api="nobody"))) == []
        assert [item.api for item in history.streams()] == ["onesignal", "sequence"]


def _remembers_codes_and_responses(where: str) -> None:
    with open_history(where) as history:
        for number, codes in ((2, ("a",)), (3, ("a", "b")), (1, ("a", "\x00")), (4, ())):
            run = stored_run(number, codes=codes)
            seen = OperationStatistics("onesignal", "delete-alias", 1, 1, (200, 400 + number))
            history.store_run(replace(run, statistics=(seen,)))
        assert history.codes(STREAM) == (
            SeenCode("delete-alias", 404, "a", night(1), "night-0001", night(3)),
            SeenCode("delete-alias", 404, "b", night(3), "night-0003", night(3)),
            SeenCode("delete-alias", 404, "\u2400", night(1), "night-0001", night(1)),
        )
        assert history.responses(STREAM)[:2] == (
            SeenResponse("delete-alias", 200, night(1), night(4), "night-0004"),
            SeenResponse("delete-alias", 401, night(1), night(1), "night-0001"),
        )
        assert history.codes(replace(STREAM, origin=None)) == ()


def _keeps_changes_and_revisions(where: str) -> None:
    later = replace(CHANGE, noticed="2026-02-01T00:00:00+00:00", new_sha256="e" * 64)
    with open_history(where) as history:
        assert history.store_change(CHANGE)
        assert not history.store_change(replace(CHANGE, noticed=later.noticed))
        assert history.store_change(later)
        assert history.changes("onesignal") == history.changes() == (later, CHANGE)
        assert history.changes(since="2026-01-20T00:00:00Z") == (later,)
        assert history.changes("sequence") == ()
        assert CHANGE.id != later.id
        assert history.store_revision(REVISION)
        earlier = replace(REVISION, first_seen="2026-01-01T00:00:00+00:00")
        assert not history.store_revision(earlier)
        assert not history.store_revision(REVISION)
        assert history.revision("d" * 64) == earlier
        assert history.revision("0" * 64) is None
        assert history.revisions("onesignal") == history.revisions() == (earlier,)
        assert history.revisions("sequence") == ()


def _lets_one_of_two_save_an_alert(where: str) -> None:
    told = StoredAlert(STREAM, "0123456789abcdef", "new", "night-0001", night(1), data={"a": [1]})
    other = replace(told, stream=replace(STREAM, origin=None), subject="\x00")
    with open_history(where) as history, open_history(where) as rival:
        saved = history.save_alerts([told, other])
        assert [item.revision for item in saved] == [1, 1]
        assert rival.save_alerts([told]) == ()
        mine = history.alerts(STREAM)
        assert mine == (replace(told, revision=1),)
        theirs = rival.alerts(STREAM)
        claimed = replace(mine[0], claimed_by="me", claimed_until="2026-01-01T00:00:00Z")
        assert len(history.save_alerts([claimed])) == 1
        assert rival.save_alerts([replace(theirs[0], claimed_by="them")]) == ()
        assert history.alerts(STREAM)[0].claimed_by == "me"
        assert history.alerts(STREAM)[0].claimed_until == "2026-01-01T00:00:00+00:00"
        assert [item.subject for item in history.alerts()] == ["\u2400", "0123456789abcdef"]


def _makes_a_run_of_parts_once(where: str) -> None:
    run = stored_run(1)

    def store(index: int, plan: str = "p") -> bool:
        return history.store_part(
            "night-0001", b"x" * index, index=index, count=2, plan_digest=plan, api="onesignal"
        )

    with open_history(where) as history:
        assert [store(2), store(2), store(1)] == [True, False, True]
        with pytest.raises(InputError, match="different plans"):
            store(2, "q")
        assert history.part_numbers() == {"night-0001": (1, 2)}
        assert history.part_numbers("nobody") == {}
        parts = history.parts("night-0001")
        assert [(item.index, item.data) for item in parts] == [(1, b"x"), (2, b"xx")]
        assert [history.begin_part("night-0001", 1) for _ in range(3)] == [1, 2, 3]
        with pytest.raises(InputError, match="those of another run"):
            history.finish_parts("night-0002", run)
        assert history.finish_parts("night-0001", run, batch="b", labels={"a": "b"})
        assert not history.finish_parts("night-0001", stored_run(1, {FAILING: VerdictKind.PASS}))
        assert history.run("night-0001") == run
        assert (history.parts("night-0001"), store(1)) == ((), False)
        assert history.begin_part("night-0001", 1) == 1
        assert history.store_part("r", b"", index=1, count=1, plan_digest="", api="a")
        history.drop_parts("r")
        assert history.part_numbers() == {}


def _is_pruned(where: str) -> None:
    with open_history(where) as history:
        for number in range(1, 9):
            # It failed in the first night, and fails again since the fourth.
            fails = number in {1, 4, 6, 7, 8}
            undecided = number == 5
            kind = VerdictKind.INCONCLUSIVE if undecided else VerdictKind.PASS
            other = {} if fails else {FAILING: kind}
            history.store_run(stored_run(number, other, findings=number > 5))
        history.store_part("old", b"123", index=1, count=2, plan_digest="", api="a")
        at = "2027-01-08T04:00:00+00:00"
        planned = prune(history, keep_days=3, drop_days=368, at=at, dry_run=True)
        assert len(history.runs()) == 8
        done = prune(history, keep_days=3, drop_days=368, at=at)
        assert replace(planned, size_after=None) == replace(done, size_after=None)
        # It began in the fourth night; the findings in the sixth; the eighth is the last. What
        # shows in another API or requirement since the first night began there.
        assert [item.run_id for item in history.runs() if item.complete] == [
            "night-0008",
            "night-0006",
            "night-0004",
            "night-0001",
        ]
        assert (done.runs, done.documents, done.held, done.parts) == (3, 1, 4, 0)
        assert done.freed > 0
        with pytest.raises(InputError, match="only the summary is kept of run 'night-0007'"):
            history.run("night-0007")
        assert history.verdicts("night-0007", "onesignal")
        assert [item.run_id for item, _ in history.timeline(STREAM)] == [
            f"night-000{number}" for number in (8, 7, 6, 4, 1)
        ]
        assert history.codes(STREAM)[0].first_run == "night-0001"
        assert not history.store_run(stored_run(7))
        with pytest.raises(InputError, match="another run"):
            history.store_run(stored_run(7, findings=False))
        assert prune(history, keep_days=100_000).held == 0
        assert prune(history, drop_days=0, at="2099-01-01T00:00:00+00:00").parts == 1
        with pytest.raises(InputError, match="is no number of days"):
            prune(history, keep_days=-1)


def _moves(where: str) -> None:
    with open_history(where) as history:
        for number in range(1, 4):
            mended = {FAILING: VerdictKind.PASS} if number == 2 else {}
            history.store_run(stored_run(number, mended))
        history.store_change(CHANGE)
        history.store_revision(REVISION)
        prune(history, keep_days=0)
        counts: dict[str, int] = {}
        data = b"".join(export_lines(history, counts))
        assert (counts["run"], counts["summary"], counts["change"]) == (2, 1, 1)
        again = import_lines(history, io.BytesIO(data), "f")
        assert set(again.stored.values()) == {0}
        assert dict(again.known) == counts
        with open_history(":memory:") as copy:
            assert dict(import_lines(copy, io.BytesIO(data), "f").stored)["run"] == 2
            assert everything(copy) == everything(history)
            assert b"".join(export_lines(copy)) == data


def _takes_many_writers(where: str) -> None:
    stored: list[str] = []
    failed: list[BaseException] = []

    def write(first: int) -> None:
        try:
            with open_history(where) as history:
                runs = [stored_run(number) for number in range(first, first + 6)]
                stored.extend(item.header.run_id for item in runs if history.store_run(item))
        except BaseException as error:  # noqa: BLE001 - the test tells what failed
            failed.append(error)

    # Two of them store the same runs, so that they meet in each.
    threads = [threading.Thread(target=write, args=(first,)) for first in (1, 1, 4, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with open_history(where, create=False) as history:
        assert sorted(stored) == sorted(item.run_id for item in history.runs())
        assert len(stored) == len(set(stored)) == 15
        assert all(history.run(name) for name in stored)


def _refuses_what_it_can_not_hold(where: str) -> None:
    run = stored_run(1)
    huge = replace(run, header=replace(run.header, seed=2**80))
    with open_history(where) as history:
        with pytest.raises(InputError, match="a number is too large"):
            history.store_run(huge)
        assert history.runs() == ()
        assert history.streams() == ()


def _is_pruned_while_others_store(where: str) -> None:
    failed: list[BaseException] = []

    def attempt(work: Callable[[History, int], object]) -> None:
        try:
            with open_history(where) as history:
                for number in range(1, 6):
                    work(history, number)
        except BaseException as error:  # noqa: BLE001 - the test tells what failed
            failed.append(error)

    def store(history: History, number: int) -> None:
        # Every second run has the verdicts that were just pruned with the run before.
        mended = {FAILING: VerdictKind.PASS} if number % 2 else {}
        run_id = f"r{number}"
        history.store_run(stored_run(number, mended, run_id=run_id, findings=False))

    def drop(history: History, _number: int) -> None:
        prune(history, drop_days=0, at="2099-01-01T00:00:00+00:00")

    def merge(history: History, _number: int) -> None:
        import_lines(history, io.BytesIO(lines), "f")

    with open_history(":memory:") as other:
        for number in (5, 3, 4):
            other.store_run(stored_run(number, findings=False))
        lines = b"".join(export_lines(other))
    threads = [threading.Thread(target=attempt, args=(work,)) for work in (store, drop, merge)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with open_history(where) as history:
        assert history.find("last").run_id in {"night-0005", "r5"}
        assert all(history.verdicts(item.run_id, "onesignal") for item in history.runs())


BEHAVIOURS: dict[str, Callable[[str], None]] = {
    "reads what was stored": _reads_what_was_stored,
    "stores a run once": _stores_a_run_once,
    "finds runs": _finds_runs,
    "tells a timeline": _tells_a_timeline,
    "remembers codes and responses": _remembers_codes_and_responses,
    "keeps changes and revisions": _keeps_changes_and_revisions,
    "lets one of two save an alert": _lets_one_of_two_save_an_alert,
    "makes a run of parts once": _makes_a_run_of_parts_once,
    "is pruned": _is_pruned,
    "moves": _moves,
    "takes many writers": _takes_many_writers,
    "refuses what it can not hold": _refuses_what_it_can_not_hold,
    "is pruned while others store": _is_pruned_while_others_store,
}
"""By what a history does: a function that takes where one can be made."""
