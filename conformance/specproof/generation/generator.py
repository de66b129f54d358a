"""Runs openapi-python-client in a process of its own and says clearly what it left out."""

from __future__ import annotations

import json
import re
import subprocess  # the generator gets no more than it needs, see ``worker``
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from specproof.document import canonical_json
from specproof.document.openapi import Operation, operations
from specproof.errors import InputError, LimitError
from specproof.generation.authentication import authentication
from specproof.generation.source import ClientSource
from specproof.generation.transforms import Applied, transformed
from specproof.model import JsonObject
from specproof.text import one_line

__all__ = ["CONFIG", "TEMPLATES", "check_paths", "run_generator"]

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

_WORKER = Path(__file__).with_name("worker.py")
_LIMITS = {"memory": 2 << 30, "file": 64 << 20, "seconds": 240}
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_FORBIDDEN_IN_PATH = re.compile(r"[\x00-\x20\x7f\\#]|^//|/\.{1,2}(?:/|$)")
_ADDRESS = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")
_ABSOLUTE = re.compile(r"https?://[!#$%&'()*+,./0-9:;=?@A-Za-z_~-]+")
_EXAMPLE_URL = "https://api.example.com"
_SHOWN = 5


def run_generator(
    source: ClientSource,
    folder: Path,
    work: Path,
    *,
    version: str,
    limits: Mapping[str, int] | None = None,
    hash_seed: str = "0",
) -> tuple[Applied, ...]:
    """Write the client of ``source`` into the empty directory ``folder``, not yet formatted.

    Args:
        work: scratch directory outside ``folder``.
        version: of the client.
        limits: ``memory`` and ``file`` in bytes, ``seconds``; those of ``worker`` by default.
        hash_seed: PYTHONHASHSEED of the generator; the output does not depend on it.

    Returns:
        The transforms that changed the description before the generator read it.

    Raises:
        InputError: the description holds what can not be generated; nothing is left out in
            silence.
        LimitError: the generator needed more memory or time than it may have.
    """
    check_paths(source)
    document, applied = transformed(source.document)
    described = work / "effective.json"
    described.write_bytes(canonical_json(document))
    job = {
        "document": str(described.resolve()),
        "output": str(folder.resolve()),
        "package": source.package,
        "project": source.project,
        "version": version,
        "templates": str(TEMPLATES),
        "context": _context(source, document, version),
        "limits": {**_LIMITS, **(limits or {})},
        "config": CONFIG,
    }
    answer = _run(job, source, work, hash_seed)
    _refuse_problems(answer["problems"], source)
    _refuse_missing(list(operations(document)), answer["operations"], source)
    return applied


def check_paths(source: ClientSource) -> None:
    """Refuse path keys that would send a call, and its credentials, somewhere else.

    Raises:
        InputError: a key is no template of a path on the server (OpenAPI 3.1.1, 4.8.8).
    """
    paths = source.document.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        if path.startswith("x-"):
            continue
        literal = _PLACEHOLDER.sub("", path)
        if (
            not path.startswith("/")
            or _FORBIDDEN_IN_PATH.search(path)
            or "{" in literal
            or "}" in literal
        ):
            raise InputError(
                f"the path {one_line(path, 120)!r} is not a path template such as /users/{{id}}",
                file=source.file,
                remedy="correct it with an overlay action",
            )


def _context(source: ClientSource, document: JsonObject, version: str) -> dict[str, Any]:
    servers = document.get("servers")
    urls = [
        one_line(server["url"])
        for server in (servers if isinstance(servers, list) else ())
        if isinstance(server, dict) and isinstance(server.get("url"), str)
    ]
    return {
        "source": source.label,
        "title": source.title.removesuffix(" API"),
        "version": version,
        "servers": urls,
        "base_url": next((url for url in urls if _ABSOLUTE.fullmatch(url)), _EXAMPLE_URL),
        "authentication": asdict(authentication(document, api=source.name, file=source.file)),
    }


def _run(
    job: dict[str, Any], source: ClientSource, work: Path, hash_seed: str
) -> dict[str, list[dict[str, str]]]:
    # -B: no bytecode is written; -s, -P: neither the user's packages nor this folder is searched.
    command = [sys.executable, "-B", "-s", "-P", str(_WORKER)]
    environment = {
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": hash_seed,
        "PYTHONUTF8": "1",
        "TMPDIR": str(work),
    }
    seconds = job["limits"]["seconds"]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command,
            input=json.dumps(job),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            cwd=work,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LimitError(
            f"generating the client took longer than {seconds} s", file=source.file
        ) from None
    if done.returncode == 0:
        answer: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
        return answer
    lines = done.stderr.strip().splitlines()
    last = one_line(lines[-1]) if lines else f"exit status {done.returncode}"
    if done.returncode < 0 or last.startswith("MemoryError"):
        raise LimitError(
            f"generating the client needed more than {job['limits']['memory'] >> 20} MiB of memory"
            f" or {seconds} s ({last})",
            file=source.file,
        )
    raise InputError(f"openapi-python-client stopped with {last}", file=source.file)


def _refuse_problems(problems: Sequence[Mapping[str, str]], source: ClientSource) -> None:
    if not problems:
        return
    told = [
        one_line(
            f"{problem['header'].removeprefix('WARNING ').strip(' .:')}: "
            f"{_ADDRESS.sub('', problem['detail'])}"
        ).strip(" :")
        for problem in problems
    ]
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    raise InputError(
        f"openapi-python-client would leave {len(told)} part(s) out: "
        f"{'; '.join(told[:_SHOWN])}{more}",
        file=source.file,
        remedy="correct the description with an overlay action",
    )


def _refuse_missing(
    wanted: Sequence[Operation],
    generated: Sequence[Mapping[str, str]],
    source: ClientSource,
) -> None:
    modules = Counter(operation["module"] for operation in generated)
    shared = sorted(module for module, count in modules.items() if count > 1)
    if shared:
        raise InputError(
            f"several operations would share the module {', '.join(shared[:_SHOWN])}",
            file=source.file,
            remedy="give them operationIds that differ in more than case and punctuation",
        )
    missing = Counter(_shape(operation.method, operation.path) for operation in wanted)
    missing.subtract(_shape(operation["method"], operation["path"]) for operation in generated)
    left_out = [
        f"{operation.method} {operation.path}"
        for operation in wanted
        if missing[_shape(operation.method, operation.path)] > 0
    ]
    if left_out:
        raise InputError(
            f"the client would lack {one_line(', '.join(left_out[:_SHOWN]))}"
            f"{' and others' if len(left_out) > _SHOWN else ''}",
            file=source.file,
            remedy="openapi-python-client does not generate it; correct it with an overlay action",
        )


def _shape(method: str, path: str) -> str:
    """The generator renames path parameters, so a path is known by its fixed parts."""
    return f"{method.upper()} {_PLACEHOLDER.sub('{}', path)}"
