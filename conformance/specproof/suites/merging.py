"""Files of the parts of a run -> the whole run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specproof import __version__
from specproof.errors import InputError
from specproof.suites.parts import Part, assemble, subjects_digest
from specproof.suites.plan import RunPlan, subject
from specproof.suites.records import Run, RunHeader, Shard
from specproof.suites.runfile import read_run

__all__ = ["merge"]


def merge(
    files: Sequence[Path],
    *,
    root: Path | None = None,
    spec: Path | None = None,
    fail_on: str = "error",
    against: Run | None = None,
    flaky_ok: bool = False,
) -> Run:
    """Return the run of which ``files`` are the parts, in any order.

    The same files always give the same run, its id too.

    Args:
        root: folder with the catalog of which the parts were run; None where the program is.
        spec: OpenAPI file of an ad hoc run.
        fail_on: see ``conclude.Terms``, also for ``against`` and ``flaky_ok``.

    Raises:
        InputError: a file is no part, or of another run; parts are missing or there twice;
            specs or specproof are not those that the parts were run with.
        CouldNotCheckError: no request of the whole run was answered.
    """
    read = [_read(path) for path in files]
    if not read:
        raise InputError("there is no part to put together")
    first = read[0]
    places: dict[int, Path] = {}
    for file in read:
        _compare(file, first)
        index = file.part.index
        if index in places:
            raise InputError(
                f"part {index} of {file.part.count} is there twice",
                file=str(file.path),
                remedy=f"it is also in {places[index]}",
            )
        places[index] = file.path
    if first.header.version != __version__:
        raise InputError(
            f"made by specproof {first.header.version}, this is {__version__}",
            file=str(first.path),
            remedy="merge parts with the version that ran them",
        )
    plan = _plan(first, root, spec)
    for api in first.header.apis:
        if subject(api.api, plan.root, plan.spec).described() != api:
            raise InputError(
                f"the specs of {api.api} here are not those that the parts were run with",
                file=str(first.path),
                remedy="merge parts in the revision that ran them",
            )
    if first.shard.subjects != subjects_digest(plan):
        raise InputError(
            "the promises, stored cases or recordings here are not those of the parts",
            file=str(first.path),
            remedy="merge parts in the revision that ran them",
        )
    return assemble(
        plan,
        [file.part for file in read],
        fail_on=fail_on,
        against=against,
        flaky_ok=flaky_ok,
        digest=first.shard.plan,
    )


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    header: RunHeader
    shard: Shard
    part: Part


def _read(path: Path) -> _File:
    run = read_run(path)
    shard = run.header.shard
    if shard is None:
        raise InputError(
            "not a part of a run",
            file=str(path),
            remedy="merge what `specproof run --shard I/N --output FILE` wrote",
        )
    part = Part.from_bytes(run.part.encode(), str(path))
    if (part.index, part.count, part.plan_digest) != (shard.index, shard.count, shard.plan):
        raise InputError("its header is that of another part: it was changed", file=str(path))
    return _File(path, run.header, shard, part)


def _compare(file: _File, first: _File) -> None:
    """Refuse a part of another run; say what differs where that is known."""
    mine, theirs = file.header, first.header
    one, other = file.shard, first.shard
    known = (
        ("another version of specproof", mine.version, theirs.version),
        ("another number of parts", one.count, other.count),
        ("another target", (mine.target, mine.base_url), (theirs.target, theirs.base_url)),
        ("other APIs", [item.api for item in mine.apis], [item.api for item in theirs.apis]),
        ("other specs", mine.apis, theirs.apis),
        ("another seed", mine.seed, theirs.seed),
        ("another number of cases", (one.mode, one.cases), (other.mode, other.cases)),
        ("another option, or other stored cases", one.plan, other.plan),
    )
    for what, here, there in known:
        if here != there:
            raise InputError(
                f"a part of another run than {first.path}: {what}", file=str(file.path)
            )


def _plan(file: _File, root: Path | None, spec: Path | None) -> RunPlan:
    """Return the plan of the parts as far as it decides what their evidence says."""
    header, shard = file.header, file.shard
    return RunPlan(
        apis=tuple(item.api for item in header.apis),
        target=header.target,
        base_url=header.base_url,
        seed=header.seed,
        mode=shard.mode,
        cases=shard.cases,
        root=None if root is None else str(root.resolve()),
        spec=None if spec is None else str(spec.resolve()),
    )
