"""A small history: three APIs, twenty runs, two changes, and whatever words are put into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import tomlkit
from diffs import awkward_diff

from specproof.document.canonical import canonical_json, digest
from specproof.history.records import StoredChange, StoredRevision
from specproof.history.store import History, open_history
from specproof.model import (
    Blame,
    Finding,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
    fingerprint,
)
from specproof.report.changes.document import diff_document
from specproof.report.changes.view import counts
from specproof.suites.records import Latency
from specproof.suites.runfile import (
    ExportedExchange,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    summarise,
)

__all__ = ["APIS", "BROKEN", "VENDOR", "catalog", "fill", "made_run"]

APIS = ("park", "shop", "zoo")
BROKEN = "shop/op-0/200/schema"
"""The requirement of ``shop`` that fails since its eighth run."""

VENDOR = "https://vendor.test/"
"""Where addresses lead that a site may link to."""

_BEGIN = datetime(2026, 11, 1, 3, tzinfo=UTC)
_STATUSES = ("200", "4XX", "default")
_PROMISED = (("schema", Source.SCHEMA), ("explained", Source.HTTP))
_PLACES: Mapping[str, tuple[str, str | None, int]] = {
    "shop": ("live", "https://api.shop.test", 10),
    "zoo": ("emulator", None, 6),
    "park": ("recorded", None, 4),
}
"""Where each API runs, and how often."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Puts words of a stranger beside those that say what something is."""

    hostile: str

    def __call__(self, plain: str) -> str:
        return f"{plain} {self.hostile}" if self.hostile else plain


def fill(where: str | Path, hostile: str = "", latest: int = 99) -> None:
    """Make the history.

    Args:
        where: file of the database.
        hostile: put into every text that comes from a vendor, a spec or a server.
        latest: only so many runs of each API, the latest ones.
    """
    with open_history(str(where)) as history:
        for api, (_, _, runs) in _PLACES.items():
            for number in range(runs)[-latest:]:
                labels = {"branch": _Words(hostile[:900])("main"), "commit": "0" * 40}
                history.store_run(
                    made_run(api, number, hostile), batch=f"night-{number}", labels=labels
                )
        _changes(history, _Words(hostile))


def catalog(root: Path, hostile: str = "") -> None:
    """Make ``specs/shop`` below a folder: a page with its address, and a deviation that expires."""
    words = _Words(hostile)
    folder = root / "specs/shop"
    (folder / "pages").mkdir(parents=True)
    page = words("It is **deleted immediately**.").encode()
    (folder / "pages/page.md").write_bytes(page)
    (folder / "published.yaml").write_text("openapi: 3.1.0\n")
    deviation = {
        "rule": words("undocumented-field"),
        "requirement": words("shop/op-0/200/unlisted"),
        "reason": words("known to the vendor"),
        "evidence": [f"{VENDOR}issue/1", words("told by mail")],
        "expires": date(2026, 11, 30),
    }
    (folder / "deviations.toml").write_text(tomlkit.dumps({"deviation": [deviation]}))
    source = {
        "file": "pages/page.md",
        "url": f"{VENDOR}page",
        "retrieved": _BEGIN,
        "media_type": "text/markdown",
        "sha256": digest(page),
    }
    told = {
        "api": {"name": "shop", "title": words("Shop"), "licence_note": words("")},
        "page": [source],
        "spec": {"file": "published.yaml", "sha256": "0" * 64},
    }
    (folder / "source.toml").write_text(tomlkit.dumps(told))


def made_run(api: str, number: int, hostile: str = "") -> Run:
    """Return one run of an API.

    ``shop`` fails since run 7 and was flaky before, ``zoo`` holds, and the last run of ``park``
    tested nothing. One finding of ``shop`` is accepted.
    """
    words = _Words(hostile)
    target, base_url, runs = _PLACES[api]
    nothing = api == "park" and number == runs - 1
    broken = api == "shop" and (number >= 7 or number == 3)
    operations = tuple(
        RunOperation(
            words(f"op-{place}") if place else "op-0",
            "DELETE",
            words(f"/things/{place}"),
            _STATUSES,
        )
        for place in range(2)
    )
    verdicts = list(_verdicts(api, operations, words, nothing=nothing, broken=broken))
    findings = [_finding(api, words)] if broken else []
    if api == "shop":
        findings.append(_accepted(words))
    ended = 3 if nothing else 1 if broken else 0
    began = _BEGIN + timedelta(days=number, hours=APIS.index(api))
    return Run(
        header=RunHeader(
            run_id=f"{api}-{number:02}",
            version="0.1.0",
            started=began.isoformat(),
            target=target,
            base_url=base_url,
            seed=number,
            cases=None,
            apis=(RunApi(api, words(api.title()), "a" * 64, "b" * 64, operations),),
        ),
        verdicts=tuple(verdicts),
        findings=tuple(findings),
        exchanges=tuple(_exchange(api, target, f"e-{place}", words) for place in range(2)),
        statistics=tuple(
            OperationStatistics(api, operation.id, 9, 7, (200, 404)) for operation in operations
        ),
        footer=RunFooter(
            (began + timedelta(minutes=5)).isoformat(),
            summarise(verdicts, findings, exchanges=27, distinct_requests=21),
            ended,
        ),
        latencies=(
            (Latency(api, "op-0", 200, 40, tuple(80.5 + number + step for step in range(40))),)
            if target == "live"
            else ()
        ),
    )


