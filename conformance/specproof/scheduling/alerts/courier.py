"""Hands messages to services through a process of its own, within a time, without a secret."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess  # a plugin that hangs can only be ended with its process
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from specproof.scheduling.alerts.services import Service

__all__ = ["Delivery", "Message", "deliver"]

# -P: what lies in the folder that somebody happens to be in is not imported.
_COMMAND: Final = (sys.executable, "-P", "-m", "specproof.scheduling.alerts.sending")
_SECONDS_TO_START: Final = 60.0
_SECONDS_TO_END: Final = 5.0
_SECONDS_OF_ALL: Final = 600.0  # less than a claim on what is told holds
_ENVIRONMENT: Final = frozenset({
    "ALL_PROXY", "APPDATA", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START", "HOME",
    "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LC_ALL", "LOCALAPPDATA", "NO_PROXY", "PATH",
    "PYTHONPATH", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE", "SYSTEMROOT", "TEMP",
    "TMP", "TMPDIR", "TZ", "USERPROFILE",
})  # fmt: skip
_TOO_LATE: Final = "did not answer in time"
_DIED: Final = "the process that sends messages ended"
_NO_TIME: Final = "the time of this call was over"


@dataclass(frozen=True, slots=True)
class Message:
    """What one service is told.

    Attributes:
        kind: ``failure``, ``warning``, ``success`` or ``info``, by which services choose colours.
    """

    service: Service
    title: str
    body: str
    kind: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went with a message; ``reason`` says why it was not sent and holds no secret."""

    message: Message
    sent: bool
    reason: str = ""


def deliver(messages: Sequence[Message], *, seconds: float = 20.0) -> Iterator[Delivery]:
    """Send ``messages`` and yield each as soon as it is known how it went.

    All of them together get ten minutes, so that no claim ends before its message is sent.

    Args:
        seconds: for each of them. A service that took longer, or with which the process that
            sends ended, gets no further one in this call.
    """
    end = time.monotonic() + _SECONDS_OF_ALL
    waiting = list(messages)
    while waiting and time.monotonic() < end:
        answered = 0
        for delivery in _sent(waiting, seconds):
            answered += 1
            yield delivery
            if time.monotonic() >= end:
                break
        waiting = waiting[answered:]
        if time.monotonic() < end:
            # The process ended early, in the last one: its service is left alone.
            service = delivery.message.service
            for message in [item for item in waiting if item.service == service]:
                yield Delivery(message, sent=False, reason=delivery.reason)
            waiting = [item for item in waiting if item.service != service]
    for message in waiting:
        yield Delivery(message, sent=False, reason=_NO_TIME)


def _sent(messages: Sequence[Message], seconds: float) -> Iterator[Delivery]:
    """Yield deliveries of one process, in order, until it is done, dead or out of time.

    One at least; the last is the one in which it ended early.
    """
    services = list(dict.fromkeys(message.service for message in messages))
    job = {
        "seconds": seconds,
        "services": [service.url for service in services],
        "messages": [
            {
                "service": services.index(message.service),
                "title": message.title,
                "body": message.body,
                "kind": message.kind,
            }
            for message in messages
        ],
    }
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name.upper() in _ENVIRONMENT},
    )
    try:
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, job, lines), daemon=True).start()
        patience = _SECONDS_TO_START + seconds
        for message in messages:
            try:
                line = lines.get(timeout=patience)
            except queue.Empty:
                yield Delivery(message, sent=False, reason=_TOO_LATE)
                return
            if not line:
                yield Delivery(message, sent=False, reason=_DIED)
                return
            answer = json.loads(line)
            yield Delivery(message, sent=answer["sent"], reason=answer["reason"])
            patience = seconds + 1
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
    finally:
        process.kill()
        process.wait()


def _read(process: subprocess.Popen[bytes], job: object, lines: queue.SimpleQueue[bytes]) -> None:
    """Give the process its job and put what it answers into ``lines``, at its end nothing."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    with contextlib.suppress(OSError, ValueError):
        # It may be ended meanwhile, or the pipe closed under our hands.
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.close()
        for line in process.stdout:
            lines.put(line)
        process.stdout.close()
    lines.put(b"")
