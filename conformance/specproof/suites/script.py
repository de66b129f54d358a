"""Exchanges and claims as a script: plain data that sends them again and asserts.

Built by allow-list, as ``suites.reproduce`` does for curl. What a run invented becomes a fresh
value, what the server gave is taken from the answer that gave it, and credentials are names of
environment variables. A script that would not show what it is to show is not written: none is
better than one that passes on a broken server, or fails or is skipped on a sound one.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from specproof.model import Exchange, Json, JsonObject
from specproof.requirements.contract import Contract
from specproof.requirements.statuses import match_status
from specproof.suites.assertions import ASSERTIONS, Answer
from specproof.targets.redaction import contract_words
from specproof.targets.target import Target

__all__ = ["Writer", "words_of"]

_INVENTED = re.compile(r"specproof-([a-z0-9_-]{1,60}?)-([0-9a-f]{20})")
_SHOUTED = re.compile(r"SPECPROOF-([A-Z0-9_-]{1,60}?)-([0-9A-F]{20})")
_CUT = re.compile(r"specproof-[a-z0-9_-]{1,60}?-[0-9a-f]{19}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RANDOM = re.compile(r"[0-9a-f]{8}", re.IGNORECASE)
_METHOD = re.compile(r"[A-Z]{1,16}")
_MEDIA = re.compile(r"application/(?:[a-z.-]{1,40}\+)?json", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,80}")
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_STEPS: Final = 60
"""Most requests of a script."""

_LEAVES: Final = 2000
"""Most values of an answer that are looked at for what the server gave."""

_DEPTH: Final = 8
_SUCCESS: Final = range(200, 300)
_NEAR: Final = 8
"""As many letters as two ids have not in common by chance at either end."""

_SHORT: Final = 3
"""Shorter texts turn up in an answer by chance."""


@functools.lru_cache(maxsize=16)
def words_of(contract: Contract) -> frozenset[str]:
    """Return the texts that a contract names, which a script may show."""
    return contract_words(contract)


class _UntellableError(Exception):
    """Something of a request may not be told."""


@dataclass
class Writer:
    """Writes the scripts of one item.

    Args:
        told: texts that a report may show; see ``targets.session``.
        words: texts that the contract names.
    """

    target: Target
    contract: Contract
    told: Container[str]
    words: Container[str]

    def script(
        self,
        sequence: Sequence[Exchange],
        exchange: Exchange,
        claims: Sequence[Mapping[str, Json]],
        *,
        bound: bool = False,
    ) -> JsonObject | None:
        """Return the script that ends with ``exchange`` and asserts ``claims`` of its answer.

        None where the answer breaks no claim, where the requests can not be told, and where a
        sound server need not give such an answer at all.

        Args:
            bound: whether an answer with another status says nothing of the claims.
        """
        steps = (*sequence, exchange)
        if len(steps) > _STEPS or self.target.name == "recorded":
            return None
        if any("condition" in step.facts for step in steps) or (bound and not _expected(exchange)):
            return None
        if exchange.response is not None and exchange.response.broken:
            # Whoever decodes it in another way reads another body.
            return None
        failing = [claim for claim in claims if _fails(claim, steps)]
        if not failing:
            return None
        try:
            script = _Draft(self).script(steps, failing)
        except _UntellableError:
            return None
        return {
            **script,
            "found": 0 if exchange.response is None else exchange.response.status,
            "bound": bound,
        }

    def leading(self, earlier: Sequence[Exchange], exchange: Exchange) -> tuple[Exchange, ...]:
        """Return those of ``earlier`` that made what ``exchange`` names, or changed it."""
        wanted = self._names(exchange)
        kept: set[str] = set()
        changing = [
            (item, self._names(item), item.response.body.decode("utf-8", "replace"))
            for item in earlier
            if item.id != exchange.id
            and item.request.method not in _SAFE_METHODS
            and item.response is not None
        ]
        before = -1
        while before != len(kept):
            before = len(kept)
            for item, names, answered in changing:
                if names & wanted or any(name in answered for name in wanted):
                    kept.add(item.id)
                    wanted |= names
            if kept:
                # What was changed since may have touched it, though it names something else.
                first = next(n for n, (item, _, _) in enumerate(changing) if item.id in kept)
                since = changing[first:]
                kept |= {item.id for item, _, _ in since}
                wanted = wanted.union(*(names for _, names, _ in since))
        return tuple(item for item, _, _ in changing if item.id in kept)

    def _names(self, exchange: Exchange) -> set[str]:
        """Return what a request names of what nobody else can own."""
        request = exchange.request
        path = urlsplit(request.url).path
        texts = f"{unquote(request.url)} {request.body.decode('utf-8', 'replace')}"
        found = {hit[0] for hit in re.finditer(_INVENTED, texts.lower())}
        owned = self.target.owned
        return found | {part for part in map(unquote, path.split("/")) if part in owned}

    def may_tell(self, text: str) -> bool:
        """Return whether a report may show ``text``."""
        return text in self.told or text in self.words


@dataclass
class _Draft:
    writer: Writer
    made: list[JsonObject] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _given: dict[str, Json] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)

    def script(self, steps: Sequence[Exchange], claims: Sequence[Mapping[str, Json]]) -> JsonObject:
        written: list[Json] = []
        places: dict[str, int] = {}
        for number, exchange in enumerate(steps):
            written.append(self._step(exchange))
            places[exchange.id] = number
            self._learn(exchange, number)
        return {
            "steps": written,
            "claims": [self._claim(claim, places) for claim in claims],
            "made": list(self.made),
        }

    def _step(self, exchange: Exchange) -> JsonObject:
        target, request = self.writer.target, exchange.request
        if not _METHOD.fullmatch(request.method) or not request.url.startswith(target.base_url):
            raise _UntellableError
        parts = urlsplit(request.url.removeprefix(target.base_url))
        contract = self.writer.contract.operations.get(exchange.operation)
        security = (
            self.writer.contract.default_security() if contract is None else contract.security
        )
        mode = exchange.facts.get("credentials", "own")
        fields = target.credentials.as_fields(security, mode)
        authenticating = {str(item["name"]).lower() for item in fields}
        template = exchange.facts.get("template", "")
        if contract is not None:
            template = contract.operation.path
        documented = {
            str(item.get("name")).lower()
            for item in (() if contract is None else contract.parameters)
            if item.get("in") == "header"
        }
        self._kept = set()
        step: JsonObject = {
            "operation": exchange.operation,
            "method": request.method,
            "path": self._path(parts.path, template),
            "query": [
                [self._named(name), self.text(value)]
                for name, value in parse_qsl(parts.query, keep_blank_values=True)
                if name.lower() not in authenticating
            ],
            "headers": [
                [name, self.text(value)]
                for name, value in request.headers
                if name.lower() in documented - authenticating
            ],
            "fields": list(fields),
            "body": self._body(exchange),
        }
        # Anybody's own thing may bear a name that nobody invented, nor the server gave here.
        step["own"] = request.method in _SAFE_METHODS or bool(self._kept & {"made", "given"})
        return step

    def _path(self, path: str, template: str) -> list[Json]:
        names = template.split("/")
        segments = path.split("/")
        if len(names) != len(segments):
            raise _UntellableError
        found: list[Json] = []
        for name, segment in zip(names, segments, strict=True):
            if "{" in name:
                found.append(self.text(unquote(segment)))
            else:
                found.append(name)
        return found

    def _body(self, exchange: Exchange) -> Json:
        body = exchange.request.body
        if not body:
            return None
        if not _MEDIA.match(exchange.request.header("content-type") or ""):
            raise _UntellableError
        try:
            return {"json": self.tree(json.loads(body))}
        except (ValueError, RecursionError):
            raise _UntellableError from None

    def _named(self, name: str) -> str:
        if _NAME.fullmatch(name) or self.writer.may_tell(name):
            return name
        raise _UntellableError

    def tree(self, value: Json) -> Json:
        """Return a JSON value with a text in place of each string."""
        match value:
            case Mapping():
                return {
                    "object": [[self._named(key), self.tree(item)] for key, item in value.items()]
                }
            case str():
                return {"text": self.text(value)}
            case list() | tuple():
                return {"list": [self.tree(item) for item in value]}
            case None | bool():
                return value
            case _:
                return self._number(value)

    def _number(self, value: Json) -> Json:
        given = self._given.get(str(value))
        if given is not None:
            self._kept.add("given")
            return {"given": given}
        # A number that nobody told may be an account's or a telephone's.
        return value if self.writer.may_tell(str(value)) else 0

    def text(self, value: str) -> list[Json]:
        """Return ``value`` as pieces that say where each comes from."""
        variable = self.writer.target.credentials.source_of(value)
        if variable is not None:
            return [{"env": variable}]
        given = self._given.get(value)
        if given is not None:
            self._kept.add("given")
            return [{"given": given}]
        resource = self._resource(value)
        if resource is not None:
            return [resource]
        owned = value in self.writer.target.owned
        if not owned and not self.writer.may_tell(value):
            raise _UntellableError
        pieces = list(self._pieces(value, owned=owned))
        if owned and any(isinstance(piece, str) and _RANDOM.search(piece) for piece in pieces):
            # Part of an id of this run, which is another when the script runs.
            raise _UntellableError
        return pieces or [""]

    def _made_of_another(self, value: str) -> bool:
        """Return whether a value looks like another that this run owns, and is not that."""
        ends = value[:_NEAR].lower(), value[-_NEAR:].lower()
        return any(
            other != value
            and (other[:_NEAR].lower() == ends[0] or other[-_NEAR:].lower() == ends[1])
            for other in self.writer.target.owned
        )

    def _pieces(self, value: str, *, owned: bool) -> Iterator[Json]:
        if owned and _UUID.fullmatch(value):
            if self._made_of_another(value):
                raise _UntellableError
            yield self._made(value, "", "uuid")
            return
        if _CUT.fullmatch(value):
            longer = next((known for known in self._numbers if known[:-1] == value), None)
            if longer is not None:
                self._kept.add("made")
                yield {"made": self._numbers[longer], "form": "shorter"}
                return
        end = 0
        for hit in re.finditer(f"{_INVENTED.pattern}|{_SHOUTED.pattern}", value):
            if value[end : hit.start()]:
                yield value[end : hit.start()]
            prefix = (hit[1] or hit[3]).lower()
            piece = self._made(hit[0].lower(), prefix, "name")
            yield piece if hit[1] else {**piece, "form": "swapcase"}
            end = hit.end()
        if value[end:]:
            yield value[end:]

    def _made(self, value: str, prefix: str, kind: str) -> dict[str, Json]:
        self._kept.add("made")
        if value not in self._numbers:
            self._numbers[value] = len(self.made)
            self.made.append({"kind": kind, "prefix": prefix})
        return {"made": self._numbers[value]}

    def _resource(self, value: str) -> Json:
        target = self.writer.target
        for whose, resources in (("", target.resources), ("other", target.other_resources)):
            for name, ids in resources.items():
                if value in ids and _NAME.fullmatch(name):
                    return {"resource": name, "number": list(ids).index(value), "of": whose}
        return None

    def _learn(self, exchange: Exchange, number: int) -> None:
        """Remember what the answer gives, by value."""
        response = exchange.response
        if response is None or response.status not in _SUCCESS or not _arranges(exchange):
            # A sound server may refuse this, and what it gave is missing then.
            return
        try:
            body = json.loads(response.body)
        except (ValueError, RecursionError):
            return
        sent = exchange.request.url + exchange.request.body.decode("utf-8", "replace")
        for count, (path, leaf) in enumerate(_leaves(body, ())):
            if count >= _LEAVES:
                return
            text = str(leaf)
            keys_told = all(isinstance(key, int) or self.writer.may_tell(key) for key in path)
            # Times and words come again by chance; ids, and what we adopted, do not.
            known = self.writer.may_tell(text) or text in self.writer.target.owned
            known = known or _UUID.fullmatch(text) is not None
            ours = _INVENTED.search(text) is not None or text in sent
            if keys_told and known and len(text) >= _SHORT and not ours:
                self._given.setdefault(text, [number, list(path)])

    def _claim(self, claim: Mapping[str, Json], places: Mapping[str, int]) -> JsonObject:
        written: JsonObject = dict(claim)
        if "path" in claim:
            written["path"] = [self._part(part) for part in _list(claim["path"])]
        if "value" in claim:
            written["value"] = self.tree(claim["value"])
        if "expected" in claim:
            written["expected"] = self._expected(claim["expected"])
        if "since" in claim:
            written["since"] = places.get(str(claim["since"]))
            if written["since"] is None:
                raise _UntellableError
        return written

    def _expected(self, expected: Json) -> Json:
        """Return pointers of members and their values."""
        pairs = expected.items() if isinstance(expected, Mapping) else ()
        for pointer, _ in pairs:
            for name in pointer.split("/"):
                self._named(name)
        return {"object": [[pointer, self.tree(value)] for pointer, value in pairs]}

    def _part(self, part: Json) -> Json:
        if isinstance(part, list):
            return {"where": str(part[0]), "is": self.text(str(part[1]))}
        return str(part)


def _expected(exchange: Exchange) -> bool:
    """Return whether the status is the one that the request is to be answered with."""
    answer = exchange.response
    expects = exchange.expects
    return (
        answer is not None
        and expects is not None
        and match_status((expects,), answer.status) == expects
    )


def _arranges(exchange: Exchange) -> bool:
    """Return whether an exchange only prepares others, or is one that has to succeed."""
    return exchange.operation.startswith("+") or exchange.facts.get("due") == "success"


def _fails(claim: Mapping[str, Json], steps: Sequence[Exchange]) -> bool:
    """Return whether the last answer breaks ``claim``, as the script will see it."""
    answers = {step.id: _answer(step) for step in steps}
    arguments: dict[str, Any] = {name: claim[name] for name in claim if name != "says"}
    if "path" in claim:
        arguments["path"] = [
            tuple(part) if isinstance(part, list) else part for part in _list(claim["path"])
        ]
    if "since" in claim:
        arguments["since"] = answers.get(str(claim["since"]))
        if arguments["since"] is None:
            return False
    return ASSERTIONS[str(claim["says"])](answers[steps[-1].id], **arguments) is not None


def _answer(exchange: Exchange) -> Answer:
    response, url = exchange.response, exchange.request.url
    if response is None:
        return Answer(0, [], b"", url)
    return Answer(response.status, list(response.headers), response.body, url)


def _list(value: Json) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _leaves(
    value: Json, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if len(path) > _DEPTH:
        return
    match value:
        case Mapping():
            for key, item in value.items():
                yield from _leaves(item, (*path, key))
        case list():
            for number, item in enumerate(value):
                yield from _leaves(item, (*path, number))
        case str() | int() if not isinstance(value, bool):
            yield path, value
        case _:
            return
