"""Elements of SVG and HTML as escaped markup, and numbers as short as they may be."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from specproof.text import one_line

__all__ = ["drawing", "element", "figure", "number", "path", "table", "text_at"]

_LABEL = 120


def number(value: float) -> str:
    """Return ``value`` with at most one digit after the point, and none of them a zero."""
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")


def element(name: str, attributes: dict[str, str | float], *children: str) -> Markup:
    """Return one element; values and children that are no markup are escaped."""
    held = Markup("").join(
        Markup(' {}="{}"').format(
            Markup(key),  # noqa: S704 - names of attributes are written in this package
            value if isinstance(value, str) else number(value),
        )
        for key, value in attributes.items()
    )
    inner = Markup("").join(escape(child) for child in children)
    tag = Markup(name)  # noqa: S704 - names of elements are written in this package
    return Markup("<{}{}>{}</{}>").format(tag, held, inner, tag)


def drawing(
    kind: str, size: tuple[float, float], title: str, description: str, *children: str
) -> Markup:
    """Return an image with its name and what it shows in words.

    Args:
        kind: class of the image beside ``chart-image``.
        size: width and height of its coordinates.
        title: what it is called.
        description: what it shows, for those who do not see it.
        children: elements of SVG.
    """
    width, height = size
    return element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"chart-image {kind}",
            "role": "img",
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": width,
            "height": height,
        },
        element("title", {}, one_line(title)),
        element("desc", {}, one_line(description, 1000)),
        *children,
    )


def figure(title: str, image: Markup, sentence: str, numbers: Markup) -> Markup:
    """Return an image under its title, with a sentence and a table that opens on demand."""
    return element(
        "figure",
        {"class": "chart"},
        element("figcaption", {}, one_line(title)),
        element(
            "div",
            {
                "class": "chart-scroll",
                "tabindex": "0",
                "role": "group",
                "aria-label": one_line(title),
            },
            image,
        ),
        element("p", {"class": "chart-says"}, one_line(sentence, 1000)),
        element(
            "details",
            {"class": "chart-numbers"},
            element("summary", {}, "Numbers"),
            element(
                "div",
                {
                    "class": "chart-scroll",
                    "tabindex": "0",
                    "role": "group",
                    "aria-label": f"Numbers: {one_line(title)}",
                },
                numbers,
            ),
        ),
    )


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """Return a table; the first cell of each row is its header."""
    body = []
    for first, *others in rows:
        cells = [element("td", {}, cell) for cell in others]
        body.append(element("tr", {}, element("th", {"scope": "row"}, first), *cells))
    return element(
        "table",
        {},
        element("caption", {}, one_line(caption)),
        element(
            "thead",
            {},
            element("tr", {}, *(element("th", {"scope": "col"}, each) for each in head)),
        ),
        element("tbody", {}, *body),
    )


def path(kind: str, data: str) -> Markup:
    """Return a path of a class, or nothing where there is nothing to draw."""
    return element("path", {"class": kind, "d": data}) if data else Markup("")


def text_at(kind: str, x: float, y: float, text: str) -> Markup:
    """Return a label at a place."""
    return element("text", {"class": kind, "x": x, "y": y}, one_line(text, _LABEL))
