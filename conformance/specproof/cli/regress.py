"""``specproof regress``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specproof.cli.comparing import UPSTREAM, DiffFormat, Eyes, FailOn, compared, day, fails
from specproof.cli.noticing import Noticed, StoreOption, asked_for, note
from specproof.cli.options import (
    FailOnOption,
    FormOption,
    InterfaceOption,
    OutputOption,
    PerspectiveOption,
    PolicyOption,
    TodayOption,
)
from specproof.errors import CouldNotCheckError, InputError
from specproof.regression.change import Perspective, Policy
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.catalog import Catalog
    from specproof.cli.impact import Looking
    from specproof.regression.revisions import Repository
    from specproof.report.changes.several import Regress, Regressed

__all__ = ["regress_command"]

_EFFECTIVE = "effective.yaml"


def regress_command(  # noqa: PLR0917 - Typer passes options by name
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[API]...", help="APIs to look at; every API without any."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="REV", help="Revision of git that the work tree is compared with; HEAD."
        ),
    ] = None,
    effective: Annotated[
        bool,
        typer.Option(
            "--effective/--published", help="Compare effective.yaml or what the vendor published."
        ),
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Walk all kept revisions, print the timeline.")
    ] = False,
    between: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="With --history: revisions are the files of DIR, sorted by name."
        ),
    ] = None,
    perspective: PerspectiveOption = Perspective.CONSUMER,
    policy: PolicyOption = Policy.DEFAULT,
    fail_on: FailOnOption = FailOn.ERROR,
    today: TodayOption = None,
    form: FormOption = DiffFormat.TEXT,
    output: OutputOption = None,
    interface: InterfaceOption = False,
    usage: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Your own code: find its calls of the clients."),
    ] = None,
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder that holds specs/.")
    ] = None,
    store: StoreOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As --format json: specproof.regress/1.")
    ] = False,
) -> None:
    """Say what changed in committed descriptions since a revision of git, or in their history.

    Without --base the work tree is compared with the last commit: what is vendored and not yet
    committed. --base main... means where HEAD left main, as in git diff. Changes that
    specs/API/changes.toml accepts do not count; an acceptance that is expired or matches no
    change is named. Exit code: 0 nothing at or above --fail-on (always with --history),
    1 breaking changes, 2 bad input, 3 a description is gone or collapsed, or nothing could be
    compared. --store, or $SPECPROOF_HISTORY, keeps what changed in a history.

    Example: specproof regress onesignal --base origin/main...
    """
    eyes = Eyes(perspective, policy, day(today))
    chosen = DiffFormat.JSON if as_json else form
    where = _where(store, published=not (history or effective))
    if history:
        if base is not None or interface or usage is not None:
            raise InputError("--history goes without --base, --interface and --usage")
        from specproof.cli.timelines import print_histories

        print_histories(names or [], between, root, eyes, (chosen, output), effective=effective)
        return
    if between is not None:
        raise InputError("--between goes with --history")
    from specproof.cli.impact import Looking

    file = _EFFECTIVE if effective else "published.yaml"
    hurt = Looking(interface=interface, usage=usage)
    found = _found(names or [], "HEAD" if base is None else base, root, eyes, file, hurt)
    for each in found.apis:
        for remark in each.remarks:
            sys.stderr.write(f"specproof: warning: {remark}\n")
    _write(found, chosen, output)
    if where is not None:
        note(where, [Noticed(api.api, api.comparison, api.old, api.new) for api in found.apis])
    diffs = [comparison.diff for _, comparison in found.compared]
    if not diffs:
        raise CouldNotCheckError(
            f"nothing was compared: {one_line(found.base, 60)} has none of these descriptions;"
            " name a later revision with --base"
        )
    if any(diff.upstream for diff in diffs):
        raise typer.Exit(UPSTREAM)
    if any(fails(diff, fail_on) for diff in diffs):
        raise typer.Exit(1)


def _where(store: str | None, *, published: bool) -> str | None:
    """Return the history to store in, None for none: it keeps what vendors published."""
    if store is not None and not published:
        raise InputError(
            "--store keeps what changed of what vendors published",
            remedy="leave out --history and --effective",
        )
    return asked_for(store) if published else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is compared: one file of each API in a catalog, with a revision of its repository."""

    catalog: Catalog
    repository: Repository
    base: str
    commit: str
    file: str
    hurt: Looking

    def chosen(self, names: list[str]) -> list[str]:
        """Return the names asked for, or those of all APIs, with those that are gone since."""
        from specproof.catalog import check_name
        from specproof.cli.sources import API_NAME

        known = set(self.catalog.names())
        listed = {*names} or known | {
            name
            for name in self.repository.folders(self.catalog.specs, self.commit)
            if API_NAME.fullmatch(name)
        }
        chosen = []
        for name in names:
            # Before it is made part of a path.
            check_name(name)
        for name in sorted(listed):
            if name in known or self.before(name) is not None:
                chosen.append(name)
            elif names:
                # Says which APIs there are.
                self.catalog.get(name)
        return chosen

    def before(self, name: str) -> bytes | None:
        """Return the document of an API in the revision."""
        return self.repository.content(self.catalog.specs / name / self.file, self.commit)

    def looking(self, name: str) -> Looking:
        """Return where to look for who is hurt: beside what was asked for in the catalog."""
        client = self.catalog.generated / f"{name}-client"
        recordings = self.catalog.recordings / name
        return self.hurt._replace(
            client=client if client.is_dir() else None,
            recordings=recordings if recordings.is_dir() else None,
        )

    def regressed(self, name: str, eyes: Eyes) -> Regressed:
        """Return what changed for one API."""
        from specproof.cli.sources import Source, shown, source_of
        from specproof.regression.acceptance import read_overrides
        from specproof.report.changes.several import Regressed

        path = self.catalog.specs / name / self.file
        # A file that is gone is an empty one: an accident until its folder goes as well.
        now = source_of(path) if path.is_file() else Source(shown(path), b"")
        before = self.before(name)
        if before is None:
            return Regressed(name, now.name, None, now.data)
        overrides = read_overrides(path.with_name("changes.toml"))
        base = Source(f"{now.name}@{self.base}", before)
        # The same bytes hurt nobody.
        looking = None if base.data == now.data else self.looking(name)
        found = compared(base, now, eyes, overrides, looking)
        remarks = found.remarks
        if found.diff.changes:
            # Without changes there is nothing that an acceptance could fail to match.
            remarks += overrides.remarks(found.diff.changes, eyes.today)
        return Regressed(name, now.name, found, now.data, remarks, before)


