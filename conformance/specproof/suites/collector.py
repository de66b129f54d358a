"""Looks at every exchange once, keeps what was seen and forgets the exchange.

Memory stays flat: observations are counted, not listed, and of exchanges only those that
some observation names as its example are kept, in exported form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from specproof.checks import registry
from specproof.checks.base import Check, View
from specproof.errors import InputError
from specproof.model import Blame, Exchange, Observation, Severity
from specproof.requirements.contract import Contract
from specproof.requirements.promises import Promise, Proof
from specproof.suites.records import ExportedExchange, media_type
from specproof.suites.reproduce import curl
from specproof.targets.target import Target
from specproof.text import one_line

__all__ = ["Collector", "Evidence", "Seen"]

_REMEMBERED = 1024
"""Most different responses of which it is remembered what the checks said."""

_REMEMBERED_BYTES = 4096
"""Longest body of such a response."""

_SILENCES = frozenset(
    f"no answer ({name})" for name in ("ReadError", "ReadTimeout", "RemoteProtocolError")
)
"""Failures of exchanges that are a server's own, not of the way to it."""

_MESSAGES = 25
"""Most different messages that are kept per rule and requirement."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind of observation, how often it was made, and its first exchange."""

    observation: Observation
    count: int
    reproduce: str = ""


