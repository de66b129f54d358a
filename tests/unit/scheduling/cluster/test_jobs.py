from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.errors import InputError
from specproof.scheduling.cluster.jobs import Task, check_batch, make_job, run_id_of
from specproof.scheduling.rates import RateLimit
from specproof.suites.plan import RunPlan


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_run_ids_are_those_of_batch_and_api(one: str, api: str, other: str, second: str) -> None:
    """The id of a run is the same each time, and another for another batch or API."""
    assert (run_id_of(one, api) == run_id_of(other, second)) == ((one, api) == (other, second))


def test_a_task_travels_as_text() -> None:
    """What a worker reads is what the client wrote."""
    plan = RunPlan(apis=("thing",), target="live", base_url="https://x.example", max_requests=90)
    rates = {"https://x.example": RateLimit(10, 1.0)}
    job = make_job(
        "b", plan, inputs="0" * 64, parts=4, labels={"commit": "0123abc"}, rates=rates, confirm=2
    )
    task = Task.from_text(job.task(3).to_text())
    assert task == job.task(3)
    assert (task.index, task.count, task.confirm) == (3, 4, 2)
    assert task.limits == rates
    assert job.target == "live"


def test_nothing_of_the_clients_machine_travels() -> None:
    """Root, ledger, budget, nonce and items of the client are nothing for a worker."""
    plan = RunPlan(
        apis=("thing",),
        root="/home/somebody",
        ledger="/home/somebody/ledger",
        budget="/scratch/budget",
        nonce="5ecret",
    )
    text = make_job("b", plan, inputs="0" * 64).first.to_text()
    assert "somebody" not in text
    assert "/scratch" not in text
    assert "5ecret" not in text


def test_parts_share_what_a_run_may_send() -> None:
    """All parts together send no more than the run may."""
    plan = RunPlan(apis=("thing",), max_requests=100)
    job = make_job("b", plan, inputs="0" * 64, parts=7)
    share = RunPlan.from_text(job.first.plan).max_requests
    assert share == 14


@pytest.mark.parametrize("plan", [RunPlan(apis=("a", "b")), RunPlan(apis=("a",), spec="a.yaml")])
def test_a_job_is_one_api_of_the_catalog(plan: RunPlan) -> None:
    """Several APIs, or a file that workers do not have, make no job."""
    with pytest.raises(InputError, match="one run each"):
        make_job("b", plan, inputs="0" * 64)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:canary@x.example/a",
        "https://x.example?k=canary",
        "https://x.example/#canary",
        "https://[canary",
    ],
)
def test_a_base_url_that_may_hold_a_secret_does_not_travel(url: str) -> None:
    """The worker would refuse it, too; but by then the scheduler has it."""
    plan = RunPlan(apis=("thing",), target="live", base_url=url)
    with pytest.raises(InputError, match="the base URL of thing has a user name") as caught:
        make_job("b", plan, inputs="0" * 64)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "é", "a" * 101, "a\n"])
def test_names_of_batches_are_plain(name: str) -> None:
    """A name that a shell, a path or a log might take for something else is refused."""
    with pytest.raises(InputError, match="--batch"):
        check_batch(name)
    assert check_batch("nightly-2026.11_22") == "nightly-2026.11_22"
