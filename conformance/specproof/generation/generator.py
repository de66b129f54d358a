"""Runs openapi-python-client in a process of its own and says clearly what it left out."""

from __future__ import annotations

import json
import re
import subprocess  # the generator gets no more than it needs, see ``worker``
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from specproof.document import canonical_json
from specproof.document.references import escape
from specproof.errors import InputError, LimitError
from specproof.generation.authentication import authentication
from specproof.generation.normalisation.classes import is_class
from specproof.generation.normalisation.draft import (
    Draft,
    Entry,
    Ignored,
    LeftOut,
    json_path,
)
from specproof.generation.normalisation.operations import is_template
from specproof.generation.process import Workers, run_once
from specproof.generation.response_headers import response_headers
from specproof.generation.response_schemas import response_schemas
from specproof.generation.source import ClientSource
from specproof.generation.transforms import Applied, transformed
from specproof.model import JsonObject
from specproof.text import one_line

__all__ = ["CONFIG", "RUNTIME", "TEMPLATES", "Outcome", "check_paths", "run_generator"]

CONFIG: Mapping[str, Any] = {
    "docstrings_on_attributes": False,
    "field_prefix": "field_",
    "generate_all_tags": False,
    "literal_enums": False,
    "use_path_prefixes_for_title_model_names": True,
}
"""What we set of openapi-python-client's configuration file."""

TEMPLATES = Path(__file__).with_name("templates")
"""Our templates; where one is missing, the generator's own of the same name is used."""

RUNTIME = Path(__file__).with_name("runtime")
"""Modules that every client carries as they are."""

