"""Stands for ``gh`` where a test puts it on PATH: keeps a service's state in a JSON file.

``install`` writes the command. It knows what our scripts and commands call, takes the options that
the real one has, and refuses any other, so that a wrong call shows. The state: ``pr`` and ``issue``
by number, ``label`` by name, ``run`` and ``calls`` in order.

Scripts start it some hundred times: it imports little, and is compiled once.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

__all__ = ["install", "main", "state_of"]

_OF_STATE = '{"pr": {}, "issue": {}, "label": {}, "run": [], "calls": []}'
_START = """\
#!/bin/sh
FAKE_GH_STATE="{state}" exec "{python}" -I -S -c '
import sys; sys.path.insert(0, "{here}"); import fake_gh; fake_gh.main()' "$@"
"""


def install(folder: Path, python: str | Path = sys.executable) -> Path:
    """Write ``gh`` into ``folder``; return the file of its state."""
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "gh.json"
    command = folder / "gh"
    here = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is not imported here
    command.write_text(_START.format(state=state, python=python, here=here), "utf-8")
    command.chmod(0o755)
    return state


def state_of(file: str | Path) -> dict[str, Any]:
    """Return the state."""
    try:
        text = _read(file)
    except FileNotFoundError:
        text = _OF_STATE
    return json.loads(text)  # type: ignore[no-any-return]  # written below


def _read(file: str | Path) -> str:
    with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - the same
        return opened.read()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gh", allow_abbrev=False)
    groups = parser.add_subparsers(dest="group", required=True)

    def command(group: Any, name: str, *options: str, places: tuple[str, ...] = ()) -> None:
        made = group.add_parser(name, allow_abbrev=False)
        for place in places:
            made.add_argument(place)
        made.add_argument("--repo", "-R")
        for option in options:
            flag, _, kind = option.partition(":")
            if kind == "flag":
                made.add_argument(flag, action="store_true")
            else:
                made.add_argument(flag, action="append" if kind == "many" else "store")

    for thing in ("pr", "issue"):
        verbs = groups.add_parser(thing).add_subparsers(dest="verb", required=True)
        branches = ("--head", "--base") if thing == "pr" else ()
        command(
            verbs,
            "list",
            *branches,
            *("--state", "--limit", "--json", "--jq", "--label:many", "--search", "--author"),
        )
        command(verbs, "create", *branches, "--title", "--body-file", "--label:many")
        command(
            verbs,
            "edit",
            *("--title", "--body-file", "--add-label:many", "--remove-label:many"),
            places=("number",),
        )
        reasons = ("--reason",) if thing == "issue" else ()
        command(verbs, "close", "--comment", *reasons, places=("number",))
        command(verbs, "reopen", "--comment", places=("number",))
        command(verbs, "comment", "--body-file", places=("number",))
    verbs = groups.add_parser("label").add_subparsers(dest="verb", required=True)
    command(verbs, "create", "--force:flag", "--color", "--description", places=("name",))
    verbs = groups.add_parser("workflow").add_subparsers(dest="verb", required=True)
    command(verbs, "run", "--ref", places=("name",))
    verbs = groups.add_parser("run").add_subparsers(dest="verb", required=True)
    command(verbs, "list", "--workflow", "--commit", "--json", "--jq")
    verbs = groups.add_parser("auth").add_subparsers(dest="verb", required=True)
    command(verbs, "git-credential", places=("name",))
    verbs = groups.add_parser("release").add_subparsers(dest="verb", required=True)
    command(verbs, "create", "--verify-tag:flag", "--title", "--notes-file", places=("name",))
    verbs.choices["create"].add_argument("files", nargs="*")
    command(groups, "api", "--method", "--header:many", "--input", places=("path",))
    return parser


def _text(given: Any) -> str | None:
    if given.body_file is None:
        return None
    text = sys.stdin.read() if given.body_file == "-" else _read(given.body_file)
    if len(text) > 65_536:
        sys.exit("GraphQL: Body is too long (maximum is 65536 characters)")
    return text


def _split(values: list[str] | None) -> list[str]:
    return [part for value in values or [] for part in value.split(",")]


def _known(state: dict[str, Any], labels: list[str]) -> None:
    for label in labels:
        if label not in state["label"]:
            sys.exit(f"'{label}' not found")


def _create(state: dict[str, Any], given: Any) -> None:
    things = state[given.group]
    labels = _split(given.label)
    _known(state, labels)
    number = str(len(state["pr"]) + len(state["issue"]) + 1)
    if given.group == "pr" and any(
        each["state"] == "OPEN" and each["headRefName"] == given.head for each in things.values()
    ):
        sys.exit(f'a pull request for branch "{given.head}" already exists')
    things[number] = {
        "number": int(number),
        "title": given.title,
        "body": _text(given) or "",
        "labels": [{"name": label} for label in labels],
        "state": "OPEN",
        "url": f"https://github.test/o/r/{given.group}/{number}",
        "comments": [],
        "headRefName": getattr(given, "head", None),
        "baseRefName": getattr(given, "base", None),
    }
    sys.stdout.write(f"{things[number]['url']}\n")


def _edit(state: dict[str, Any], given: Any) -> None:
    thing = state[given.group][given.number]
    added, removed = _split(given.add_label), _split(given.remove_label)
    _known(state, added + removed)
    names = {label["name"] for label in thing["labels"]}
    thing["labels"] = [{"name": name} for name in sorted((names | {*added}) - {*removed})]
    if given.title is not None:
        thing["title"] = given.title
    text = _text(given)
    if text is not None:
        thing["body"] = text


def _list(state: dict[str, Any], given: Any) -> None:
    wanted = {"open": {"OPEN"}, "closed": {"CLOSED"}, "all": {"OPEN", "CLOSED"}}
    found = []
    for thing in state[given.group].values():
        names = {label["name"] for label in thing["labels"]}
        if (
            thing["state"] in wanted[given.state or "open"]
            and {*_split(given.label)} <= names
            and getattr(given, "head", None) in {None, thing["headRefName"]}
            and getattr(given, "base", None) in {None, thing["baseRefName"]}
        ):
            found.append({name: thing[name] for name in given.json.split(",")})
    found = found[: int(given.limit or 30)]
    if given.jq is None:
        sys.stdout.write(json.dumps(found) + "\n")
    elif given.jq == ".[].number":
        sys.stdout.write("".join(f"{each['number']}\n" for each in found))
    else:
        sys.exit(f"fake gh: not known: --jq {given.jq}")


def _turn(state: dict[str, Any], given: Any) -> None:
    thing = state[given.group][given.number]
    thing["state"] = "CLOSED" if given.verb == "close" else "OPEN"
    if given.comment is not None:
        thing["comments"].append({"body": given.comment})


def _comment(state: dict[str, Any], given: Any) -> None:
    state[given.group][given.number]["comments"].append({"body": _text(given)})


def _label(state: dict[str, Any], given: Any) -> None:
    if given.name in state["label"] and not given.force:
        sys.exit(f"label with name {given.name!r} already exists; use `--force` to update")
    state["label"][given.name] = {"color": given.color, "description": given.description}


def _start(state: dict[str, Any], given: Any) -> None:
    """Note a run of a workflow at the commit that a branch of the checkout's remote is at."""
    import subprocess

    told = subprocess.run(
        ["git", "ls-remote", "origin", f"refs/heads/{given.ref}"],
        check=True,
        capture_output=True,
        text=True,
    )
    [commit] = told.stdout.split()[:1]
    state["run"].append({"workflow": given.name, "commit": commit, "conclusion": ""})