@dataclass
class Evidence:
    """What one item of the suite has seen; plain enough to cross a process boundary.

    Attributes:
        gaps: ``operation/status`` -> why that documented response was not brought about.
        notes: ``failure`` -> why a request got no answer, of the first that got none.
        requests: digests of the distinct requests sent, per operation.
    """

    api: str
    seen: list[Seen] = field(default_factory=list)
    exchanges: list[ExportedExchange] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    requests: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Return the evidence as JSON values."""
        # Through JSON, since what carries it between processes knows no enumerations.
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Evidence:
        """Return the evidence that ``to_plain`` took apart."""
        rest = {key: value for key, value in plain.items() if key not in {"seen", "exchanges"}}
        return cls(
            seen=[
                Seen(_observation(item["observation"]), item["count"], item["reproduce"])
                for item in plain["seen"]
            ],
            exchanges=[ExportedExchange(**item) for item in plain["exchanges"]],
            **rest,
        )


def _observation(plain: dict[str, Any]) -> Observation:
    kinds = {"severity": Severity(plain["severity"]), "blame": Blame(plain["blame"])}
    return Observation(**{**plain, **kinds})


class Collector:
    """Asks every check about every exchange of one item.

    Args:
        target: where the exchanges come from.
        published: contract as published.
        effective: contract after the overlay.
        told: values that a report may show; scenarios add to it.
        promises: what the API promises in prose; some are proved by checks.
    """

    def __init__(
        self,
        target: Target,
        published: Contract,
        effective: Contract,
        told: set[str],
        promises: tuple[Promise, ...] = (),
    ) -> None:
        self._target = target
        self._published = published
        self._effective = effective
        self._told = told
        self._promises = frozenset(
            (item.operation, item.id) for item in promises if item.proof is Proof.CHECK
        )
        self._memory: dict[str, str] = {}
        self._seen: dict[tuple[Any, ...], list[Any]] = {}
        self._messages: dict[tuple[str, str], int] = {}
        self._exported: dict[str, ExportedExchange] = {}
        self._digests: dict[str, set[str]] = {}
        self._statuses: dict[str, set[int]] = {}
        self._cases: dict[str, int] = {}
        self._promised = {
            owner: frozenset(name for other, name in self._promises if other == owner)
            for owner in effective.operations
        }
        self._about_responses = [item for item in registry() if item.response_only]
        self._about_exchanges = [item for item in registry() if not item.response_only]
        self._secrets = target.credentials.secrets()
        self._held: dict[tuple[object, ...], Observation] = {}
        self._counted: dict[int, list[Any]] = {}
        self._known: dict[tuple[Any, ...], list[list[Any]]] = {}
        self.gaps: dict[str, str] = {}
        self.notes: dict[str, str] = {}

    def record(self, exchange: Exchange) -> None:
        """Count an exchange and let every check look at it."""
        self._count(exchange)
        operation = self._effective.operations.get(exchange.operation)
        if operation is None:
            return
        if exchange.response is None:
            self._look_at_silence(exchange)
            return
        route = (operation.operation.method, operation.operation.path)
        published = self._published.by_route.get(route)
        promised = self._promised[operation.id]
        view = View(
            exchange, operation, published, promised, self._memory, self._held, self._secrets
        )
        for check in self._about_exchanges:
            for observation in self._looked(check, view):
                self.observe(observation, exchange)
        self._look_at_response(view)

    def _looked(self, check: Check, view: View) -> Iterator[Observation]:
        """Yield what a check observes; a schema that can not be compiled is a gap, no crash."""
        try:
            yield from check.look(view)
        except InputError as error:
            key = "default" if view.documented is None else view.documented.key
            self.gaps.setdefault(f"{view.operation.id}/{key}", one_line(str(error)))

    def _look_at_silence(self, exchange: Exchange) -> None:
        """Note that a server took a request and closed the connection, or never answered.

        A server that can not be reached at all says nothing about its contract.
        """
        if exchange.failure not in _SILENCES:
            return
        observation = Observation(
            rule="body-whole",
            requirement=f"{exchange.api}/{exchange.operation}/http/body-whole",
            exchange=exchange.id,
            holds=False,
            message="a request was taken and not answered in HTTP",
        )
        self.observe(observation, exchange)

    def _look_at_response(self, view: View) -> None:
        """Ask the checks of responses, once about equal ones."""
        exchange, response = view.exchange, view.answered
        key = (
            view.operation.id,
            exchange.request.method,
            response.status,
            response.headers,
            response.raw,
            response.broken,
            view.headers_known,
        )
        entries = self._known.get(key)
        if entries is not None:
            for entry in entries:
                entry[1] += 1
            return
        found = [
            self.observe(observation, exchange)
            for check in self._about_responses
            for observation in self._looked(check, view)
        ]
        if len(response.raw) <= _REMEMBERED_BYTES:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = [entry for entry in found if entry is not None]

    def observe(
        self, observation: Observation, exchange: Exchange, sequence: Iterable[Exchange] = ()
    ) -> list[Any] | None:
        """Take in one observation about ``exchange``.

        Args:
            sequence: the exchanges that lead there, where one alone does not show it.

        Returns:
            Where it is counted; None where too many kinds of it are counted already.
        """
        # Views hand out the same object for what held before, and that is most of what comes.
        counted = self._counted.get(id(observation))
        if counted is not None:
            counted[1] += 1
            return counted
        key = (
            observation.rule,
            observation.requirement,
            observation.holds,
            observation.message,
            observation.severity,
        )
        entry = self._seen.get(key)
        if entry is not None:
            entry[1] += 1
            self._remember(observation, entry)
            return entry
        pair = (observation.rule, observation.requirement)
        self._messages[pair] = self._messages.get(pair, 0) + 1
        if self._messages[pair] > _MESSAGES:
            return None
        reproduce = ""
        if not observation.holds:
            reproduce = "\n".join(self._curl(item) for item in (*sequence, exchange))
        entry = [observation, 1, reproduce]
        self._seen[key] = entry
        self._remember(observation, entry)
        if exchange.id not in self._exported:
            self._exported[exchange.id] = self._export(exchange)
        return entry

    def _remember(self, observation: Observation, entry: list[Any]) -> None:
        """Count ``observation`` by its identity from now on, if it stays alive."""
        key = (
            observation.rule,
            observation.requirement,
            observation.status,
            observation.severity,
        )
        if self._held.get(key) is observation:
            self._counted[id(observation)] = entry

    def evidence(self) -> Evidence:
        """Return everything seen so far."""
        return Evidence(
            api=self._target.api,
            seen=[Seen(*entry) for entry in self._seen.values()],
            exchanges=list(self._exported.values()),
            gaps=dict(self.gaps),
            notes=dict(self.notes),
            cases=dict(self._cases),
            requests={key: sorted(value) for key, value in self._digests.items()},
            statuses={key: sorted(value) for key, value in self._statuses.items()},
        )

    def _count(self, exchange: Exchange) -> None:
        name = exchange.operation
        request = exchange.request
        self._cases[name] = self._cases.get(name, 0) + 1
        digest = hashlib.blake2b(
            b"\0".join((request.method.encode(), request.url.encode(), request.body)),
            digest_size=8,
        ).hexdigest()
        self._digests.setdefault(name, set()).add(digest)
        if exchange.failure is not None:
            self.notes.setdefault("failure", exchange.failure)
        if exchange.response is not None:
            self._statuses.setdefault(name, set()).add(exchange.response.status)

    def _template(self, exchange: Exchange) -> str:
        operation = self._effective.operations.get(exchange.operation)
        return (
            exchange.facts.get("template", "/") if operation is None else operation.operation.path
        )

    def _curl(self, exchange: Exchange) -> str:
        operation = self._effective.operations.get(exchange.operation)
        security = self._effective.default_security() if operation is None else operation.security
        return curl(
            exchange, self._template(exchange), self._target.credentials, security, self._told
        )

    def _export(self, exchange: Exchange) -> ExportedExchange:
        response = exchange.response
        return ExportedExchange(
            id=exchange.id,
            api=exchange.api,
            operation=exchange.operation,
            scenario=exchange.scenario,
            target=exchange.target,
            provenance=exchange.provenance,
            expects=exchange.expects,
            method=exchange.request.method,
            path_template=self._template(exchange),
            status=None if response is None else response.status,
            elapsed_ms=None if response is None else round(response.elapsed * 1000, 3),
            request_bytes=len(exchange.request.body),
            response_bytes=None if response is None else len(response.body),
            content_type=None if response is None else media_type(response.header("content-type")),
            reproduce=self._curl(exchange),
            failure=exchange.failure,
        )
