"""The catalogue of faults and legal variations."""

from __future__ import annotations

import httpx
import pytest

from specproof.apis.contract import Emulator
from specproof.apis.faults import (
    FAMILIES,
    Answer,
    ConnectionCutError,
    Fault,
    LegalVariation,
    edited,
    put,
)
from specproof.apis.wire import Call
from specproof.errors import InputError
from specproof.targets.emulators import load_emulator
from specproof.targets.faults.catalog import (
    all_faults,
    change_of,
    faulty,
    faulty_apis,
    legal_variations,
)
from specproof.targets.faults.emulator import AlteredEmulator
from specproof.targets.inprocess import InProcessTransport

CALL = Call("DELETE", "/")


def _answer(body: bytes) -> Answer:
    return Answer(200, (("content-type", "application/json"),), body, CALL)


def _sound(api: str) -> Emulator:
    found = load_emulator(api)
    assert found is not None
    return found


def _deleted(emulator: Emulator) -> httpx.Response:
    """Create an alias of Sequence and return the answer to deleting it."""
    transport = InProcessTransport(emulator.app)
    own = emulator.credentials()
    login = (own["SEQUENCE_CLIENT_ID"], own["SEQUENCE_CLIENT_SECRET"])
    with httpx.Client(
        transport=transport, base_url="http://emulator.invalid", auth=login
    ) as client:
        body = {"customerId": emulator.resources()["customerId"][0], "value": "a", "label": "b"}
        made = client.post("/customer-aliases", json=body).json()
        return client.delete(f"/customer-aliases/{made['id']}")


def test_there_are_enough_of_every_family() -> None:
    """At least a hundred faults over both APIs and every family, ids unique."""
    faults = all_faults()
    every: list[Fault | LegalVariation] = [*faults, *legal_variations()]
    ids = [item.id for item in every]
    assert len(faults) >= 100
    assert len(legal_variations()) >= 20
    assert len(set(ids)) == len(ids)
    assert {item.family for item in faults} == set(FAMILIES)
    assert {item.api for item in faults} == set(faulty_apis()) == {"onesignal", "sequence"}


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_each_is_explained_and_can_be_made(api: str) -> None:
    """Each has a title and a sentence, belongs to one API, and makes an emulator."""
    every: list[Fault | LegalVariation] = [*all_faults(api), *legal_variations(api)]
    for item in every:
        assert item.api == api
        assert item.id.startswith(f"{api}-")
        assert item.title
        assert item.explanation.endswith(".")
        assert api == faulty(api, item.id).API


def test_an_unknown_fault_is_refused_with_its_neighbours() -> None:
    """The sentence names ids that are near."""
    with pytest.raises(InputError, match="did you mean onesignal-deletes-nothing"):
        change_of("onesignal-deletes-nothin")
    with pytest.raises(InputError, match="--faults"):
        change_of("@@@@")
    with pytest.raises(InputError, match="no fault of sequence"):
        change_of("onesignal-deletes-nothing", "sequence")


def test_without_a_fault_nothing_changes() -> None:
    """An alteration that waits for another status leaves answers as they were."""
    plain = _deleted(_sound("sequence"))
    waiting = _deleted(faulty("sequence", "sequence-leaks-sql"))
    assert (waiting.status_code, waiting.content) == (plain.status_code, plain.content)
    assert waiting.headers == plain.headers


@pytest.mark.parametrize(
    "name",
    [
        item.id
        for item in all_faults("sequence")
        if item.statuses == frozenset({200}) and item.alter is not None
    ],
)
def test_faults_of_a_success_change_it(name: str) -> None:
    """Each is seen in status, headers, body, time or framing of the answer."""
    plain = _deleted(_sound("sequence"))
    emulator = faulty("sequence", name)
    assert isinstance(emulator, AlteredEmulator)
    if "every-" in name or "flaps" in name:
        return
    try:
        broken = _deleted(emulator)
    except httpx.HTTPError:
        return
    delay = broken.extensions["specproof.delay"]
    assert delay or (broken.status_code, broken.headers.raw, broken.content) != (
        plain.status_code,
        plain.headers.raw,
        plain.content,
    )


def test_an_altered_emulator_is_the_sound_one_in_all_else() -> None:
    """Tenants, resources, conditions and resets are passed on."""
    sound, altered = _sound("sequence"), faulty("sequence", "sequence-id-null")
    assert altered.credentials() == sound.credentials()
    assert altered.other_credentials() == sound.other_credentials()
    assert altered.resources() == sound.resources()
    assert altered.other_resources() == sound.other_resources()
    assert altered.CONDITIONS == sound.CONDITIONS
    altered.reset()
    assert _deleted(altered).json()["id"] is None
    with pytest.raises(KeyError), altered.condition("none"):
        pass


def test_edits_that_do_not_fit_leave_the_body() -> None:
    """Text that is no JSON, a name that is not there, a value of another kind."""
    for body in (b"<html>", b"[]", b"null", b'{"a":1}'):
        assert put("identity/id", 1)(_answer(body)).body == body
    assert edited(lambda body: [body])(_answer(b'{"a":1}')).body == b'[{"a":1}]'
    assert put("a", 2)(_answer(b'{"a":1}')).body == b'{"a":2}'


def test_a_closed_connection_is_no_answer() -> None:
    """In process the transport raises what a network would."""
    with pytest.raises(httpx.RemoteProtocolError):
        _deleted(faulty("sequence", "sequence-no-answer"))
    assert issubclass(ConnectionCutError, Exception)
