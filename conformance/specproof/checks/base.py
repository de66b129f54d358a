"""What a check is, and what it gets to see."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from specproof.model import Blame, Exchange, Json, Observation, Response, Severity

if TYPE_CHECKING:
    from specproof.requirements.contract import DocumentedResponse, OperationContract

__all__ = [
    "WELL_KNOWN_MEDIA_TYPES",
    "Check",
    "Echo",
    "Look",
    "View",
    "essence",
    "is_json",
    "texts_unread",
]

# RFC 9110 8.3.1 and RFC 6838 4.2; anything else may hold anything.
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,40}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")

_APPLICATION = (
    "cbor gzip hal+json javascript json json-seq ld+json octet-stream pdf problem+json"
    " problem+xml vnd.api+json x-ndjson x-www-form-urlencoded x-yaml xhtml+xml xml yaml zip"
)
_TEXT = "css csv event-stream html javascript plain xml"
WELL_KNOWN_MEDIA_TYPES = frozenset(
    {f"application/{name}" for name in _APPLICATION.split()}
    | {f"text/{name}" for name in _TEXT.split()}
    | {"image/gif", "image/jpeg", "image/png", "image/svg+xml", "multipart/form-data"}
)
"""Media types that a message may name although the contract does not; any other is the
server's own word (IANA media type registry)."""

Look = Callable[["View"], Iterator[Observation]]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Echo:
    """What a check reads of a text of the request that stands in the answer as it was sent.

    Such a text is a whole string or name of a JSON body, not empty, and no word of the contract.
    Of an answer's headers the check reads Content-Type alone.

    Attributes:
        unread: whether it reads no more of it in this answer than ``kind``: with another text
            of the same kind in its place, what holds would hold.
        words: texts that the check knows; one of them is never taken for a repeated one.
        kind: returns what it can tell of each of such texts, e.g. whether it is blank.
    """

    unread: Callable[[View], bool] = lambda _: True
    words: frozenset[str] = frozenset()
    kind: Callable[[View, Sequence[str]], Hashable] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One rule.

    Attributes:
        id: permanent, kebab-case; the name of the file.
        title: the promise in one line.
        explanation: what a finding means to a caller and what to do about it.
        clause: where the rule comes from (RFC section, OpenAPI clause, vendor page).
        look: yields one observation per requirement that the exchange says something about.
        response_only: whether ``look`` depends on nothing but the operation, the method and
            the response as it arrived (and ``headers_known``), not on its time. Such a check
            is asked once about equal responses; what it said counts for each of them.
        body_unread: whether of the content ``look`` reads no more than its length, and so is
            asked once about equal headers.
        beside: returns all that ``look`` reads beside the response, where that is something:
            equal answers with equal values of it are one to the check. A check with neither
            this nor ``response_only`` reads the time or what it noted, and is asked each time.
        echo: how little ``look`` reads of what the caller sent himself; None where it may read
            all of it. Only checks that are asked once about equal responses have it.
        concerns: returns whether ``look`` may say anything of an exchange with these facts;
            where it is never asked, it would have been silent.
        walks: whether ``look`` says something of exchanges with the fact ``walk`` alone, and
            rests on all of that walk.
    """

    id: str
    title: str
    explanation: str
    clause: str
    look: Look
    response_only: bool = False
    walks: bool = False
    body_unread: bool = False
    beside: Callable[[View], Hashable] | None = None
    echo: Echo | None = None
    concerns: Callable[[Mapping[str, str]], bool] | None = None


class _Lazy(Generic[Value]):
    """A property that is worked out once; ``functools.cached_property`` without its lock."""

    def __init__(self, work_out: Callable[[View], Value]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, view: View, _: type[View] | None = None) -> Value:
        value = self._work_out(view)
        view.__dict__[self._name] = value
        return value


@dataclass(eq=False)
class View:
    """One exchange beside the contract that it has to keep.

    Attributes:
        operation: the operation in the effective spec.
        published: the same in the published spec, or None where only the overlay has it.
        promised: ids of the prose promises about this operation that checks prove.
        memory: what checks noted at earlier exchanges of the same item.
        held: observations that something held, made at earlier exchanges of the same item;
            they come back instead of new ones, which differ in nothing but the exchange.
        secrets: credentials of the run, which no answer may repeat; never shown.
        names: ids of requirements of this operation that were named before.
    """

    exchange: Exchange
    operation: OperationContract
    published: OperationContract | None
    promised: frozenset[str] = frozenset()
    memory: MutableMapping[str, str] = field(default_factory=dict)
    held: MutableMapping[tuple[object, ...], Observation] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    names: MutableMapping[tuple[str, str], str] = field(default_factory=dict)

    @_Lazy
    def answered(self) -> Response:
        """The response; checks are asked only where there is one."""
        response = self.exchange.response
        if response is None:
            raise ValueError("a check was asked about an exchange without a response")
        return response

    @_Lazy
    def documented(self) -> DocumentedResponse | None:
        """The documented response that governs this answer, or None."""
        return self.operation.documented(self.answered.status)

    @_Lazy
    def media(self) -> str:
        """Essence of Content-Type, lower case, without parameters; empty where there is none."""
        return essence(self.answered.header("content-type") or "")

    @_Lazy
    def published_response(self) -> DocumentedResponse | None:
        """The row of the published spec that ``documented`` corrects, or None.

        Rows correspond by key, as requirements do: a ``404`` that the overlay adds beside a
        published ``4XX`` is the overlay's alone.
        """
        if self.published is None or self.documented is None:
            return None
        return self.published.responses.get(self.documented.key)

    @property
    def media_shown(self) -> str:
        """The media type as a message may show it: a known one, another, or that it is none."""
        if not _MEDIA_TYPE.fullmatch(self.media):
            return "no media type"
        rows = self.operation.responses.values()
        documented = {essence(item) for row in rows for item in row.content}
        known = self.media in WELL_KNOWN_MEDIA_TYPES or self.media in documented
        return self.media if known else "another media type"

    @_Lazy
    def media_range(self) -> str | None:
        """The documented media range that governs this answer's media type, or None."""
        if self.documented is None:
            return None
        return match_media(tuple(self.documented.content), self.media)

    @_Lazy
    def parsed(self) -> tuple[bool, Json]:
        """Whether the body is JSON at all, and its value."""
        if self.answered.broken is not None or not self.answered.body:
            return False, None
        problem, value = self._strict
        if problem is None:
            return True, value
        try:
            return True, json.loads(self.answered.body)
        except (ValueError, RecursionError):
            return False, None

    @_Lazy
    def json_problem(self) -> str | None:
        """What is wrong with the body as strict JSON (RFC 8259), or None."""
        return self._strict[0]

    @_Lazy
    def _strict(self) -> tuple[str | None, Json]:
        return _read_strictly(self.answered.body)

    @_Lazy
    def headers_known(self) -> bool:
        """Whether the response's headers are all there; of a pasted body they seldom are."""
        return self.exchange.facts.get("headers") != "unknown"

    @_Lazy
    def body_excepted(self) -> bool:
        """Whether prose allows this body to be empty or not JSON, and it is."""
        if self.documented is None:
            return False
        allowed = self.documented.body_may_be
        if "any" in allowed:
            return True
        empty = not self.answered.body
        return ("empty" in allowed and empty) or (
            "non-json" in allowed and not empty and not is_json(self.media)
        )

    def requirement(self, where: str, what: str) -> str:
        """Return the id of a requirement of this operation."""
        # Built once for each pair, so that its hash is worked out once, too.
        name = self.names.get((where, what))
        if name is None:
            name = f"{self.exchange.api}/{self.operation.id}/{where}/{what}"
            self.names[where, what] = name
        return name

    def observe(
        self,
        rule: str,
        requirement: str,
        problem: str | None,
        *,
        severity: Severity = Severity.ERROR,
        blame: Blame = Blame.VENDOR_BEHAVIOUR,
    ) -> Observation:
        """Return an observation: the requirement holds where ``problem`` is None."""
        status = self.answered.status
        key = (rule, requirement, status, severity)
        if problem is None:
            before = self.held.get(key)
            if before is not None:
                return before
        made = Observation(
            rule=rule,
            requirement=requirement,
            exchange=self.exchange.id,
            holds=problem is None,
            message=problem or "",
            severity=severity,
            blame=blame,
            status=status,
        )
        if problem is None:
            self.held[key] = made
        return made


