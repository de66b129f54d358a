"""Which runs are held against one another; `specproof.history.pairs` says what became of what."""

from __future__ import annotations

from collections.abc import Container

from specproof.history.behaviour import Looking
from specproof.history.comparable import Past, Stored
from specproof.history.comparison import Comparison, StreamComparison
from specproof.history.pairs import Pair
from specproof.history.proofs import Proofs
from specproof.history.records import StoredRun, Stream

__all__ = ["Comparer", "compare"]


def compare(
    history: Stored,
    old: StoredRun | None,
    new: StoredRun,
    *,
    apis: Container[str] | None = None,
    looking: Looking | None = None,
) -> Comparison:
    """Return what became of each API from ``old`` to ``new``; of more runs, see `Comparer`.

    Args:
        old: None for the last comparable run before ``new``, each API's own.
        apis: names of APIs to compare; None for all of ``new``.
        looking: how far to look back.
    """
    return Comparer(history, looking=looking).run(new, old, apis)


class Comparer:
    """Compares runs of one history, each stream of which is read once.

    Args:
        history: where the runs are.
        looking: how far to look back.
        details: read whole runs, for commands that reproduce, confirmations, and requirements
            in words.
    """

    def __init__(
        self, history: Stored, *, looking: Looking | None = None, details: bool = True
    ) -> None:
        self.looking = looking or Looking()
        self.past = Past(history)
        self.proofs = Proofs(self.past, whole=details)

    def run(
        self, new: StoredRun, old: StoredRun | None = None, apis: Container[str] | None = None
    ) -> Comparison:
        """Return what became of each API of ``new``, see `compare`."""
        chosen = [item for item in new.streams if apis is None or item.api in apis]
        return Comparison(tuple(self.stream(item, new, old) for item in chosen), self.looking)

    def stream(
        self, stream: Stream, new: StoredRun, old: StoredRun | None = None
    ) -> StreamComparison:
        """Return what became of one API of ``new``.

        Args:
            old: None for the last comparable run before it; one that did not test the API is
                nothing to compare with.
        """
        if old is None:
            old = self.past.before(stream, new)
        window = self.looking.window
        steps = self.past.steps(stream, new, window)
        old_stream = stream if old is None else Stream(stream.api, old.target, old.origin)
        before = () if old is None else self.past.steps(old_stream, old, window)
        if not steps or not before:
            return StreamComparison(stream, new, None, comparable=True)
        return Pair(
            self.past,
            self.proofs,
            self.looking,
            stream=stream,
            old_stream=old_stream,
            steps=steps,
            before=before,
        ).compared()