_LIMITS = {"memory": 2 << 30, "file": 64 << 20, "seconds": 240}
_ADDRESS = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")
_ABSOLUTE = re.compile(r"https?://[0-9A-Za-z.:_~\[\]-]+(?:/[!$%&'()*+,./0-9:;=@A-Za-z_~-]*)?")
_EXAMPLE_URL = "https://api.example.com"
_SHOWN = 5
_TOO_DEEP = "has schemas that hold each other too deeply, or in a circle, for a client"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a description.

    Attributes:
        transforms: what changed it before the generator read it.
        left_out: what the client lacks.
        operations: how many operations the description has.
        generated: how many of them the client calls.
    """

    transforms: tuple[Applied, ...]
    left_out: tuple[LeftOut, ...]
    operations: int
    generated: int


def run_generator(
    source: ClientSource,
    folder: Path,
    work: Path,
    *,
    limits: Mapping[str, int] | None = None,
    hash_seed: str = "0",
    workers: Workers | None = None,
) -> Outcome:
    """Write the client of ``source`` into the empty directory ``folder``, not yet formatted.

    Args:
        work: scratch directory outside ``folder``.
        limits: ``memory`` and ``file`` in bytes, ``seconds``; those of ``worker`` by default.
        hash_seed: PYTHONHASHSEED of the generator; the output does not depend on it.
        workers: does the work, in the place of a process that is started for it.

    Returns:
        What was changed before the generator read it, and what it left out; nothing is left
        out in silence.

    Raises:
        InputError: nothing can be generated, or the source wants all of it and a part can not.
        LimitError: the generator needed more memory or time than it may have.
    """
    if source.wants_all:
        check_paths(source)
    document, draft, applied = _transformed(source)
    total = len(draft.entries) + sum(part.why.startswith("its path is") for part in draft.left_out)
    described = work / "effective.json"
    described.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
    job = {
        "document": str(described.resolve()),
        "output": str(folder.resolve()),
        "package": source.package,
        "project": source.project,
        "templates": str(TEMPLATES),
        "runtime": str(RUNTIME),
        "context": _context(source, draft),
        "limits": {**_LIMITS, **(limits or {})},
        "config": {**CONFIG, "content_type_overrides": dict(sorted(draft.overrides.items()))},
    }
    answer = _run(job, source, work, draft, hash_seed=hash_seed, workers=workers)
    schemas = canonical_json(cast("JsonObject", response_schemas(source.document)))
    (folder / source.package / "schemas.json").write_bytes(schemas)
    left_out = (*draft.left_out, *_left_out(draft, answer))
    if source.wants_all:
        _refuse_gaps([part for part in left_out if not isinstance(part, Ignored)], source)
    return Outcome(applied, left_out, total, len(answer["operations"]))


def _transformed(source: ClientSource) -> tuple[JsonObject, Draft, tuple[Applied, ...]]:
    try:
        return transformed(source.document)
    except RecursionError:
        raise LimitError(_TOO_DEEP, file=source.file) from None
    except InputError as error:
        # The steps know the document and not where it is from.
        raise type(error)(error.problem, file=source.file, remedy=error.remedy) from None


def check_paths(source: ClientSource) -> None:
    """Refuse path keys that would send a call, and its credentials, somewhere else.

    Raises:
        InputError: a key is no template of a path on the server (OpenAPI 3.1.1, 4.8.8).
    """
    paths = source.document.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        if path.startswith("x-"):
            continue
        if not is_template(path):
            raise InputError(
                f"the path {one_line(path, 120)!r} is not a path template such as /users/{{id}}",
                file=source.file,
                remedy="correct it with an overlay action",
            )


def _context(source: ClientSource, draft: Draft) -> dict[str, Any]:
    document = source.document
    servers = document.get("servers")
    urls = [
        one_line(server["url"])
        for server in (servers if isinstance(servers, list) else ())
        if isinstance(server, dict) and isinstance(server.get("url"), str)
    ]
    headers = response_headers(document)
    return {
        "operations": {
            entry.identifier: {
                "template": entry.path,
                "parts": entry.parts,
                "wire": {f"{place} {name}": sent for (place, name), sent in entry.wire.items()},
                "headers": headers.get(f"{entry.method.upper()} {entry.path}", []),
            }
            for entry in draft.entries
        },
        "left_out": [part.line() for part in draft.left_out],
        "source": source.label,
        "title": source.title.removesuffix(" API"),
        "servers": urls,
        "base_url": next((url for url in urls if _ABSOLUTE.fullmatch(url)), _EXAMPLE_URL),
        "authentication": asdict(authentication(document, api=source.name, file=source.file)),
    }


def _run(
    job: dict[str, Any],
    source: ClientSource,
    work: Path,
    draft: Draft,
    *,
    hash_seed: str,
    workers: Workers | None,
) -> dict[str, list[Any]]:
    seconds = job["limits"]["seconds"]
    try:
        done = (
            run_once(job, work, hash_seed=hash_seed) if workers is None else workers.run(job, work)
        )
    except subprocess.TimeoutExpired:
        raise LimitError(
            f"generating the client took longer than {seconds} s", file=source.file
        ) from None
    if done.returncode == 0:
        answer: dict[str, list[Any]] = json.loads(done.stdout)
        return answer
    lines = done.stderr.strip().splitlines()
    last = one_line(lines[-1]) if lines else f"exit status {done.returncode}"
    if done.returncode < 0 or last.startswith("MemoryError"):
        raise LimitError(
            f"generating the client needed more than {job['limits']['memory'] >> 20} MiB of memory"
            f" or {seconds} s ({last})",
            file=source.file,
        )
    place = _crash_place(done.stdout, draft)
    raise InputError(
        f"openapi-python-client stopped with {last}, at {one_line(place or 'no place it names')}",
        file=source.file,
        remedy=f"correct the description with an overlay action: target {json_path(place)}"
        if place
        else "remove parts of the description with overlay actions until it is generated",
    )


def _crash_place(answer: str, draft: Draft) -> str:
    """Return the JSON Pointer of what the generator worked on last; empty where unknown."""
    try:
        at = json.loads(answer)["at"]
    except (ValueError, KeyError, TypeError):
        return ""
    for entry in draft.entries:
        if (entry.key, entry.method) == (at.get("path"), at.get("method")):
            return entry.pointer
    # A class inside another is called after it: the longest beginning is the nearest component.
    near = [
        (len(made), component)
        for component, made in draft.models.items()
        if str(at.get("schema", "")).startswith(made)
    ]
    return f"/components/schemas/{escape(max(near)[1])}" if near else ""


def _left_out(draft: Draft, answer: Mapping[str, Sequence[Any]]) -> Iterator[LeftOut]:
    """Compare the client with the description, operation by operation and class by class."""
    problems = [
        (problem["header"], one_line(_ADDRESS.sub("", problem["detail"]), 200))
        for problem in answer["problems"]
    ]
    made = {operation["name"]: operation for operation in answer["operations"]}
    told = set()
    for entry in draft.entries:
        start = f"parsing {entry.method.upper()} {entry.key} within "
        reasons = [detail for header, detail in problems if start in header]
        told.update(reasons)
        why = reasons[0] if reasons else "openapi-python-client does not generate it"
        yield from _missing(entry, made.get(entry.identifier), why)
    classes = set(answer["classes"])
    for name, node in draft.schemas.items():
        if is_class(node) and name not in classes:
            reasons = [detail for header, detail in problems if name in header]
            told.update(reasons)
            why = reasons[0] if reasons else "openapi-python-client does not generate it"
            yield _gap(f"the model {name}", f"/components/schemas/{escape(name)}", why)
    for header, detail in problems:
        if detail not in told:
            yield _gap(one_line(header.removeprefix("WARNING "), 200).strip(" .:"), "", detail)


def _missing(entry: Entry, made: Mapping[str, Any] | None, why: str) -> Iterator[LeftOut]:
    if made is None:
        yield _gap(entry.label, entry.pointer, why)
        return
    for status in entry.node["responses"]:
        if status not in made["statuses"]:
            place = f"{entry.pointer}/responses/{escape(status)}"
            yield _gap(f"{entry.label}: response {status}", place, why)
    for media_type in entry.node.get("requestBody", {}).get("content", ()):
        if media_type not in made["bodies"]:
            place = f"{entry.pointer}/requestBody/content/{escape(media_type)}"
            yield _gap(f"{entry.label}: request body as {media_type}", place, why)
    if made["parameters"] != len(entry.node["parameters"]):
        yield _gap(f"{entry.label}: a parameter", f"{entry.pointer}/parameters", why)


def _gap(what: str, place: str, why: str) -> LeftOut:
    target = f"target {json_path(place)}" if place else "target the part that it names"
    return LeftOut(what, place, why, f"{target}, with the corrected part as update")


def _refuse_gaps(left_out: Sequence[LeftOut], source: ClientSource) -> None:
    if not left_out:
        return
    told = [one_line(f"{part.what}: {part.why}", 300) for part in left_out]
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    raise InputError(
        f"the client would lack {len(told)} part(s): {'; '.join(told[:_SHOWN])}{more}",
        file=source.file,
        remedy=f"correct the description with an overlay action: {left_out[0].remedy}",
    )
