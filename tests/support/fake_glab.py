"""Stands for ``glab`` where a test puts it on PATH: keeps issues and merge requests in a file.

It knows ``glab api`` on one project, by path or as that of the checkout (``:id``), and refuses what
it does not know.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

__all__ = ["install", "main", "state_of"]


def install(folder: Path, python: str | Path = sys.executable) -> Path:
    """Write ``glab`` into ``folder``; return the file of its state."""
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "glab.json"
    state.write_text('{"issues": [], "merge_requests": [], "calls": []}', "utf-8")
    command = folder / "glab"
    command.write_text(
        f'#!/bin/sh\nFAKE_GLAB_STATE="{state}" exec "{python}" -I -S "{Path(__file__)}" "$@"\n',
        "utf-8",
    )
    command.chmod(0o755)
    return state


def state_of(file: Path) -> dict[str, Any]:
    """Return what the service holds."""
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read


def main() -> None:
    """Do what is asked and note it."""
    parser = argparse.ArgumentParser(prog="glab", allow_abbrev=False)
    parser.add_argument("group", choices=["api"])
    parser.add_argument("path")
    for flag in ("--method", "--input"):
        parser.add_argument(flag)
    parser.add_argument("--header", action="append")
    given = parser.parse_args()
    file = Path(os.environ["FAKE_GLAB_STATE"])
    state = json.loads(file.read_text("utf-8"))
    state["calls"].append(sys.argv[1:])
    told = json.loads(sys.stdin.read()) if given.input == "-" else {}
    path, _, query = given.path.partition("?")
    asked = dict(part.split("=", 1) for part in query.split("&") if part)
    answer = _answer(state, given.method, path.split("/"), asked, told)
    file.write_text(json.dumps(state), "utf-8")
    sys.stdout.write(json.dumps(answer))


def _answer(
    state: dict[str, Any], method: str, path: list[str], asked: dict[str, str], told: Any
) -> Any:
    match path:
        case ["projects", "group%2Fsub%2Fname" | ":id", "issues" | "merge_requests" as kind, *rest]:
            things = state[kind]
        case _:
            sys.exit('{"message":"404 Project Not Found"}glab: 404 Project Not Found (HTTP 404)')
    match method, rest:
        case "GET", []:
            return _listed(things, asked)
        case "POST", []:
            things.append(
                {
                    "iid": len(things) + 1,
                    **told,
                    "labels": told["labels"].split(","),
                    "state": "opened",
                    "notes": [],
                }
            )
            return things[-1]
        case "PUT", [number]:
            return _changed(things[int(number) - 1], told)
        case "POST", [number, "notes"]:
            things[int(number) - 1]["notes"].append(told["body"])
            return {}
        case _:
            sys.exit('{"message":"405"}glab: 405 Method Not Allowed (HTTP 405)')


def _listed(things: list[dict[str, Any]], asked: dict[str, str]) -> list[dict[str, Any]]:
    found = [
        each
        for each in things
        if asked.get("labels", each["labels"][0]) in each["labels"]
        and all(
            unquote(asked[name]) == each[name]
            for name in ("state", "source_branch", "target_branch")
            if name in asked
        )
    ]
    size = int(asked["per_page"])
    start = (int(asked.get("page", "1")) - 1) * size
    return found[start : start + size]


def _changed(thing: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    thing |= {name: told[name] for name in ("title", "description") if name in told}
    added, removed = (told.get(f"{verb}_labels", "").split(",") for verb in ("add", "remove"))
    thing["labels"] = [name for name in thing["labels"] if name not in removed]
    thing["labels"] += [name for name in added if name and name not in thing["labels"]]
    if "state_event" in told:
        thing["state"] = {"close": "closed", "reopen": "opened"}[told["state_event"]]
    return thing


if __name__ == "__main__":
    main()
