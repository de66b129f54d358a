"""Looks at every exchange once, keeps what was seen and forgets the exchange.

Memory stays flat: observations are counted, not listed, and of exchanges only those that
some observation names as its example are kept, in exported form.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from typing import Any

from specproof.checks import registry
from specproof.checks.base import Check, View
from specproof.errors import InputError
from specproof.model import Exchange, JsonObject, Observation, Response
from specproof.requirements.contract import Contract
from specproof.requirements.promises import Promise, Proof
from specproof.suites.claims import BOUND, Claim, claims_of
from specproof.suites.echoes import Echoes
from specproof.suites.evidence import Evidence, Seen
from specproof.suites.latencies import Stopwatch
from specproof.suites.records import ExportedExchange, told_media_type
from specproof.suites.remembering import LONGEST, Counts, Remembering, head
from specproof.suites.reproduce import curl
from specproof.suites.script import Writer, words_of
from specproof.suites.tally import Tally
from specproof.targets.target import Target
from specproof.text import one_line

__all__ = ["Collector", "Evidence", "Seen"]

Case = tuple[str | None, ...]
"""What a scenario says of a request, by which two of them ought to be answered alike."""

_SILENCES = frozenset(
    f"no answer ({name})" for name in ("ReadError", "ReadTimeout", "RemoteProtocolError")
)
"""Failures of exchanges that are a server's own, not of the way to it."""

_LEADING = 64
"""Most exchanges that are kept in case a later one needs what they made."""

_MESSAGES = 25
"""Most different messages that are kept per rule and requirement."""


