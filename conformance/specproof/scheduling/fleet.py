"""The fleet file: where each API of a live batch is, and what it may be asked.

TOML, one table per API::

    [onesignal]
    base_url = "https://sandbox.example.com/api"
    rate = "10/s"                        # of the whole cluster, for this server; else 1/s
    resources = "onesignal.toml"         # beside this file, as of --resources
    max_requests = 2000
    max_seconds = 600
    allow_production = ["api.example.com"]
    headers = ["X-Tenant: $TENANT"]

Credentials are never in it: workers take them from their environment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specproof.catalog import check_name
from specproof.errors import InputError, LimitError
from specproof.scheduling.rates import RateLimit, parse_rate, strictest
from specproof.targets.pacing import origin_key
from specproof.text import one_line

__all__ = ["FleetEntry", "rates_by_origin", "read_fleet"]

_MAX_BYTES: Final = 4 * 1024 * 1024


class FleetEntry(BaseModel):
    """One API of the file; every rate is of all workers together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    rate: str = "1/s"
    resources: str | None = None
    max_requests: Annotated[int, Field(ge=1)] = 5000
    max_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    allow_production: str | tuple[str, ...] = ()
    headers: tuple[str, ...] = ()

    @property
    def production(self) -> tuple[str, ...]:
        """The production hosts that are meant."""
        given = self.allow_production
        return (given,) if isinstance(given, str) else given


def read_fleet(path: Path) -> Mapping[str, FleetEntry]:
    """Return the entries of a fleet file by API, sorted.

    Raises:
        InputError: it is no fleet file; what it holds is not repeated, for it may be a secret.
        LimitError: it is over 4 MiB.
    """
    try:
        data = path.read_bytes()
        if len(data) > _MAX_BYTES:
            raise LimitError("is too long for a fleet file", file=str(path))
        tables = tomllib.loads(data.decode())
    except OSError as error:
        raise InputError("can not be read", file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not valid TOML: {one_line(str(error))}", file=str(path)) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", file=str(path)) from None
    found = {}
    for name in sorted(tables):
        check_name(name, file=str(path))
        found[name] = _entry(name, tables[name], path)
    if not found:
        raise InputError("names no API", file=str(path))
    return found


def _entry(name: str, table: object, path: Path) -> FleetEntry:
    try:
        entry = FleetEntry.model_validate(table)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in (name, *problem["loc"]))
        raise InputError(f"{one_line(place)}: {problem['msg']}", file=str(path)) from None
    try:
        parse_rate(entry.rate)
    except InputError as error:
        raise InputError(
            f"{name}.rate: {error.problem}", file=str(path), remedy=error.remedy
        ) from None
    if origin_key(entry.base_url) is None:
        raise InputError(f"{name}.base_url is no http or https URL", file=str(path))
    return entry


def rates_by_origin(pairs: Iterable[tuple[str, str]]) -> dict[str, RateLimit]:
    """Return the rate of each origin: the strictest that any of its APIs names.

    Args:
        pairs: base URL and rate of each API.
    """
    found: dict[str, RateLimit] = {}
    for base_url, text in pairs:
        name, limit = origin_key(base_url), parse_rate(text)
        if name is not None:
            found[name] = strictest(found.get(name, limit), limit)
    return found
