"""Messages really sent: over HTTP on loopback, through a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from takers import Taker, taking

from specproof.scheduling.alerts import courier, sending
from specproof.scheduling.alerts.book import LEASE
from specproof.scheduling.alerts.courier import Delivery, Message, deliver
from specproof.scheduling.alerts.services import Service

CANARY = "canary-7f3ad0"


@pytest.fixture(scope="module")
def taker() -> Iterator[Taker]:
    """One server for the file."""
    with taking() as found:
        yield found


def _message(url: str, name: str = "CHAT#1") -> Message:
    return Message(Service(name, url), "title", "body\n  of <b>two</b> lines", "failure")


def _outcomes(deliveries: Iterator[Delivery]) -> list[tuple[str, bool, str]]:
    return [(each.message.service.name, each.sent, each.reason) for each in deliveries]


def test_services_of_every_sort(
    taker: Taker,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Delivered, refused, redirected, nobody there, hanging, unknown: each its own outcome.

    Neither what is told nor what is printed holds a part of a URL, though the plugins log them.
    """
    (tmp_path / "apprise.py").write_text("raise SystemExit", "utf-8")
    monkeypatch.chdir(tmp_path)
    taker.came.clear()
    services = [
        ("JSON#1", taker.url(f"200/{CANARY}")),
        ("XML#1", taker.url(f"204/{CANARY}", "xml")),
        ("FORM#1", taker.url(f"200/{CANARY}", "form")),
        ("ERROR#1", taker.url(f"500/{CANARY}")),
        ("MOVED#1", taker.url(f"302/{CANARY}")),
        ("NOBODY#1", f"json://user:{CANARY}@127.0.0.1:1/{CANARY}"),
        ("HANG#1", taker.url(f"hang/{CANARY}?rto=2")),
        ("HANG#1", taker.url(f"hang/{CANARY}?rto=2")),
        ("UNKNOWN#1", f"nosuch://{CANARY}"),
        ("SHORT#1", f"slack://{CANARY}"),
        ("LAST#1", taker.url("200")),
    ]
    messages = [_message(url, name) for name, url in services]
    unreached = "could not be reached, or did not accept the message"
    unknown = "no such kind of service, or its URL lacks something"
    found = _outcomes(deliver(messages, seconds=1.5))
    assert found == [
        ("JSON#1", True, ""),
        ("XML#1", True, ""),
        ("FORM#1", True, ""),
        ("ERROR#1", False, "answered 500"),
        ("MOVED#1", False, "answered 302"),
        ("NOBODY#1", False, unreached),
        ("HANG#1", False, "did not answer in time"),
        ("HANG#1", False, "did not answer in time"),
        ("UNKNOWN#1", False, unknown),
        ("SHORT#1", False, unknown),
        ("LAST#1", True, ""),
    ]
    told = json.loads(taker.came[0][1])
    assert (told["title"], told["message"], told["type"]) == (
        "title",
        "body\n  of <b>two</b> lines",
        "failure",
    )
    assert b"&lt;b&gt;two" in taker.came[1][1]
    assert sum(path.startswith("/hang") for path, _ in taker.came) == 1
    assert CANARY not in f"{found}{capfd.readouterr()}"


def test_the_parent_ends_what_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs is killed; the other services still get their messages."""
    script = (
        "import json, sys, time\n"
        "job = json.loads(sys.stdin.readline())\n"
        "for number, message in enumerate(job['messages']):\n"
        "    if 'hang' in job['services'][message['service']]: time.sleep(60)\n"
        "    print(json.dumps({'message': number, 'sent': True, 'reason': ''}), flush=True)\n"
    )
    monkeypatch.setattr(courier, "_COMMAND", (sys.executable, "-I", "-S", "-c", script))
    monkeypatch.setattr(courier, "_SECONDS_TO_START", 1.0)
    messages = [
        _message("json://a", "A"),
        _message("json://hang", "H"),
        _message("json://b", "B"),
        _message("json://hang", "H"),
    ]
    late = "did not answer in time"
    assert _outcomes(deliver(messages, seconds=0)) == [
        ("A", True, ""),
        ("H", False, late),
        ("H", False, late),
        ("B", True, ""),
    ]


def test_a_process_that_dies_takes_one_service_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was at is told as not sent; the others get their messages from another process."""
    script = (
        "import json, sys\n"
        "job = json.loads(sys.stdin.readline())\n"
        "for number, message in enumerate(job['messages']):\n"
        "    if 'kills' in job['services'][message['service']]: raise SystemExit\n"
        "    print(json.dumps({'message': number, 'sent': True, 'reason': ''}), flush=True)\n"
    )
    monkeypatch.setattr(courier, "_COMMAND", (sys.executable, "-I", "-S", "-c", script))
    messages = [_message(f"json://{name}", name) for name in ("kills", "b", "kills", "c")]
    died = "the process that sends messages ended"
    assert sorted(_outcomes(deliver(messages))) == [
        ("b", True, ""),
        ("c", True, ""),
        ("kills", False, died),
        ("kills", False, died),
    ]


def test_all_of_a_call_has_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a claim ends sending ends: what is left is told as not sent."""
    script = (
        "import json, sys\n"
        "sys.stdin.readline()\n"
        "for number in range(3):\n"
        "    print(json.dumps({'message': number, 'sent': True, 'reason': ''}), flush=True)\n"
    )
    monkeypatch.setattr(courier, "_COMMAND", (sys.executable, "-I", "-S", "-c", script))
    clock = iter([0.0, 0.0, 0.0, 600.0])
    passing = SimpleNamespace(monotonic=lambda: next(clock, 600.0))
    monkeypatch.setattr(courier, "time", passing)
    messages = [_message(f"json://{name}", name) for name in "abc"]
    late = "the time of this call was over"
    found = _outcomes(deliver(messages))
    assert found == [("a", True, ""), ("b", True, ""), ("c", False, late)]
    assert LEASE.total_seconds() > courier._SECONDS_OF_ALL


def test_an_answer_without_end_fills_no_machine() -> None:
    """The process that sends limits its own memory."""
    script = (
        "import resource\n"
        "from specproof.scheduling.alerts import sending\n"
        "sending._limit_memory()\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert int(done.stdout) == 1 << 30


def test_nothing_to_send_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No message, no process."""
    monkeypatch.setattr(courier, "_COMMAND", ("/nonexistent",))
    assert list(deliver([])) == []


def test_the_process_sees_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the environment it gets what HTTP needs and nothing else."""
    monkeypatch.setenv("ONESIGNAL_KEY", CANARY)
    monkeypatch.setenv("SPECPROOF_ALERT_URLS", CANARY)
    script = (
        "import json, os, sys\n"
        "sys.stdin.readline()\n"
        "print(json.dumps({'message': 0, 'sent': False, 'reason': str(dict(os.environ))}))\n"
    )
    monkeypatch.setattr(courier, "_COMMAND", (sys.executable, "-I", "-S", "-c", script))
    ((_, _, seen),) = _outcomes(deliver([_message("json://a")]))
    assert "PATH" in seen
    assert CANARY not in seen


def test_apprise_is_not_loaded_by_the_parent() -> None:
    """It takes more than a second, and logs what nobody may read."""
    assert sending.main.__module__ == "specproof.scheduling.alerts.sending"
    assert "apprise" not in sys.modules
