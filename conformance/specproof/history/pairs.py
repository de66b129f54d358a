"""What became of each requirement of an API from one run to a later one.

Compared is what each run says of each requirement. An old verdict that decides nothing stands
back behind the last one that did, so that what failed, was not checked and fails again is still
failing, and what failed, was not checked and passes is fixed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from specproof.history.behaviour import Looking, never_answered, signals
from specproof.history.comparable import (
    DECIDED,
    Past,
    Since,
    Step,
    Test,
    breaks,
    decides,
    parts_of,
)
from specproof.history.comparison import Difference, FindingChange, StreamComparison
from specproof.history.flaky import come_and_go, confirmed, flakiness_of, unchanged
from specproof.history.proofs import Proof, Proofs
from specproof.history.records import StoredApi, StoredFinding, StoredRun, Stream
from specproof.history.transitions import Transition, severity_of, transition
from specproof.model import VerdictKind

__all__ = ["Pair"]

_ORDER: Final = tuple(Transition)


class Pair:
    """Two runs of one API.

    Args:
        past: the history.
        proofs: what whole runs know of findings.
        looking: how far to look back.
        stream: of the new run; ``old_stream`` of the old one.
        steps: the new run and those before it in its stream, no more than the window.
        before: the old run and those before it, likewise.
    """

    def __init__(
        self,
        past: Past,
        proofs: Proofs,
        looking: Looking,
        *,
        stream: Stream,
        old_stream: Stream,
        steps: Sequence[Step],
        before: Sequence[Step],
    ) -> None:
        self._past, self._proofs, self._looking = past, proofs, looking
        self._stream, self._old_stream = stream, old_stream
        self._here, self._base = steps[0], before[0]
        self._before = before
        self._window = unchanged(steps, stream.api)
        self._found = self._past.findings(self._here.run.run_id, stream.api)
        self._found_before = self._past.findings(self._base.run.run_id, stream.api)
        self._prints = {item.fingerprint for item in self._found}
        self._prints_before = {item.fingerprint for item in self._found_before}
        self._accepted = self._past.accepted(self._here.run.run_id, stream.api)
        self._flaky = come_and_go(self._window)
        self._flaky_before = come_and_go(unchanged(before, stream.api))
        self._failed_before = self._past.failed_last(
            old_stream, self._base.run, {*self._here.verdicts, *self._base.verdicts}
        )
        self._failed_last = self._failed_before
        if steps[1:2] != before[:1]:
            # Runs between the two, or of another place, decided what neither of them did.
            self._failed_last = self._past.failed_last(stream, self._here.run, self._here.verdicts)
        now, was = self._here.run.api(stream.api), self._base.run.api(stream.api)
        self._spec_changed = _effective(now) != _effective(was)
        self._published_changed = _published(now) != _published(was)

    def compared(self) -> StreamComparison:
        """Return everything there is to say of the two."""
        differences: list[Difference] = []
        same: Counter[VerdictKind] = Counter()
        for name in sorted({*self._here.verdicts, *self._base.verdicts}):
            found = self._difference(name)
            now = self._here.kind(name)
            if found.transition is Transition.UNCHANGED and now is not None:
                same[now] += 1
            if found.transition is not Transition.UNCHANGED or found.flaky:
                differences.append(found)
        differences.sort(key=lambda item: _ORDER.index(item.transition))
        return StreamComparison(
            stream=self._stream,
            new=self._here.run,
            old=self._base.run,
            comparable=self._stream == self._old_stream,
            spec_changed=self._spec_changed,
            published_changed=self._published_changed,
            tool_changed=self._base.run.version != self._here.run.version,
            differences=tuple(differences),
            unchanged={kind: same[kind] for kind in VerdictKind},
            findings=(*self._appeared(), *self._went()),
            signals=signals(
                self._past,
                self._stream,
                self._here.run,
                looking=self._looking,
                accepted=self._accepted,
                confirmed={item.requirement for item in differences if item.confirmed},
            ),
            never_seen=never_answered(self._past, self._stream, self._here.run),
        )

    def _difference(self, name: str) -> Difference:
        was, now = self._base.kind(name), self._here.kind(name)
        flaky, again = self._doubt(self._here, self._found, name, self._flaky)
        found = transition(
            was,
            now,
            failed_before=self._failed_before.get(name),
            accepted=name in self._accepted,
            accepted_before=_fails(now)
            and self._past.accepted_last(self._old_stream, self._base.run, name),
            settled=_fails(now) and _fails(was) and not flaky and self._doubted(name),
            open_=self._failed_last.get(name, False),
        )
        if found is Transition.UNCHANGED and not flaky:
            # Most requirements; nobody asks for more of them.
            return _unchanged(name, was, now)
        run = self._base if now is None else self._here
        words = self._proofs.requirement(run.run, name)
        return Difference(
            requirement=name,
            operation=parts_of(name)[0],
            transition=found,
            was=was,
            now=now,
            reason=run.verdicts[name].reason,
            severity=severity_of(found, flaky=flaky, spec_changed=self._spec_changed),
            since=self._since(name, found, now),
            flakiness=flakiness_of(self._window, name) if flaky or _fails(now) else None,
            flaky=flaky,
            confirmed=again,
            statement=None if words is None else words.statement,
            source=None if words is None else words.source,
            proofs=self._proven(name, found),
        )

    def _doubt(
        self,
        step: Step,
        findings: Iterable[StoredFinding],
        name: str,
        known: Container[str],
    ) -> tuple[bool, bool]:
        """Return whether a requirement is flaky as of ``step``, and whether repeats confirmed it.

        Args:
            findings: of that run.
            known: requirements that are flaky by their past.
        """
        if not _fails(step.kind(name)):
            return name in known, False
        tried = [
            self._proofs.confirmation(step.run, item.fingerprint)
            for item in findings
            if item.requirement == name and breaks(item)
        ]
        again = any(map(confirmed, tried))
        once = bool(tried) and all(item is not None and item.flaky for item in tried)
        return once or (name in known and not again), again

    def _doubted(self, name: str) -> bool:
        """Return whether the failure of the old run was taken for a flaky one."""
        return self._doubt(self._base, self._found_before, name, self._flaky_before)[0]

    def _proven(self, name: str, found: Transition) -> tuple[Proof, ...]:
        """Return the findings that show what ``found`` says."""
        if _fails(self._here.kind(name)):
            broken = [item for item in self._found if item.requirement == name and breaks(item)]
            return self._proofs.of(self._here.run, broken, self._prints_before)
        run: StoredRun | None = None
        if found is Transition.FIXED or found is Transition.REMOVED:
            run = self._last_failing(name, self._old_stream, self._base.run)
        elif found is Transition.UNRESOLVED:
            run = self._last_failing(name, self._stream, self._here.run)
        elif name in self._flaky:
            run = self._flaky[name].last_failed
        if run is None:
            return ()
        earlier = self._past.findings(run.run_id, self._stream.api)
        broken = [item for item in earlier if item.requirement == name and breaks(item)]
        return self._proofs.of(run, broken, self._prints_before)

    def _last_failing(self, name: str, stream: Stream, run: StoredRun) -> StoredRun | None:
        """Return the last run that decided a requirement, if it failed there."""
        for step in self._past.steps(stream, run):
            if step.kind(name) in DECIDED:
                return step.run if _fails(step.kind(name)) else None
        return None

    def _since(self, name: str, found: Transition, now: VerdictKind | None) -> Since | None:
        if now is None or found is Transition.ADDED:
            return None
        test: Test
        if now in DECIDED:
            test = decides(name, now)
        elif found is Transition.UNRESOLVED:
            test = decides(name, VerdictKind.FAIL)
        else:
            test = _says(name, now)
        return self._past.since(self._stream, self._here.run, test)

    def _appeared(self) -> Iterator[FindingChange]:
        """Yield what was found anew and makes no requirement fail."""
        fresh = [
            item
            for item in self._found
            if item.deviation is None
            and not (breaks(item) and _fails(self._here.kind(item.requirement)))
            and not self._known(item)
        ]
        for proof in self._proofs.of(self._here.run, fresh, self._prints_before):
            yield FindingChange(appeared=True, proof=proof)

    def _known(self, finding: StoredFinding) -> bool:
        """Return whether the last run that looked, up to the old one, had a finding unaccepted."""
        # Of what is no requirement no run says that it did not look.
        looking = self._here.kind(finding.requirement) is not None
        for step in self._before if looking else self._before[:1]:
            for item in self._past.findings(step.run.run_id, self._stream.api):
                if item.fingerprint == finding.fingerprint:
                    return item.deviation is None
            if step.kind(finding.requirement) in DECIDED:
                break
        return False

    def _went(self) -> Iterator[FindingChange]:
        """Yield what was found and is not any more although its requirement was looked at."""
        gone = [
            item
            for item in self._found_before
            if item.deviation is None
            and item.fingerprint not in self._prints
            and not (breaks(item) and _fails(self._base.kind(item.requirement)))
            and self._here.kind(item.requirement) in DECIDED
        ]
        for proof in self._proofs.of(self._base.run, gone, self._prints_before):
            yield FindingChange(appeared=False, proof=proof)


def _unchanged(name: str, was: VerdictKind | None, now: VerdictKind | None) -> Difference:
    return Difference(
        requirement=name,
        operation="",
        transition=Transition.UNCHANGED,
        was=was,
        now=now,
        reason="",
        severity=None,
        since=None,
        flakiness=None,
        flaky=False,
        confirmed=False,
        statement=None,
        source=None,
        proofs=(),
    )


def _says(name: str, kind: VerdictKind) -> Test:
    """Return the test of a verdict that decides nothing; every other one ends it."""
    return lambda step: step.kind(name) is kind


def _fails(kind: VerdictKind | None) -> bool:
    return kind is VerdictKind.FAIL


def _effective(api: StoredApi | None) -> str | None:
    return None if api is None else api.effective_sha256


def _published(api: StoredApi | None) -> str | None:
    return None if api is None else api.published_sha256