class Collector:
    """Asks every check about every exchange of one item.

    Args:
        target: where the exchanges come from.
        published: contract as published.
        effective: contract after the overlay.
        told: values that a report may show; scenarios add to it.
        promises: what the API promises in prose; some are proved by checks.
        scripts: whether to write scripts, which somebody may want to run.
    """

    def __init__(
        self,
        target: Target,
        published: Contract,
        effective: Contract,
        told: set[str],
        promises: tuple[Promise, ...] = (),
        *,
        scripts: bool = True,
    ) -> None:
        self._scripts = scripts
        self._documented: frozenset[str] | None = None
        self._earlier: deque[Exchange] = deque(maxlen=_LEADING)
        self._held_in: set[tuple[str, Case]] = set()
        self._cases_of: dict[tuple[Any, ...], tuple[str, Case]] = {}
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
        self._tally = Tally(target, told, words_of(effective))
        self._statuses: dict[str, set[int]] = {}
        self._tested = {
            name: (
                operation,
                published.by_route.get((operation.operation.method, operation.operation.path)),
                frozenset(promise for owner, promise in self._promises if owner == name),
                dict[tuple[str, str], str](),
            )
            for name, operation in effective.operations.items()
        }
        known = [item for item in registry() if item.response_only or item.beside is not None]
        self._about_heads = Remembering([item for item in known if item.body_unread], self._ask)
        self._about_bodies = Remembering(
            [item for item in known if not item.body_unread], self._ask
        )
        self._echoes: Echoes | None = None
        self._about_walks = [item for item in registry() if item.walks]
        self._about_exchanges = [
            (item, item.concerns) for item in registry() if item not in known and not item.walks
        ]
        self._walked: list[Exchange] = []
        self._secrets = target.credentials.secrets()
        self._held: dict[tuple[object, ...], Observation] = {}
        self._counted: dict[int, list[Any]] = {}
        self._stopwatch = Stopwatch() if target.name == "live" else None
        self.gaps: dict[str, str] = {}
        self.notes: dict[str, str] = {}

    def record(self, exchange: Exchange) -> None:
        """Count an exchange and let every check look at it."""
        self._count(exchange)
        tested = self._tested.get(exchange.operation)
        if tested is None:
            if self._scripts:
                self._earlier.append(exchange)
            return
        if exchange.response is None:
            self._look_at_silence(exchange)
            return
        if self._stopwatch is not None:
            self._stopwatch.note(exchange)
        operation, published, promised, names = tested
        view = View(
            exchange,
            operation,
            published,
            promised,
            self._memory,
            self._held,
            self._secrets,
            names,
        )
        facts = exchange.facts
        found = self._ask(
            [item for item, when in self._about_exchanges if not when or when(facts)], view
        )
        if "walk" in facts:
            self._look_at_walk(view)
        found += self._look_at_answer(view)
        if self._scripts and "generated" not in facts:
            self._earlier.append(exchange)
            case = _case(exchange)
            self._held_in.update((item[0].rule, case) for item in found if item[0].holds)

    def _look_at_walk(self, view: View) -> None:
        """Ask the checks of walks; what they find takes all the requests of the walk to show."""
        exchange = view.exchange
        if self._walked and self._walked[0].facts["walk"] != exchange.facts["walk"]:
            self._walked.clear()
        self._ask(self._about_walks, view, tuple(self._walked))
        self._walked.append(exchange)

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

    def _look_at_answer(self, view: View) -> list[Counts]:
        """Ask the checks that can tell equal answers, once about each."""
        response = view.answered
        top = head(view)
        found = self._about_heads.look(view, top)
        short = len(response.raw) <= LONGEST
        body = (top, response.raw if short else b"")
        # Other requests are few, and what they bring about is looked at word by word.
        remainder = self._remainder if "generated" in view.exchange.facts else None
        return [*found, *self._about_bodies.look(view, body, keep=short, remainder=remainder)]

    def _remainder(self, view: View) -> Hashable | None:
        if self._echoes is None:
            words = self._published.words | self._effective.words
            self._echoes = Echoes(self._about_bodies.checks, words)
        return self._echoes.remainder(view)

    def _ask(
        self, checks: Sequence[Check], view: View, sequence: Sequence[Exchange] = ()
    ) -> list[Counts]:
        """Take in what ``checks`` observe; return where it is counted.

        A schema that can not be compiled is a gap, no crash.
        """
        found: list[Counts] = []
        # Views hand out the same object for what held before, and that is most of what comes.
        for check in checks:
            try:
                for observation in check.look(view):
                    counts = self._counted.get(id(observation))
                    if counts is not None:
                        counts[1] += 1
                    else:
                        counts = self.observe(observation, view.exchange, sequence)
                    if counts is not None:
                        found.append(counts)
            except InputError as error:
                key = "default" if view.documented is None else view.documented.key
                self.gaps.setdefault(f"{view.operation.id}/{key}", one_line(str(error)))
        return found

    def observe(
        self,
        observation: Observation,
        exchange: Exchange,
        sequence: Sequence[Exchange] = (),
        claims: Sequence[Claim] = (),
    ) -> list[Any] | None:
        """Take in one observation about ``exchange``.

        Args:
            sequence: the exchanges that lead there, where one alone does not show it.
            claims: what the answer ought to be, where a rule alone does not say it.

        Returns:
            Where it is counted; None where too many kinds of it are counted already.
        """
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
        script = None
        if self._scripts and not observation.holds:
            script = self._script(observation, exchange, sequence, claims)
        entry = [observation, 1, reproduce, script]
        if script is not None:
            self._cases_of[key] = (observation.rule, _case(exchange))
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
        """Return everything seen so far.

        Without the scripts of what held at another time in the same case: who sends them
        again may meet that.
        """
        for key, case in self._cases_of.items():
            if case in self._held_in:
                self._seen[key][3] = None
        return Evidence(
            api=self._target.api,
            seen=[Seen(*entry) for entry in self._seen.values()],
            exchanges=list(self._exported.values()),
            gaps=dict(self.gaps),
            notes=dict(self.notes),
            cases=dict(self._tally.sent),
            codes={key: text for key, text in self._memory.items() if key.startswith("cause/")},
            requests=self._tally.distinct,
            statuses={key: sorted(value) for key, value in self._statuses.items()},
            timings=[] if self._stopwatch is None else self._stopwatch.timings(),
        )

    def _count(self, exchange: Exchange) -> None:
        self._tally.note(exchange, self._template(exchange))
        if exchange.failure is not None:
            self.notes.setdefault("failure", exchange.failure)
        if exchange.response is not None:
            self._statuses.setdefault(exchange.operation, set()).add(exchange.response.status)

    def _media(self, response: Response) -> str | None:
        """Return the media type as a report may name it."""
        if self._documented is None:
            self._documented = frozenset(
                media.partition(";")[0].strip().lower()
                for operation in self._effective.operations.values()
                for row in operation.responses.values()
                for media in row.content
            )
        return told_media_type(response.header("content-type"), self._documented)

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

    def _script(
        self,
        observation: Observation,
        exchange: Exchange,
        sequence: Sequence[Exchange],
        claims: Sequence[Claim],
    ) -> JsonObject | None:
        operation = self._effective.operations.get(exchange.operation)
        if not claims and operation is not None:
            claims = claims_of(observation, exchange, operation)
        words = words_of(self._effective)
        writer = Writer(self._target, self._effective, self._told, words)
        if not sequence:
            if len(self._earlier) == _LEADING:
                # What this one needs may have been made before.
                return None
            sequence = writer.leading(tuple(self._earlier), exchange)
        return writer.script(sequence, exchange, claims, bound=observation.rule in BOUND)

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
            content_type=None if response is None else self._media(response),
            reproduce=self._curl(exchange),
            failure=exchange.failure,
        )


def _case(exchange: Exchange) -> Case:
    facts = exchange.facts
    told = (facts.get(name) for name in ("credentials", "due", "because", "cause"))
    names = ",".join(sorted(name.lower() for name, _ in exchange.request.headers))
    return (exchange.operation, exchange.request.method, exchange.expects, names, *told)
