"""Diff -> one static HTML page: no script, nothing loaded, old and new side by side.

Jinja2 escapes whatever is put into the page; a policy forbids all but the page's own style.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from specproof.report.changes import impact
from specproof.report.changes.shown import MOST, SPRITES, TITLES, sections
from specproof.report.changes.view import Comparison, counts, summary_line
from specproof.text import one_line, printable

if TYPE_CHECKING:
    from specproof.regression.client_impact import Explained
    from specproof.regression.recording_impact import RecordingImpact

__all__ = ["render_html"]


def render_html(comparison: Comparison) -> str:
    """Return the page, with a final line feed."""
    import jinja2  # noqa: PLC0415 - takes longer to import than a comparison takes

    folder = resources.files(__name__.rpartition(".")[0])
    style = folder.joinpath("page.css").read_text("utf-8")
    template = folder.joinpath("page.html.jinja").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    # What stands between the tags is hashed (CSP Level 3, 2.3.1), line feeds included.
    digest = base64.b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode("ascii")
    groups = sections(comparison, MOST)
    return environment.from_string(template).render(
        style=style,
        digest=digest,
        summary=summary_line(comparison),
        old=printable(comparison.old),
        new=printable(comparison.new),
        perspective=comparison.perspective.value,
        policy=comparison.policy.value,
        operations=(comparison.diff.old_operations, comparison.diff.new_operations),
        upstream=one_line(comparison.diff.upstream, 1000),
        counts=counts(comparison.diff),
        titles=TITLES,
        sprites=SPRITES,
        sections=groups,
        interface=None if comparison.interface is None else _interface(comparison.interface),
        recordings=None if comparison.recordings is None else _recordings(comparison.recordings),
        left=len(comparison.diff.changes) - sum(len(section.changes) for section in groups),
    )


def _interface(interface: tuple[Explained, ...]) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the title, and level, text and origin of each change of the client."""
    rows = [
        (item.level, one_line(item.text.replace("`", ""), 1000), impact.origin(item))
        for item in interface[:MOST]
    ]
    return impact.interface_title(interface), rows


def _recordings(recordings: RecordingImpact) -> tuple[str, list[tuple[str, str]], str]:
    """Return the title, each recording with what is wrong of it, and what has none."""
    rows = [(name, one_line(told, 1000)) for name, told in impact.violated_sentences(recordings)]
    return impact.recordings_title(recordings), rows[:MOST], impact.missing_sentence(recordings)