def essence(content_type: str) -> str:
    """Return type and subtype of a media type, lower case (RFC 9110 8.3.1)."""
    return content_type.partition(";")[0].strip().lower()


def texts_unread(view: View) -> bool:
    """Return whether the schemas that govern this body tell no text from another."""
    published = view.published
    status = view.answered.status
    rows = (
        (view.operation, view.documented),
        (published, None if published is None else published.documented(status)),
        (published, view.published_response),
    )
    return not any(
        operation.reads_texts(row.key)
        for operation, row in rows
        if operation is not None and row is not None
    )


def is_json(media: str) -> bool:
    """Return whether a media type's syntax is JSON (RFC 8259 11, RFC 6839 3.1)."""
    return media == "application/json" or media.endswith("+json")


@functools.lru_cache(maxsize=256)
def charset(content_type: str) -> str | None:
    """Return the charset parameter of a Content-Type, or None."""
    message = Message()
    message["Content-Type"] = content_type
    found = message.get_param("charset")
    return found if isinstance(found, str) else None


@functools.lru_cache(maxsize=256)
def match_media(ranges: tuple[str, ...], media: str) -> str | None:
    """Return the most specific media range that covers ``media``.

    OpenAPI 3.1, Response Object ``content``: only the most specific key applies.
    """
    kind = media.partition("/")[0]
    for wanted in (media, f"{kind}/*", "*/*"):
        for item in ranges:
            if essence(item) == wanted:
                return item
    return None


class _StrictError(ValueError):
    pass


def _read_strictly(body: bytes) -> tuple[str | None, Json]:
    """Return what is wrong with ``body`` as strict JSON and None, or None and its value."""
    try:
        value = _STRICT.decode(body.decode("utf-8"))
        if b"\\ud" in body.lower():
            # RFC 8259 8.2: half a surrogate pair can be escaped, and is no Unicode text.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return "the JSON body holds half a surrogate pair, which is no text", None
    except UnicodeDecodeError:
        return "the JSON body is not UTF-8", None
    except _StrictError as error:
        return str(error), None
    except RecursionError:
        return "the JSON body is nested too deeply to be read", None
    except ValueError:
        return "the body is not JSON", None
    return None, value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _StrictError("the JSON body has an object with a duplicate name")
    return found


def _refuse(constant: str) -> NoReturn:
    raise _StrictError(f"the JSON body holds {constant}, which is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _StrictError("the JSON body holds a number beyond the range of a double")
    return value


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
