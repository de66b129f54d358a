"""The process that talks to services: it reads one job, sends, and says of each how it went.

It runs alone, since plugins of many hands take part: what they print or log goes nowhere, what
hangs is ended from outside, and of the environment it sees no more than `courier` lets through.
The job is one line of JSON on standard input: ``{"seconds", "services": [URL], "messages":
[{"service", "title", "body", "kind"}]}``; each answer a line ``{"message", "sent", "reason"}``.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, Final

__all__ = ["main", "send_all"]

_STATUS: Final = re.compile(r"\berror=([1-5]\d\d)\b")
_MEMORY: Final = 1 << 30
"""Bytes that the process may use: an endpoint that answers without end fills no machine."""

_LATE: Final = "did not answer in time"
_UNKNOWN: Final = "no such kind of service, or its URL lacks something"


def send_all(job: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield how each message of ``job`` went, in their order; no reason repeats a URL."""
    import apprise  # noqa: PLC0415 - the parent imports this file for its name alone

    asset = apprise.AppriseAsset(
        app_id="specproof",
        app_desc="specproof",
        storage_mode="memory",
        # A redirected POST is repeated as a GET, which would look like success.
        http_redirects=False,
        async_mode=False,
        service_timeout=float(job["seconds"]),
        allow_templates=False,
    )
    services = [_service(apprise, asset, url) for url in job["services"]]
    late: set[int] = set()
    for number, message in enumerate(job["messages"]):
        service = services[message["service"]]
        if service is None or message["service"] in late:
            reason = _UNKNOWN if service is None else _LATE
            yield {"message": number, "sent": False, "reason": reason}
            continue
        result = service.notify(
            title=message["title"],
            body=message["body"],
            notify_type=message["kind"],
            body_format=apprise.NotifyFormat.TEXT,
        )
        if result.timeout_count:
            late.add(message["service"])
        reason = "" if result else _reason(result)
        yield {"message": number, "sent": bool(result), "reason": reason}


def _service(apprise: Any, asset: Any, url: str) -> Any:
    made = apprise.Apprise.instantiate(url, asset=asset)
    if made is None:
        return None
    # What a service would refuse as too long is cut instead; the head of a message says most.
    made.overflow_mode = apprise.OverflowMode.TRUNCATE
    alone = apprise.Apprise(asset=asset)
    alone.add(made)
    return alone


def _reason(result: Any) -> str:
    """Return the HTTP status at most: everything else that is logged may hold a token."""
    if result.timeout_count:
        return _LATE
    for entry in result.logs():
        found = _STATUS.search(str(entry.message))
        if found:
            return f"answered {found[1]}"
    return "could not be reached, or did not accept the message"


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        # Windows has no such limits, and other systems may refuse this one.
        import resource  # noqa: PLC0415 - not everywhere

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main() -> None:
    """Do the job on standard input."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    _limit_memory()
    job = json.loads(sys.stdin.readline())
    for answer in send_all(job):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
