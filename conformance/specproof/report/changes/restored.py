"""The ``specproof.diff/1`` document -> the comparison it was made from, as far as it tells."""

from __future__ import annotations

from typing import Any

from specproof.errors import InputError
from specproof.json_types import JsonObject
from specproof.regression.bump import Bump, Forced
from specproof.regression.change import (
    Change,
    Diff,
    Direction,
    Level,
    Perspective,
    Policy,
    Site,
)
from specproof.report.changes.view import Comparison
from specproof.report.schema import load

__all__ = ["restored"]


def restored(
    document: JsonObject,
    old_root: JsonObject | None = None,
    new_root: JsonObject | None = None,
) -> Comparison:
    """Return the comparison; what became of recordings is not in it, only in the document.

    Args:
        document: as ``specproof diff --json`` prints it.
        old_root: the old description, None where it is not at hand.
        new_root: the new description, None where it is not at hand.

    Raises:
        InputError: it is no such document.
    """
    import jsonschema_rs  # noqa: PLC0415 - only those who read such documents need it

    from specproof.regression.client_impact import Explained  # noqa: PLC0415 - slow to import

    try:
        jsonschema_rs.validator_for(load("diff")).validate(document)
    except jsonschema_rs.ValidationError as error:
        place = "/".join(map(str, error.instance_path))
        raise InputError(f"is no specproof.diff/1 document, see /{place}") from None
    told: Any = document
    changes = tuple(_change(item) for item in told["changes"])
    diff = Diff(
        changes, told["old"]["operations"], told["new"]["operations"], told["upstream"] or ""
    )
    bump = Bump(told["bump"])
    interface = told["interface"]
    return Comparison(
        diff,
        bump,
        told["old"]["name"],
        told["new"]["name"],
        Perspective(told["perspective"]),
        Policy(told["policy"]),
        told["calls"],
        Forced(bump, tuple(told["forced_by"]["changes"]), tuple(told["forced_by"]["client"])),
        None
        if interface is None
        else tuple(Explained(**{**item, "causes": tuple(item["causes"])}) for item in interface),
        old_root=old_root,
        new_root=new_root,
    )


def _change(item: dict[str, Any]) -> Change:
    sites = item["call_sites"]
    return Change(
        rule=item["rule"],
        level=Level(item["level"]),
        direction=Direction(item["direction"]),
        subject=item["subject"],
        pointer=item["pointer"],
        gone=item["gone"],
        message=item["message"],
        fix=item["fix"],
        fingerprint=item["fingerprint"],
        sites=tuple(Site(**site) for site in item["sites"]),
        operation_ids=tuple(item["operation_ids"]),
        affects_client=tuple(item["affects_client"]),
        call_sites=None if sites is None else tuple(sites),
        accepted=item["accepted"] or "",
        reason=item["reason"] or "",
    )