def _found(  # noqa: PLR0917 - one for each group of options
    names: list[str], base: str, root: Path | None, eyes: Eyes, file: str, hurt: Looking
) -> Regress:
    from specproof.catalog import open_catalog
    from specproof.regression.revisions import Repository
    from specproof.report.changes.several import Regress

    catalog = open_catalog(root)
    repository = Repository.around(catalog.specs / "any")
    commit = repository.commit(base)
    asked = _Asked(catalog, repository, base, commit, file, hurt)
    apis = tuple(asked.regressed(name, eyes) for name in asked.chosen(names))
    if not apis:
        remedy = "specproof add makes one"
        raise InputError("there is no API", file=str(catalog.specs), remedy=remedy)
    return Regress(base, commit, file == _EFFECTIVE, eyes.perspective, eyes.policy, apis)


def _write(found: Regress, form: DiffFormat, output: Path | None) -> None:
    """Write the report; that of one API has any form, that of several those that can be joined."""
    from specproof.cli.comparing import rendered
    from specproof.files import write_atomic
    from specproof.report.changes.several import headline, regress_summary
    from specproof.report.streams import write_text

    if form is DiffFormat.TEXT and output is None:
        from specproof.report.changes.text import show_text

        for each in found.apis:
            write_text(f"{headline(each, found)}\n")
            if each.comparison is not None:
                write_text("\n")
                show_text(each.comparison, sys.stdout)
                write_text("\n")
        if len(found.apis) > 1:
            write_text(f"{regress_summary(found)}\n")
        return
    from specproof.report.changes.joined import FORMS

    if form in FORMS:
        text = FORMS[form](found)
    elif len(found.compared) == 1:
        [(each, comparison)] = found.compared
        text = rendered(form, comparison, each.new)
    else:
        raise InputError(
            f"--format {form} shows one API", remedy="name one that the base revision has"
        )
    if output is None:
        write_text(text)
    else:
        write_atomic(output, text.encode())
        write_text(f"{regress_summary(found)}\n")
