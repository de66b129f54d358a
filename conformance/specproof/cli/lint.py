"""``specproof lint``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specproof.errors import InputError, LimitError
from specproof.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from specproof.catalog import Catalog
    from specproof.effective.lint import LintFinding
    from specproof.model import JsonObject

__all__ = ["lint_command"]


class FailOn(StrEnum):
    """The least severity of a finding that makes the command exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


_ORDER = ["error", "warning", "info"]


def lint_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE]...", help="APIs or OpenAPI files; default: all APIs."),
    ] = None,
    *,
    published: Annotated[
        bool,
        typer.Option(
            "--published/--effective", help="Of an API: what the vendor says, or what we read."
        ),
    ] = False,
    fail_on: Annotated[
        FailOn, typer.Option(help="Exit with 1 at findings of this severity or above.")
    ] = FailOn.ERROR,
    mend: Annotated[
        bool, typer.Option("--mend", help="Print overlay actions that mend what can be mended.")
    ] = False,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder that holds specs/; default: as everywhere, the nearest one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.lint/1.")
    ] = False,
) -> None:
    """Say what in a contract can not fail, is ignored or contradicts itself.

    An argument is a file if one of that name exists or if it has a dot or a slash in it, and
    the name of an API otherwise. Exit code: 0 nothing at or above --fail-on, 1 findings,
    2 the input can not be read.

    Example: specproof lint onesignal --published --mend
    """
    from specproof.effective.lint import lint

    looked_at = [
        (name, which, file, _linted(lint, file, document))
        for name, which, file, document in _documents(names or [], root, published=published)
    ]
    if as_json:
        typer.echo(json.dumps(_report(looked_at, fail_on), indent=2))
    else:
        for name, which, _, findings in looked_at:
            typer.echo(printable(_text(name, which, findings, mend=mend)))
    limit = _ORDER.index(fail_on) if fail_on is not FailOn.NEVER else -1
    found = [_ORDER.index(item.severity) for *_, findings in looked_at for item in findings]
    if any(severity <= limit for severity in found):
        raise typer.Exit(1)


def _linted(
    lint: Callable[[JsonObject], tuple[LintFinding, ...]], file: str, document: JsonObject
) -> tuple[LintFinding, ...]:
    try:
        return lint(document)
    except RecursionError:
        problem = "has schemas that hold each other too deeply or in a circle"
        raise LimitError(problem, file=file) from None
    except InputError as error:
        if error.file is not None:
            raise
        raise type(error)(error.problem, file=file, remedy=error.remedy) from None


def _documents(
    names: list[str], root: Path | None, *, published: bool
) -> list[tuple[str, str, str, JsonObject]]:
    from specproof.document import read
    from specproof.document.references import check_references

    catalog: Catalog | None = None
    found: list[tuple[str, str, str, JsonObject]] = []
    for name in names or [""]:
        if name and (Path(name).is_file() or any(mark in name for mark in "./\\")):
            document = read(Path(name))
            check_references(document, name=name)
            found.append((name, "file", name, document))
            continue
        if catalog is None:
            catalog = _open(root)
        for api in [catalog.get(name)] if name else catalog.apis():
            if published:
                document = read(api.published)
                check_references(document, name=str(api.published))
                found.append((api.name, "published", str(api.published), document))
            else:
                from specproof.effective import load

                found.append((api.name, "effective", str(api.effective), load(api).effective))
    if not found:
        raise InputError("there is no API to look at", remedy="name an OpenAPI file")
    return found


def _open(root: Path | None) -> Catalog:
    from specproof.catalog import open_catalog

    return open_catalog(root)


def _text(name: str, which: str, findings: tuple[LintFinding, ...], *, mend: bool) -> str:
    from specproof.document import to_yaml

    counts = ", ".join(
        f"{sum(item.severity == severity for item in findings)} {severity}" for severity in _ORDER
    )
    lines = [f"{one_line(name)}{'' if which == 'file' else f' ({which})'}: {counts}"]
    for severity in _ORDER:
        rule = ""
        for item in findings:
            if item.severity != severity:
                continue
            if item.rule != rule:
                rule = item.rule
                lines += ["", f"{severity}: {rule}", f"  {item.clause}"]
            lines.append(f"  - {item.pointer or '/'}")
            lines.append(f"    {one_line(item.message)}")
            if mend and item.mend is not None:
                text = to_yaml([item.mend]).decode()
                lines += [f"      {line}" for line in text.rstrip("\n").split("\n")]
    return "\n".join(lines)


def _report(
    looked_at: list[tuple[str, str, str, tuple[LintFinding, ...]]], fail_on: FailOn
) -> dict[str, Any]:
    return {
        "schema": "specproof.lint/1",
        "fail_on": fail_on.value,
        "documents": [
            {
                "name": name,
                "which": which,
                "file": file,
                "summary": {
                    severity: sum(item.severity == severity for item in findings)
                    for severity in _ORDER
                },
                "findings": [
                    {
                        "rule": item.rule,
                        "severity": item.severity.value,
                        "pointer": item.pointer,
                        "message": item.message,
                        "clause": item.clause,
                        "mend": item.mend,
                    }
                    for item in findings
                ],
            }
            for name, which, file, findings in looked_at
        ],
    }
