from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from calling import Answer, Clock, call, onesignal_headers

from specproof.apis.contract import SettingValue
from specproof.apis.onesignal.emulator import EMULATOR, OneSignalEmulator
from specproof.errors import InputError
from specproof.model import Json

NOBODY = "00000000-0000-4000-8000-000000000000"


class Client:
    """A tenant of an emulator."""

    def __init__(self, emulator: OneSignalEmulator, *, other: bool = False) -> None:
        self.emulator = emulator
        owner = emulator.other_credentials() if other else emulator.credentials()
        self.app = f"/apps/{owner['ONESIGNAL_APP_ID']}"
        self.headers = onesignal_headers(emulator, other=other)

    def send(self, method: str, path: str, body: Json = None) -> Answer:
        """Send a request below the app."""
        target = f"{self.app}{path}"
        return call(self.emulator.app, method, target, headers=self.headers, json_body=body)

    def create(self, *subscriptions: Json, **aliases: str) -> Answer:
        """Create a user."""
        body: Json = {"identity": aliases, "subscriptions": list(subscriptions)}
        return self.send("POST", "/users", body)

    def identity(self, label: str, alias_id: str) -> Answer:
        """Fetch the aliases of a user."""
        return self.send("GET", f"/users/by/{label}/{quote(alias_id, safe='')}/identity")

    def delete(self, label: str, alias_id: str, doomed: str) -> Answer:
        """Delete an alias."""
        return self.send(
            "DELETE", f"/users/by/{label}/{quote(alias_id, safe='')}/identity/{doomed}"
        )


def _client(settings: Mapping[str, SettingValue] | None = None, **more: Any) -> Client:
    return Client(OneSignalEmulator(settings, **more))


def _error(answer: Answer) -> tuple[int, str, Json]:
    """Return status, code and meta of a structured error, and check its envelope."""
    assert answer.header("content-type") == "application/json; charset=utf-8"
    body = answer.json()
    assert list(body) == ["errors"]
    (item,) = body["errors"]
    assert item["title"].strip()
    return answer.status, item["code"], item.get("meta")


def test_a_created_user_is_shown_whole() -> None:
    """Create, view and fetch agree on the identity, and ids are UUIDs version 4."""
    client = _client()
    body: dict[str, Json] = {
        "identity": {"external_id": "a/b %", "crm": "7"},
        "properties": {"language": "en", "tags": {"x": "1"}},
        "subscriptions": [{"type": "Email", "token": "a@example.com", "id": "mine"}],
    }
    created = client.send("POST", "/users", body)
    user = created.json()
    assert created.status == 201
    assert list(user) == ["properties", "identity", "subscriptions"]
    assert uuid.UUID(user["identity"]["onesignal_id"]).version == 4
    assert list(user["identity"].values())[1:] == ["a/b %", "7"]
    assert user["properties"] == body["properties"]
    assert uuid.UUID(user["subscriptions"][0]["id"]).version == 4
    assert user["subscriptions"][0]["token"] == "a@example.com"
    assert client.send("GET", "/users/by/crm/7").json() == user
    fetched = client.identity("external_id", "a/b %")
    assert (fetched.status, fetched.json()) == (200, {"identity": user["identity"]})


def test_deleting_an_alias_removes_it_at_once_and_nothing_else() -> None:
    """The answer names onesignal_id only; user, subscription and neighbours are untouched."""
    client = _client()
    user = client.create({"type": "SMS"}, external_id="a", crm="1").json()
    neighbour = client.create(external_id="b", erp="1").json()
    onesignal_id = user["identity"]["onesignal_id"]
    deleted = client.delete("external_id", "a", "crm")
    assert (deleted.status, deleted.json()) == (200, {"identity": {"onesignal_id": onesignal_id}})
    assert client.identity("crm", "1").status == 404
    left = client.send("GET", "/users/by/external_id/a").json()
    assert left["identity"] == {"onesignal_id": onesignal_id, "external_id": "a"}
    assert left["subscriptions"] == user["subscriptions"]
    assert client.send("GET", "/users/by/erp/1").json() == neighbour


