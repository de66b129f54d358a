"""Times of answers: a sample that does not depend on who took it."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.model import Exchange, Request, Response
from specproof.suites.evidence import Evidence
from specproof.suites.latencies import SAMPLE, Stopwatch, latencies_of


def _exchange(number: int, status: int = 200, *, broken: str | None = None) -> Exchange:
    response = Response(status, elapsed=number / 1000, broken=broken)
    request = Request("GET", "https://shop.test")
    return Exchange(f"e#{number}", "shop", "look", "s", request, response, "live")


def _timed(exchanges: list[Exchange]) -> Evidence:
    watch = Stopwatch()
    for exchange in exchanges:
        watch.note(exchange)
    return Evidence("shop", timings=watch.timings())


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.integers(0, 3 * SAMPLE), st.integers(1, 6))
def test_any_split_gives_the_same_sample(seed: int, count: int, items: int) -> None:
    """Of however many items, in any order."""
    random = Random(seed)
    exchanges = [_exchange(number, 200 if number % 7 else 404) for number in range(count)]
    whole = latencies_of("shop", [_timed(exchanges)])
    random.shuffle(exchanges)
    several = [_timed(exchanges[start::items]) for start in range(items)]
    random.shuffle(several)
    assert latencies_of("shop", several) == whole
    for latency in whole:
        wanted = [item for item in exchanges if item.response.status == latency.status]  # type: ignore[union-attr]  # each has one
        assert latency.count == len(wanted)
        assert len(latency.milliseconds) == min(SAMPLE, len(wanted))
        assert latency.milliseconds == tuple(sorted(latency.milliseconds))


def test_a_sample_is_not_the_first_or_the_quickest() -> None:
    """Its median is about that of all of them."""
    (latency,) = latencies_of("shop", [_timed([_exchange(number) for number in range(5000)])])
    assert latency.count == 5000
    assert len(set(latency.milliseconds)) == SAMPLE
    assert 2000 < latency.milliseconds[SAMPLE // 2] < 3000


def test_what_did_not_arrive_whole_took_no_time() -> None:
    """Neither a broken answer nor none is timed."""
    silent = Exchange("e#9", "shop", "look", "s", Request("GET", "https://a"), None, "live")
    assert _timed([_exchange(1, broken="cut"), silent]).timings == []
