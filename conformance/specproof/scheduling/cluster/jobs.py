"""What a batch consists of: one job per API, one task per part of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from urllib.parse import urlsplit

from specproof import __version__
from specproof.errors import InputError
from specproof.scheduling.rates import RateLimit
from specproof.suites.plan import RunPlan

__all__ = ["Job", "Task", "check_batch", "make_job", "run_id_of"]

_BATCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Task:
    """All that a worker is told; no secret is in it, and no path of the client's machine.

    Attributes:
        batch: name of the batch, ``run_id`` that of the run which the part belongs to.
        index: number of the part, from 1 to ``count``.
        inputs: digest of the files that decide the run, see `inputs.inputs_digest`.
        fail_on: least severity that makes the exit code 1.
        confirm: how often to try again what counts; ``flaky_ok``: whether what was never seen
            again leaves the exit code alone.
        version: of specproof, which has to be the worker's.
        labels: what the run is labelled with.
        rates: origin -> requests and seconds, kept together with all other workers.
    """

    batch: str
    run_id: str
    api: str
    index: int
    count: int
    plan: str
    inputs: str
    fail_on: str = "error"
    confirm: int = 0
    flaky_ok: bool = False
    version: str = __version__
    labels: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, tuple[int, float]] = field(default_factory=dict)

    def to_text(self) -> str:
        """Return the task as JSON, the form in which it travels."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Task:
        """Return the task that ``to_text`` wrote."""
        plain = json.loads(text)
        plain["rates"] = {name: (int(n), float(s)) for name, (n, s) in plain["rates"].items()}
        return cls(**plain)

    @property
    def limits(self) -> dict[str, RateLimit]:
        """The rates as what keeps them wants them."""
        return {name: RateLimit(*pair) for name, pair in self.rates.items()}


@dataclass(frozen=True, slots=True)
class Job:
    """One API of a batch; ``first`` is its first task, of which the others differ in number."""

    first: Task

    @property
    def api(self) -> str:
        """Name of the API."""
        return self.first.api

    @property
    def run_id(self) -> str:
        """Id of the run that comes of it."""
        return self.first.run_id

    @property
    def target(self) -> str:
        """``emulator``, ``recorded`` or ``live``."""
        return RunPlan.from_text(self.first.plan).target

    @property
    def count(self) -> int:
        """Number of its parts."""
        return self.first.count

    def task(self, index: int) -> Task:
        """Return the task of part ``index``, from 1."""
        return replace(self.first, index=index)


def check_batch(name: str) -> str:
    """Return ``name`` if it can name a batch.

    Raises:
        InputError: it can not.
    """
    if not _BATCH.fullmatch(name):
        raise InputError(
            "--batch is no name", remedy="use up to 100 letters, digits, dots, hyphens, underscores"
        )
    return name


def run_id_of(batch: str, api: str) -> str:
    """Return the id of the run of ``api`` in ``batch``: the same each time it is asked for."""
    return hashlib.sha256(json.dumps([batch, api]).encode()).hexdigest()[:16]


def make_job(
    batch: str,
    plan: RunPlan,
    *,
    inputs: str,
    parts: int = 1,
    fail_on: str = "error",
    confirm: int = 0,
    flaky_ok: bool = False,
    labels: Mapping[str, str] | None = None,
    rates: Mapping[str, RateLimit] | None = None,
) -> Job:
    """Return the job that ``plan``, of one API, makes in ``batch``.

    What the plan knows of this machine (root, ledger, budget) stays here. Each part may use an
    equal share of the requests that the run may send.

    Raises:
        InputError: the plan is not of one API of the catalog, or its base URL may hold a secret,
            which whoever sees the scheduler could read.
    """
    if len(plan.apis) != 1 or plan.spec is not None:
        raise InputError("a cluster checks APIs of the catalog, one run each")
    if not _is_plain(plan.base_url or ""):
        raise InputError(
            f"the base URL of {plan.apis[0]} has a user name, a query or a fragment",
            remedy="leave them out: workers take credentials from their environment",
        )
    share = max(1, plan.max_requests // parts)
    sent = replace(
        plan, max_requests=share, root=None, ledger=None, budget=None, nonce="", only=None
    )
    [api] = plan.apis
    return Job(
        Task(
            batch=batch,
            run_id=run_id_of(batch, api),
            api=api,
            index=1,
            count=parts,
            plan=sent.to_text(),
            inputs=inputs,
            fail_on=fail_on,
            confirm=confirm,
            flaky_ok=flaky_ok,
            labels=dict(labels or {}),
            rates={name: (item.requests, item.seconds) for name, item in (rates or {}).items()},
        )
    )


def _is_plain(base_url: str) -> bool:
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return False
    return "@" not in parts.netloc and not (parts.query or parts.fragment)
