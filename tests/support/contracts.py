"""Small contracts, and targets on answers that a test makes up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from specproof.model import Exchange, Json, JsonObject
from specproof.requirements.contract import Contract
from specproof.targets.credentials import Credentials
from specproof.targets.session import TargetSession
from specproof.targets.target import Target

__all__ = ["THINGS", "contract_of", "session_on", "target_on"]

THINGS = "/things/{id}"


def contract_of(
    responses: Json = None, *, path: str = THINGS, method: str = "delete", **more: Json
) -> Contract:
    """Return a contract of one operation, ``drop``; ``more`` are fields of the operation.

    ``schemes`` and ``servers`` among them belong to the document.
    """
    schemes = more.pop("schemes", {})
    servers = more.pop("servers", [])
    document: JsonObject = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": servers,
        "paths": {
            path: {
                method: {
                    "operationId": "drop",
                    "responses": responses or {"200": {"description": "done"}},
                    **more,
                }
            }
        },
        "components": {"securitySchemes": schemes},
    }
    return Contract(document, name="shop effective.yaml")


def target_on(
    answer: Callable[[httpx.Request], httpx.Response],
    contract: Contract,
    own: Mapping[str, str] | None = None,
    other: Mapping[str, str] | None = None,
    **more: Any,
) -> Target:
    """Return a target of the API ``shop`` whose answers ``answer`` makes."""
    return Target(
        name="live",
        api="shop",
        base_url="http://shop.invalid/api",
        transport=httpx.MockTransport(answer),
        credentials=Credentials("shop", contract.security_schemes(), own or {}, other),
        provenance="a test",
        **more,
    )


def session_on(
    answer: Callable[[httpx.Request], httpx.Response],
    contract: Contract | None = None,
    *,
    seed: int = 0,
    scenario: str = "shop/drop/test",
    **more: Any,
) -> tuple[TargetSession, list[Exchange]]:
    """Return a session on such a target, and the list that its exchanges go to."""
    found = contract or contract_of()
    kept: list[Exchange] = []
    session = TargetSession(
        target_on(answer, found, **more), found, scenario=scenario, seed=seed, record=kept.append
    )
    return session, kept
