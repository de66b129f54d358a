"""A stateless stub of any OpenAPI 3.0 or 3.1 document, for APIs without an emulator."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from specproof.apis.base import RoutedEmulator
from specproof.apis.contract import Condition, Setting, SettingValue
from specproof.apis.routing import Match, Route, Router
from specproof.apis.wire import Call, Reply, json_reply
from specproof.document.openapi import documented_responses
from specproof.document.references import resolve
from specproof.model import Json, JsonObject
from specproof.requirements.contract import Contract, DocumentedResponse, OperationContract
from specproof.requirements.pages import only_page
from specproof.requirements.pagination import recognise
from specproof.requirements.statuses import match_status
from specproof.targets.credentials import variables
from specproof.targets.synthesis import synthesise

__all__ = ["StubEmulator"]

_NUMERIC = {"integer": re.compile(r"-?[0-9]+"), "number": re.compile(r"-?[0-9.eE+-]+")}

_NEXT = re.compile(r"(?<=rel=)next\b|(?<=rel=\")next\b")
"""The relation to a next page (RFC 8288 3.3)."""


class StubEmulator(RoutedEmulator):
    """Answers every operation of a document with its first documented success.

    It keeps no state: nothing is ever created, found missing or gone. The body is the documented
    example, or an instance of the schema where there is none or it breaks its own schema. A
    request lacks credentials (any will do) -> 401, a required parameter or body -> 400. Each
    documented status is a condition, ``answer-<status>``, for operations that document it.

    Args:
        document: a whole OpenAPI document, references inside it only.
        name: what messages call the document.
        api: name of the API, in the names of its credential variables.

    Raises:
        InputError: not OpenAPI 3.0 or 3.1, a broken reference or schema, or a bad setting.
    """

    API: ClassVar[str] = "stub"
    ROUTES: ClassVar[tuple[Route, ...]] = ()
    CONDITIONS: tuple[Condition, ...] = ()
    SETTINGS: ClassVar[tuple[Setting, ...]] = (
        Setting("require_credentials", True, "answer 401 to a request without credentials"),
        Setting("require_parameters", True, "answer 400 where a required parameter is missing"),
    )

    def __init__(
        self,
        document: JsonObject,
        *,
        name: str = "the document",
        api: str = "stub",
        settings: Mapping[str, SettingValue] | None = None,
        clock: Callable[[], float] = time.monotonic,
        seed: int = 0,
    ) -> None:
        self.contract = Contract(document, name=name)
        self.api = api
        self.CONDITIONS = _conditions(self.contract)
        self._answers: dict[tuple[str, int], Reply] = {}
        super().__init__(settings, clock=clock, seed=seed)

    def credentials(self) -> Mapping[str, str]:
        """Return a value for every credential variable of the document; any would do."""
        return self._values("stub")

    def other_credentials(self) -> Mapping[str, str]:
        """Return nothing: a stub has no tenants."""
        return {}

    def forget(self) -> None:
        """Do nothing: there is no state."""

    def serve(self, route: Route, match: Match, call: Call) -> Reply:
        """Check that what is required is there, and answer as documented."""
        operation = self.contract.operations[route.name]
        if self.settings["require_credentials"] and not self._authenticated(operation, call):
            # RFC 9110 15.5.2: a 401 MUST carry a challenge.
            return self.answer(operation, 401).adding(("www-authenticate", "Stub"))
        if self.settings["require_parameters"] and not _complete(
            self.contract, operation, match, call
        ):
            return self.answer(operation, 400)
        return self.answer(operation, _success(operation))

    def answer(self, operation: OperationContract, status: int) -> Reply:
        """Return what is documented for ``status``; no body where nothing is."""
        place = (operation.id, status)
        if place not in self._answers:
            self._answers[place] = self._make(operation, status)
        return self._answers[place]

    def misbehave(self, condition: str, call: Call) -> Reply:
        """Answer the status of the condition where the operation documents it."""
        match = self.router.match(call.method, call.path)
        if match is None or match.route is None:
            return self.unknown_path(call)
        operation = self.contract.operations[match.route.name]
        status = int(condition.removeprefix("answer-"))
        if operation.documented(status) is None:
            return self.serve(match.route, match, call)
        return self.answer(operation, status)

    def unknown_path(self, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 404."""
        return json_reply(404, {"error": "the document has no such path"})

    def wrong_method(self, call: Call) -> Reply:  # noqa: ARG002 - all calls alike
        """Answer 405."""
        return json_reply(405, {"error": "the document has no such method for this path"})

    def _make(self, operation: OperationContract, status: int) -> Reply:
        key = match_status(tuple(operation.responses), status)
        if key is None:
            return Reply(status)
        response = operation.responses[key]
        headers = tuple(
            (header.name.lower(), _field(synthesise(self.contract.document, header.schema)))
            for header in response.headers
        )
        if not response.content or status in (204, 304):
            return Reply(status, headers)
        media = _preferred(response)
        instance = self._instance(operation, key, media)
        pagination = recognise(operation) if _is_json(media) else None
        if pagination is not None and key.startswith("2"):
            # It keeps no list to walk over: what it shows is all there is.
            validator = operation.body_validator(key, media, formats=False)
            instance = only_page(
                pagination, instance, lambda body: validator is None or validator.valid(body)
            )
            headers = tuple((name, _NEXT.sub("self", text)) for name, text in headers)
        body = _encoded(instance, media)
        return Reply(status, (("content-type", _concrete(media)), *headers), body)

    def _make_router(self) -> Router:
        return Router(
            [
                Route(item.id, item.operation.method, item.operation.path)
                for item in self.contract.operations.values()
            ]
        )

    def _values(self, word: str) -> Mapping[str, str]:
        schemes = self.contract.security_schemes()
        names = [name for key, node in schemes.items() for name in variables(self.api, key, node)]
        return {name: f"{word}-{name.lower().replace('_', '-')}" for name in names}

    def _authenticated(self, operation: OperationContract, call: Call) -> bool:
        schemes = self.contract.security_schemes()
        if not operation.security:
            return True
        return any(
            all(_presented(schemes.get(name, {}), call) for name in requirement)
            for requirement in operation.security
        )

    def _instance(self, operation: OperationContract, key: str, media: str) -> Json:
        document = self.contract.document
        node = documented_responses(document, operation.operation)[key]
        content = node["content"]
        shown = resolve(document, content[media]) if isinstance(content, Mapping) else None
        media_object = shown if isinstance(shown, Mapping) else {}
        validator = operation.body_validator(key, media, formats=False)
        for example in _examples(document, media_object):
            if validator is None or validator.valid(example):
                return example
        return synthesise(document, media_object.get("schema"))


