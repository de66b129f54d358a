"""A scenario: requests meant to bring about one documented outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from specproof.model import Exchange, Request
from specproof.requirements.contract import OperationContract
from specproof.scenarios.baseline import Baseline
from specproof.targets.session import TargetSession
from specproof.targets.world import ApiWorld

__all__ = ["Scenario", "Stage"]

_TIMES = 3
"""How often what has to be refused is asked for: some servers go wrong every third time."""

_THROTTLED = 429


@dataclass
class Stage:
    """What a scenario plays on: one operation, one target, resources of its own.

    Attributes:
        gaps: documented response -> why it could not be brought about.
    """

    session: TargetSession
    world: ApiWorld
    operation: OperationContract
    baseline: Baseline
    gaps: dict[str, str] = field(default_factory=dict)

    def request(
        self,
        values: Mapping[str, str],
        *,
        credentials: str = "own",
        replace: Mapping[tuple[str, str], str] | None = None,
    ) -> Request | None:
        """Return a valid request of the operation, or None where none can be made.

        Args:
            values: path parameters.
            credentials: see ``targets.credentials.MODES``.
            replace: ``(place, name)`` -> text that stands in for a parameter's value.
        """
        return self.baseline.request(
            self.session, self.operation, values, credentials=credentials, replace=replace or {}
        )

    def send(
        self,
        values: Mapping[str, str],
        *,
        expects: str | None,
        facts: Mapping[str, str],
        credentials: str = "own",
        replace: Mapping[tuple[str, str], str] | None = None,
    ) -> Exchange | None:
        """Send a valid request of the operation; None where none can be made."""
        made = self.request(values, credentials=credentials, replace=replace)
        if made is None:
            if expects is not None:
                self.gap(expects, "no valid request can be made from the contract")
            return None
        return self.session.exchange(
            self.operation.id, made, expects=expects, facts={"credentials": credentials, **facts}
        )

    def send_refusable(
        self,
        values: Mapping[str, str],
        *,
        expects: str | None,
        facts: Mapping[str, str],
        credentials: str = "own",
    ) -> Exchange | None:
        """Send what has to be refused, the same three times; return the first exchange.

        One answer says what the server does, three say whether it does so each time. What was
        accepted, or throttled, is not asked for again.
        """
        first: Exchange | None = None
        for _ in range(_TIMES):
            sent = self.send(
                values,
                expects=expects,
                facts={**facts, "repeated": "yes"},
                credentials=credentials,
            )
            first = first or sent
            answer = None if sent is None else sent.response
            if answer is None or answer.status < 400 or answer.status == _THROTTLED:  # noqa: PLR2004 - RFC 9110 15.5
                break
        return first

    def send_after_refusal(
        self, values: Mapping[str, str], refused: Exchange | None, *, credentials: str = "own"
    ) -> None:
        """Ask properly for what was refused a moment ago: nothing may have been done to it."""
        outcomes = [key for key in self.operation.responses if key.upper().startswith("2")]
        answer = None if refused is None else refused.response
        if answer is None or answer.status < 400 or len(outcomes) != 1:  # noqa: PLR2004 - RFC 9110 15.5
            return
        facts = {"due": "success", "because": "the request before this one was refused"}
        if credentials == "own":
            facts["answer"] = self.world.answer(self.operation, values)
        else:
            facts["tenant"] = "other"
        self.send(values, expects=outcomes[0], facts=facts, credentials=credentials)

    def gap(self, status: str, reason: str) -> None:
        """Note why the documented response ``status`` was not brought about."""
        self.gaps.setdefault(status, reason)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to bring one documented outcome about.

    Attributes:
        kind: name of the file that plans it.
        outcomes: keys of the documented responses that it is meant for.
        statement: what it does, one clause.
    """

    kind: str
    operation: str
    outcomes: tuple[str, ...]
    statement: str
    act: Callable[[Stage], None]

    @property
    def id(self) -> str:
        """Name of the scenario inside its API."""
        return f"{self.operation}/{self.kind}"
