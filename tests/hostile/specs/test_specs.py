from __future__ import annotations

import hostile_addresses
import hostile_bytes
import hostile_code
import hostile_names
import hostile_schemas
import pytest
from hostile_case import HostileCase, cases, gathered
from hostile_check import Surroundings, complaints
from warm_process import WarmProcess

CASES = cases(
    hostile_addresses.CASES,
    hostile_bytes.CASES,
    gathered(hostile_code.CASES),
    gathered(hostile_names.CASES),
    gathered(hostile_schemas.CASES),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_hostile_description_does_no_harm(
    case: HostileCase, process: WarmProcess, around: Surroundings
) -> None:
    """No code of it runs, nothing is read or written elsewhere, nothing vanishes in silence."""
    assert complaints(case, process, around) == [], case.attacks