def test_the_lookup_label_can_be_deleted_and_the_user_stays() -> None:
    """With every other alias gone, onesignal_id still leads to the user."""
    client = _client()
    user = client.create({"type": "SMS"}, external_id="a").json()["identity"]["onesignal_id"]
    assert client.delete("external_id", "a", "external_id").status == 200
    assert client.delete("external_id", "a", "external_id").status == 404
    assert client.identity("onesignal_id", user.upper()).json()["identity"] == {
        "onesignal_id": user
    }
    assert len(client.send("GET", f"/users/by/onesignal_id/{user}").json()["subscriptions"]) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (400, "user-6")),
        ({"protected_alias_status": 403, "protected_alias_code": "no"}, (403, "no")),
    ],
)
def test_onesignal_id_can_not_be_deleted(
    settings: dict[str, SettingValue], expected: tuple[int, str]
) -> None:
    """It is refused, and still there."""
    client = _client(settings)
    client.create(external_id="a")
    assert _error(client.delete("external_id", "a", "onesignal_id"))[:2] == expected
    assert client.identity("external_id", "a").status == 200


def test_onesignal_id_can_not_be_chosen() -> None:
    """Neither create user nor create alias takes one."""
    client = _client()
    client.create(external_id="a")
    assert client.create(onesignal_id=NOBODY).status == 400
    body: Json = {"identity": {"onesignal_id": NOBODY}}
    assert client.send("PATCH", "/users/by/external_id/a/identity", body).status == 400


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, 404), ({"unknown_user_status": 410}, 410)],
)
def test_an_unknown_user_is_not_found(settings: dict[str, SettingValue], expected: int) -> None:
    """Every operation on a user says so alike."""
    client = _client(settings)
    answers = [
        client.send("GET", "/users/by/crm/x"),
        client.send("DELETE", "/users/by/crm/x"),
        client.identity("crm", "x"),
        client.identity("onesignal_id", NOBODY),
        client.delete("crm", "x", "crm"),
        client.send("PATCH", "/users/by/crm/x/identity", {"identity": {"a": "b"}}),
    ]
    assert {_error(answer)[:2] for answer in answers} == {(expected, "user-4")}


@pytest.mark.parametrize("status", [404, 409, 410])
def test_an_unknown_label_is_not_found(status: int) -> None:
    """The status of a label that the user lacks is a setting."""
    client = _client({"unknown_alias_status": status})
    client.create(external_id="a")
    assert _error(client.delete("external_id", "a", "crm")) == (status, "user-5", {"label": "crm"})


def test_the_public_body_without_a_code_can_be_chosen() -> None:
    """It is the one that was pasted in a public issue, to the byte."""
    client = _client({"unknown_alias_body": "no-code"})
    user = client.create(external_id="a").json()["identity"]["onesignal_id"]
    title = f"No aliases found for oneSignalID `{user}`"
    expected = json.dumps({"errors": [{"title": title}]}, separators=(",", ":"))
    assert client.delete("external_id", "a", "crm").body.decode() == expected


def test_remaining_aliases_can_be_listed() -> None:
    """The 200 of a delete lists them by setting."""
    client = _client({"delete_lists_remaining": True})
    client.create(external_id="a", crm="1")
    answer = client.delete("external_id", "a", "crm").json()
    assert answer["identity"]["external_id"] == "a"


def test_a_conflict_applies_none_of_the_aliases() -> None:
    """409 names the claimed alias, as seen in public, and leaves both users as they were."""
    client = _client()
    client.create(external_id="a")
    client.create(external_id="b", crm="1")
    body: Json = {"identity": {"new": "2", "crm": "1"}}
    answer = client.send("PATCH", "/users/by/external_id/a/identity", body)
    expected = (
        '{"errors":[{"code":"user-2","title":"One or more Aliases claimed by another User",'
        '"meta":{"crm":"1"}}]}'
    )
    assert (answer.status, answer.body.decode()) == (409, expected)
    assert "new" not in client.identity("external_id", "a").json()["identity"]
    assert "crm" in client.identity("external_id", "b").json()["identity"]


