"""Runs openapi-python-client; a program of its own, started by ``specproof.generation.generator``.

It reads one job, a JSON object, from standard input and writes one JSON object to standard
output. It imports nothing of specproof, and before it looks at the document it gives up what
it does not need: memory, processor time and file size are limited, and an audit hook ends
every attempt to open a socket, start a program, or write outside the output folder.

Job: ``document`` (path of the JSON description), ``output`` (project folder to write),
``package``, ``project``, ``templates`` and ``runtime`` (folders), ``context`` (what
the templates know beside the description), ``limits`` (``memory``, ``file`` in bytes, ``seconds``),
``config`` (fields of openapi-python-client's configuration file). With ``--many`` each line
is a job, with ``work`` (scratch folder) beside; see ``process``.

Answer: ``problems`` (list of ``{header, detail, level}``), ``operations`` (list of ``{name, module,
statuses, bodies, parameters}``) and ``classes`` (names of models and enumerations). When the
generator breaks down, it ends with a traceback, and the answer is ``at`` (see ``crash_site``).
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import traceback
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.responses import Response
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonCode, PythonIdentifier

__all__ = [
    "generate",
    "limit_resources",
    "main",
    "markdown_line",
    "path_parts",
    "refusal",
    "response_types",
]

_PROJECT_FILES = (".gitignore", "README.md", "pyproject.toml")
_PACKAGE_FILES = ("py.typed",)
_HEADER = "header.jinja"
_UNQUOTED = "/:@!$&'()*+,;=~%"  # RFC 3986 3.3; what is encoded already stays as it is
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
# How many paths each changes, from its first argument on.
_CHANGING_EVENTS = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
}


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
    changed: tuple[Any, ...] = ()
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if writes or (isinstance(flags, int) and flags & _WRITING_FLAGS):
            changed = (path,)
    elif event in _CHANGING_EVENTS:
        changed = arguments[: _CHANGING_EVENTS[event]]
        # What a folder's name leads to may be another place afterwards.
        _inside.cache_clear()
    for path in changed:
        if isinstance(path, str | bytes | os.PathLike):
            plain = os.fsdecode(path)
            folder, name = os.path.split(plain)
            is_file = event == "open" and folder.startswith(os.sep) and name not in {"", os.pardir}
            if is_file and _inside(folder, str(writable)) and not os.path.islink(plain):  # noqa: PTH114 - asked for every file
                continue
            # An emptied directory tree is walked through descriptors with relative names.
            place = Path(os.path.realpath(plain))
            if not place.is_relative_to(writable):
                return f"writing to {place} is not allowed while a client is generated"
    return None


@lru_cache(maxsize=1 << 10)
def _inside(folder: str, writable: str) -> bool:
    return Path(os.path.realpath(folder)).is_relative_to(writable)


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


def _save_time() -> None:
    """Keep the generator from doing the same again and again; what it writes stays the same."""
    _beside("shortcuts").save_time()
    # What is made of one description is a tree; a search for cycles finds none.
    gc.disable()


def literal(value: Any) -> str:
    """Return ``value`` as the inside of a string literal of Python and TOML, nothing dropped.

    The generator's own filter drops characters that are not printable, so that a property would
    have another name than the API gives it.
    """
    escaped = json.dumps(_text(value), ensure_ascii=False)[1:-1]
    if escaped.isascii() and escaped.isprintable():
        return escaped
    return "".join(
        f"\\U{ord(character):08x}" if _is_hidden(character) else character for character in escaped
    )


def f_string_literal(value: Any) -> str:
    """Return ``value`` as literal text of an f-string in double quotes."""
    return literal(value).replace("{", "{{").replace("}", "}}")


def docstring_text(value: Any) -> str:
    """Return ``value`` as text of a docstring; what would reorder or hide source is spelt out."""
    text = _text(value)
    if not text.replace("\n", "").isprintable():
        text = "".join(
            f"U+{ord(character):04X}" if _is_deceptive(character) else character
            for character in text
        )
    return strings.safe_for_docstring(text)


def _text(value: Any) -> str:
    if isinstance(value, UntrustedString):
        return value.get_untrusted_value()
    return value.as_unembedded_code() if isinstance(value, PythonCode) else str(value)


@lru_cache(maxsize=1 << 10)
def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "C" or category in {"Zl", "Zp"}


def _is_deceptive(character: str) -> bool:
    # Joiners and byte order marks stay: scripts and emoji need the one, no one sees the other.
    return _is_hidden(character) and character not in "\n\r\t\x0b\x0c\u200c\u200d\ufeff"


def generate(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write the project that ``job`` describes and return the answer (see the module)."""
    output = Path(job["output"])
    config = Config.from_sources(
        ConfigFile(
            project_name_override=job["project"],
            package_name_override=job["package"],
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
    modelling = _beside("modelling").Modelling(_as_sent(document, job), config)
    data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        return {"problems": [_problem(data)], "operations": [], "classes": []}
    # What is read from the document is read; it is as large as all that is made of it.
    modelling.forget_document()
    document.clear()
    _restore_names(data, job)
    project = Project(openapi=data, config=config, custom_template_path=Path(job["templates"]))
    project.env.auto_reload = False
    project.env.globals["specproof"] = job["context"]
    project.env.filters["markdown_line"] = markdown_line
    project.env.filters["in_double_quote_literal"] = literal
    project.env.filters["in_f_string_literal"] = f_string_literal
    project.env.filters["safe_for_docstring"] = docstring_text
    documented = job["context"]["operations"]
    project.env.globals["specproof_operation"] = lambda endpoint: documented[endpoint.name]
    project.env.globals["specproof_path"] = lambda endpoint: path_parts(
        documented[endpoint.name]["parts"], endpoint
    )
    # The generator gives one template globals of its own; with those that all have already,
    # jinja2 keeps the modules of macros instead of making them anew for each operation.
    project.env.globals.setdefault("isbool", None)
    header = project.env.get_template(_HEADER).render().rstrip("\n")
    project.env.globals["specproof_header"] = header
    project.env.globals["specproof_imports"] = _beside("imports").imports
    project.env.globals["specproof_types"] = response_types
    project.env.globals["specproof_models"] = {item.class_info.name: item for item in data.models}
    project.env.globals.update(modelling.globals())
    _beside("shortcuts").save_time_of_templates(project.env)
    problems = [_problem(error) for error in project.build()]
    for folder, names in ((output, _PROJECT_FILES), (output / job["package"], _PACKAGE_FILES)):
        for name in names:
            text = project.env.get_template(f"{name}.jinja").render()
            (folder / name).write_text(text, encoding="utf-8")
    for source in sorted(Path(job["runtime"]).glob("*.py")):
        if source.name != "__init__.py":
            text = f"{header}\n" + source.read_text(encoding="utf-8")
            (output / job["package"] / source.name).write_text(text, encoding="utf-8")
    return {
        "problems": problems,
        "operations": _operations(data, config),
        "classes": [item.class_info.name for item in (*data.models, *data.enums)],
    }


@lru_cache
def _beside(name: str) -> ModuleType:
    """Load a module of this folder; nothing of specproof can be imported here."""
    spec = spec_from_file_location(f"specproof_{name}", Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _restore_names(data: GeneratorData, job: Mapping[str, Any]) -> None:
    """Give parameters that were renamed for Python the names that are sent."""
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            wire = job["context"]["operations"][endpoint.name]["wire"]
            for place, item in endpoint.iter_all_parameters() if wire else ():
                sent = wire.get(f"{place} {item.name.get_untrusted_value()}")
                if sent is not None:
                    item.name = UntrustedString(sent)


def _as_sent(document: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``document`` with renamed parameters under both of their names."""
    documented = job["context"]["operations"]
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        paths[path] = {}
        for method, operation in item.items():
            wire = documented[operation["operationId"]]["wire"]
            again = [
                {**entry, "name": wire[f"{entry['in']} {entry['name']}"]}
                for entry in operation["parameters"]
                if f"{entry['in']} {entry['name']}" in wire
            ]
            parameters = [*operation["parameters"], *again]
            paths[path][method] = {**operation, "parameters": parameters}
    return {**document, "paths": paths}


def path_parts(parts: Sequence[str], endpoint: Endpoint) -> list[dict[str, Any]]:
    """Return the path as literal parts, encoded, and names of the arguments between them.

    Args:
        parts: texts (even) and names of placeholders (odd), these in the order of arguments.
    """
    arguments = [str(item.python_name) for item in endpoint.path_parameters]
    return [
        {
            "literal": not index % 2,
            "text": arguments[index // 2] if index % 2 else quote(text, safe=_UNQUOTED),
        }
        for index, text in enumerate(parts)
        if text
    ]


def response_types(endpoint: Endpoint) -> dict[str, str]:
    """Return Python types: ``success`` (2xx), ``error`` (the others) and ``all``."""
    success: set[str] = set()
    error: set[str] = set()
    for response in endpoint.responses.patterns:
        first, _ = response.status_code.range or (0, 0)
        is_success = first // 100 == 2  # noqa: PLR2004 - RFC 9110 15.3
        (success if is_success else error).add(_response_type(response))
    default = endpoint.responses.default
    if default is not None:
        error.add(_response_type(default))
        if not success:
            success.add(_response_type(default))
    return {
        "success": _union(success),
        "error": _union(error),
        "all": _union(success | error),
    }


def _response_type(response: Response) -> str:
    if response.source["attribute"] == "None":
        return "None"
    return str(response.prop.get_type_string().as_unembedded_code())


def _members(kind: str) -> Iterator[str]:
    """Yield the members of a union of types, without looking into brackets."""
    depth = start = 0
    for index, letter in enumerate(kind):
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            yield kind[start:index].strip()
            start = index + 1
    yield kind[start:].strip()


def _union(types: set[str]) -> str:
    members = {member for kind in types for member in _members(kind)} if types else {"None"}
    if "Any" in members:
        return "Any"
    return " | ".join(sorted(members - {"None"}) + (["None"] if "None" in members else []))


def _operations(data: GeneratorData, config: Config) -> list[dict[str, Any]]:
    return [
        {
            "name": str(endpoint.name),
            "module": f"api.{tag}.{PythonIdentifier(endpoint.name, config.field_prefix)}",
            "statuses": [response.status_code.pattern for response in endpoint.responses],
            "bodies": [body.content_type.get_untrusted_value() for body in endpoint.bodies],
            "parameters": len([*endpoint.iter_all_parameters()]),
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
    """Do the job on standard input, or with ``--many`` the one on each of its lines."""
    if sys.argv[1:] == ["--many"]:
        for line in sys.stdin.buffer:
            sys.stdout.write(f"{_apart(line)}\n")
            sys.stdout.flush()
    else:
        _do(json.load(sys.stdin))


def _apart(line: bytes) -> int:
    """Do the job that ``line`` holds in a process of its own; return its exit status.

    It is read there, not here, so that nothing of a job reaches the next one. Its answer and
    what it says of an error are in the files ``answer`` and ``log`` of the folder ``work``.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        job = json.loads(line)
        os.chdir(job["work"])
        os.environ["TMPDIR"] = job["work"]
        for descriptor, name in ((1, "answer"), (2, "log")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
        _do(job)
        status = 0
    except MemoryError:
        os.write(2, b"MemoryError\n")  # there is none left for a traceback
    except BaseException:  # noqa: BLE001 - it is told to whoever started this, and ends here
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _do(job: Mapping[str, Any]) -> None:
    limit_resources(job["limits"])
    writable = Path(os.path.realpath(job["output"]))

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        reason = refusal(event, arguments, writable)
        if reason is not None:
            raise PermissionError(reason)

    sys.addaudithook(audit)
    _save_time()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            answer = generate(job)
    except MemoryError:
        raise
    except Exception as error:
        json.dump({"at": _beside("crash_site").crash_site(error.__traceback__)}, sys.stdout)
        raise
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
