"""Many small APIs with an emulator each, for runs that are about numbers of APIs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import specproof.apis

__all__ = ["PASSED", "tiny_environment", "use_tiny_emulators", "write_tiny_apis"]

PASSED = 12
"""Requirements of such an API that its emulator keeps."""

_DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1.0.0"},
    "servers": [{"url": "https://api.example.com"}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "responses": {
                    "200": {
                        "description": "All of them.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["name"],
                                    "properties": {"name": {"type": "string"}},
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}

_EMULATOR = '''"""An emulator without state."""

import json
import time

from specproof.targets.stub import StubEmulator

DOCUMENT = json.loads({document!r})


class EMULATOR(StubEmulator):
    """Answers as documented."""

    API = {name!r}

    def __init__(self, settings=None, *, clock=time.monotonic, seed=0):
        super().__init__(DOCUMENT, api={name!r}, settings=settings, clock=clock, seed=seed)
'''

# Python imports a module of this name when it starts (https://docs.python.org/3/library/site.html).
_AT_START = '''"""Lets specproof find the emulators beside this file."""

import pathlib

import specproof.apis

specproof.apis.__path__.append(str(pathlib.Path(__file__).parent))
'''


def write_tiny_apis(root: Path, count: int) -> tuple[str, ...]:
    """Write ``count`` APIs and their emulators below ``root``; return their names, sorted."""
    from specproof.catalog import open_catalog
    from specproof.effective import build

    names = tuple(f"tiny-{number:03d}" for number in range(count))
    emulators = root / "emulators"
    built = ""
    for name in names:
        folder = root / "specs" / name
        folder.mkdir(parents=True)
        (folder / "published.yaml").write_text(json.dumps(_DOCUMENT))
        if not built:
            built = build(open_catalog(root).get(name)).decode()
        # Building hundreds of equal ones would take longer; a comment names the API.
        (folder / "effective.yaml").write_text(built.replace(names[0], name))
        package = emulators / name.replace("-", "_")
        package.mkdir(parents=True)
        (package / "__init__.py").write_text('"""A tiny API."""\n')
        text = _EMULATOR.format(document=json.dumps(_DOCUMENT), name=name)
        (package / "emulator.py").write_text(text)
    (emulators / "sitecustomize.py").write_text(_AT_START)
    return names


def tiny_environment(root: Path) -> dict[str, str]:
    """Return the variables with which a process has these APIs for its catalog."""
    return {"SPECPROOF_ROOT": str(root), "PYTHONPATH": str(root / "emulators")}


def use_tiny_emulators(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process have these APIs for its catalog, for the length of a test."""
    monkeypatch.setenv("SPECPROOF_ROOT", str(root))
    found = [*specproof.apis.__path__, os.fspath(root / "emulators")]
    monkeypatch.setattr(specproof.apis, "__path__", found)
