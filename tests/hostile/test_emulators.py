from __future__ import annotations

from typing import Any

import pytest
from calling import call, onesignal_headers, sequence_headers
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.apis.sequence.emulator import SequenceEmulator

METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
RAW = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="/?"))
ESCAPED = st.binary(max_size=4).map(lambda data: "".join(f"%{byte:02x}" for byte in data))
SEGMENT = RAW | ESCAPED
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELD = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


@settings(max_examples=150)
@given(
    method=METHODS,
    labels=st.tuples(SEGMENT, SEGMENT, SEGMENT),
    depth=st.integers(0, 4),
    body=JSON,
    members=st.booleans(),
)
def test_onesignal_answers_anything_in_its_envelope(
    method: str, labels: tuple[str, str, str], depth: int, body: Any, *, members: bool
) -> None:
    """Whatever the path and body, the answer is a documented shape and no exception."""
    emulator = OneSignalEmulator()
    app_id = emulator.credentials()["ONESIGNAL_APP_ID"]
    label, alias_id, doomed = labels
    parts = ["", f"/users/by/{label}", f"/{alias_id}", "/identity", f"/{doomed}"]
    path = f"/apps/{app_id}" + ("".join(parts[: depth + 1]) if depth else "/users")
    sent = {"identity": body, "properties": body, "subscriptions": body} if members else body
    answer = call(emulator.app, method, path, headers=onesignal_headers(emulator), json_body=sent)
    assert answer.status in {200, 201, 202, 204, 400, 404, 405, 409}
    if answer.body:
        shown = answer.json()
        assert shown.keys() <= {"identity", "properties", "subscriptions"} or all(
            item["code"] and item["title"] for item in shown["errors"]
        )


@settings(max_examples=150)
@given(
    method=METHODS,
    segments=st.lists(SEGMENT, max_size=3),
    root=st.sampled_from(["customer-aliases", "customers", "customers/by-alias"]),
    query=RAW,
    field=FIELD,
    body=JSON,
)
def test_sequence_answers_anything_in_its_envelope(
    method: str, segments: list[str], root: str, query: str, *, field: str, body: Any
) -> None:
    """Whatever path, query, headers and body, the answer is a known shape and no exception."""
    emulator = SequenceEmulator()
    headers = {**sequence_headers(emulator), "Idempotency-Key": field}
    path = "/".join(["", root, *segments])
    sent = {"customerId": emulator.resources()["customerId"][0], "value": body, "label": body}
    answer = call(emulator.app, method, f"{path}?limit={query}", headers=headers, json_body=sent)
    assert answer.status in {200, 201, 204, 400, 404, 405}
    assert answer.header("sequence-version")
    if answer.status >= 400 and answer.body:
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize("emulator", [OneSignalEmulator(), SequenceEmulator()])
@given(value=FIELD)
def test_no_authorization_but_the_right_one_is_accepted(
    emulator: OneSignalEmulator | SequenceEmulator, value: str
) -> None:
    """Random fields are a 401, whatever they hold."""
    tenant = next(iter(emulator.credentials().values()))
    path = f"/apps/{tenant}/users" if emulator.API == "onesignal" else "/customer-aliases"
    headers = {"Authorization": value}
    assert call(emulator.app, "POST", path, headers=headers).status == 401
