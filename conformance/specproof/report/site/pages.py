"""One page: a template, what it may show, and its bytes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from specproof import __version__
from specproof.report.site import links
from specproof.text import one_line, printable

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

__all__ = [
    "LIMIT",
    "MOST_BYTES",
    "Crumb",
    "Page",
    "day",
    "fitting",
    "page",
    "part",
    "piece",
    "shown",
    "utc",
]

LIMIT: Final = 20_000
"""Most characters of one text on a page; nobody reads more."""
MOST_BYTES: Final = 300_000
"""Bytes that a page stays below; views leave out what is least urgent and say so."""

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?: UTC)?")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site: its path below the folder, and its bytes."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way from the start page to this one; ``path`` is a page of the site."""

    name: str
    path: str


def page(
    template: str, path: str, *, title: str, crumbs: Sequence[Crumb] = (), **values: Any
) -> Page:
    """Return the page at ``path``, made from ``templates/<template>``.

    Args:
        title: heading of the page and, with the site's name, of its window.
        crumbs: the pages above this one, the start page left out.
    """
    text = (
        _environment()
        .get_template(template)
        .render(
            title=title,
            crumbs=crumbs,
            here=path,
            href=functools.partial(links.relative, path),
            **values,
        )
    )
    return Page(path, text.encode("utf-8", "backslashreplace"))


def part(template: str, macro: str, path: str) -> Callable[..., Markup]:
    """Return a macro of a template, for a piece of the page at ``path``.

    The macro's first argument is ``href``, see `page`; it is filled in already.
    """
    made = getattr(_environment().get_template(template).module, macro)
    return functools.partial(made, functools.partial(links.relative, path))


def piece(macro: str) -> Callable[..., Markup]:
    """Return a macro of ``templates/pieces.html.j2``, which is a piece of a page."""
    return cast("Callable[..., Markup]", getattr(_pieces(), macro))


def fitting(
    items: Iterable[_T], make: Callable[[_T], Markup], room: int
) -> tuple[list[Markup], list[_T]]:
    """Return what ``make`` makes of the items that fit into ``room`` bytes, and those that do not.

    Whatever comes first is kept, so the most urgent has to. Once one does not fit none after it
    is kept: what is shown has no gaps.
    """
    made: list[Markup] = []
    left: list[_T] = []
    for item in items:
        if not left:
            piece = make(item)
            room -= len(piece.encode("utf-8", "backslashreplace"))
            if room >= 0:
                made.append(piece)
                continue
        left.append(item)
    return made, left


def shown(value: object) -> object:
    """Return what a template may print of ``value``: no control characters, not endless.

    Markup is what macros and charts made, of values that have gone through here.
    """
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return printable(value if len(value) <= LIMIT else f"{value[:LIMIT]}…")


def line(text: str, limit: int = 300) -> str:
    """Return ``text`` on one line, as `one_line`, which would look at all of an endless text."""
    most = 8 * limit
    return one_line(text if len(text) <= most else f"{text[:most]}…", limit)


def timed(text: str) -> Markup:
    """Return ``text`` with the days and times in it as elements, which are not broken in two."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - as Jinja2, which brings it

    return Markup(_MOMENT.sub(r'<span class="when">\g<0></span>', str(escape(shown(text)))))  # noqa: S704 - escaped


def utc(text: str) -> str:
    """Return ``2026-11-22 08:00`` for an RFC 3339 time in UTC, anything else as one short line."""
    found = _TIME.fullmatch(text)
    return f"{found[1]} {found[2]}" if found else one_line(text, 40)


def day(text: str) -> str:
    """Return ``2026-11-22`` for an RFC 3339 time in UTC, anything else as one short line."""
    found = _TIME.fullmatch(text)
    return found[1] if found else one_line(text, 40)


@functools.cache
def _pieces() -> object:
    return _environment().get_template("pieces.html.j2").module


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - only a site needs it

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("specproof.report.site"),
        autoescape=True,
        auto_reload=False,
        finalize=shown,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(day=day, line=line, timed=timed, utc=utc)
    environment.globals.update(
        finding_anchor=links.finding_anchor,
        icon=links.ICON,
        start=links.START,
        style=links.STYLE,
        version=__version__,
        web_address=links.web_address,
    )
    return environment
