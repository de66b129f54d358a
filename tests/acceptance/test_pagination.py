"""Lists in pages over real HTTP, with nothing but an OpenAPI file."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from paging import Listing, document
from vendors import Answer, vendor

from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan
from specproof.suites.records import Run


def _run(listing: Listing, folder: Path) -> Run:
    def answer(method: str, target: str, _: object) -> Answer:
        parts = urlsplit(target)
        if method not in {"GET", "HEAD"} or parts.path != "/things":
            return 404, {}, b""
        try:
            return listing.answer(parts.query)
        except ValueError:
            return 400, {}, b""

    file = folder / "shop.json"
    file.write_text(json.dumps(document(listing.style)))
    with vendor(answer) as url:
        plan = RunPlan(apis=("shop",), target="live", base_url=url, spec=str(file), cases=0)
        return execute(plan)


@pytest.mark.parametrize(
    ("fault", "verdict", "curls"), [("", "pass", 0), ("border-twice", "fail", 10)]
)
def test_a_list_is_walked_over(fault: str, verdict: str, curls: int, tmp_path: Path) -> None:
    """A sound list passes; of a broken one the finding shows the whole walk as curl lines."""
    run = _run(Listing("cursor", fault), tmp_path)
    verdicts = {item.requirement.id: item.kind.value for item in run.verdicts}
    assert verdicts["shop/list/pagination/complete"] == verdict
    assert verdicts["shop/list/pagination/stable"] == "pass"
    found = [item for item in run.findings if item.rule.startswith("pagination-")]
    assert [item.reproduce.count("curl ") for item in found] == [curls] * bool(curls)
    assert all("cursor={cursor}" in item.reproduce for item in found)
