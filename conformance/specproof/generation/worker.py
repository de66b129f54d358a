"""Runs openapi-python-client; a program of its own, started by ``specproof.generation.generator``.

It reads one job, a JSON object, from standard input and writes one JSON object to standard
output. It imports nothing of specproof, and before it looks at the document it gives up what
it does not need: memory, processor time and file size are limited, and an audit hook ends
every attempt to open a socket, start a program, or write outside the output folder.

Job: ``document`` (path of the JSON description), ``output`` (project folder to write),
``package``, ``project``, ``version``, ``templates`` (folder), ``context`` (what the templates
know beside the description), ``limits`` (``memory``, ``file`` in bytes, ``seconds``),
``config`` (fields of openapi-python-client's configuration file).

Answer: ``problems`` (list of ``{header, detail, level}``) and ``operations``
(list of ``{method, path, module}``, path parameters renamed).
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.strings import PythonIdentifier

__all__ = ["generate", "limit_resources", "main", "markdown_line", "refusal"]

_PROJECT_FILES = ("README.md", "pyproject.toml")
_PACKAGE_FILES = ("py.typed", "segments.py")
_FORBIDDEN_EVENTS = (
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
    "socket.",
    "subprocess.",
)
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_CHANGING_EVENTS = frozenset({"os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink"})


def limit_resources(limits: Mapping[str, int]) -> None:
    """Lower this process's limits: ``memory`` and ``file`` in bytes, ``seconds`` of processor."""
    try:
        import resource  # noqa: PLC0415 - absent outside POSIX, where only the time limit holds
    except ImportError:
        return
    for name, soft in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_CORE, 0),
    ):
        # A platform that does not know a limit refuses it; the others still hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (soft, soft))


def refusal(event: str, arguments: tuple[Any, ...], writable: Path) -> str | None:
    """Return why the audit event ``event`` must not happen, or None when it may."""
    if event.startswith(_FORBIDDEN_EVENTS):
        return f"{event} is not allowed while a client is generated"
    changed: object = None
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if writes or (isinstance(flags, int) and flags & _WRITING_FLAGS):
            changed = path
    elif event in _CHANGING_EVENTS:
        changed = arguments[0]
    if isinstance(changed, str | os.PathLike):
        # An emptied directory tree is walked through descriptors with relative names.
        place = Path(os.path.realpath(changed))
        if not place.is_relative_to(writable):
            return f"writing to {place} is not allowed while a client is generated"
    return None


def markdown_line(value: object) -> str:
    """Return ``value`` as one line of Markdown that is shown and not interpreted."""
    text = value.get_untrusted_value() if hasattr(value, "get_untrusted_value") else str(value)
    shown = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    escaped = "".join(
        f"\\{character}" if character in "\\`*_{}[]()<>#|!&~" else character
        for character in " ".join(shown.split())
    )
    return escaped if len(escaped) <= 200 else escaped[:199].rstrip("\\") + "…"  # noqa: PLR2004 - one line


def generate(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write the project that ``job`` describes and return the answer (see the module)."""
    output = Path(job["output"])
    config = Config.from_sources(
        ConfigFile(
            project_name_override=job["project"],
            package_name_override=job["package"],
            package_version_override=job["version"],
            post_hooks=[],
            **job["config"],
        ),
        MetaType.NONE,
        Path(job["document"]),
        "utf-8",
        False,
        output / job["package"],
    )
    document = json.loads(Path(job["document"]).read_text(encoding="utf-8"))
    data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        return {"problems": [_problem(data)], "operations": []}
    project = Project(openapi=data, config=config, custom_template_path=Path(job["templates"]))
    project.env.globals["specproof"] = job["context"]
    project.env.filters["markdown_line"] = markdown_line
    problems = [_problem(error) for error in project.build()]
    for folder, names in ((output, _PROJECT_FILES), (output / job["package"], _PACKAGE_FILES)):
        for name in names:
            text = project.env.get_template(f"{name}.jinja").render()
            (folder / name).write_text(text, encoding="utf-8")
    return {"problems": problems, "operations": _operations(data, config)}


def _operations(data: GeneratorData, config: Config) -> list[dict[str, str]]:
    return [
        {
            "method": endpoint.method,
            "path": endpoint.path.get_untrusted_value(),
            "module": f"api.{tag}.{PythonIdentifier(endpoint.name, config.field_prefix)}",
        }
        for tag, collection in data.endpoint_collections_by_tag.items()
        for endpoint in collection.endpoints
    ]


def _problem(error: GeneratorError) -> dict[str, str]:
    return {
        "header": error.header,
        "detail": error.detail or "",
        "level": error.level.value,
    }


def main() -> None:
    """Do the job on standard input, with all limits in place."""
    job = json.load(sys.stdin)
    limit_resources(job["limits"])
    writable = Path(os.path.realpath(job["output"]))

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        reason = refusal(event, arguments, writable)
        if reason is not None:
            raise PermissionError(reason)

    sys.addaudithook(audit)
    with contextlib.redirect_stdout(sys.stderr):
        answer = generate(job)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
