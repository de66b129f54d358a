"""One item of the suite on a target of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from specproof.apis.claims import Claim
from specproof.errors import CouldNotCheckError
from specproof.model import Exchange, Observation
from specproof.requirements.contract import OperationContract
from specproof.scenarios.model import Stage
from specproof.suites.collector import Collector, Evidence
from specproof.suites.plan import RunPlan, Subject, subject
from specproof.targets.budget import Limits
from specproof.targets.emulated import emulator_target
from specproof.targets.session import TargetSession
from specproof.targets.target import Target
from specproof.targets.world import ApiWorld

__all__ = ["Bench", "broken", "target_for"]


class Bench:
    """A fresh target, session, world and collector for one item.

    Every item has its own emulator and its own seed, made of the run's seed and its own
    name, so that neither the order of items nor the number of workers changes anything.

    Args:
        plan: what the run is asked to do.
        api: the API of the item.
        item: name of the item, unique in the run.
    """

    def __init__(self, plan: RunPlan, api: str, item: str) -> None:
        self.plan = plan
        self.hear: Callable[[Exchange], None] | None = None
        self.subject: Subject = subject(api, plan.root, plan.spec)
        self.item = item
        self.seed = int.from_bytes(
            hashlib.sha256(f"{plan.seed}/{item}".encode()).digest()[:6], "big"
        )
        self.target: Target = target_for(plan, self.subject)
        self.session = TargetSession(
            self.target,
            self.subject.effective,
            scenario=item,
            seed=plan.seed,
            record=self._record,
            time_budget=plan.time_budget,
        )
        self.collector = Collector(
            self.target,
            self.subject.published,
            self.subject.effective,
            self.session.told,
            self.subject.promises,
            scripts=plan.shrink,
        )
        self.world = ApiWorld(self.session)

    def stage(self, operation: OperationContract) -> Stage:
        """Return the stage for a scenario of ``operation``."""
        return Stage(self.session, self.world, operation, self.subject.baseline)

    def promise(
        self,
        promise: str,
        message: str,
        exchange: Exchange,
        sequence: tuple[Exchange, ...] = (),
        claims: tuple[Claim, ...] = (),
    ) -> None:
        """Record that a prose promise held (no message) or did not, and what it claims."""
        found = next(item for item in self.subject.promises if item.id == promise)
        observation = Observation(
            rule=promise,
            requirement=f"{self.subject.name}/{found.operation}/prose/{promise}",
            exchange=exchange.id,
            holds=not message,
            message=message,
            status=None if exchange.response is None else exchange.response.status,
        )
        self.collector.observe(observation, exchange, sequence, claims)

    def close(self) -> Evidence:
        """Clean up, close the target and return everything that was seen."""
        try:
            self.world.cleanup()
            self._sweep()
        finally:
            self.target.close()
        return self.collector.evidence()

    def _sweep(self) -> None:
        """Remove what creates left whose answers never came, and note what a limit cut off."""
        ledger, budget = self.target.ledger, self.target.budget
        if ledger is not None:
            for entry in ledger.entries():
                if self.world.remove(entry):
                    ledger.done(entry.key)
            if ledger.entries():
                self.collector.notes["left"] = str(len(ledger.entries()))
        if budget is not None and budget.stopped:
            self.collector.notes["stopped"] = budget.stopped

    def _record(self, exchange: Exchange) -> None:
        self.collector.record(exchange)
        if self.hear is not None:
            self.hear(exchange)


def broken(evidence: Evidence) -> list[str]:
    """Return one line per broken promise of error severity in ``evidence``."""
    return [
        f"{item.observation.requirement}: {item.observation.message}"
        for item in evidence.seen
        if not item.observation.holds and item.observation.severity == "error"
    ]


def target_for(plan: RunPlan, tested: Subject) -> Target:
    """Return a fresh target of the kind that ``plan`` asks for.

    Raises:
        CouldNotCheckError: the API has no such target.
        InputError: an option does not fit it.
        GuardError: it must not be used.
    """
    if plan.target == "emulator":
        return emulator_target(tested.name, tested.effective, plan.settings, fault=plan.fault)
    if plan.target == "live":
        from specproof.targets.live import live_target  # noqa: PLC0415 - emulators need none

        return live_target(
            tested.name,
            tested.effective,
            base_url=plan.base_url,
            resources=plan.resources,
            use_up=plan.use_up,
            limits=Limits(plan.max_requests, plan.rate, plan.max_seconds),
            allow_production=plan.allow_production,
            published=tested.published.document,
            headers=plan.headers,
            budget=None if plan.budget is None else Path(plan.budget),
            ledger=None if plan.ledger is None else Path(plan.ledger),
            nonce=plan.nonce,
        )
    if plan.target == "recorded":
        from specproof.targets.recorded import recorded_target  # noqa: PLC0415 - the same

        return recorded_target(tested.name, tested.effective, tested.recordings)
    raise CouldNotCheckError(f"there is no target {plan.target}")