def _runs(state: dict[str, Any], given: Any) -> None:
    if given.jq != 'map(select(.conclusion != "cancelled")) | length':
        sys.exit(f"fake gh: not known: --jq {given.jq}")
    wanted = (given.workflow, given.commit)
    found = [each for each in state["run"] if (each["workflow"], each["commit"]) == wanted]
    sys.stdout.write(f"{sum(each['conclusion'] != 'cancelled' for each in found)}\n")


def _seen(issue: dict[str, Any]) -> dict[str, Any]:
    """Return an issue as the API shows it."""
    return {**issue, "state": issue["state"].lower()}


def _api(state: dict[str, Any], given: Any) -> None:
    """Answer what is asked of ``repos/OWNER/NAME/issues`` and below it."""
    path, _, query = given.path.partition("?")
    told = json.load(sys.stdin) if given.input == "-" else {}
    asked = dict(part.split("=", 1) for part in query.split("&") if part)
    _, _, _, kind, *rest = path.split("/")
    issues = state["issue"]
    answer: Any = None
    match given.method, kind, rest:
        case "GET", "issues", []:
            wanted = {"name": asked["labels"]}
            found = [_seen(each) for each in issues.values() if wanted in each["labels"]]
            size, page = int(asked["per_page"]), int(asked["page"])
            answer = found[(page - 1) * size : page * size]
        case "POST", "issues", []:
            number = str(len(state["pr"]) + len(issues) + 1)
            labels = [{"name": name} for name in told["labels"]]
            issues[number] = {"number": int(number), "state": "OPEN", "comments": [], **told}
            issues[number]["labels"] = labels
            answer = _seen(issues[number])
        case "POST", "issues", [number, "comments"]:
            issues[number]["comments"].append(told)
        case "PATCH", "issues", [number]:
            issues[number] |= {**told, "state": told["state"].upper()}
            answer = _seen(issues[number])
        case _:
            sys.exit("gh: Not Found (HTTP 404)")
    sys.stdout.write(json.dumps(answer))


_DO: Mapping[str, Callable[[dict[str, Any], Any], None]] = {
    "create": _create,
    "edit": _edit,
    "list": _list,
    "close": _turn,
    "reopen": _turn,
    "comment": _comment,
}


def main() -> None:
    """Do what is asked and note it."""
    given = _parser().parse_args()
    file = os.environ["FAKE_GH_STATE"]
    with open(f"{file}.lock", "w", encoding="utf-8") as lock:  # noqa: PTH123 - the same
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = state_of(file)
        state["calls"].append(sys.argv[1:])
        if given.group in {"pr", "issue"}:
            _DO[given.verb](state, given)
        elif given.group == "api":
            _api(state, given)
        elif given.group == "label":
            _label(state, given)
        elif given.group == "workflow":
            _start(state, given)
        elif given.group == "run":
            _runs(state, given)
        with open(file, "w", encoding="utf-8") as opened:  # noqa: PTH123 - the same
            json.dump(state, opened, indent=1)
