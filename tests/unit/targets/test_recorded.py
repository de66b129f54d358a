"""Replay of what happened once."""

from __future__ import annotations

import httpx
import pytest
from contracts import contract_of

from specproof.model import Request, Response
from specproof.targets.har import Provenance, Recorded
from specproof.targets.recorded import ENTRY_HEADER, recorded_target
from specproof.targets.session import TargetSession
from specproof.targets.target import Target

URL = "https://shop.test/things/1"


def _recorded(name: str, status: int, *headers: tuple[str, str], body: bytes = b"") -> Recorded:
    return Recorded(
        id=name,
        operation="drop",
        request=Request("DELETE", URL),
        response=Response(status, headers, body, body),
        provenance=Provenance(kind="live-run", source="s", date="2026-11-21"),
    )


def _target(*entries: Recorded) -> Target:
    return recorded_target("shop", contract_of(), entries)


def _answer(target: Target, name: str | None) -> Response:
    session = TargetSession(target, contract_of(), scenario="s", seed=0, record=lambda _: None)
    headers = () if name is None else ((ENTRY_HEADER, name),)
    response = session.exchange("drop", Request("DELETE", URL, headers)).response
    assert response is not None
    return response


def test_entries_of_one_url_are_told_apart() -> None:
    """Status, headers in their order and repeated, and body are those of the entry named."""
    twice = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Type", "text/plain"))
    target = _target(_recorded("gone", 404, *twice, body=b"\xff{"), _recorded("done", 200))
    assert (target.name, target.api, target.provenance) == ("recorded", "shop", "recorded")
    gone = _answer(target, "gone")
    assert (gone.status, gone.body, gone.broken) == (404, b"\xff{", None)
    assert gone.all_headers("set-cookie") == ("a=1", "b=2")
    assert gone.header("content-type") == "text/plain"
    assert _answer(target, "done").status == 200
    assert _answer(target, "gone").body == b"\xff{"
    target.close()


def test_a_decoded_body_is_not_decoded_again() -> None:
    """It is stored without its codings, so the headers that name them stay behind."""
    coded = (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("X-A", "b"))
    answer = _answer(_target(_recorded("zip", 200, *coded, body=b"plain")), "zip")
    assert (answer.body, answer.broken) == (b"plain", None)
    assert answer.header("content-encoding") is None
    assert answer.header("transfer-encoding") is None
    assert answer.header("x-a") == "b"


@pytest.mark.parametrize("name", [None, "", "other", "gon", "gone2"])
def test_an_unknown_entry_is_refused(name: str | None) -> None:
    """A request that no recording answers gets no answer made up, and none from the network."""
    with pytest.raises(AssertionError, match="not mocked"):
        _answer(_target(_recorded("gone", 404)), name)


def test_no_credential_is_needed() -> None:
    """Nothing goes anywhere, so nothing is logged in with."""
    target = _target(_recorded("gone", 404))
    assert not target.credentials.has_other
    assert isinstance(target.transport, httpx.MockTransport)
