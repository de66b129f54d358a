"""Lists in pages: what is sent, and what the checks say of sound and broken ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from paging import STYLES, Listing, document

from specproof.requirements.contract import Contract
from specproof.requirements.derive import derive
from specproof.scenarios import plan
from specproof.scenarios.baseline import Baseline
from specproof.scenarios.generated import Drawn
from specproof.scenarios.model import Stage
from specproof.suites.collector import Collector
from specproof.suites.verdicts import Judgement, judge
from specproof.targets.credentials import Credentials
from specproof.targets.session import TargetSession
from specproof.targets.target import Target
from specproof.targets.world import ApiWorld


class _Plain:
    """A source of the one valid request, with an optional filter that must not be sent."""

    def first_valid(self, _: object) -> Drawn:
        return Drawn({}, {"status": "sold"}, {}, {})


def _judged(
    listing: Listing, described: Any = None, own: Mapping[str, str] | None = None
) -> Judgement:
    contract = Contract(described or document(listing.style), name="shop.yaml")
    operation = contract.operations["list"]

    def answer(request: httpx.Request) -> httpx.Response:
        status, headers, body = listing.answer(request.url.query.decode())
        return httpx.Response(status, headers=headers, content=body)

    target = Target(
        name="live",
        api="shop",
        base_url="http://shop.invalid",
        transport=httpx.MockTransport(answer),
        credentials=Credentials("shop", contract.security_schemes(), own or {}, None),
    )
    told: set[str] = set()
    collector = Collector(target, contract, contract, told)
    session = TargetSession(
        target, contract, scenario="shop/list/pagination", seed=0, record=collector.record
    )
    collector._told = session.told
    stage = Stage(session, ApiWorld(session), operation, Baseline(_Plain()))
    next(item for item in plan(operation) if item.kind == "pagination").act(stage)
    for place, reason in stage.gaps.items():
        collector.gaps[f"list/{place}"] = reason
    return judge(derive("shop", contract, contract), [collector.evidence()], target="live")


def _pages(judgement: Judgement) -> dict[str, tuple[str, str]]:
    return {
        item.requirement.what: (item.kind.value, item.reason)
        for item in judgement.verdicts
        if item.requirement.where == "pagination"
    }


def _messages(judgement: Judgement) -> set[str]:
    return {item.message for item in judgement.findings if item.rule.startswith("pagination-")}


@pytest.mark.parametrize(
    ("style", "number"), [*((style, 11) for style in STYLES), ("page", 2), ("cursor", 120)]
)
def test_a_sound_list_passes(style: str, number: int) -> None:
    """Whatever the style and the length, nothing is found and both promises are proved."""
    judgement = _judged(Listing(style, number=number))
    assert judgement.findings == ()
    assert {kind for kind, _ in _pages(judgement).values()} == {"pass"}


FAULTS = [
    *((style, "border-twice", "comes twice") for style in ("offset", "page", "cursor", "link")),
    *((style, "border-lost", "on none of its pages") for style in STYLES),
    *((style, "item-lost", "on none of its pages") for style in ("offset", "page", "cursor")),
    *((style, "limit-ignored", "longer than was asked") for style in ("offset", "link")),
    *((style, "page-too-long", "longer than was asked") for style in ("page", "cursor")),
    *((style, "position-ignored", "comes twice") for style in ("offset", "page", "after")),
    ("cursor", "position-ignored", "in a circle"),
    *((style, "twice-on-page", "comes twice") for style in ("offset", "link")),
    ("page", "page-empties", "on none of its pages"),
    ("page", "last-again", "comes twice"),
    ("cursor", "circle", "in a circle"),
    ("link", "circle", "in a circle"),
    ("offset", "more-always", "more follows and nothing does"),
    ("offset", "more-never", "on none of its pages"),
    ("after", "more-always", "more follows and nothing does"),
    ("after", "more-never", "on none of its pages"),
    ("offset", "total-high", "total"),
    ("offset", "total-low", "total"),
    ("page", "total-high", "total"),
    ("page", "total-of-page", "total"),
    ("cursor", "refused", "is refused"),
    ("link", "elsewhere", "another host"),
    ("offset", "order-changes", "change their order"),
    ("offset", "order-by-walk", "change their order"),
    ("link", "flaps", "items are missing from one walk and back in the next"),
    ("cursor", "order-by-walk", "change their order"),
]


@pytest.mark.parametrize(("style", "fault", "message"), FAULTS)
def test_a_broken_list_is_found(style: str, fault: str, message: str) -> None:
    """Each way of breaking a list is a finding that says what is wrong."""
    found = _messages(_judged(Listing(style, fault)))
    assert any(message in item for item in found), found


@pytest.mark.parametrize("fault", ["border-twice", "border-lost"])
def test_the_beginning_of_a_long_list_is_enough(fault: str) -> None:
    """Of a list of thousands some pages are walked, and what is wrong there is found."""
    listing = Listing("offset", fault, number=3000)
    assert _messages(_judged(listing))
    assert len(listing.queries) < 50


@pytest.mark.parametrize("number", [0, 1])
def test_a_list_without_a_second_page_says_nothing(number: int) -> None:
    """Too few items are no finding and no pass, and cost one request."""
    listing = Listing("offset", number=number)
    judgement = _judged(listing)
    assert judgement.findings == ()
    reason = "the list is too short to need a second page"
    assert set(_pages(judgement).values()) == {("inconclusive", reason)}
    assert len(listing.queries) == 1


@pytest.mark.parametrize("base", [0, 1])
def test_pages_count_from_zero_or_one(base: int) -> None:
    """Where the contract does not say which, the server is asked."""
    described = document("page")
    _parameters(described)[1]["schema"] = {"type": "integer"}
    judgement = _judged(Listing("page", base=base), described)
    assert judgement.findings == ()
    assert {kind for kind, _ in _pages(judgement).values()} == {"pass"}


@pytest.mark.parametrize("fault", ["grows-once", "shrinks-once", "order-changes-once"])
def test_a_list_that_changes_once_is_no_finding(fault: str) -> None:
    """Others write to the list while it is read; what then differs is not the pages' fault."""
    judgement = _judged(Listing("offset", fault))
    assert judgement.findings == ()
    assert ("inconclusive", "the list changed while it was read") in _pages(judgement).values()


