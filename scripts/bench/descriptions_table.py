# ruff: noqa: INP001 - a script: no package
"""Prints how much of descriptions becomes a client, before and after our transforms."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_FIELDS = 48
_STOCK = """
import json, sys
from pathlib import Path
import openapi_python_client as stock
from openapi_python_client.config import Config, ConfigFile, MetaType
config = Config.from_sources(
    ConfigFile(), MetaType.POETRY, Path(sys.argv[1]), "utf-8", True, Path(sys.argv[2])
)
project = stock._get_project_for_url_or_path(config=config)
collections = getattr(getattr(project, "openapi", None), "endpoint_collections_by_tag", {})
problems = project.build() if collections else [project]
made = {f"{tag}.{item.name}" for tag, found in collections.items() for item in found.endpoints}
Path(sys.argv[3]).write_text(json.dumps({"generated": len(made), "left_out": len(problems)}))
"""
_OURS = """
import json, sys
from pathlib import Path
from specproof.generation import generate_client, source_of_file
made = generate_client(source_of_file(Path(sys.argv[1])), Path(sys.argv[2]))
told = {"operations": made.operations, "generated": made.generated, "left_out": len(made.left_out)}
Path(sys.argv[3]).write_text(json.dumps(told))
"""


def synthetic(operations: int) -> dict[str, Any]:
    """Return a description of ``operations`` operations, much like those of large APIs."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    text = "A sentence that says what this is, as descriptions of large interfaces do. " * 3
    for number in range(operations):
        properties: dict[str, Any] = {
            f"field_{index}": {"type": "string", "nullable": index % 3 == 0, "description": text}
            for index in range(_FIELDS // 2)
        }
        properties["kind"] = {"type": "string", "enum": ["one", "two", "three"]}
        properties["inner"] = {
            "type": "object",
            "properties": {
                "when": {"type": "string", "format": "date-time"},
                "n": {"type": "integer"},
            },
        }
        if number:
            properties["other"] = {"$ref": f"#/components/schemas/model_{number // 2}"}
        schemas[f"model_{number}"] = {"type": "object", "properties": properties}
        reference = {"$ref": f"#/components/schemas/model_{number}"}
        content = {"application/json": {"schema": reference, "example": {"text": text * 5}}}
        method = ("get", "post")[number % 2]
        paths[f"/things-{number}/{{id}}"] = {
            method: {
                "operationId": f"area-{number % 40}/do-{number}",
                "tags": [f"area {number % 40}"],
                "description": text * 3,
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                ],
                **({"requestBody": {"content": content}} if method == "post" else {}),
                "responses": {"200": {"description": text, "content": content}},
            }
        }
    info = {"title": "Synthetic", "version": "1"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def measured(program: str, description: Path, work: Path) -> dict[str, Any]:
    """Run ``program`` and return what it wrote, with ``cpu`` in seconds and ``memory`` in MB."""
    answer = work / "answer.json"
    answer.unlink(missing_ok=True)
    output = tempfile.mkdtemp(dir=work)
    command = [sys.executable, "-c", program, str(description), f"{output}/client", str(answer)]
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]}
    with (work / "log").open("w") as log:
        redirect = [(os.POSIX_SPAWN_DUP2, log.fileno(), 1), (os.POSIX_SPAWN_DUP2, log.fileno(), 2)]
        child = os.posix_spawn(command[0], command, environment, file_actions=redirect)
        _, status, used = os.wait4(child, 0)
    told: dict[str, Any] = {"generated": 0, "left_out": None}
    if status == 0 and answer.is_file():
        told = json.loads(answer.read_text())
    # Both wait for the programs that they start, so those are counted in.
    cpu = round(used.ru_utime + used.ru_stime, 1)
    return {**told, "cpu": cpu, "memory": used.ru_maxrss // 1024}


def cut(document: dict[str, Any], parts: int) -> dict[str, Any]:
    """Return ``document`` with one of each ``parts`` paths, and only what those refer to."""
    paths = dict([*document["paths"].items()][::parts])
    components: dict[str, dict[str, Any]] = {}
    waiting: list[Any] = [paths]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            place = str(node.get("$ref", "")).split("/")
            if place[:2] == ["#", "components"] and place[3] not in components.get(place[2], {}):
                found = document["components"][place[2]][place[3]]
                components.setdefault(place[2], {})[place[3]] = found
                waiting.append(found)
    return {**document, "paths": paths, "components": components}


def growth(description: Path, name: str, work: Path) -> list[dict[str, Any]]:
    """Return what our generation costs per operation of an eighth, a quarter, a half and all."""
    document = json.loads(description.read_text())
    rows = []
    for parts in (8, 4, 2, 1):
        part = work / "part.json"
        part.write_text(json.dumps(cut(document, parts)))
        told = measured(_OURS, part, work)
        count = told.get("operations", 0) or 1
        each = {
            "ms_per_operation": round(told["cpu"] * 1000 / count, 1),
            "kb_per_operation": round(told["memory"] * 1024 / count),
        }
        rows.append({"description": f"{name} 1/{parts}", **told, **each})
    return rows


def print_growth(rows: list[dict[str, Any]]) -> None:
    """Print the table of ``growth``."""
    head = f"{'description':18}{'ops':>6}{'CPU s':>8}{'ms/op':>8}{'MB':>6}{'kB/op':>8}"
    sys.stdout.write(f"{head}\n")
    for found in rows:
        sys.stdout.write(f"{found['description']:18}{found.get('operations', '?'):>6}")
        sys.stdout.write(f"{found['cpu']:8.1f}{found['ms_per_operation']:8.1f}")
        sys.stdout.write(f"{found['memory']:6}{found['kb_per_operation']:8}\n")


def row(description: Path, name: str, work: Path) -> dict[str, Any]:
    """Return one row of the table."""
    return {
        "description": name,
        "bytes": description.stat().st_size,
        "stock": measured(_STOCK, description, work),
        "specproof": measured(_OURS, description, work),
    }


def main() -> None:
    """Print the table of what the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=1200)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="specproof-bench-") as scratch:
        work = Path(scratch)
        named = [(path, hashlib.sha256(path.read_bytes()).hexdigest()[:12]) for path in given.files]
        if given.operations:
            made = work / "synthetic.json"
            made.write_text(json.dumps(synthetic(given.operations)))
            named.insert(0, (made, "synthetic"))
        for path, name in named:
            rows += growth(path, name, work) if given.growth else [row(path, name, work)]
    if given.json:
        sys.stdout.write(
            json.dumps({"schema": "specproof.bench.descriptions/1", "rows": rows}) + "\n"
        )
        return
    if given.growth:
        print_growth(rows)
        return
    sys.stdout.write(f"{'description':14}{'MB':>6}{'ops':>6}")
    sys.stdout.write(f"{'stock':>8}{'lost':>6}{'CPU s':>8}{'MB':>6}")
    sys.stdout.write(f"{'ours':>8}{'lost':>6}{'CPU s':>8}{'MB':>6}\n")
    for found in rows:
        sys.stdout.write(f"{found['description']:14}{found['bytes'] / 1e6:6.1f}")
        sys.stdout.write(f"{found['specproof'].get('operations', '?'):>6}")
        for side in ("stock", "specproof"):
            told = found[side]
            lost = "all" if told["left_out"] is None else told["left_out"]
            sys.stdout.write(f"{told['generated']:>8}{lost:>6}{told['cpu']:8.1f}{told['memory']:6}")
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