def test_create_alias_adds_and_replaces() -> None:
    """A new label is added, a known one gets a new value and the old one leads nowhere."""
    client = _client()
    client.create(external_id="a", crm="1")
    body: Json = {"identity": {"crm": "2", "erp": "3"}}
    answer = client.send("PATCH", "/users/by/external_id/a/identity", body)
    identity = answer.json()["identity"]
    assert (answer.status, identity["crm"], identity["erp"]) == (200, "2", "3")
    assert client.identity("crm", "1").status == 404
    assert client.identity("crm", "2").status == 200


def test_replacing_can_be_a_conflict() -> None:
    """By setting, a label that has another value is refused, the same value is not."""
    client = _client({"patch_replaces": False})
    client.create(external_id="a", crm="1")
    path = "/users/by/external_id/a/identity"
    assert client.send("PATCH", path, {"identity": {"crm": "2"}}).status == 409
    assert client.send("PATCH", path, {"identity": {"crm": "1"}}).status == 200


def test_creating_an_existing_user_adds_to_it() -> None:
    """200 (or 202) with the user that was there; aliases of two users are a conflict."""
    client = _client()
    first = client.create(external_id="a").json()["identity"]
    again = client.create(external_id="a", crm="1")
    assert (again.status, again.json()["identity"]) == (200, {**first, "crm": "1"})
    client.create(external_id="b")
    status, code, meta = _error(client.create(external_id="b", crm="1"))
    assert (status, code, meta) == (409, "user-2", {"conflicting_aliases": {"crm": "1"}})
    accepting = _client({"existing_user_status": 202})
    accepting.create(external_id="a")
    assert accepting.create(external_id="a").status == 202


def test_a_user_needs_an_alias_or_a_subscription() -> None:
    """The refusal is the one seen in public, to the byte."""
    client = _client()
    expected = (
        '{"errors":[{"code":"user-3",'
        '"title":"Creating a User requires at least one Alias or Subscription"}]}'
    )
    answer = client.send("POST", "/users", {"identity": None})
    assert (answer.status, answer.body.decode()) == (400, expected)
    assert client.create({"type": "Email"}).status == 201


@pytest.mark.parametrize("external_id", ["NA", "0", "NULL", "1", "-1"])
def test_external_ids_that_stand_for_nothing_are_refused(external_id: str) -> None:
    """The vendor blocks them as external_id, not as other aliases."""
    client = _client()
    assert client.create(external_id=external_id).status == 400
    assert client.create(crm=external_id).status == 201


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"identity": []},
        {"identity": {"a": 1}},
        {"identity": {"": "x"}},
        {"identity": {"a": ""}},
        {"identity": {"a": "x" * 129}},
        {"identity": {str(number): "x" for number in range(11)}},
        {"identity": {"a": "b"}, "properties": []},
        {"identity": {"a": "b"}, "subscriptions": "none"},
        {"identity": {"a": "b"}, "subscriptions": [{}]},
        {"identity": {"a": "b"}, "subscriptions": [1]},
    ],
)
def test_users_that_break_a_rule_are_refused(body: Json) -> None:
    """Shapes and limits of identity, properties and subscriptions are checked."""
    client = _client()
    assert _error(client.send("POST", "/users", body))[:2] == (400, "request-2")
    assert not client.emulator.store.apps[client.app.removeprefix("/apps/")].users


