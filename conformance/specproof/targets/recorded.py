"""Target ``recorded``: exchanges that happened once, replayed through respx."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import respx

from specproof.requirements.contract import Contract
from specproof.targets.credentials import Credentials
from specproof.targets.har import Recorded
from specproof.targets.target import Target

__all__ = ["ENTRY_HEADER", "recorded_target"]

ENTRY_HEADER = "X-Specproof-Recording"
"""Request header by which a replayed request names its entry; two may share one URL."""


def recorded_target(api: str, contract: Contract, entries: Sequence[Recorded]) -> Target:
    """Return a target that answers with ``entries``; any other request is refused."""
    router = respx.Router(assert_all_called=False, assert_all_mocked=True)
    for entry in entries:
        router.route(headers={ENTRY_HEADER: entry.id}).mock(
            return_value=httpx.Response(
                entry.response.status,
                headers=[(n, v) for n, v in entry.response.headers if _kept(n)],
                content=entry.response.raw,
            )
        )
    return Target(
        name="recorded",
        api=api,
        base_url="https://recorded.invalid",
        transport=httpx.MockTransport(router.handler),
        credentials=Credentials(api, contract.security_schemes(), {}),
        provenance="recorded",
    )


def _kept(name: str) -> bool:
    # The body is stored decoded and whole, so these two no longer describe it.
    return name.lower() not in {"content-encoding", "transfer-encoding"}
