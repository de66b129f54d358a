"""Requests without valid credentials are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specproof.checks.base import Check, View
from specproof.model import Observation
from specproof.requirements.derive import slug

__all__ = ["CHECK"]

RULE = "authentication-enforced"
_REFUSALS = frozenset({401, 403})
_WORDS = {
    "none": "without credentials",
    "malformed": "with malformed credentials",
    "wrong": "with unknown credentials",
    "other": "with another tenant's credentials",
    "truncated": "with a secret that lacks its last letter",
    "empty": "with an empty secret",
    "suffixed": "with a secret that has a letter more",
    "bare": "with a secret without its scheme",
    "cased": "with a secret in other letters",
    "scheme": "with credentials under another scheme",
    "wrong-secret": "with a wrong secret",
    "wrong-name": "with a wrong name",
    "blank": "with an empty field of credentials",
    "scheme-alone": "with a scheme and no credentials",
    "undecodable": "with credentials that are no base64",
    "name-alone": "with a name and no secret",
}


def look(view: View) -> Iterator[Observation]:
    """Observe the answer to a request that was sent without our own credentials."""
    if not _foreign(view.exchange.facts):
        return
    mode = view.exchange.facts["credentials"]
    status = view.answered.status
    accepted = status < 400  # noqa: PLR2004 - RFC 9110 15: 4xx and 5xx are refusals
    # Another tenant may be told "not found", which hides whose resource it is (RFC 9110 15.5.5).
    refused = status in _REFUSALS or (mode == "other" and 400 <= status < 500)  # noqa: PLR2004
    if not accepted and not refused:
        return
    for requirement in view.operation.security:
        for scheme in requirement:
            yield view.observe(
                RULE,
                view.requirement("security", slug(scheme)),
                f"a request {_WORDS[mode]} was answered {status}" if accepted else None,
            )


def _foreign(facts: Mapping[str, str]) -> bool:
    """Return whether a request was sent without the credentials of whose resources it is about.

    The other tenant may do to its own resources whatever it likes.
    """
    return facts.get("credentials", "own") in _WORDS and facts.get("tenant") != "other"


CHECK = Check(
    id=RULE,
    title="requests without valid credentials are refused",
    explanation=(
        "Anybody can do to this resource what only its owner should. Report it to the vendor as"
        " a security problem before anything else."
    ),
    clause="OpenAPI 3.1, Security Requirement Object; RFC 9110 11.4, 15.5.2, 15.5.4",
    look=look,
    concerns=_foreign,
)
