"""Removes what runs left on servers that are not ours, going by the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from specproof.errors import InputError
from specproof.model import Exchange
from specproof.suites.plan import Subject, subject
from specproof.targets.budget import Limits
from specproof.targets.ledger import Entry, Ledger, open_entries, settling
from specproof.targets.live import live_target
from specproof.targets.session import TargetSession
from specproof.targets.target import Target
from specproof.targets.world import ApiWorld

__all__ = ["Cleaned", "clean"]

_REQUESTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came of the entries for one API on one server.

    Attributes:
        removed: entries of which nothing is left.
        left: entries that are still open.
        reason: why some are, or an empty string.
        reached: whether the server answered.
    """

    api: str
    origin: str
    removed: int
    left: int
    reason: str
    reached: bool


def clean(
    path: Path,
    *,
    apis: Sequence[str] = (),
    base_url: str | None = None,
    spec: Path | None = None,
    headers: Mapping[str, str] | None = None,
    root: str | None = None,
) -> tuple[Cleaned, ...]:
    """Remove what the open entries of a ledger stand for; doing it again does no harm.

    Args:
        apis: names of APIs; all where none is named.
        base_url: where the server is now said to be; by default the server that the spec
            has at the entry's origin, or that origin itself.
        spec: OpenAPI file of an API that is not in the catalog.

    Raises:
        CouldNotCheckError: a run is writing the ledger.
        InputError: the ledger or an API can not be read.
    """
    if not open_entries(path):
        return ()
    found = []
    with settling(path) as ledger:
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in ledger.entries():
            if not apis or entry.api in apis:
                groups.setdefault((entry.api, entry.origin), []).append(entry)
        for (api, origin), entries in sorted(groups.items()):
            if base_url is not None and _origin(base_url) != origin:
                reason = "--base-url leads to another server"
                found.append(Cleaned(api, origin, 0, len(entries), reason, reached=True))
                continue
            try:
                tested = subject(api, root, None if spec is None else str(spec))
            except InputError:
                if spec is not None or root is not None:
                    raise
                raise InputError(
                    f"{api} is not in the catalog", remedy="name its OpenAPI file with --spec"
                ) from None
            url = base_url or _base_url(tested, origin)
            found.append(_cleaned(ledger, tested, origin, url, entries, headers=headers or {}))
    return tuple(found)


def _cleaned(
    ledger: Ledger,
    tested: Subject,
    origin: str,
    url: str,
    entries: Sequence[Entry],
    *,
    headers: Mapping[str, str],
) -> Cleaned:
    seen: list[Exchange] = []
    target = live_target(
        tested.name,
        tested.effective,
        base_url=url,
        resources={},
        limits=Limits(_REQUESTS),
        # Whoever ran there has confirmed it then, and what is ours is to go.
        allow_production=(urlsplit(url).hostname or "",),
        headers=headers,
    )
    try:
        removed = sum(_removed(ledger, target, tested, entry, seen) for entry in entries)
    finally:
        target.close()
    left = len(entries) - removed
    answers = [item for item in seen if item.response is not None]
    return Cleaned(
        api=tested.name,
        origin=origin,
        removed=removed,
        left=left,
        reason=_reason(seen) if left else "",
        reached=bool(answers) or not left,
    )


def _removed(
    ledger: Ledger, target: Target, tested: Subject, entry: Entry, seen: list[Exchange]
) -> bool:
    target.owned.update(value for _, value in entry.values)
    target.owned.update(entry.ids)
    session = TargetSession(
        target, tested.effective, scenario="cleanup", seed=0, record=seen.append
    )
    done = ApiWorld(session).remove(entry)
    if done:
        ledger.done(entry.key)
    del seen[:-1]
    return done


def _reason(seen: Sequence[Exchange]) -> str:
    last = seen[-1] if seen else None
    if last is None:
        return "the ledger does not say where it is"
    if last.response is None:
        return last.failure or "no answer"
    return f"the server answered {last.response.status}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def _base_url(tested: Subject, origin: str) -> str:
    for contract in (tested.effective, tested.published):
        servers = contract.document.get("servers")
        for server in servers if isinstance(servers, list) else ():
            url = str(server.get("url", "")) if isinstance(server, dict) else ""
            if _origin(url) == origin:
                return url.rstrip("/")
    return origin
