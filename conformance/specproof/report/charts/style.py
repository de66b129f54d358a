"""The rules that give charts their colours."""

from __future__ import annotations

from importlib import resources

__all__ = ["chart_css"]


def chart_css() -> str:
    """Return the rules, for the page's own stylesheet; the page sets ``color-scheme``."""
    return resources.files(__name__.rpartition(".")[0]).joinpath("charts.css").read_text("utf-8")
