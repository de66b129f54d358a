"""The documented response that governs a status."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from specproof.requirements.statuses import match_status

KEYS = st.lists(
    st.sampled_from(["default", *(f"{n}XX" for n in range(1, 6)), "4xx"])
    | st.integers(100, 599).map(str),
    unique=True,
)


@given(keys=KEYS, status=st.integers(100, 599))
def test_the_most_specific_row_governs(keys: list[str], status: int) -> None:
    """OpenAPI 3.1: the exact code before its range, the range before default."""
    found = match_status(tuple(keys), status)
    if str(status) in keys:
        assert found == str(status)
    elif {f"{status // 100}XX", f"{status // 100}xx"} & set(keys):
        assert found is not None
        assert found.upper() == f"{status // 100}XX"
    else:
        assert found == ("default" if "default" in keys else None)
