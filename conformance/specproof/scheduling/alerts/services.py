"""Where alerts go: service URLs, which hold tokens and so come from the environment alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from specproof.errors import InputError

__all__ = ["VARIABLE", "Service", "read_services"]

VARIABLE: Final = "SPECPROOF_ALERT_URLS"
"""Names the services where ``--to`` names none."""

MAX_SERVICES: Final = 20
_MAX_LENGTH: Final = 4096
_REFERENCE: Final = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Service:
    """One service that takes messages.

    Attributes:
        name: what it is called wherever it is named: its variable and place in it. Neither the
            URL nor a part of it is ever shown, stored or logged.
        url: as Apprise reads it, e.g. ``slack://token_a/token_b/token_c``.
    """

    name: str
    url: str = field(repr=False)


def read_services(texts: Sequence[str], environment: Mapping[str, str]) -> tuple[Service, ...]:
    """Return the services that ``--to '$VARIABLE'`` options name, else those of `VARIABLE`.

    A variable holds one URL or several with white space between them; of equal ones the first
    counts.

    Raises:
        InputError: an option holds a URL itself, a variable is not set, or what it holds is no
            list of URLs; nothing of it is repeated.
    """
    names = [_variable(text) for text in texts]
    if not names and environment.get(VARIABLE, "").strip():
        names = [VARIABLE]
    found: dict[str, Service] = {}
    for name in dict.fromkeys(names):
        urls = environment.get(name, "").split()
        if not urls:
            raise InputError(
                f"${name} holds no service to tell",
                remedy="export it with a URL such as json://host/path",
            )
        for number, url in enumerate(urls, 1):
            if len(url) > _MAX_LENGTH or "://" not in url or not url.isprintable():
                raise InputError(f"number {number} in ${name} is no URL of a service")
            found.setdefault(url, Service(f"{name}#{number}", url))
    if len(found) > MAX_SERVICES:
        raise InputError(f"more than {MAX_SERVICES} services to tell")
    return tuple(found.values())


def _variable(text: str) -> str:
    found = _REFERENCE.fullmatch(text)
    if found is None:
        # What stands there may be a secret, so the message does not repeat it.
        raise InputError(
            "--to holds its value, which others on this machine can read",
            remedy=f"export it and write --to '${VARIABLE}', in single quotes",
        )
    return found[1] or found[2]
