"""The other tenant: what it sends is its own, and what it sees is the other way round."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from unittest import mock

from specproof.apis.contract import Session
from specproof.apis.tenant import OtherTenant


def _pair() -> tuple[OtherTenant, Any]:
    session = mock.create_autospec(Session, instance=True)
    return OtherTenant(session), session


def test_what_it_sends_bears_its_credentials() -> None:
    """Everything is handed on, and each request is marked as the other tenant's."""
    other, session = _pair()
    answer = other.send(
        "drop",
        "POST",
        "/things",
        query={"q": "1"},
        headers={"H": "2"},
        json={"a": 1},
        body=b"b",
        expects="200",
        facts={"template": "/things"},
    )
    assert answer is session.send.return_value
    session.send.assert_called_once_with(
        "drop",
        "POST",
        "/things",
        query={"q": "1"},
        headers={"H": "2"},
        json={"a": 1},
        body=b"b",
        credentials="other",
        expects="200",
        facts={"tenant": "other", "template": "/things"},
    )


def test_it_may_send_without_credentials() -> None:
    """What a world asks for goes before the default."""
    other, session = _pair()
    other.send("drop", "GET", "/", credentials="none")
    sent = session.send.call_args.kwargs
    assert (sent["credentials"], sent["facts"]) == ("none", {"tenant": "other"})


def test_own_and_other_change_places() -> None:
    """Its own credentials and resources are our other ones, and ours are its other ones."""
    other, session = _pair()
    session.credential.return_value = "ours"
    session.other_credential.return_value = "theirs"
    session.resource.return_value = ["our-id"]
    session.other_resource.return_value = ["their-id"]
    assert (other.credential("V"), other.other_credential("V")) == ("theirs", "ours")
    assert (other.resource("r"), other.other_resource("r")) == (["their-id"], ["our-id"])
    for method in (session.credential, session.other_credential):
        method.assert_called_once_with("V")


def test_the_rest_is_the_sessions() -> None:
    """Values, notes and conditions are those of the one run."""
    other, session = _pair()
    session.adopt.return_value = False
    session.condition.return_value = nullcontext()
    exchange = session.send.return_value
    assert other.unique("p") is session.unique.return_value
    assert other.claim("c") is session.claim.return_value
    assert other.tell("t") is session.tell.return_value
    assert other.adopt(exchange, "i") is False
    assert other.condition("n") is session.condition.return_value
    other.removed("gone")
    session.unique.assert_called_once_with("p")
    session.claim.assert_called_once_with("c")
    session.tell.assert_called_once_with("t")
    session.adopt.assert_called_once_with(exchange, "i")
    session.condition.assert_called_once_with("n")
    session.removed.assert_called_once_with("gone")
