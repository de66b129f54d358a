"""A success is no error in disguise, and an error no success."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.checks.base import Check, Echo, View
from specproof.checks.envelope import NAMES, looks_like_error
from specproof.model import Json, Observation
from specproof.requirements.contract import OperationContract

__all__ = ["CHECK"]

RULE = "success-not-error"
_SUCCESS = range(200, 300)
_ERRORS = range(400, 600)


def look(view: View) -> Iterator[Observation]:
    """Observe whether status and body tell the same story."""
    documented = view.documented
    parses, body = view.parsed
    if documented is None or not parses:
        return
    status = view.answered.status
    requirement = view.requirement(documented.key, "honest")
    if status in _SUCCESS:
        wrong = looks_like_error(body) and not _declares_errors(view)
        yield view.observe(
            RULE, requirement, f"status {status} comes with an error in its body" if wrong else None
        )
    elif status in _ERRORS:
        wrong = not looks_like_error(body) and _is_success(view.operation, body)
        yield view.observe(
            RULE,
            requirement,
            f"status {status} comes with the body of a success" if wrong else None,
        )


def _declares_errors(view: View) -> bool:
    """Return whether the contract itself lists errors beside a success, as partial ones do."""
    if view.documented is None or view.media_range is None:
        return False
    schema = view.operation.compiler.resolve(view.documented.content.get(view.media_range))
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return isinstance(properties, dict) and bool({"errors", "error"} & set(properties))


def _is_success(operation: OperationContract, body: Json) -> bool:
    """Return whether ``body`` keeps the schema of a documented success and is not empty."""
    if not isinstance(body, dict) or not body:
        return False
    for key, response in operation.responses.items():
        if not key.startswith("2"):
            continue
        for media in response.content:
            validator = operation.body_validator(key, media, formats=False)
            if validator is not None and not validator.valid({}) and validator.valid(body):
                return True
    return False


def _unread(view: View) -> bool:
    if view.answered.status not in _ERRORS or looks_like_error(view.parsed[1]):
        return True
    return not any(
        view.operation.reads_texts(key) for key in view.operation.responses if key.startswith("2")
    )


CHECK = Check(
    id=RULE,
    title="status and body tell the same story",
    explanation=(
        "A caller that trusts the status takes an error for a success, or throws away a success"
        " and tries again. Generated clients trust the status."
    ),
    clause="RFC 9110 15.3 (the request was accepted), 15.5, 15.6",
    look=look,
    response_only=True,
    echo=Echo(_unread, NAMES),
)
