"""What the words of a report mean, for ``specproof explain``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from specproof.model import Blame, Severity, Source, VerdictKind

__all__ = ["BLAMES", "EXIT_CODES", "SEVERITIES", "SOURCES", "TARGETS", "VERDICTS"]

EXIT_CODES: Final[Mapping[str, str]] = {
    "0": "What was asked holds: nothing was found at or above `--fail-on`, and something was "
    "checked.",
    "1": "There are findings or breaking changes at or above `--fail-on`, or a committed result "
    "is stale. Read the findings; accept a known one in `deviations.toml` with its reason, "
    "evidence and expiry.",
    "2": "The command was used wrongly, or a file, page, spec or option is bad. The message "
    "names the place and how to mend it. Nothing on disk was changed.",
    "3": "Nothing could be said: the target was out of reach, or no requirement was exercised. "
    "This is never green, since a run that proved nothing proves nothing.",
}

VERDICTS: Final[Mapping[VerdictKind, str]] = {
    VerdictKind.PASS: "The requirement was brought about, a check looked, and it held each time.",
    VerdictKind.FAIL: "The requirement was brought about and broken at least once. A finding says "
    "how, whom to blame, and how to see it again.",
    VerdictKind.INCONCLUSIVE: "The run did not bring the requirement about, so it says nothing of "
    "it; the reason says what stood in the way. More scenarios, another target or a resource "
    "file may help.",
    VerdictKind.VACUOUS: "Nothing that the vendor could answer would break the requirement, for "
    "instance because its schema accepts anything. A pass would say nothing and is not counted "
    "as one. `specproof lint` shows the place and, where there is one, the overlay action that "
    "mends it.",
}
SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "A caller that relies on the contract breaks. Counts for the exit code unless "
    "`--fail-on` says otherwise.",
    Severity.WARNING: "A caller may be surprised, such as by a slow answer. Does not count for the "
    "exit code unless `--fail-on warning` is given.",
    Severity.INFO: "Worth knowing, such as a field that nobody documented. Does not count for the "
    "exit code unless `--fail-on info` is given.",
}
SOURCES: Final[Mapping[Source, str]] = {
    Source.SCHEMA: "The vendor's published OpenAPI document says so.",
    Source.PROSE: "The text of the vendor's page says so; `promises.yaml` quotes the place.",
    Source.OVERLAY: "Our overlay says so, with a reason and evidence beside each action. A "
    "response can keep what the vendor published and still break it.",
    Source.HTTP: "A specification that every HTTP API is bound by says so, such as RFC 9110.",
}
BLAMES: Final[Mapping[Blame, str]] = {
    Blame.PUBLISHED_SPEC: "The vendor's document is wrong about an API that behaves well: mend it "
    "with an overlay action and tell the vendor.",
    Blame.VENDOR_BEHAVIOUR: "The API does not do what the vendor promised: tell the vendor, and "
    "accept it as a deviation meanwhile.",
    Blame.OVERLAY: "Our overlay demands what the vendor never promised or no longer does: mend the "
    "action.",
    Blame.CLIENT: "The generated client does not do what the effective spec says: look at the "
    "generator, its configuration and its templates.",
    Blame.STUB: "The emulator or the recording is wrong, the real API may well be right: mend it, "
    "and look at what it was made from.",
}
TARGETS: Final[Mapping[str, str]] = {
    "emulator": "A stateful model of the API in this process. It shows that the suite works and "
    "what a client has to cope with, and proves nothing about the vendor's server.",
    "recorded": "Exchanges kept under `recordings/`, each with its provenance. They prove what the "
    "vendor's server did on that day.",
    "live": "The vendor's server or one at `--base-url`. Destructive requests go out only for "
    "resources that this run created; production hosts only if named and confirmed.",
}
