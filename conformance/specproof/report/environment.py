"""What of this machine and this folder matters to specproof, and what of it is wrong."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess  # the tools looked at are programs, not libraries
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from specproof import __version__
from specproof.catalog import Api, Catalog, open_catalog, verify
from specproof.document import read
from specproof.errors import SpecproofError
from specproof.model import Json, JsonObject
from specproof.targets.credentials import variables
from specproof.targets.secret_store import look_up
from specproof.text import one_line

__all__ = ["SCHEMA", "ApiState", "Environment", "Library", "Tool", "examine"]

SCHEMA = "specproof.doctor/1"

_SUPPORTED = ((3, 11), (3, 14))
_PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_TOOLS = (
    ("ruff", "formats generated clients", True),
    ("git", "development of specproof", False),
    ("node", "the acceptance test with a vendor's own Node SDK", False),
)
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Library:
    """A library that specproof depends on.

    Attributes:
        installed: its version, or None where it is missing.
        locked: versions in requirements.lock; empty where there is no lock.
    """

    name: str
    installed: str | None
    locked: tuple[str, ...]

    @property
    def problem(self) -> str | None:
        """What is wrong with it, or None."""
        if self.installed is None:
            return f"the library {self.name} is not installed"
        if self.locked and self.installed not in self.locked:
            locked = " or ".join(self.locked)
            return (
                f"the library {self.name} is {self.installed}, but requirements.lock has {locked}"
            )
        return None


@dataclass(frozen=True, slots=True)
class Tool:
    """A program; ``version`` is None where it is missing or says none."""

    name: str
    purpose: str
    needed: bool
    path: str | None
    version: str | None

    @property
    def problem(self) -> str | None:
        """What is wrong with it, or None."""
        if self.needed and self.path is None:
            return f"the program {self.name} is missing"
        return None


@dataclass(frozen=True, slots=True)
class ApiState:
    """One API of the catalog.

    Attributes:
        state: ``verified`` (the files are the bytes that were vendored), ``by-hand`` (there
            is no source.toml to compare with) or ``broken``.
        problem: what is wrong with it, or None.
        credentials: environment variable -> where its value is, ``environment``, ``keyring`` or
            None for nowhere; never the value.
    """

    name: str
    title: str
    state: str
    problem: str | None
    credentials: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that ``specproof doctor`` tells."""

    python: str
    libraries: tuple[Library, ...]
    tools: tuple[Tool, ...]
    root: str | None
    apis: tuple[ApiState, ...]
    problems: tuple[str, ...]

    def document(self) -> JsonObject:
        """Return it as the document that ``doctor.schema.json`` describes."""
        return {
            "schema": SCHEMA,
            "healthy": not self.problems,
            "specproof": __version__,
            "python": self.python,
            "libraries": [
                {"name": each.name, "installed": each.installed, "locked": list(each.locked)}
                for each in self.libraries
            ],
            "tools": [
                {
                    "name": each.name,
                    "purpose": each.purpose,
                    "needed": each.needed,
                    "path": each.path,
                    "version": each.version,
                }
                for each in self.tools
            ],
            "catalog": {
                "root": self.root,
                "apis": [
                    {
                        "name": each.name,
                        "title": each.title,
                        "state": each.state,
                        "problem": each.problem,
                        "credentials": [
                            {
                                "variable": variable,
                                "present": source is not None,
                                "source": source,
                            }
                            for variable, source in each.credentials
                        ],
                    }
                    for each in self.apis
                ],
            },
            "problems": list(self.problems),
        }


def examine(root: Path | None = None) -> Environment:
    """Look at the interpreter, the libraries, the tools and the catalog; change nothing.

    Args:
        root: folder of the catalog, or None for the one that the surroundings name.
    """
    problems = []
    if not _SUPPORTED[0] <= sys.version_info[:2] <= _SUPPORTED[1]:
        problems.append(f"Python {platform.python_version()} is not one of 3.11 to 3.14")
    libraries = tuple(_libraries())
    tools = tuple(_tool(*row) for row in _TOOLS)
    catalog: Catalog | None = None
    states: tuple[ApiState, ...] = ()
    try:
        catalog = open_catalog(root)
        states = tuple(_api_state(catalog, name) for name in catalog.names())
    except SpecproofError as error:
        problems.append(one_line(str(error)))
    parts: tuple[Library | Tool | ApiState, ...] = (*libraries, *tools, *states)
    problems += [part.problem for part in parts if part.problem is not None]
    return Environment(
        python=platform.python_version(),
        libraries=libraries,
        tools=tools,
        root=None if catalog is None else str(catalog.root),
        apis=states,
        problems=tuple(problems),
    )


def _libraries() -> Iterator[Library]:
    pins: dict[str, list[str]] = {}
    for name, version in _PIN.findall(_lock()):
        pins.setdefault(name, []).append(version)
    for requirement in sorted(metadata.requires("specproof") or ()):
        found = re.match(r"[A-Za-z0-9._-]+", requirement)
        if found is None or "extra ==" in requirement:
            continue
        # PEP 503: the normal form, in which the lock is written.
        name = re.sub(r"[-_.]+", "-", found[0]).lower()
        yield Library(name, _installed(name), tuple(pins.get(name, ())))


def _lock() -> str:
    """Return the text of the lock beside the source of specproof, "" in an installed wheel."""
    checkout = Path(__file__).resolve().parents[3]
    lock = checkout / "requirements.lock"
    here = (checkout / "pyproject.toml").is_file() and lock.is_file()
    return lock.read_text("utf-8") if here else ""


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _tool(name: str, purpose: str, needed: bool) -> Tool:
    # Programs of the environment that specproof runs in come before those of the user.
    beside = str(Path(sys.executable).parent)
    path = shutil.which(name, path=beside) or shutil.which(name)
    return Tool(name, purpose, needed, path, None if path is None else _version(path))


def _version(path: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - one of three known programs, no shell
            [path, "--version"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stdout)
    return None if found is None else found[0]


def _api_state(catalog: Catalog, name: str) -> ApiState:
    title = name
    credentials: tuple[tuple[str, str | None], ...] = ()
    try:
        api = catalog.get(name)
        title = one_line(api.title, 80)
        credentials = tuple(_credentials(api))
        verify(api)
    except SpecproofError as error:
        return ApiState(name, title, "broken", one_line(str(error)), credentials)
    state = "verified" if api.source.is_file() else "by-hand"
    return ApiState(name, title, state, None, credentials)


def _credentials(api: Api) -> Iterator[tuple[str, str | None]]:
    spec = read(api.effective if api.effective.is_file() else api.published)
    components = spec.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    names = {
        variable
        for scheme, node in (schemes.items() if isinstance(schemes, dict) else ())
        if isinstance(node, dict)
        for variable in variables(api.name, scheme, node)
    }
    for variable in sorted(names | set(_named_variables(spec))):
        found = look_up(variable)
        yield one_line(variable, 80), None if found is None else found.source


def _named_variables(node: Json) -> Iterator[str]:
    """Yield the variables that parameters name for themselves."""
    if isinstance(node, dict):
        named = node.get("x-specproof-env")
        if isinstance(named, str):
            yield named
        for child in node.values():
            yield from _named_variables(child)
    elif isinstance(node, list):
        for child in node:
            yield from _named_variables(child)