@pytest.mark.parametrize("body", [{}, {"identity": {}}, {"identity": {"a": 1}}, 3])
def test_create_alias_needs_an_alias(body: Json) -> None:
    """An identity without aliases, or with a bad one, is refused."""
    client = _client()
    client.create(external_id="a")
    answer = client.send("PATCH", "/users/by/external_id/a/identity", body)
    assert _error(answer)[:2] == (400, "request-2")


def test_aliases_are_limited_with_those_the_user_has() -> None:
    """Ten custom aliases beside external_id, twenty by setting."""
    for limit in (10, 20):
        client = _client({"max_aliases": limit})
        client.create(external_id="a", **{f"l{number}": "x" for number in range(limit)})
        path = "/users/by/external_id/a/identity"
        assert client.send("PATCH", path, {"identity": {"l0": "y"}}).status == 200
        assert client.send("PATCH", path, {"identity": {"more": "y"}}).status == 400


@pytest.mark.parametrize(
    ("settings", "media_type", "body", "expected"),
    [
        ({}, "application/json", b"{", 400),
        ({}, "text/plain", b"{}", 400),
        ({"wrong_media_type_status": 415}, "text/plain", b"{}", 415),
        ({}, "Application/JSON; charset=utf-8", b'{"identity":{"a":"b"}}', 201),
    ],
)
def test_a_body_must_be_json(
    settings: dict[str, SettingValue], media_type: str, body: bytes, expected: int
) -> None:
    """What is not declared as JSON, or is none, gets the documented envelope."""
    client = _client(settings)
    headers = {**client.headers, "Content-Type": media_type}
    answer = call(client.emulator.app, "POST", f"{client.app}/users", headers=headers, body=body)
    assert answer.status == expected
    if expected != 201:
        assert _error(answer)[1] == "request-2"


def test_deleting_a_user_removes_everything() -> None:
    """202 with the identity, or by setting 200 without a body; no alias leads anywhere."""
    client = _client()
    user = client.create(external_id="a", crm="1").json()["identity"]["onesignal_id"]
    answer = client.send("DELETE", "/users/by/crm/1")
    assert (answer.status, answer.json()) == (202, {"identity": {"onesignal_id": user}})
    gone = [client.identity("external_id", "a"), client.identity("onesignal_id", user)]
    assert [one.status for one in gone] == [404, 404]
    empty = _client({"delete_user_answer": "200-empty"})
    empty.create(external_id="a")
    answer = empty.send("DELETE", "/users/by/external_id/a")
    assert (answer.status, answer.body, answer.header("content-type")) == (200, b"", None)


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        (None, {}),
        ("", {}),
        ("Key", {}),
        ("Basic abc", {}),
        ("specproof-malformed", {}),
        ("Bearer {key}", {}),
        ("Key {key} {key}", {}),
    ],
)
def test_without_a_usable_key_nothing_happens(
    field: str | None, settings: dict[str, SettingValue]
) -> None:
    """The 401 is the one seen in public, to the byte, with a challenge."""
    client = _client(settings)
    key = client.emulator.credentials()["ONESIGNAL_API_KEY"]
    headers = {} if field is None else {"Authorization": field.format(key=key)}
    answer = call(client.emulator.app, "GET", f"{client.app}/users/by/a/b", headers=headers)
    expected = (
        '{"errors":[{"code":"auth-1",'
        '"title":"This operation requires \'Authorization\' in the HTTP header"}]}'
    )
    assert (answer.status, answer.body.decode()) == (401, expected)
    assert answer.header("www-authenticate") == "Key"


def test_bearer_and_silence_can_be_chosen() -> None:
    """Older SDKs send Bearer; whether a 401 carries a challenge is open."""
    client = _client({"accept_bearer": True, "www_authenticate": False})
    path = f"{client.app}/users/by/a/b"
    key = client.emulator.credentials()["ONESIGNAL_API_KEY"]
    bearer = {"Authorization": f"bearer {key}"}
    assert call(client.emulator.app, "GET", path, headers=bearer).status == 404
    assert call(client.emulator.app, "GET", path).header("www-authenticate") is None


