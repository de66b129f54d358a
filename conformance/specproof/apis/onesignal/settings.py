"""What is open about OneSignal, and what can be chosen in its emulator."""

from __future__ import annotations

from specproof.apis.contract import Condition, Setting

__all__ = ["CONDITIONS", "SETTINGS"]

_CODES = "codes and texts of errors other than those seen in public"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "delete_lists_remaining",
        False,
        "the 200 of delete alias lists the aliases that remain beside onesignal_id",
        "the page's schema names onesignal_id only",
    ),
    Setting(
        "unknown_alias_status",
        404,
        "answer to deleting a label that the user does not have",
        "the page says 404, the vendor's mobile SDKs also know 409 and 410",
        (404, 409, 410),
    ),
    Setting(
        "unknown_user_status",
        404,
        "answer where nobody has the alias that a user is looked up by",
        "the page says 404, the vendor's mobile SDKs also know 410",
        (404, 410),
    ),
    Setting(
        "unknown_alias_body",
        "structured",
        "error item for a label that the user does not have; no-code is one seen in public",
        "an item without the code that the page promises was pasted in a public issue",
        ("structured", "no-code"),
    ),
    Setting(
        "protected_alias_status",
        400,
        "answer to deleting onesignal_id",
        "the page says that it can not be deleted, not how that is refused",
        (400, 403, 409),
    ),
    Setting("unknown_user_code", "user-4", "error code where nobody has the alias", _CODES),
    Setting("unknown_alias_code", "user-5", "error code where the user lacks the label", _CODES),
    Setting("protected_alias_code", "user-6", "error code for deleting onesignal_id", _CODES),
    Setting(
        "wrong_key_answer",
        "401",
        "answer to a key that is not the app's; 403-text is one seen in public",
        "401 without a key and 403 as text/plain were seen; for which key is not said",
        ("401", "403", "403-text"),
    ),
    Setting(
        "foreign_key_answer",
        "401",
        "answer to the key of another app",
        "nothing public tells it apart from any wrong key",
        ("401", "403", "403-text", "404"),
    ),
    Setting(
        "accept_bearer",
        False,
        "accept `Bearer` beside `Key` in Authorization",
        "the vendor's Python SDK sent Bearer before 2.2.1",
    ),
    Setting(
        "www_authenticate",
        True,
        "send WWW-Authenticate with a 401",
        "RFC 9110 15.5.2 asks for it; whether the vendor sends it is not public",
    ),
    Setting(
        "throttled_body",
        "structured",
        "body of a 429; strings is the one seen in public",
        "the page shows objects, a body with strings was pasted in a public issue",
        ("structured", "strings"),
    ),
    Setting(
        "throttled_retry_after",
        1,
        "Retry-After, in seconds, of the condition `throttled`",
    ),
    Setting(
        "unavailable_retry_after",
        True,
        "send Retry-After with a 503",
        "the page calls it optional",
    ),
    Setting(
        "existing_user_status",
        200,
        "answer to creating a user who exists already",
        "200 and 202 are documented, not when",
        (200, 202),
    ),
    Setting(
        "delete_user_answer",
        "202-identity",
        "answer to deleting a user",
        "the documentation says 202 with an identity, the vendor's SDK 200 without a body",
        ("202-identity", "200-empty"),
    ),
    Setting(
        "patch_replaces",
        True,
        "create alias replaces the value of a label that the user has; else it answers 409",
        "not said",
    ),
    Setting(
        "max_aliases",
        10,
        "custom aliases that a user may have",
        "the newer page says 10, an older one 20",
        (10, 20),
    ),
    Setting(
        "wrong_media_type_status",
        400,
        "answer to a body that is not declared as JSON",
        "not said",
        (400, 415),
    ),
    Setting("realistic_limits", False, "apply the three rate limits below"),
    Setting("limit_per_app", 1000, "creates, updates and deletes per second and app; 0 is none"),
    Setting("limit_per_user", 1, "updates and deletes per second and user; 0 is none"),
    Setting("limit_views", 1, "views of users per second and app; 0 is none"),
)

CONDITIONS: tuple[Condition, ...] = (
    Condition("throttled", 429, "rate limit exceeded, with Retry-After"),
    Condition("unavailable", 503, "out of service, with the documented JSON body"),
    Condition("unavailable-empty", 503, "out of service, no body"),
    Condition("unavailable-html", 503, "out of service, a proxy's HTML page, no Retry-After"),
)
