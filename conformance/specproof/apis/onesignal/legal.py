"""Ways in which OneSignal may differ from its emulator without breaking a promise."""

from __future__ import annotations

from specproof.apis.contract import SettingValue
from specproof.apis.faults import LegalVariation

__all__ = ["LEGAL"]


def _legal(name: str, title: str, **settings: SettingValue) -> LegalVariation:
    return LegalVariation(f"onesignal-{name}", "onesignal", title, settings=settings)


LEGAL: tuple[LegalVariation, ...] = (
    _legal("remaining-listed", "a 200 lists the aliases that remain", delete_lists_remaining=True),
    _legal(
        "unavailable-without-retry-after", "a 503 has no Retry-After", unavailable_retry_after=False
    ),
    _legal("retry-at-once", "Retry-After of a 429 is 0", throttled_retry_after=0),
    _legal("retry-much-later", "Retry-After of a 429 is a day", throttled_retry_after=86400),
    _legal("no-challenge", "a 401 has no WWW-Authenticate", www_authenticate=False),
    _legal("bearer-too", "a key is accepted as Bearer token, too", accept_bearer=True),
    _legal("foreign-app-hidden", "the app of a foreign key is not found", foreign_key_answer="404"),
    _legal(
        "existing-user-accepted",
        "creating a user who exists is answered 202",
        existing_user_status=202,
    ),
    _legal(
        "user-deleted-silently",
        "deleting a user is answered 200 without a body",
        delete_user_answer="200-empty",
    ),
    _legal("aliases-not-replaced", "create alias refuses to replace a value", patch_replaces=False),
    _legal("more-aliases", "a user may have twenty aliases", max_aliases=20),
    _legal(
        "other-codes",
        "errors have other codes",
        unknown_user_code="not-found",
        unknown_alias_code="alias-1",
        protected_alias_code="alias-2",
    ),
    _legal(
        "media-type-refused",
        "a body that is not declared as JSON gets 415",
        wrong_media_type_status=415,
    ),
    _legal(
        "throttles",
        "the documented rate limits apply to apps",
        realistic_limits=True,
        limit_per_user=0,
        limit_views=0,
    ),
)
"""Ways to differ from the emulator's defaults that the page of OneSignal leaves open."""