@pytest.mark.parametrize(
    ("answer", "status", "media_type"),
    [
        ("401", 401, "application/json; charset=utf-8"),
        ("403", 403, "application/json; charset=utf-8"),
        ("403-text", 403, "text/plain; charset=utf-8"),
        ("404", 404, "application/json; charset=utf-8"),
    ],
)
def test_the_key_of_another_app_opens_nothing(answer: str, status: int, media_type: str) -> None:
    """A foreign key, and a wrong one, are refused as the settings say."""
    settings = {"foreign_key_answer": answer}
    client = _client(settings if answer == "404" else {**settings, "wrong_key_answer": answer})
    client.create(external_id="a")
    own = dict(client.headers)
    client.headers = onesignal_headers(client.emulator, other=True)
    refused = client.delete("external_id", "a", "external_id")
    assert (refused.status, refused.header("content-type")) == (status, media_type)
    if answer == "403-text":
        assert refused.json()["errors"][0].startswith("Access denied.  Please include")
    client.headers = {"Authorization": "Key unknown"}
    assert client.identity("external_id", "a").status == (401 if answer == "404" else status)
    client.headers = own
    assert client.identity("external_id", "a").status == 200


def test_tenants_do_not_see_one_another() -> None:
    """The same alias may exist in both apps and leads to different users."""
    client = _client()
    other = Client(client.emulator, other=True)
    mine = client.create(external_id="a").json()["identity"]["onesignal_id"]
    assert other.identity("external_id", "a").status == 404
    assert other.identity("onesignal_id", mine).status == 404
    assert other.create(external_id="a").status == 201
    other.delete("external_id", "a", "external_id")
    assert client.identity("external_id", "a").status == 200


def test_ids_that_are_no_uuids_are_named() -> None:
    """The 400 is the one of the documentation, to the byte."""
    client = _client()
    answer = client.identity("onesignal_id", "123")
    expected = (
        '{"errors":[{"code":"request-1","title":"Invalid UUID","meta":{"onesignal_id":"123"}}]}'
    )
    assert (answer.status, answer.body.decode()) == (400, expected)
    client.app = "/apps/not-a-uuid"
    assert _error(client.identity("a", "b")) == (400, "request-1", {"app_id": "not-a-uuid"})
    client.app = f"/apps/{NOBODY}"
    assert _error(client.identity("a", "b"))[:2] == (401, "auth-2")


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("GET", "/users/by/a//identity", 404, None),
        ("POST", "/users/by/a/b", 405, "DELETE, GET, HEAD, OPTIONS"),
        ("TRACE", "/users", 405, "OPTIONS, POST"),
        ("GET", "/users/by/a/%ff", 400, None),
        ("DELETE", "/users/by/a/%zz/identity/x", 400, None),
    ],
)
def test_paths_and_methods_that_do_not_exist(
    method: str, path: str, status: int, allow: str | None
) -> None:
    """Each has the documented envelope; a 405 lists the methods (RFC 9110 15.5.6)."""
    answer = _client().send(method, path)
    assert _error(answer)[0] == status
    assert answer.header("allow") == allow


def test_options_and_head_are_served() -> None:
    """OPTIONS lists the methods, HEAD is a GET without its body."""
    client = _client()
    client.create(external_id="a")
    options = client.send("OPTIONS", "/users/by/external_id/a")
    assert (options.status, options.header("allow")) == (204, "DELETE, GET, HEAD, OPTIONS")
    head = client.send("HEAD", "/users/by/external_id/a/identity")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    ("name", "status", "media_type", "retry_after"),
    [
        ("throttled", 429, "application/json; charset=utf-8", "1"),
        ("unavailable", 503, "application/json; charset=utf-8", "1"),
        ("unavailable-empty", 503, None, "1"),
        ("unavailable-html", 503, "text/html", None),
    ],
)
def test_conditions_last_as_long_as_their_with(
    name: str, status: int, media_type: str | None, retry_after: str | None
) -> None:
    """While one lasts, every operation answers alike and nothing changes."""
    client = _client()
    client.create(external_id="a")
    with client.emulator.condition(name):
        answer = client.delete("external_id", "a", "external_id")
    assert (answer.status, answer.header("content-type")) == (status, media_type)
    assert answer.header("retry-after") == retry_after
    assert client.identity("external_id", "a").status == 200


