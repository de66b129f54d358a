"""Faults of response headers."""

from __future__ import annotations

from specproof.apis.faults import Alter
from specproof.targets.faults.rows import Row, simply

__all__ = ["ROWS"]


def _having(name: str, *values: str) -> Alter:
    return lambda answer: answer.having(name, *values)


ROWS: tuple[Row, ...] = (
    Row(
        "retry-after-absent",
        "header",
        "throttled",
        "a 429 has no Retry-After",
        "Clients guess when to come back: too early, or never.",
        simply(lambda answer: answer.without("retry-after")),
    ),
    Row(
        "retry-after-date",
        "header",
        "throttled",
        "Retry-After of a 429 is a date where seconds are promised",
        "Clients that read a number raise or do not wait.",
        simply(_having("retry-after", "Sun, 06 Nov 2044 08:49:37 GMT")),
    ),
    Row(
        "retry-after-fraction",
        "header",
        "throttled",
        "Retry-After of a 429 is 1.5",
        "Clients that read a whole number raise or do not wait.",
        simply(_having("retry-after", "1.5")),
    ),
    Row(
        "retry-after-negative",
        "header",
        "throttled",
        "Retry-After of a 429 is -1",
        "Clients sleep for a negative time, which raises or returns at once.",
        simply(_having("retry-after", "-1")),
    ),
    Row(
        "retry-after-word",
        "header",
        "throttled",
        "Retry-After of a 429 is a word",
        "Clients can not read it.",
        simply(_having("retry-after", "soon")),
    ),
    Row(
        "retry-after-unit",
        "header",
        "throttled",
        "Retry-After of a 429 has a unit",
        "Clients can not read it.",
        simply(_having("retry-after", "30s")),
    ),
    Row(
        "retry-after-empty",
        "header",
        "throttled",
        "Retry-After of a 429 is empty",
        "Clients can not read it.",
        simply(_having("retry-after", "")),
    ),
    Row(
        "retry-after-list",
        "header",
        "throttled",
        "Retry-After of a 429 is a list",
        "Clients can not read it.",
        simply(_having("retry-after", "1, 2")),
    ),
    Row(
        "retry-after-twice",
        "header",
        "throttled",
        "a 429 has two Retry-After headers",
        "Libraries join them with a comma, which is no number.",
        simply(_having("retry-after", "1", "1")),
    ),
    Row(
        "unavailable-retry-after-word",
        "header",
        "unavailable",
        "Retry-After of an outage is a word",
        "Clients can not read it.",
        simply(_having("retry-after", "soon")),
    ),
    Row(
        "unavailable-retry-after-twice",
        "header",
        "unavailable",
        "an outage has two Retry-After headers, which differ",
        "Which of them counts depends on the library.",
        simply(_having("retry-after", "1", "3600")),
    ),
    Row(
        "date-garbled",
        "header",
        "success",
        "Date is no HTTP date",
        "Caches and clocks of clients go wrong.",
        simply(_having("date", "2026-01-01T00:00:00Z")),
    ),
    Row(
        "location-twice",
        "header",
        "refusal",
        "there are two Location headers",
        "Which of them counts depends on the library.",
        simply(_having("location", "/a", "/b")),
    ),
    Row(
        "etag-unquoted",
        "header",
        "success",
        "ETag has no quotes",
        "Conditional requests never match.",
        simply(_having("etag", "abc")),
    ),
)
"""Faults of headers that HTTP itself defines, over any API."""
