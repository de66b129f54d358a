"""A built site: its pages by kind, and whether their elements are well nested."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from site_history import catalog, fill
from typer.testing import CliRunner

from specproof.cli.main import app

__all__ = ["Nesting", "built", "kinds"]

_ASKED = ("--today", "2026-11-12", "--runs", "1")
_VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}


def built(folder: Path, hostile: str = "", latest: int = 99) -> Path:
    """Return the site of a small history, as ``specproof report --html`` builds it in ``folder``.

    Args:
        folder: an empty one.
        hostile: put into every text that comes from a vendor, a spec or a server.
        latest: only so many runs of each API, the latest ones.
    """
    fill(folder / "history.db", hostile, latest)
    catalog(folder, hostile)
    asked = ["report", "--html", str(folder / "site"), "--history", str(folder / "history.db")]
    done = CliRunner().invoke(app, [*asked, "--root", str(folder), *_ASKED])
    assert done.exit_code == 0, done.exception
    return folder / "site"


def kinds(site: Path) -> dict[str, Path]:
    """Return one page of each kind: the worst API, its last run, its last change."""
    change = sorted((site / "changes/shop").glob("*.html"))
    return {
        "start": site / "index.html",
        "api": site / "apis/shop.html",
        "run": site / "runs/shop-09.html",
        "change": change[0],
    }


class Nesting(HTMLParser):
    """Reads a page; ``wrong`` are elements that are closed in another order than opened.

    Attributes:
        tags: every element, in order.
        attributes: every name of an attribute.
        ids: every id of an element.
        links: every address that the page names.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> stays open" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, its attributes and what it links to."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if len({name for name, _ in attrs}) != len(attrs):
            self.wrong.append(f"<{tag}> has an attribute twice")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")