def test_an_unknown_condition_is_a_key_error() -> None:
    """Names that are not in CONDITIONS are refused at the door."""
    with pytest.raises(KeyError), _client().emulator.condition("rain"):
        pass  # pragma: no cover


def test_the_public_bodies_of_limits_can_be_chosen() -> None:
    """429 with strings, to the byte; 503 without Retry-After."""
    settings: dict[str, SettingValue] = {
        "throttled_body": "strings",
        "throttled_retry_after": 0,
        "unavailable_retry_after": False,
    }
    client = _client(settings)
    with client.emulator.condition("throttled"):
        answer = client.identity("a", "b")
    expected = (
        '{"errors":["API rate limit exceeded"],"limit":"Subscription/User Update Per Device"}'
    )
    assert (answer.body.decode(), answer.header("retry-after")) == (expected, "0")
    with client.emulator.condition("unavailable"):
        answer = client.identity("a", "b")
    assert answer.body == b'{"errors":["Service temporarily unavailable"]}'
    assert answer.header("retry-after") is None


def test_without_realistic_limits_nothing_is_throttled() -> None:
    """The ordinary suite must not wait."""
    client = _client(clock=Clock())
    client.create(external_id="a")
    assert {client.send("GET", "/users/by/external_id/a").status for _ in range(50)} == {200}


def test_realistic_limits_hold_per_user_and_app() -> None:
    """One update a second and user, one view a second and app; whole seconds to wait."""
    clock = Clock()
    client = _client({"realistic_limits": True}, clock=clock)
    client.create(external_id="a")
    client.create(external_id="b")
    body: Json = {"identity": {"crm": "1"}}
    assert client.send("PATCH", "/users/by/external_id/a/identity", body).status == 200
    throttled = client.delete("external_id", "a", "crm")
    assert _error(throttled)[:2] == (429, "Rate Limit Exceeded")
    assert throttled.header("retry-after") == "1"
    assert client.delete("external_id", "b", "external_id").status == 200
    view = "/users/by/external_id/a"
    assert [client.send("GET", view).status for _ in range(2)] == [200, 429]
    assert client.identity("external_id", "a").status == 200
    clock.now += 1
    assert client.delete("external_id", "a", "crm").status == 200


def test_realistic_limits_hold_for_creating_users() -> None:
    """The limit per app counts creates."""
    client = _client({"realistic_limits": True, "limit_per_app": 2}, clock=Clock())
    assert [client.create(external_id=name).status for name in "abc"] == [201, 201, 429]


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Ids and credentials follow from the seed alone; reset begins anew."""
    first, second, third = _client(seed=1), _client(seed=1), _client(seed=2)
    assert first.headers == second.headers != third.headers
    bodies = [client.create(external_id="a").body for client in (first, second, third)]
    assert bodies[0] == bodies[1] != bodies[2]
    with first.emulator.condition("throttled"):
        first.emulator.reset()
        assert first.identity("external_id", "a").status == 404
    assert first.create(external_id="a").body == bodies[0]


def test_unknown_settings_are_refused() -> None:
    """The constructor checks its settings."""
    with pytest.raises(InputError, match="unknown setting"):
        EMULATOR({"colour": "red"})


@pytest.mark.parametrize("setting", OneSignalEmulator.SETTINGS, ids=lambda item: item.name)
def test_each_setting_is_described(setting: Any) -> None:
    """Every setting says what it does, and its default is one of its choices."""
    assert setting.description
    assert not setting.choices or setting.default in setting.choices
