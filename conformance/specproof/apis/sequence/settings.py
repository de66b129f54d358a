"""What is open about Sequence, and what can be chosen in its emulator."""

from __future__ import annotations

from specproof.apis.contract import Condition, Setting

__all__ = ["CONDITIONS", "SETTINGS"]

_ENVELOPE = "the one error body that is known belongs to a 400; whether others share it is open"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "unauthorised_body",
        "empty",
        "body of a 401",
        _ENVELOPE,
        ("empty", "envelope"),
    ),
    Setting(
        "error_body",
        "envelope",
        "body of 404, 405, 409, 410, 422, 429 and 500",
        _ENVELOPE,
        ("envelope", "empty"),
    ),
    Setting(
        "deletion_marks",
        "deletedAt",
        "timestamps that a delete sets",
        "the page shows both deletedAt and archivedAt, not which one a delete sets",
        ("deletedAt", "archivedAt", "both"),
    ),
    Setting(
        "lists_hide_deleted",
        True,
        "lists leave out deleted aliases",
        "not said",
    ),
    Setting(
        "unknown_status",
        400,
        "answer where no alias has the id",
        "the page of delete lists 400 and no 404; which one an unknown id gets is not said",
        (400, 404),
    ),
    Setting(
        "second_delete_status",
        400,
        "answer to deleting an alias that is deleted already",
        "not said",
        (400, 404, 410, 200),
    ),
    Setting(
        "malformed_id_status",
        400,
        "answer to an id that is no UUID",
        "not said",
        (400, 404),
    ),
    Setting(
        "duplicate_status",
        400,
        "answer to creating an alias whose value is taken",
        "a value is unique across the account; how a second one is refused is not said",
        (400, 409, 422),
    ),
    Setting(
        "deleted_value_reusable",
        True,
        "a new alias may have the value of a deleted one",
        "not said",
    ),
    Setting(
        "idempotency_mismatch",
        "replay",
        "answer to a known Idempotency-Key with another body",
        "a replay returns the first response; whether the body is compared is not said",
        ("replay", "409", "422"),
    ),
    Setting(
        "timestamps",
        "seconds",
        "precision of timestamps",
        "whole seconds in examples, microseconds in webhook samples",
        ("seconds", "microseconds"),
    ),
    Setting(
        "absent_cursor",
        "null",
        "how a page without a next or a previous one says so",
        "not said",
        ("null", "omitted"),
    ),
    Setting("default_page_size", 20, "items of a page without limit", "not said"),
    Setting(
        "throttled_retry_after",
        True,
        "send Retry-After with a 429",
        "body and headers of a 429 are not public",
    ),
    Setting("realistic_limits", False, "apply the rate limit below"),
    Setting("limit_per_minute", 1500, "requests per minute and key; 0 is none"),
)

CONDITIONS: tuple[Condition, ...] = (
    Condition("server-error", 500, "internal server error"),
    Condition("throttled", 429, "rate limit exceeded"),
)
