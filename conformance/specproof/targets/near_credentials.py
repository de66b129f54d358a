"""Credentials that are almost ours: each differs in one thing, and all have to be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["NEAR", "Near"]

_WRONG = "specproof-unknown-credential"


@dataclass(frozen=True, slots=True)
class Near:
    """One way to be almost right.

    Attributes:
        values: our own values, one per variable -> those to send.
        shell: names of the variables -> texts for a shell that stand for those values.
        prefix: name of an authentication scheme in place of the right one, or None.
        least: how many variables a credential needs for this to differ from other ways.
    """

    values: Callable[[Sequence[str]], list[str]]
    shell: Callable[[Sequence[str]], list[str]]
    prefix: str | None = None
    least: int = 1


def _last(change: Callable[[str], str]) -> Callable[[Sequence[str]], list[str]]:
    return lambda values: [*values[:-1], change(values[-1])]


def _named(last: Callable[[str], str]) -> Callable[[Sequence[str]], list[str]]:
    return lambda names: [*(f"${name}" for name in names[:-1]), last(names[-1])]


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
}
"""Mode -> how it differs: the secret cut by a letter, left out, with a letter more, without its
scheme, in other letters, under another scheme, and of a name and a secret only one right."""
