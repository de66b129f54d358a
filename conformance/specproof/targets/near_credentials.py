"""Credentials that are almost ours: each differs in one thing, and all have to be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from specproof.model import Json

__all__ = ["NEAR", "Near", "near_pieces"]

_WRONG = "specproof-unknown-credential"
_UNDECODABLE = "specproof-undecodable"
"""A hyphen is not in the alphabet of base64 (RFC 4648 4)."""


@dataclass(frozen=True, slots=True)
class Near:
    """One way to be almost right.

    Attributes:
        values: our own values, one per variable -> those to send.
        shell: names of the variables -> texts for a shell that stand for those values.
        prefix: name of an authentication scheme in place of the right one, or None.
        least: how many variables a credential needs for this to differ from other ways.
        whole: the field as a whole, with ``{prefix}`` in it for the scheme, in place of all that.
    """

    values: Callable[[Sequence[str]], list[str]]
    shell: Callable[[Sequence[str]], list[str]]
    prefix: str | None = None
    least: int = 1
    whole: str | None = None


def _last(change: Callable[[str], str]) -> Callable[[Sequence[str]], list[str]]:
    return lambda values: [*values[:-1], change(values[-1])]


def _named(last: Callable[[str], str]) -> Callable[[Sequence[str]], list[str]]:
    return lambda names: [*(f"${name}" for name in names[:-1]), last(names[-1])]


def _whole(text: str, least: int = 1) -> Near:
    return Near(list, list, least=least, whole=text)


NEAR: Mapping[str, Near] = {
    "truncated": Near(_last(lambda text: text[:-1]), _named(lambda name: f"${{{name}%?}}")),
    "empty": Near(_last(lambda _: ""), _named(lambda _: "")),
    "suffixed": Near(_last(lambda text: f"{text}0"), _named(lambda name: f"${{{name}}}0")),
    "bare": Near(list, lambda names: [f"${name}" for name in names], prefix=""),
    "cased": Near(_last(str.swapcase), _named(lambda name: f"$SWAPPED_CASE_OF_{name}")),
    "scheme": Near(list, lambda names: [f"${name}" for name in names], prefix="Specproof"),
    "wrong-secret": Near(_last(lambda _: _WRONG), _named(lambda _: _WRONG), least=2),
    "wrong-name": Near(
        lambda values: [_WRONG, *values[1:]],
        lambda names: [_WRONG, *(f"${name}" for name in names[1:])],
        least=2,
    ),
    "blank": _whole(""),
    "scheme-alone": _whole("{prefix}", least=2),
    "undecodable": _whole(f"{{prefix}} {_UNDECODABLE}", least=2),
    "name-alone": Near(lambda values: [values[0]], lambda names: [f"${names[0]}"], least=2),
}
"""Mode -> how it differs: the secret cut by a letter, left out, with a letter more, without its
scheme, in other letters, under another scheme, of a name and a secret only one right; the field
empty, the scheme with nothing behind it or with what is no base64, and a name without a colon
(RFC 7617 2). Servers that take such a field apart carelessly fail, or let it in."""


def near_pieces(mode: str, names: Sequence[str]) -> list[list[Json]]:
    """Return the values of a mode, one per variable, as pieces: texts, and variables by name.

    A piece that is a variable is ``{"env": NAME}``, with ``form`` where it is changed.
    """
    pieces: list[list[Json]] = [[{"env": name}] for name in names]
    last = names[-1]
    match mode:
        case "truncated":
            pieces[-1] = [{"env": last, "form": "shorter"}]
        case "empty":
            pieces[-1] = [""]
        case "suffixed":
            pieces[-1] = [{"env": last}, "0"]
        case "cased":
            pieces[-1] = [{"env": last, "form": "swapcase"}]
        case "wrong-secret":
            pieces[-1] = [_WRONG]
        case "wrong-name":
            pieces[0] = [_WRONG]
        case "name-alone":
            pieces = pieces[:1]
        case _:
            # The others change the scheme, or the field as a whole.
            pass
    return pieces
