"""``specproof explain``: what an id means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["explain_command"]


def explain_command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="An id, or kind:id; without it every id is listed."),
    ] = None,
    root: Annotated[Path | None, typer.Option("--root", help="Folder that holds specs/.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print specproof.explain/1.")] = False,
) -> None:
    """Explain a rule, verdict, severity, source, target, exit code or requirement.

    Example: specproof explain inconclusive
    """
    import json

    from specproof.catalog import open_catalog
    from specproof.report import explanations
    from specproof.report.text import write_text

    if name is None:
        found = explanations.registered()
    else:
        # Only an id of a requirement holds a slash, and it begins with the name of its API.
        api, slash, _ = name.removeprefix("requirement:").partition("/")
        providers: list[explanations.Provider] = []
        if slash:
            known = open_catalog(root).get(api)
            providers.append(lambda: explanations.of_requirements(known))
        found = explanations.explain(name, providers)
    if as_json:
        write_text(json.dumps(explanations.explain_document(found), indent=2) + "\n")
    elif name is None:
        write_text(explanations.render_listing(found))
    else:
        write_text(explanations.render_explanations(found))
