"""Plays every scenario of an API and keeps the exchanges as a recording."""

from __future__ import annotations

import json
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from specproof import __version__
from specproof.document import parse
from specproof.errors import CouldNotCheckError
from specproof.model import Exchange
from specproof.scenarios import plan as plan_scenarios
from specproof.suites.bench import Bench
from specproof.suites.plan import RunPlan, subject
from specproof.targets.har import Provenance, Recorded, to_har
from specproof.targets.redaction import Redactor, contract_words

__all__ = ["make_recording", "recording_file"]

_WORDS = re.compile(r"[a-z0-9]+")


def recording_file(folder: Path, plan: RunPlan) -> Path:
    """Return where the recording of ``plan`` is kept below the folder of its API."""
    return folder / f"{_kind(plan)}.har"


def make_recording(plan: RunPlan, path: Path, *, date: str) -> bytes:
    """Play the scenarios of the one API of ``plan`` and return them as HAR 1.2.

    Where nothing but the date differs from the recording at ``path``, that is what comes back.

    Args:
        date: when it is recorded, ``YYYY-MM-DD``.

    Raises:
        CouldNotCheckError: nothing was answered.
    """
    with tempfile.TemporaryDirectory(prefix="specproof-") as scratch:
        shared = replace(
            plan,
            # One budget for all scenarios, and values that no earlier run has invented.
            budget=f"{scratch}/budget.db",
            nonce=secrets.token_hex(8) if plan.target == "live" else "",
        )
        entries = list(_entries(shared, _date_of(path) or date))
    if not entries:
        raise CouldNotCheckError(f"{plan.apis[0]}: no scenario was answered")
    if path.is_file() and _rendered(entries) == path.read_bytes():
        return path.read_bytes()
    return _rendered(list(_dated(entries, date)))


def _rendered(entries: list[Recorded]) -> bytes:
    return f"{json.dumps(to_har(entries, __version__), indent=2)}\n".encode()


def _dated(entries: list[Recorded], date: str) -> Iterator[Recorded]:
    for item in entries:
        told = item.provenance
        yield Recorded(
            item.id,
            item.operation,
            item.request,
            item.response,
            Provenance(kind=told.kind, source=told.source, date=date),
            item.expects,
            item.facts,
        )


def _date_of(path: Path) -> str | None:
    """Return the date of the first entry of the recording that is there already."""
    if not path.is_file():
        return None
    entries = _field(_field(parse(path.read_bytes(), name=str(path)), "log"), "entries")
    first = entries[0] if isinstance(entries, list) and entries else None
    date = _field(_field(_field(first, "_specproof"), "provenance"), "date")
    return date if isinstance(date, str) else None


def _field(node: object, name: str) -> object:
    return node.get(name) if isinstance(node, dict) else None


def _entries(plan: RunPlan, date: str) -> Iterator[Recorded]:
    name = plan.apis[0]
    tested = subject(name, plan.root, plan.spec)
    words = contract_words(tested.effective)
    kind = _kind(plan)
    source = (
        "specproof record, from our emulator"
        if kind == "emulated-run"
        else ("specproof record, from the server of the vendor")
    )
    provenance = Provenance(kind=kind, source=source, date=date)
    for operation in tested.effective.operations.values():
        headers = {
            header.name.lower() for row in operation.responses.values() for header in row.headers
        }
        for scenario in plan_scenarios(operation):
            bench = Bench(plan, name, f"{name}/{operation.id}/{scenario.kind}")
            kept: list[Exchange] = []
            bench.hear = kept.append
            try:
                scenario.act(bench.stage(operation))
            finally:
                bench.close()
            answered = [item for item in kept if item.operation == operation.id]
            for number, exchange in enumerate(answered, start=1):
                if exchange.response is None:
                    continue
                plain = {item for item in bench.session.told if item not in bench.target.owned}
                redactor = Redactor(words, plain)
                yield Recorded(
                    id=_slug(f"{operation.id} {scenario.kind} {number}"),
                    operation=operation.id,
                    request=redactor.request(exchange, operation),
                    response=redactor.response(exchange.response, headers),
                    provenance=provenance,
                    expects=exchange.expects,
                    facts=redactor.facts(exchange.facts),
                )


def _kind(plan: RunPlan) -> str:
    return "emulated-run" if plan.target == "emulator" else "live-run"


def _slug(text: str) -> str:
    return "-".join(_WORDS.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", text).lower()))
