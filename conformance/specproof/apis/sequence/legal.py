"""Ways in which Sequence may differ from its emulator without breaking a promise."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from specproof.apis.contract import SettingValue
from specproof.apis.faults import LegalVariation
from specproof.apis.sequence.replies import Replies

__all__ = ["LEGAL"]


class _Offsets(Replies):
    def timestamp(self, moment: datetime) -> str:
        local = moment.astimezone(timezone(timedelta(hours=2)))
        return local.isoformat(timespec="milliseconds")


def _legal(name: str, title: str, **settings: SettingValue) -> LegalVariation:
    return LegalVariation(f"sequence-{name}", "sequence", title, settings=settings)


LEGAL: tuple[LegalVariation, ...] = (
    _legal("unauthorised-with-body", "a 401 has an error body", unauthorised_body="envelope"),
    _legal("errors-without-body", "errors but 400 have no body", error_body="empty"),
    _legal("archived", "a delete sets archivedAt", deletion_marks="archivedAt"),
    _legal("deleted-and-archived", "a delete sets both dates", deletion_marks="both"),
    _legal("deleted-listed", "lists show deleted aliases, marked", lists_hide_deleted=False),
    _legal(
        "archived-listed",
        "lists show archived aliases, marked",
        lists_hide_deleted=False,
        deletion_marks="archivedAt",
    ),
    _legal("second-delete-accepted", "a second delete is a success", second_delete_status=200),
    _legal(
        "values-kept-for-ever", "values of deleted aliases stay taken", deleted_value_reusable=False
    ),
    _legal("duplicates-conflict", "creating a duplicate is answered 409", duplicate_status=409),
    _legal(
        "idempotency-compared",
        "an Idempotency-Key with another body is refused",
        idempotency_mismatch="422",
    ),
    _legal("microseconds", "timestamps have microseconds", timestamps="microseconds"),
    _legal("cursors-omitted", "a page without a next one has no cursor", absent_cursor="omitted"),
    _legal("small-pages", "pages hold one item", default_page_size=1),
    _legal(
        "throttled-without-retry-after", "a 429 has no Retry-After", throttled_retry_after=False
    ),
    _legal("throttles", "the documented rate limit applies", realistic_limits=True),
    LegalVariation(
        "sequence-retry-after-date",
        "sequence",
        "Retry-After of a 429 is a date",
        statuses=frozenset({429}),
        alter=lambda answer: answer.having("retry-after", "Sun, 06 Nov 2044 08:49:37 GMT"),
    ),
    LegalVariation(
        "sequence-offsets",
        "sequence",
        "timestamps have an offset and a fraction",
        variant=lambda found: type("Varied", (found,), {"REPLIES": _Offsets}),
    ),
)
"""Ways to differ from the emulator's defaults that Sequence's material leaves open."""
