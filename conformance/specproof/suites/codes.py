"""Error codes by cause, kept in a run's file so that a later run can be held against it.

A code that the contract itself names is kept as it is. Every other one may be anything, so a
digest stands for it: that two of them differ is all that a comparison needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from specproof.model import Observation, Severity
from specproof.suites.evidence import Evidence, Seen
from specproof.suites.records import SeenCodes

__all__ = ["RULE", "codes_of", "compared", "told_codes"]

RULE: Final = "error-code-stable"
_CAUSES: Final = 500
"""Most causes of one API that are kept."""

_CODES: Final = 20
_DIGITS: Final = 8
_TEXT: Final = 300


def codes_of(
    api: str, evidence: Iterable[Evidence], named: Container[str] | None = None
) -> tuple[SeenCodes, ...]:
    """Return the codes that were seen of ``api``, sorted by operation, status and cause.

    Args:
        named: texts that the contract names; None where `told_codes` was at the evidence.
    """
    found: dict[tuple[str, int, str], set[str]] = {}
    for item in evidence:
        for key, text in item.codes.items():
            # As the check notes them: ``cause/<operation>/<facts>/<status>``.
            _, operation, rest = key.split("/", 2)
            cause, _, status = rest.rpartition("/")
            if cause.strip("/") in {"", "own"}:
                # Nobody said what was wrong with the request; two of them may differ in it.
                continue
            codes = found.setdefault((operation, int(status), cause[:_TEXT]), set())
            codes.update(code if named is None else _safe(code, named) for code in text.split("\n"))
    return tuple(
        SeenCodes(api, operation, status, cause, tuple(sorted(codes)[:_CODES]))
        for (operation, status, cause), codes in sorted(found.items())[:_CAUSES]
    )


def told_codes(codes: Mapping[str, str], named: Container[str]) -> dict[str, str]:
    """Return the codes of an item as a file may hold them.

    Args:
        codes: of ``Evidence``.
        named: texts that the contract names.
    """
    return {
        key: "\n".join(sorted({_safe(code, named) for code in text.split("\n")}))
        for key, text in codes.items()
    }


def compared(
    earlier: Iterable[SeenCodes], now: Iterable[SeenCodes], requirements: Mapping[str, object]
) -> Iterator[Seen]:
    """Yield what changed since an earlier run, as observations.

    A cause whose codes are all others now is an error; one that has a further code is worth
    knowing. A cause that only one of the runs met says nothing.

    Args:
        requirements: ids of the API's requirements; without one nobody promised anything.
    """
    before = {(item.api, item.operation, item.status, item.cause): item.codes for item in earlier}
    for item in now:
        known = set(before.get((item.api, item.operation, item.status, item.cause), ()))
        requirement = f"{item.api}/{item.operation}/prose/{RULE}"
        fresh = set(item.codes) - known
        if not known or not fresh or requirement not in requirements:
            continue
        changed = not known & set(item.codes)
        yield Seen(
            Observation(
                rule=RULE,
                requirement=requirement,
                exchange=f"earlier run/{item.operation}/{item.status}",
                holds=False,
                message=(
                    "the code of an error is not what it was in the earlier run,"
                    " although its cause is the same"
                    if changed
                    else "an error has a further code for a cause of the earlier run"
                ),
                severity=Severity.ERROR if changed else Severity.INFO,
                status=item.status,
            ),
            1,
        )


def _safe(code: str, named: Container[str]) -> str:
    if code in named:
        return code
    return f"#{hashlib.sha256(code.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"
