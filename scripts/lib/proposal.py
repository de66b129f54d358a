# ruff: noqa: INP001 - a script: no package
"""Words of a proposal to take over new specifications; run by ``scripts/specs``.

Arguments: the folder with ``regress.json`` and the Markdown of both runs, and the Markdown of the
changes. Writes ``title.txt``, ``level.txt`` and ``body.md`` into the folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

__all__ = ["body_of", "level_of", "main", "title_of"]

_LIMIT = 60_000
"""Characters of a text; GitHub takes 65,536."""


def level_of(regress: dict[str, Any]) -> str:
    """Return the worst that the changes do to those who call the API."""
    summary = regress["summary"]
    return "breaking" if summary["error"] else "warning" if summary["warning"] else "none"


def title_of(regress: dict[str, Any]) -> str:
    """Return one line without a word of a stranger's."""
    summary = regress["summary"]
    parts = [
        f"{summary[level]} {word}"
        for level, word in (("error", "breaking"), ("warning", "warning"), ("info", "info"))
        if summary[level]
    ]
    told = ", ".join(parts) or "the contracts are as they were"
    return f"Take over the vendors' specifications: {told}"


def body_of(changes: str, runs: dict[str, str]) -> str:
    """Return the text: the changes first, then what runs say of them, cut where it is too long.

    Args:
        changes: Markdown of ``specproof regress``.
        runs: Markdown of a run by what it went to.
    """
    parts = [changes.strip()]
    parts += [f"## On the {target}\n\n{text.strip()}" for target, text in runs.items()]
    text = "\n\n".join(parts) + "\n"
    if len(text) <= _LIMIT:
        return text
    kept = text[:_LIMIT].rpartition("\n")[0]
    closing = "\n</details>" * (kept.count("<details") - kept.count("</details>"))
    fence = "\n```" if kept.count("\n```") % 2 else ""
    return f"{kept}{fence}{closing}\n\n_Cut here; the whole text is in the artifact of the job._\n"


def main(folder: Path, changes: Path) -> None:
    """Write the words of the proposal into ``folder``."""
    regress = json.loads((folder / "regress.json").read_text("utf-8"))
    runs = {
        words: path.read_text("utf-8")
        for words, path in (
            ("emulators", folder / "emulator.md"),
            ("recordings", folder / "recorded.md"),
        )
        if path.is_file()
    }
    body = body_of(changes.read_text("utf-8"), runs)
    (folder / "body.md").write_text(body, "utf-8")
    (folder / "title.txt").write_text(f"{title_of(regress)}\n", "utf-8")
    (folder / "level.txt").write_text(f"{level_of(regress)}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
