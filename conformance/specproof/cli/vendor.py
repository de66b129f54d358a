"""``specproof vendor``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specproof.errors import InputError, StaleError
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.catalog import Api, Catalog
    from specproof.vendoring import Fetcher, Vendored

__all__ = ["vendor_command"]

_SCHEMA = "specproof.vendor/1"


def vendor_command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The API; every API without it.")
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="URLs or files: every page of the API, in order. "
            "Without any, the URLs of source.toml are vendored again.",
        ),
    ] = None,
    *,
    url: Annotated[
        list[str] | None,
        typer.Option("--url", help="Public URL of a SOURCE that is a file; repeat in order."),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Name of the API for people; info.title without it.")
    ] = None,
    licence_note: Annotated[
        str | None, typer.Option(help="Whose text the pages and the specification are.")
    ] = None,
    max_loss: Annotated[
        float, typer.Option(help="Share of the operations that may vanish, 0 to 1.")
    ] = 0.5,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing: are the committed pages and published.yaml what source.toml "
            "says? Opens no socket unless --upstream is given.",
        ),
    ] = False,
    upstream: Annotated[
        bool,
        typer.Option("--upstream", help="With --check: ask every URL whether it has moved."),
    ] = False,
    discover: Annotated[
        str | None,
        typer.Option(metavar="URL", help="List the API pages in the llms.txt of this site."),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="With --discover: fetch them, list those that will do."),
    ] = False,
    max_pages: Annotated[
        int, typer.Option(min=1, max=1000, help="With --probe: how many pages to fetch at most.")
    ] = 50,
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder that holds specs/.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.vendor/1.")
    ] = False,
) -> None:
    """Take an API's OpenAPI document out of the vendor's pages, and keep both.

    A source is a Markdown page with a fenced OpenAPI document, or a whole openapi.yaml or
    openapi.json. Nothing is overwritten when an answer can not be used.

    Exit codes: 0 done or unchanged, 1 stale or upstream has moved (--check), 2 wrong input or
    an answer that can not be used, 3 out of reach.

    Example: specproof vendor onesignal
    https://documentation.onesignal.com/reference/delete-alias.md
    """
    from specproof.vendoring import Fetcher

    fetcher = Fetcher()
    if discover is not None:
        if name is not None or check:
            raise InputError("--discover stands alone, without NAME and --check")
        _discover(discover, fetcher, probe=probe, max_pages=max_pages, as_json=as_json)
        return
    if upstream and not check:
        raise InputError("--upstream goes with --check")
    if probe:
        raise InputError("--probe goes with --discover")
    if check:
        if sources or url:
            raise InputError("--check takes no SOURCE and no --url")
        _check(name, root, fetcher if upstream else None, as_json=as_json)
        return
    _vendor(
        name,
        list(_zip_sources(sources or [], url or [])),
        root,
        {"title": title, "licence_note": licence_note, "max_loss": max_loss, "fetcher": fetcher},
        as_json=as_json,
    )


def _zip_sources(sources: list[str], urls: list[str]) -> list[tuple[str, str]]:
    """Pair each source that is a file with its public URL, in order.

    Raises:
        InputError: there are more URLs than files.
    """
    waiting = list(urls)
    pairs = [
        (source, "" if "://" in source or not waiting else waiting.pop(0)) for source in sources
    ]
    if waiting:
        raise InputError(
            f"--url {one_line(waiting[0], 120)} belongs to no SOURCE",
            remedy="give one --url for each SOURCE that is a file",
        )
    return pairs


def _vendor(
    name: str | None,
    pairs: list[tuple[str, str]],
    root: Path | None,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from specproof.catalog import open_catalog
    from specproof.vendoring import Source, vendor

    catalog = open_catalog(root, create=name is not None)
    done: list[Vendored] = []
    for each in _names(catalog, name):
        done.append(vendor(catalog, each, [Source(*pair) for pair in pairs], **options))
        if not as_json:
            _say(done[-1])
    if as_json:
        _print_json("vendor", apis=[_result(item) for item in done])


def _names(catalog: Catalog, name: str | None) -> tuple[str, ...]:
    if name is not None:
        return (name,)
    return tuple(api.name for api in catalog.apis() if api.pages)


def _say(done: Vendored) -> None:
    what = f"{len(done.api.pages)} page(s), {len(done.operations)} operation(s)"
    state = ", ".join(done.changed) if done.changed else "unchanged"
    typer.echo(f"{done.api.name}: {what}: {state}")
    for sign, operations in (("+", done.added), ("-", done.removed)):
        for operation in operations:
            typer.echo(f"  {sign} {one_line(operation)}")


def _result(done: Vendored) -> dict[str, Any]:
    return {
        **_summary(done.api),
        "changed": list(done.changed),
        "operations": list(done.operations),
        "added": list(done.added),
        "removed": list(done.removed),
    }


def _summary(api: Api) -> dict[str, Any]:
    return {
        "name": api.name,
        "title": api.title,
        "pages": [
            {
                "file": page.file,
                "url": page.url,
                "sha256": page.sha256,
                "operation": page.operation,
            }
            for page in api.pages
        ],
    }


def _check(name: str | None, root: Path | None, fetcher: Fetcher | None, *, as_json: bool) -> None:
    from specproof.catalog import open_catalog
    from specproof.vendoring import check, upstream_moves

    catalog = open_catalog(root)
    results: list[dict[str, Any]] = []
    problems: list[str] = []
    apis = [catalog.get(name)] if name is not None else list(catalog.apis())
    for api in apis:
        problem = None
        moves: list[dict[str, Any]] = []
        try:
            check(api)
            if fetcher is not None and api.pages:
                moves = [
                    {"file": move.file, "url": move.url, "contract": move.contract}
                    for move in upstream_moves(api, fetcher)
                ]
        except StaleError as error:
            problem = str(error)
        problems += [problem] if problem else []
        problems += [_moved(api.name, move) for move in moves]
        results.append({**_summary(api), "problem": problem, "moved": moves})
        if not as_json and not problem and not moves:
            typer.echo(f"{api.name}: {len(api.pages)} page(s) as vendored")
    if as_json:
        _print_json("check", apis=results)
    if problems:
        for problem in problems[:-1]:
            typer.echo(f"specproof: error: {one_line(problem, 2000)}", err=True)
        raise StaleError(problems[-1])


def _moved(name: str, move: dict[str, Any]) -> str:
    what = "its OpenAPI document" if move["contract"] else "the text around its OpenAPI document"
    return f"{move['url']}: upstream has changed {what}; run specproof vendor {name}"


def _discover(url: str, fetcher: Fetcher, *, probe: bool, max_pages: int, as_json: bool) -> None:
    from specproof.vendoring import discover

    found = discover(url, fetcher, probe=probe, max_pages=max_pages)
    if as_json:
        _print_json(
            "discover",
            candidates=[
                {
                    "title": item.title,
                    "url": item.url,
                    "operation": item.operation,
                    "probed": item.probed,
                }
                for item in found
            ],
        )
        return
    for item in found:
        label = item.operation or item.title
        typer.echo(f"{one_line(item.url, 500)}  {one_line(label, 120)}")


def _print_json(mode: str, **content: Any) -> None:
    typer.echo(json.dumps({"schema": _SCHEMA, "mode": mode, **content}, indent=2, sort_keys=True))
