"""Sends the stored cases of one operation; nothing is drawn and no strategy is imported."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from specproof.model import Request
from specproof.scenarios.corpus import StoredCase
from specproof.scenarios.model import Stage
from specproof.targets.session import NAMESPACE, expand

__all__ = ["replay"]

_ARRANGED_AT_ONCE = 50
"""Resources that may stand before they are removed, so that memory stays flat."""


def replay(stage: Stage, cases: Iterable[StoredCase]) -> None:
    """Send ``cases`` as the stage's operation, in their order."""
    operation, session, world = stage.operation, stage.session, stage.world
    method, template = operation.operation.method, operation.operation.path
    base_url = session.target.base_url
    bound = world.bound(operation)
    secret_fields, secret_query = session.target.credentials.apply(operation.security, "own")
    own = (("Accept", "application/json"), ("User-Agent", NAMESPACE), *secret_fields.items())
    arranged = 0
    for case in cases:
        values = {**case.path, **bound}
        if case.resource:
            if arranged == _ARRANGED_AT_ONCE:
                world.cleanup()
                arranged = 0
            given = world.parameters(operation) or {}
            arranged += 1
            values.update({name: given[name] for name in case.resource if name in given})
        url = base_url + expand(template, values)
        if case.query or secret_query:
            url = f"{url}?{urlencode((*case.query, *secret_query.items()))}"
        headers = (*own, *case.headers) if case.headers else own
        request = Request(method, url, headers, case.body)
        facts = {
            "credentials": "own",
            "generated": case.kind,
            "answer": world.answer(operation, values),
        }
        with session.telling((*values.values(), *[text for _, text in case.query])):
            session.exchange(operation.id, request, facts=facts)