def test_a_list_read_at_its_own_page_length() -> None:
    """Without a parameter for the length pages are as long as the server likes."""
    described = document("page")
    del _parameters(described)[0]
    assert _judged(Listing("page", number=50), described).findings == ()
    assert _messages(_judged(Listing("page", "border-twice", number=50), described)) == {
        "an item comes twice in one walk over the pages"
    }
    short = _pages(_judged(Listing("page", number=5), described))
    assert {kind for kind, _ in short.values()} == {"inconclusive"}


def test_a_page_behind_the_last_may_be_refused() -> None:
    """Some servers answer 404 to a page that does not exist, which is the end as well."""
    judgement = _judged(Listing("page", "not-found-behind"))
    assert not _messages(judgement)
    assert {kind for kind, _ in _pages(judgement).values()} == {"pass"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("by-path", "the next page is at another path, which is not followed"),
        ("down", "a page of the list could not be read"),
        ("down-later", "a page of the list could not be read"),
        ("no-json", "a page of the list could not be read"),
    ],
)
def test_what_can_not_be_walked_is_inconclusive(fault: str, reason: str) -> None:
    """The reason is told, and nothing is found in pages that never came."""
    judgement = _judged(Listing("link", fault))
    assert not _messages(judgement)
    assert set(_pages(judgement).values()) == {("inconclusive", reason)}


def test_no_optional_filter_is_sent() -> None:
    """A filter of an example would leave items out; only what asks for pages is sent."""
    listing = Listing("page")
    _judged(listing)
    assert {name for query in listing.queries for name in query} == {"page", "per_page"}


def test_credentials_in_the_query_stay_on_links() -> None:
    """A link need not repeat them, and no report shows them."""
    described = document("link", security=[{"key": []}])
    described["components"] = {
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}
    }
    listing = Listing("link", "border-lost")
    judgement = _judged(listing, described, {"SPECPROOF_SHOP_KEY": "key-CANARY-4410"})
    assert {query["api_key"] for query in listing.queries} == {"key-CANARY-4410"}
    (finding,) = judgement.findings
    assert finding.reproduce.count("curl ") > 1
    assert "CANARY" not in str(judgement)


def test_a_resource_that_is_not_there_is_a_gap() -> None:
    """A list below a resource that nobody can name can not be asked for."""
    described: Any = document("offset")
    shop = {"name": "shop", "in": "path", "required": True, "schema": {"type": "string"}}
    _parameters(described).append(shop)
    described["paths"] = {"/shops/{shop}/things": described.pop("paths")["/things"]}
    listing = Listing("offset")
    kinds = {kind for kind, _ in _pages(_judged(listing, described)).values()}
    assert (kinds, listing.queries) == ({"inconclusive"}, [])


def _parameters(described: Any) -> Any:
    return described["paths"]["/things"]["get"]["parameters"]
