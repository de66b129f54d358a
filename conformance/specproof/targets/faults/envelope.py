"""Faults of success bodies and of error envelopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from specproof.apis.faults import Alter, Answer, Profile, edited, put
from specproof.targets.faults.rows import Row, simply

__all__ = ["ROWS"]

_CODES = ("code", "type")
_TITLES = ("title", "message")
_TRACE = (
    'Traceback (most recent call last):\n  File "/srv/app/aliases.py", line 212, in remove\n'
    "    raise LookupError(label)"
)
_SQL = "PG::UndefinedColumn: ERROR: SELECT id FROM aliases WHERE label = 'crm'"
_QUERY = "DELETE FROM user_aliases WHERE user_id = 71 AND label = 'crm'"
_SECRET = "redis://cache:hunter2hunter2@10.0.3.7:6379/0"  # noqa: S105 - it leaks on purpose


def _first(body: Any) -> Any:
    """Return the first error of an envelope of either family."""
    return body["errors"][0] if "errors" in body else body["error"]


def _name(error: Any, names: tuple[str, ...]) -> str:
    return next(name for name in names if name in error)


def _field(names: tuple[str, ...], value: Any) -> Alter:
    """Return an alteration of one field of the first error; a callable gets the old value."""

    def change(body: Any) -> Any:
        error = _first(body)
        name = _name(error, names)
        error[name] = value(error[name]) if callable(value) else value
        return body

    return edited(change)


def _without(names: tuple[str, ...]) -> Alter:
    def change(body: Any) -> Any:
        error = _first(body)
        del error[_name(error, names)]
        return body

    return edited(change)


def _counted(names: tuple[str, ...]) -> Alter:
    """Return an alteration that makes a field different in every answer."""

    def alter(answer: Answer) -> Answer:
        return _field(names, lambda old: f"{old}-{answer.number}")(answer)

    return alter


def _whole(change: Callable[[Any], Any]) -> Alter:
    return edited(change)


def _enveloped(body: Any, inside: Callable[[Any], Any]) -> Any:
    name = "errors" if "errors" in body else "error"
    return {**body, name: inside(body[name])}


def _credentials(answer: Answer) -> Answer:
    sent = dict(answer.call.headers).get("authorization", "")
    return _field(_TITLES, f"Access denied for {sent}")(answer)


def _dropped(profile: Profile) -> Alter:
    def change(body: Any) -> Any:
        *path, last = profile.identifier.split("/")
        holder = body
        for name in path:
            holder = holder[name]
        del holder[last]
        return body

    return edited(change)


def _identifier(value: Any) -> Callable[[Profile], Alter]:
    return lambda profile: put(profile.identifier, value)


def _cased(body: Any) -> Any:
    return {name[:1].upper() + name[1:]: value for name, value in body.items()}


_ERROR = {"errors": [{"code": "internal", "title": "Something went wrong"}]}


def _body(text: bytes) -> Alter:
    return lambda answer: replace(answer, body=text)


_SCHEMA_ROWS: tuple[Row, ...] = tuple(
    Row(name, "schema", "success", title, explanation, make)
    for name, title, explanation, make in (
        (
            "id-missing",
            "a success lacks a required id",
            "Clients raise, or go on with nothing.",
            _dropped,
        ),
        (
            "id-null",
            "an id is null",
            "Typed clients hand on None where a string is declared.",
            _identifier(None),
        ),
        ("id-number", "an id is a number", "Ids stop being equal to themselves.", _identifier(71)),
        ("id-empty", "an id is empty", "The next request goes to another path.", _identifier("")),
        (
            "id-not-uuid",
            "an id is no UUID",
            "Columns and types made for UUIDs refuse it.",
            _identifier("user_71"),
        ),
        (
            "id-uuid-cut",
            "an id is a UUID that lacks its end",
            "Columns and types made for UUIDs refuse it.",
            _identifier("0191a2b3-c4d5-7e6f-8a9b-0c1d2e3f"),
        ),
        (
            "id-in-a-list",
            "an id comes as a list of one",
            "Typed clients raise.",
            _identifier(["0191a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b"]),
        ),
        (
            "id-of-another",
            "the answer is about somebody else",
            "Callers act on another user's data.",
            _identifier("0191a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b"),
        ),
        (
            "extra-nesting",
            "the body is wrapped into one more object",
            "No field is where clients look for it.",
            simply(_whole(lambda body: {"data": body})),
        ),
        (
            "list-of-one",
            "the body is a list of one",
            "No field is where clients look for it.",
            simply(_whole(lambda body: [body])),
        ),
        (
            "empty-object",
            "the body is an empty object",
            "No field is where clients look for it.",
            simply(_body(b"{}")),
        ),
        ("null-body", "the body is null", "Clients raise.", simply(_body(b"null"))),
        ("bare-string", "the body is a string", "Clients raise.", simply(_body(b'"deleted"'))),
        (
            "names-capitalised",
            "the names of the fields begin with capital letters",
            "No field is where clients look for it.",
            simply(_whole(_cased)),
        ),
    )
)

_ENVELOPE_ROWS: tuple[Row, ...] = tuple(
    Row(name, "envelope", occasion, title, explanation, simply(alter))
    for name, occasion, title, explanation, alter in (
        (
            "success-with-error",
            "success",
            "a 200 has the body of an error",
            "Callers that trust the status believe that it was done.",
            _whole(lambda _: _ERROR),
        ),
        (
            "success-denied",
            "success",
            "a 200 says success: false beside its data",
            "Callers that trust the status believe that it was done.",
            _whole(lambda body: {"success": False, **body}),
        ),
        (
            "success-with-errors-beside",
            "success",
            "a 200 has errors beside its data",
            "Callers never look for them there.",
            _whole(lambda body: {**body, **_ERROR}),
        ),
        (
            "no-errors",
            "refusal",
            "the list of errors is empty",
            "Clients that read the first error raise.",
            _whole(lambda body: _enveloped(body, lambda _: [])),
        ),
        (
            "errors-null",
            "refusal",
            "the errors are null",
            "Clients that read the first error raise.",
            _whole(lambda body: _enveloped(body, lambda _: None)),
        ),
        (
            "errors-as-text",
            "refusal",
            "errors are plain text where objects are promised",
            "Clients look for a code in a string.",
            _whole(
                lambda body: _enveloped(
                    body, lambda old: ["Not possible"] if isinstance(old, list) else "Not possible"
                )
            ),
        ),
        (
            "errors-as-map",
            "refusal",
            "errors are an object keyed by code",
            "Clients that read a list raise.",
            _whole(lambda body: _enveloped(body, lambda _: {"invalid": ["Not possible"]})),
        ),
        (
            "errors-nested",
            "refusal",
            "errors are a list in a list",
            "Clients that read the first error raise.",
            _whole(lambda body: _enveloped(body, lambda old: [[old]])),
        ),
        (
            "envelope-renamed",
            "refusal",
            "the error envelope has another name",
            "Clients find no error.",
            _whole(lambda body: {"failures": list(body.values())}),
        ),
        (
            "envelope-empty",
            "refusal",
            "the error body is an empty object",
            "Nobody learns what was wrong.",
            _body(b"{}"),
        ),
        (
            "envelope-absent",
            "refusal",
            "an error has no body where one is promised",
            "Clients that parse it raise.",
            lambda answer: replace(answer.without("content-type"), body=b""),
        ),
        (
            "success-body-on-refusal",
            "refusal",
            "an error has the body of a success",
            "Callers that read the body believe that it was done.",
            _body(b'{"ok":true}'),
        ),
        ("code-blank", "refusal", "a code is blank", "No branch fits.", _field(_CODES, "  ")),
        ("code-empty", "refusal", "a code is empty", "No branch fits.", _field(_CODES, "")),
        ("code-null", "refusal", "a code is null", "No branch fits.", _field(_CODES, None)),
        ("code-number", "refusal", "a code is a number", "No branch fits.", _field(_CODES, 4004)),
        ("code-missing", "refusal", "an error has no code", "No branch fits.", _without(_CODES)),
        (
            "code-changes",
            "refusal",
            "a code is different every time",
            "No branch fits twice.",
            _counted(_CODES),
        ),
        (
            "code-flaps",
            "refusal",
            "every other error has another code for the same cause",
            "The branch that fits fails half of the time.",
            lambda answer: _field(_CODES, "other-1")(answer) if answer.number % 2 else answer,
        ),
        (
            "code-now-and-then",
            "unauthenticated",
            "every third refusal of credentials has another code",
            "The branch that fits fails now and then, and nobody can tell why.",
            lambda answer: _field(_CODES, "other-1")(answer) if answer.number % 3 == 2 else answer,  # noqa: PLR2004 - every 3rd
        ),
        ("title-blank", "refusal", "a title is blank", "Logs say nothing.", _field(_TITLES, "\t")),
        ("title-empty", "refusal", "a title is empty", "Logs say nothing.", _field(_TITLES, "")),
        ("title-null", "refusal", "a title is null", "Logs say nothing.", _field(_TITLES, None)),
        ("title-number", "refusal", "a title is a number", "Clients raise.", _field(_TITLES, 7)),
        (
            "title-missing",
            "refusal",
            "an error has no title",
            "Logs say nothing.",
            _without(_TITLES),
        ),
        (
            "title-object",
            "refusal",
            "a title is an object",
            "Clients show its memory address.",
            _field(_TITLES, {"en": "Not found"}),
        ),
        (
            "leaks-trace",
            "refusal",
            "a title holds a stack trace",
            "It tells attackers how the server works inside.",
            _field(_TITLES, _TRACE),
        ),
        (
            "leaks-sql",
            "refusal",
            "a title holds an error of the database",
            "It tells attackers how the server works inside.",
            _field(_TITLES, _SQL),
        ),
        (
            "leaks-query",
            "refusal",
            "a title holds a query",
            "It tells attackers how the server works inside.",
            _field(_TITLES, _QUERY),
        ),
        (
            "leaks-path",
            "refusal",
            "a title holds a path of the server",
            "It tells attackers how the server works inside.",
            _field(_TITLES, "Template /var/www/api/views/alias.erb not found"),
        ),
        (
            "leaks-windows-path",
            "refusal",
            "a title holds a path of a Windows server",
            "It tells attackers how the server works inside.",
            _field(_TITLES, r"Could not open C:\inetpub\api\aliases.config"),
        ),
        (
            "leaks-secret",
            "refusal",
            "a title holds the password of a data store",
            "It opens the data store to everybody.",
            _field(_TITLES, f"Connection to {_SECRET} refused"),
        ),
        (
            "leaks-address",
            "refusal",
            "a title holds an address inside the server's network",
            "It tells attackers where to go next.",
            _field(_TITLES, "connect ECONNREFUSED 10.0.3.7:5432"),
        ),
        (
            "leaks-java-trace",
            "refusal",
            "a title holds a stack trace of Java",
            "It tells attackers how the server works inside.",
            _field(
                _TITLES,
                "java.lang.NullPointerException\n\tat com.shop.AliasService.drop(Alias.java:88)",
            ),
        ),
        (
            "echoes-credentials",
            "refusal",
            "a title repeats the credentials of the request",
            "Secrets end up in every log that keeps errors.",
            _credentials,
        ),
    )
)

ROWS: tuple[Row, ...] = (*_SCHEMA_ROWS, *_ENVELOPE_ROWS)
"""Faults of what a body says, over any API."""
