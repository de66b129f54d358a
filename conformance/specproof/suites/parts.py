"""Parts of a run, for many machines: what each has seen is put together to the same run.

The items of a run, sorted, are dealt out in turn. A part is what the items that fell to one
machine have seen; judged is the whole of it, so that no verdict depends on the number of parts.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from specproof import __version__
from specproof.catalog import open_catalog
from specproof.document import canonical_json
from specproof.document import digest as sha256
from specproof.errors import InputError, LimitError
from specproof.suites.bench import target_for
from specproof.suites.clock import now
from specproof.suites.conclude import Terms, conclude
from specproof.suites.evidence import Evidence
from specproof.suites.items import items_of
from specproof.suites.lines import decoded, encoded
from specproof.suites.plan import RunPlan, subject
from specproof.suites.records import Run, Shard, origin
from specproof.suites.repeats import Outcomes, confirmations_of, observe
from specproof.suites.tally import is_private
from specproof.targets.ledger import default_ledger

__all__ = [
    "MAX_PARTS",
    "MAX_PART_BYTES",
    "PART_SCHEMA",
    "Part",
    "assemble",
    "dealt",
    "execute_part",
    "items_of",
    "plan_digest",
    "prepared",
    "shard_run",
    "subjects_digest",
]

PART_SCHEMA: Final = "specproof.run-part/1"
MAX_PARTS: Final = 10_000
MAX_PART_BYTES: Final = 256 * 1024 * 1024

_DIGESTS: Final = 4_000_000
"""Most digests of requests in a part, which take a third of `MAX_PART_BYTES`."""

_NAMED: Final = 10
"""Most missing parts that a message names."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a run has seen; nothing in it may not be told, see ``suites.gather``.

    Attributes:
        plan_digest: of `plan_digest`, the same for all parts of a run.
        index: 1 to ``count``.
        started: RFC 3339, UTC; ``finished`` likewise.
        evidence: by item.
        repeats: by fingerprint, of findings that were tried again.
    """

    plan_digest: str
    index: int
    count: int
    started: str
    finished: str
    evidence: Mapping[str, Evidence]
    repeats: Mapping[str, Outcomes] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the part as one line of printable JSON, ``specproof.run-part/1``."""
        return encoded(
            {
                "schema": PART_SCHEMA,
                "plan_digest": self.plan_digest,
                "index": self.index,
                "count": self.count,
                "started": self.started,
                "finished": self.finished,
                "evidence": {name: asdict(item) for name, item in sorted(self.evidence.items())},
                "repeats": dict(sorted(self.repeats.items())),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "a part of a run") -> Part:
        """Read what ``to_bytes`` returned, strictly.

        Args:
            name: what to call it in messages.

        Raises:
            InputError: it is something else, or was cut short.
            LimitError: over `MAX_PART_BYTES`.
        """
        if len(data) > MAX_PART_BYTES:
            raise LimitError("too long for a part of a run", file=name)
        plain = decoded(data, "run-part", what="a part of a run", file=name, line=None)
        if plain["index"] > plain["count"]:
            raise InputError(f"there is no part {plain['index']} of {plain['count']}", file=name)
        del plain["schema"]
        evidence = {item: Evidence.from_plain(seen) for item, seen in plain["evidence"].items()}
        repeats = {key: tuple(outcomes) for key, outcomes in plain["repeats"].items()}
        return cls(**{**plain, "evidence": evidence, "repeats": repeats})


def prepared(plan: RunPlan) -> RunPlan:
    """Return ``plan`` ready to run: a live one with a nonce of its own and a ledger.

    Raises:
        InputError: an API, a file of it or an option is wrong.
        CouldNotCheckError: the API has no such target.
        GuardError: the target must not be used.
    """
    if plan.target == "live":
        plan = replace(
            plan,
            nonce=plan.nonce or secrets.token_hex(8),
            ledger=plan.ledger or str(default_ledger()),
        )
    for name in plan.apis:
        # What is wrong with a target is told in its own words, before any item meets it.
        target_for(plan, subject(name, plan.root, plan.spec)).close()
    return plan


def execute_part(
    plan: RunPlan,
    index: int,
    count: int,
    *,
    workers: int = 0,
    confirm: int = 0,
    fail_on: str = "error",
) -> Part:
    """Run the items that fall to part ``index`` (from 1) of ``count``; it may be none of them.

    Args:
        workers: processes to spread the items over; 0 runs them in this one.
        confirm: how often to try again what counts, see ``repeats.observe``.

    Raises:
        InputError: there is no such part, or an API, a file of it or an option is wrong.
        CouldNotCheckError: the suite itself broke down, or the API has no such target.
    """
    if not 1 <= index <= count <= MAX_PARTS:
        raise InputError(
            f"there is no part {index} of {count}",
            remedy=f"parts count from 1, and there are {MAX_PARTS} at most",
        )
    started = now()
    ready = replace(prepared(plan), only=dealt(plan, index, count))
    observed = observe(ready, started=started, workers=workers, confirm=confirm, fail_on=fail_on)
    return Part(
        plan_digest=plan_digest(plan),
        index=index,
        count=count,
        started=started,
        finished=now(),
        evidence=_fitting(observed.evidence),
        repeats=observed.repeats,
    )


def _fitting(evidence: Mapping[str, Evidence]) -> Mapping[str, Evidence]:
    """Return ``evidence`` with as many digests of requests as a part has room for."""
    listed = [digests for item in evidence.values() for digests in item.requests.values()]
    if sum(map(len, listed)) <= _DIGESTS:
        return evidence
    most = _DIGESTS // len(listed)
    return {
        name: replace(
            item,
            requests={place: digests[:most] for place, digests in item.requests.items()},
            unlisted={
                place: len(digests) - most
                for place, digests in item.requests.items()
                if len(digests) > most
            },
        )
        for name, item in evidence.items()
    }


def _apart(parts: Iterable[Part]) -> frozenset[tuple[str, str]]:
    """Return API and operation of what several parts have sent and one of them may not tell."""
    senders: dict[tuple[str, str], set[int]] = {}
    private = set()
    for part in parts:
        for item in part.evidence.values():
            for operation, digests in item.requests.items():
                senders.setdefault((item.api, operation), set()).add(part.index)
                if any(map(is_private, digests)):
                    private.add((item.api, operation))
    return frozenset(place for place in private if len(senders[place]) > 1)


def dealt(plan: RunPlan, index: int, count: int) -> tuple[str, ...]:
    """Return the items of part ``index`` (from 1) of ``count``."""
    return items_of(plan)[index - 1 :: count]


def assemble(
    plan: RunPlan,
    parts: Iterable[Part],
    *,
    fail_on: str = "error",
    against: Run | None = None,
    run_id: str | None = None,
    flaky_ok: bool = False,
    digest: str | None = None,
) -> Run:
    """Put the parts of a run together; the result is that of the run in one piece.

    Args:
        fail_on: see ``conclude.Terms``, also for ``against`` and ``flaky_ok``.
        run_id: id of the run; without it one that the same parts always give.
        digest: of the plan that the parts were run by, where ``plan`` is only what is known of
            it from their files.

    Raises:
        InputError: a part is missing, there twice, or of another run.
        CouldNotCheckError: no request of the whole run was answered.
    """
    given = sorted(parts, key=lambda part: part.index)
    _check(plan, given, digest or plan_digest(plan))
    if run_id is None:
        sums = "".join(hashlib.sha256(part.to_bytes()).hexdigest() for part in given)
        run_id = hashlib.sha256(sums.encode()).hexdigest()[:16]
    return conclude(
        plan,
        {name: item for part in given for name, item in part.evidence.items()},
        run_id=run_id,
        started=min(part.started for part in given),
        finished=max(part.finished for part in given),
        terms=Terms(fail_on, against, flaky_ok),
        confirmations=confirmations_of(part.repeats for part in given),
        apart=_apart(given),
    )


def shard_run(plan: RunPlan, part: Part, *, fail_on: str = "error", flaky_ok: bool = False) -> Run:
    """Return ``part`` judged alone, as a run that says it is a part and can be merged."""
    text = part.to_bytes().decode("ascii")
    run = conclude(
        plan,
        part.evidence,
        run_id=hashlib.sha256(text.encode()).hexdigest()[:16],
        started=part.started,
        finished=part.finished,
        terms=Terms(fail_on, None, flaky_ok),
        confirmations=confirmations_of([part.repeats]),
        shard=Shard(
            part.index,
            part.count,
            part.plan_digest,
            plan.mode,
            plan.cases,
            subjects_digest(plan),
        ),
    )
    return replace(run, part=text)


def plan_digest(plan: RunPlan) -> str:
    """Return 64 hexadecimal digits for everything that decides what a run sends and expects.

    The same on every machine that has the same specs and the same specproof. Folders, nonces
    and the like are left out; so are ids of resources and the paths of URLs, at which somebody
    could guess who sees the digest.
    """
    plan = replace(plan, only=None)
    plain = asdict(replace(plan, budget=None, ledger=None, nonce="", root=None))
    plain |= {
        "base_url": origin(plan.base_url),
        "spec": plan.spec is not None,
        "resources": sorted(plan.resources),
        "headers": sorted(plan.headers),
        "version": __version__,
        "items": items_of(plan),
        "subjects": _subject_digests(plan),
    }
    return sha256(canonical_json(plain))


def subjects_digest(plan: RunPlan) -> str:
    """Return 64 hexadecimal digits for what the catalog has of the APIs of ``plan``."""
    return sha256(canonical_json(_subject_digests(plan)))


def _subject_digests(plan: RunPlan) -> list[Any]:
    return [_subject_digest(name, plan.root, plan.spec) for name in plan.apis]


@functools.lru_cache(maxsize=64)
def _subject_digest(name: str, root: str | None, spec: str | None) -> str:
    tested = subject(name, root, spec)
    stored: list[Any] = []
    if spec is None:
        catalog = open_catalog(Path(root) if root else None)
        for folder in (catalog.corpus / name, catalog.recordings / name):
            files = sorted(item for item in folder.rglob("*") if item.is_file())
            stored += [
                [item.relative_to(folder).as_posix(), sha256(item.read_bytes())] for item in files
            ]
    return sha256(
        canonical_json(
            {
                "published": tested.published_sha256,
                "effective": tested.effective_sha256,
                "requirements": [asdict(item) for item in tested.requirements],
                "stored": stored,
            }
        )
    )


def _check(plan: RunPlan, parts: Sequence[Part], known: str) -> None:
    if not parts:
        raise InputError("there is no part to put together")
    count = parts[0].count
    for part in parts:
        if part.plan_digest != known or part.count != count:
            raise InputError(
                f"part {part.index} of {part.count} is of another run: another command, other"
                " specs or another version of specproof"
            )
    indexes = [part.index for part in parts]
    doubled = sorted({index for index in indexes if indexes.count(index) > 1})
    if doubled:
        raise InputError(f"part {doubled[0]} of {count} is there twice")
    missing = sorted(set(range(1, count + 1)) - set(indexes))
    if missing:
        more = " and more" if len(missing) > _NAMED else ""
        shown = ", ".join(map(str, missing[:_NAMED])) + more
        raise InputError(
            f"part{'s' if len(missing) > 1 else ''} {shown} of {count}"
            f" {'are' if len(missing) > 1 else 'is'} missing"
        )
    names = items_of(plan)
    for part in parts:
        due = names[part.index - 1 :: count]
        apis = {name: item.api for name, item in part.evidence.items()}
        if apis != {name: name.split("/")[1] for name in due}:
            raise InputError(
                f"part {part.index} of {count} does not hold what fell to it",
                remedy="its file was changed, or the stored cases and recordings here are others",
            )
