"""Stands for ``glab`` where a test puts it on PATH: keeps issues in a JSON file.

It knows ``glab api`` on the issues of one project, and refuses what it does not know.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["install", "main"]


def install(folder: Path, python: str = sys.executable) -> Path:
    """Write ``glab`` into ``folder``; return the file of its state."""
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "glab.json"
    state.write_text('{"issues": [], "calls": []}', "utf-8")
    command = folder / "glab"
    command.write_text(
        f'#!/bin/sh\nFAKE_GLAB_STATE="{state}" exec "{python}" -I -S "{Path(__file__)}" "$@"\n',
        "utf-8",
    )
    command.chmod(0o755)
    return state


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
    asked = dict(part.split("=") for part in query.split("&") if part)
    answer = _answer(state, given.method, path.split("/"), asked, told)
    file.write_text(json.dumps(state), "utf-8")
    sys.stdout.write(json.dumps(answer))


def _answer(
    state: dict[str, Any], method: str, path: list[str], asked: dict[str, str], told: Any
) -> Any:
    issues = state["issues"]
    match method, path:
        case "GET", ["projects", "group%2Fsub%2Fname", "issues"]:
            named = [each for each in issues if asked["labels"] in each["labels"]]
            size = int(asked["per_page"])
            start = (int(asked["page"]) - 1) * size
            return named[start : start + size]
        case "POST", ["projects", "group%2Fsub%2Fname", "issues"]:
            issues.append(
                {
                    "iid": len(issues) + 1,
                    "title": told["title"],
                    "description": told["description"],
                    "labels": told["labels"].split(","),
                    "state": "opened",
                    "notes": [],
                }
            )
            return issues[-1]
        case "PUT", ["projects", "group%2Fsub%2Fname", "issues", number]:
            issue = issues[int(number) - 1]
            issue |= {"title": told["title"], "description": told["description"]}
            issue["state"] = {"close": "closed", "reopen": "opened"}[told["state_event"]]
            return issue
        case "POST", ["projects", "group%2Fsub%2Fname", "issues", number, "notes"]:
            issues[int(number) - 1]["notes"].append(told["body"])
            return {}
        case _:
            sys.exit('{"message":"404 Project Not Found"}glab: 404 Project Not Found (HTTP 404)')


if __name__ == "__main__":
    main()