def _verdicts(
    api: str, operations: tuple[RunOperation, ...], words: _Words, *, nothing: bool, broken: bool
) -> Any:
    for operation in operations:
        for status in _STATUSES:
            for what, source in _PROMISED[: 2 if status == "200" else 1]:
                name = f"{api}/{operation.id}/{status}/{what}"
                kind, reason = VerdictKind.PASS, "held in 7 exchanges"
                if nothing or status == "default":
                    kind, reason = VerdictKind.INCONCLUSIVE, words("not brought about")
                elif status == "4XX":
                    kind, reason = VerdictKind.VACUOUS, words("the schema accepts anything")
                elif broken and name == BROKEN:
                    kind, reason = VerdictKind.FAIL, words("broken in 2 exchanges")
                yield Verdict(
                    Requirement(
                        name,
                        api,
                        operation.id,
                        status,
                        what,
                        source,
                        words(f"{operation.id} {status} keeps its {what}"),
                        words(f"/paths/~1things/{status}"),
                        status,
                    ),
                    kind,
                    reason,
                    ("e-0",) if kind in {VerdictKind.PASS, VerdictKind.FAIL} else (),
                )
    yield Verdict(
        Requirement(
            f"{api}/op-0/prose/at-once",
            api,
            "op-0",
            "prose",
            "at-once",
            Source.PROSE,
            words("It is gone at once."),
            f"page.md#{words('deleted immediately')}",
        ),
        VerdictKind.INCONCLUSIVE if nothing else VerdictKind.PASS,
        words("said in prose"),
    )


def _finding(api: str, words: _Words) -> Finding:
    return Finding(
        rule="response-schema",
        severity=Severity.ERROR,
        requirement=BROKEN,
        api=api,
        operation="op-0",
        status=200,
        message=words("name is no text"),
        fingerprint=fingerprint("broken"),
        blame=Blame.VENDOR_BEHAVIOUR,
        exchange="e-0",
        reproduce=words('curl -X DELETE "$BASE_URL/things/0"'),
        occurrences=2,
    )


def _accepted(words: _Words) -> Finding:
    return Finding(
        rule=words("undocumented-field"),
        severity=Severity.WARNING,
        requirement=words("shop/op-0/200/unlisted"),
        api="shop",
        operation="op-0",
        status=200,
        message=words("extra is not documented"),
        fingerprint=fingerprint("accepted"),
        blame=Blame.PUBLISHED_SPEC,
        exchange="e-1",
        reproduce="",
        deviation=words("known to the vendor"),
    )


def _exchange(api: str, target: str, name: str, words: _Words) -> ExportedExchange:
    return ExportedExchange(
        id=name,
        api=api,
        operation="op-0",
        scenario=words("replay"),
        target=target,
        provenance=words("observed"),
        expects="200",
        method="DELETE",
        path_template=words("/things/{id}"),
        status=200,
        elapsed_ms=12.5,
        request_bytes=0,
        response_bytes=14,
        content_type="application/json",
        reproduce=words('curl -X DELETE "$BASE_URL/things/0"'),
    )


def _changes(history: History, words: _Words) -> None:
    comparison = awkward_diff()
    assert comparison.old_root is not None
    assert comparison.new_root is not None
    roots = (comparison.old_root, comparison.new_root, {**comparison.new_root, "x": words("later")})
    revisions = []
    for number, root in enumerate(roots):
        data = canonical_json(root)
        seen = (_BEGIN + timedelta(days=number)).isoformat()
        revisions.append(
            StoredRevision("shop", digest(data), words(f"1.{number}"), words("Shop"), seen, data)
        )
        history.store_revision(revisions[-1])
    for old, new in pairwise(revisions):
        history.store_change(
            StoredChange(
                api="shop",
                noticed=new.first_seen,
                old_sha256=old.sha256,
                new_sha256=new.sha256,
                old_version=old.version,
                new_version=new.version,
                bump=comparison.bump.value,
                breaking=comparison.diff.breaking,
                levels=counts(comparison.diff),
                document=diff_document(comparison),
            )
        )