def _conditions(contract: Contract) -> tuple[Condition, ...]:
    statuses = {
        status
        for operation in contract.operations.values()
        for key in operation.responses
        if (status := _status(key)) is not None
    }
    return tuple(
        Condition(f"answer-{status}", status, f"answer {status} wherever an operation documents it")
        for status in sorted(statuses)
    )


def _status(key: str) -> int | None:
    """Return the status that stands for a key such as ``404`` or ``4XX``; none for others."""
    found = re.fullmatch(r"([2-5])([0-9]{2}|XX)", key.upper())
    return None if found is None else int(key.upper().replace("XX", "00"))


def _success(operation: OperationContract) -> int:
    statuses = sorted(s for key in operation.responses if (s := _status(key)) is not None)
    successes = [status for status in statuses if 200 <= status < 300]  # noqa: PLR2004 - RFC 9110
    if successes:
        return successes[0]
    return 200 if "default" in operation.responses or not statuses else statuses[0]


def _presented(scheme: Mapping[str, Json], call: Call) -> bool:
    kind, place, name = scheme.get("type"), scheme.get("in"), str(scheme.get("name", ""))
    if kind == "apiKey" and place == "query":
        return any(given == name for given, _ in call.query)
    if kind == "apiKey" and place == "cookie":
        return f"{name}=" in (call.header("cookie") or "")
    if kind == "mutualTLS":
        return True
    return bool(call.header(name.lower() if kind == "apiKey" else "authorization"))


def _complete(contract: Contract, operation: OperationContract, match: Match, call: Call) -> bool:
    if match.undecodable:
        return False
    queries = {name.partition("[")[0] for name, _ in call.query}
    names = {
        "query": queries,
        "header": {name for name, _ in call.headers},
        "cookie": set(re.findall(r"([^=; ]+)=", call.header("cookie") or "")),
    }
    for parameter in operation.parameters:
        place, name = str(parameter.get("in")), str(parameter.get("name"))
        if place == "path":
            schema = resolve(contract.document, parameter.get("schema"))
            kind = schema.get("type") if isinstance(schema, Mapping) else None
            pattern = _NUMERIC.get(str(kind))
            if pattern is not None and not pattern.fullmatch(match.parameters.get(name, "")):
                return False
        elif parameter.get("required") is True and not _ignored(place, name):
            wanted = name.lower() if place == "header" else name.partition("[")[0]
            if _is_exploded(parameter) or wanted in names.get(place, {wanted}):
                continue
            return False
    body = resolve(contract.document, operation.operation.node.get("requestBody"))
    return bool(call.body) or not (isinstance(body, Mapping) and body.get("required") is True)


def _ignored(place: str, name: str) -> bool:
    # OpenAPI 3.1, Parameter Object: header parameters of these names SHALL be ignored.
    return place == "header" and name.lower() in {"accept", "content-type", "authorization"}


def _is_exploded(parameter: Mapping[str, Json]) -> bool:
    """Whether the parameter may be on the wire under the names of its properties."""
    schema = parameter.get("schema")
    plain = isinstance(schema, Mapping) and schema.get("type") in (
        "string",
        "integer",
        "number",
        "boolean",
        "array",
    )
    return not plain


def _preferred(response: DocumentedResponse) -> str:
    medias = list(response.content)
    return next((media for media in medias if _is_json(media)), medias[0])


def _is_json(media: str) -> bool:
    plain = media.partition(";")[0].strip().lower()
    return plain.endswith(("/json", "+json")) or plain in ("*/*", "application/*")


def _concrete(media: str) -> str:
    if _is_json(media) and "*" in media:
        return "application/json"
    return "text/plain" if media.partition(";")[0].strip() == "text/*" else media.replace("*", "x")


def _encoded(value: Json, media: str) -> bytes:
    if _is_json(media):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return value.encode() if isinstance(value, str) else b"stub"


def _field(value: Json) -> str:
    """Return a header field value (RFC 9110 5.5) for ``value``."""
    text = value if isinstance(value, str) else json.dumps(value)
    return "".join(letter for letter in text if " " <= letter <= "~").strip()


def _examples(document: JsonObject, media: Mapping[str, Json]) -> list[Json]:
    found = [media["example"]] if "example" in media else []
    named = media.get("examples")
    for raw in named.values() if isinstance(named, Mapping) else ():
        item = resolve(document, raw)
        if isinstance(item, Mapping) and "value" in item:
            found.append(item["value"])
    return found
