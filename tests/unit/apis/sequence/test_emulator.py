from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from calling import Answer, Clock, call, sequence_headers

from specproof.apis.contract import SettingValue
from specproof.apis.sequence.emulator import EMULATOR, SequenceEmulator
from specproof.errors import InputError
from specproof.model import Json

NOBODY = "00000000-0000-7000-8000-000000000000"
VERSION = "2024-07-30"


class Client:
    """A tenant of an emulator."""

    def __init__(self, emulator: SequenceEmulator, *, other: bool = False) -> None:
        self.emulator = emulator
        self.headers = sequence_headers(emulator, other=other)
        self.customers = list(emulator.resources()["customerId"])

    def send(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """Send a request; every answer must carry the version."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = call(
            self.emulator.app, method, path, headers={**self.headers, **fields}, json_body=body
        )
        assert answer.header("sequence-version") == VERSION
        return answer

    def create(self, value: str, customer: int = 0, **fields: str) -> Answer:
        """Create an alias."""
        body: Json = {"customerId": self.customers[customer], "value": value, **fields}
        return self.send("POST", "/customer-aliases", body)

    def page(self, **query: object) -> Any:
        """List aliases and return the body."""
        answer = self.send("GET", f"/customer-aliases?{urlencode(query)}")
        assert answer.status == 200, answer.body
        return answer.json()

    def values(self, **query: object) -> list[str]:
        """List aliases and return their values."""
        return [item["value"] for item in self.page(**query)["items"]]


def _client(settings: Mapping[str, SettingValue] | None = None, **more: Any) -> Client:
    return Client(SequenceEmulator(settings, **more))


def _error(answer: Answer) -> tuple[int, str]:
    """Return status and type of an error, and check its envelope."""
    assert answer.header("content-type") == "application/json; charset=utf-8"
    error = answer.json()["error"]
    assert sorted(error) == ["message", "type"]
    assert error["message"].strip()
    return answer.status, error["type"]


def test_a_created_alias_has_every_required_field() -> None:
    """Ids are UUIDs version 7 in order of creation, times are RFC 3339."""
    client = _client()
    first, second = client.create("a", label="CRM ID"), client.create("b")
    assert (first.status, second.status) == (201, 201)
    alias = first.json()
    required = ["id", "sequenceAccountId", "customerId", "value", "createdAt"]
    assert list(alias) == [*required, "label"]
    assert (alias["customerId"], alias["value"]) == (client.customers[0], "a")
    ids = [alias["id"], second.json()["id"]]
    assert [uuid.UUID(one).version for one in ids] == [7, 7]
    assert ids == sorted(ids)
    assert datetime.fromisoformat(alias["createdAt"]).microsecond == 0
    assert "label" not in second.json()


def test_microseconds_can_be_chosen() -> None:
    """Webhook samples have six digits."""
    created = _client({"timestamps": "microseconds"}).create("a").json()["createdAt"]
    assert re.fullmatch(r"2024-08-01T00:00:\d\d\.\d{6}Z", created)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("deletedAt", {"deletedAt"}),
        ("archivedAt", {"archivedAt"}),
        ("both", {"deletedAt", "archivedAt"}),
    ],
)
def test_a_deleted_alias_is_returned_and_gone(marks: str, expected: set[str]) -> None:
    """The 200 shows the alias with the timestamps of the settings; lists no longer have it."""
    client = _client({"deletion_marks": marks})
    alias, kept = client.create("a").json(), client.create("b").json()
    answer = client.send("DELETE", f"/customer-aliases/{alias['id'].upper()}")
    deleted = answer.json()
    assert answer.status == 200
    assert deleted.keys() - alias.keys() == expected
    assert alias.items() <= deleted.items()
    assert all(deleted[name] >= alias["createdAt"] for name in expected)
    assert client.page()["items"] == [kept]
    assert client.send("GET", "/customers/by-alias/a").status == 404
    of_customer = client.send("GET", f"/customers/{client.customers[0]}/aliases")
    assert of_customer.json() == {"items": [kept]}


def test_lists_can_show_deleted_aliases() -> None:
    """Whether they do is open."""
    client = _client({"lists_hide_deleted": False})
    client.send("DELETE", f"/customer-aliases/{client.create('a').json()['id']}")
    assert client.values() == ["a"]
    path = f"/customers/{client.customers[0]}/aliases"
    assert len(client.send("GET", path).json()["items"]) == 1


@pytest.mark.parametrize("status", [400, 404, 410, 200])
def test_the_second_delete_answers_as_chosen(status: int) -> None:
    """A second 200 shows the same alias and changes nothing."""
    client = _client({"second_delete_status": status})
    path = f"/customer-aliases/{client.create('a').json()['id']}"
    first, second = client.send("DELETE", path), client.send("DELETE", path)
    assert second.status == status
    if status == 200:
        assert second.body == first.body
    else:
        assert _error(second) == (status, "NotFound")
    assert client.send("PUT", path, {"label": "x"}).status == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_ids_that_lead_nowhere(method: str) -> None:
    """Unknown and malformed ids are refused with statuses that are settings."""
    for settings, unknown, malformed in (
        ({}, 400, 400),
        ({"unknown_status": 404, "malformed_id_status": 404}, 404, 404),
    ):
        client = _client(settings)
        paths = [f"/customer-aliases/{one}" for one in (NOBODY, "x", "%ff")]
        answers = [client.send(method, path, {"label": "x"}) for path in paths]
        assert [_error(one)[0] for one in answers] == [unknown, malformed, 400]


def test_update_changes_the_label_only() -> None:
    """PUT replaces: without a label the alias has none."""
    client = _client()
    alias = client.create("a", label="old").json()
    path = f"/customer-aliases/{alias['id']}"
    answer = client.send("PUT", path, {"label": "new"})
    assert (answer.status, answer.json()) == (200, {**alias, "label": "new"})
    assert client.page()["items"] == [answer.json()]
    assert "label" not in client.send("PUT", path, {}).json()
    assert client.send("PUT", path, {"label": 1}).status == 400


@pytest.mark.parametrize(
    "change",
    [{"customerId": NOBODY}, {"customerId": None}, {"value": ""}, {"value": 1}, {"label": ""}],
)
def test_aliases_that_break_a_rule_are_refused(change: dict[str, Json]) -> None:
    """A customerId and a value are required, and the customer must exist."""
    client = _client()
    body: Json = {"customerId": client.customers[0], "value": "a", **change}
    assert _error(client.send("POST", "/customer-aliases", body)) == (400, "BadRequest")
    assert client.values() == []


def test_a_body_must_be_a_json_object() -> None:
    """Lists, broken JSON and other media types get the known envelope."""
    client = _client()
    assert _error(client.send("POST", "/customer-aliases", [1]))[0] == 400
    for media_type, body in (("application/json", b"{"), ("text/plain", b"{}")):
        headers = {**client.headers, "Content-Type": media_type}
        app = client.emulator.app
        answer = call(app, "POST", "/customer-aliases", headers=headers, body=body)
        assert _error(answer)[0] == 400


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_value_is_unique_across_the_account(status: int) -> None:
    """Also for another customer, and against the customers' own ids."""
    client = _client({"duplicate_status": status})
    client.create("a")
    assert _error(client.create("a", customer=1)) == (status, "DuplicateAlias")
    assert client.create(client.customers[2]).status == status


def test_a_deleted_value_may_be_free_again() -> None:
    """Whether it is, is a setting."""
    for reusable, status in ((True, 201), (False, 400)):
        client = _client({"deleted_value_reusable": reusable})
        client.send("DELETE", f"/customer-aliases/{client.create('a').json()['id']}")
        assert client.create("a").status == status


def test_a_customer_is_found_by_alias_and_by_its_own_id() -> None:
    """A customer's id is an alias of it too; the alias may need encoding."""
    client = _client()
    client.create("crm/1 %", customer=1)
    by_alias = client.send("GET", f"/customers/by-alias/{quote('crm/1 %', safe='')}")
    assert (by_alias.status, by_alias.json()["id"]) == (200, client.customers[1])
    by_id = client.send("GET", f"/customers/by-alias/{client.customers[1]}")
    assert by_id.body == by_alias.body
    assert client.send("GET", "/customers/by-alias/unknown").status == 404


def test_aliases_of_a_customer() -> None:
    """All of its own, and none of its neighbours'."""
    client = _client()
    for number in range(4):
        client.create(f"v{number}", customer=number % 2)
    items = client.send("GET", f"/customers/{client.customers[1]}/aliases").json()["items"]
    assert [item["value"] for item in items] == ["v1", "v3"]
    assert _error(client.send("GET", f"/customers/{NOBODY}/aliases")) == (404, "NotFound")


def test_pages_are_complete_and_go_both_ways() -> None:
    """Following `after` shows every alias once; `before` goes back the same pages."""
    client = _client()
    for number in range(7):
        client.create(f"v{number}")
    pages, cursors = [], []
    query: dict[str, object] = {"limit": 3}
    while True:
        page = client.page(**query)
        pages.append([item["value"] for item in page["items"]])
        assert page["pagination"]["totalResultSize"] == 7
        cursors.append(page["pagination"])
        if page["pagination"]["after"] is None:
            break
        query["after"] = page["pagination"]["after"]
    assert pages == [["v0", "v1", "v2"], ["v3", "v4", "v5"], ["v6"]]
    assert cursors[0]["before"] is None
    assert client.values(limit=3, before=cursors[2]["before"]) == pages[1]
    assert client.values(limit=3, before=cursors[1]["before"]) == pages[0]


def test_a_page_stays_where_it_was_while_aliases_go() -> None:
    """A cursor made of an alias that is deleted meanwhile still works."""
    client = _client()
    aliases = [client.create(f"v{number}").json() for number in range(4)]
    after = client.page(limit=2)["pagination"]["after"]
    client.send("DELETE", f"/customer-aliases/{aliases[1]['id']}")
    assert client.values(limit=2, after=after) == ["v2", "v3"]


def test_an_absent_cursor_can_be_omitted() -> None:
    """Null or left out is open; the empty list has neither cursor."""
    assert _client().page() == {
        "items": [],
        "pagination": {"after": None, "before": None, "totalResultSize": 0},
    }
    assert _client({"absent_cursor": "omitted"}).page()["pagination"] == {"totalResultSize": 0}


def test_the_value_filter_and_the_default_page() -> None:
    """`value` selects exactly; without `limit` the page has the default size."""
    client = _client({"default_page_size": 2})
    for value in ("a", "A", "ab"):
        client.create(value)
    assert client.values() == ["a", "A"]
    filtered = client.page(value="a")
    assert [item["value"] for item in filtered["items"]] == ["a"]
    assert filtered["pagination"]["totalResultSize"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=%D9%A3",
        "limit=1&limit=2",
        "after=x",
        "after=%00",
        "before=YWxpYXM6eA",
        "after=a&before=b",
    ],
)
def test_bad_pages_are_refused(query: str) -> None:
    """`limit` is 1 to 100 and cursors are ours."""
    answer = _client().send("GET", f"/customer-aliases?{query}")
    assert _error(answer) == (400, "BadRequest")


@pytest.mark.parametrize("limit", [1, 100])
def test_the_ends_of_limit_are_allowed(limit: int) -> None:
    """1 and 100 are inside."""
    assert _client().values(limit=limit) == []


def test_an_idempotent_create_is_replayed_for_a_day() -> None:
    """The first response comes again, to the byte, for 24 hours and per account."""
    clock = Clock()
    client = _client(clock=clock)
    body: Json = {"customerId": client.customers[0], "value": "a"}
    first = client.send("POST", "/customer-aliases", body, Idempotency_Key="k")
    clock.now += 24 * 3600 - 1
    again = client.send("POST", "/customer-aliases", body, Idempotency_Key="k")
    other_body: Json = {"customerId": client.customers[0], "value": "b"}
    third = client.send("POST", "/customer-aliases", other_body, Idempotency_Key="k")
    assert first.status == 201
    assert first == again == third
    other = Client(client.emulator, other=True)
    assert other.send("POST", "/customer-aliases", body, Idempotency_Key="k").status == 400
    clock.now += 1
    late = client.send("POST", "/customer-aliases", body, Idempotency_Key="k")
    assert _error(late) == (400, "DuplicateAlias")


@pytest.mark.parametrize("status", ["409", "422"])
def test_an_idempotency_key_with_another_body_can_be_refused(status: str) -> None:
    """Whether bodies are compared is open."""
    client = _client({"idempotency_mismatch": status})
    for value, expected in (("a", 201), ("a", 201), ("b", int(status))):
        body: Json = {"customerId": client.customers[0], "value": value}
        answer = client.send("POST", "/customer-aliases", body, Idempotency_Key="k")
        assert answer.status == expected


def test_an_idempotency_key_has_255_characters_at_most() -> None:
    """One more is refused; an empty one counts as none."""
    client = _client()
    for key, expected in (("k" * 256, 400), ("k" * 255, 201), ("", 400)):
        body: Json = {"customerId": client.customers[0], "value": "a"}
        answer = client.send("POST", "/customer-aliases", body, Idempotency_Key=key)
        assert answer.status == expected


def test_an_unknown_version_is_refused_to_the_byte() -> None:
    """The only error body that is known exactly."""
    expected = (
        '{"error":{"type":"UnrecognisedApiVersion","message":"No matching API version found. '
        'Please make sure the specified API version is valid."}}'
    )
    client = _client()
    for version in ("2023-01-01", "", "latest"):
        answer = client.send("GET", "/customer-aliases", Sequence_Version=version)
        assert (answer.status, answer.body.decode()) == (400, expected)
        assert answer.header("content-type") == "application/json; charset=utf-8"
    assert client.send("GET", "/customer-aliases", Sequence_Version=VERSION).status == 200


@pytest.mark.parametrize(
    "field",
    [None, "", "Basic", "Basic !", "Basic YWJj", "Basic gA==", "Bearer x", "Basic YTpi"],
)
def test_without_usable_credentials_nothing_happens(field: str | None) -> None:
    """A 401 with a challenge; its body is open and empty by default."""
    client = _client()
    client.headers = {} if field is None else {"Authorization": field}
    answer = client.send("GET", "/customer-aliases")
    assert (answer.status, answer.body, answer.header("content-type")) == (401, b"", None)
    assert (answer.header("www-authenticate") or "").startswith("Basic ")


def test_the_envelopes_of_errors_can_be_chosen() -> None:
    """401 with an envelope, the others without; a 400 always has the known one."""
    settings: dict[str, SettingValue] = {
        "unauthorised_body": "envelope",
        "error_body": "empty",
        "unknown_status": 404,
    }
    client = _client(settings)
    path = f"/customer-aliases/{NOBODY}"
    missing = client.send("DELETE", path)
    assert (missing.status, missing.body) == (404, b"")
    assert _error(client.send("DELETE", "/customer-aliases/x"))[0] == 400
    client.headers = {}
    assert _error(client.send("DELETE", path)) == (401, "Unauthorized")


def test_tenants_do_not_see_one_another() -> None:
    """Aliases and customers of another account are unknown, values are free."""
    client = _client()
    other = Client(client.emulator, other=True)
    alias = client.create("a").json()["id"]
    assert other.send("DELETE", f"/customer-aliases/{alias}").status == 400
    assert other.send("GET", "/customers/by-alias/a").status == 404
    assert other.send("GET", f"/customers/{client.customers[0]}/aliases").status == 404
    assert other.values() == []
    assert other.create("a").status == 400
    account = client.emulator.store.accounts[
        client.emulator.other_credentials()["SEQUENCE_CLIENT_ID"]
    ]
    other.customers = list(account.customers)
    assert other.create("a").status == 201
    assert client.values() == other.values() == ["a"]


@pytest.mark.parametrize(
    ("method", "path", "status", "kind", "allow"),
    [
        ("GET", "/nowhere", 404, "NotFound", None),
        ("PATCH", "/customer-aliases", 405, "MethodNotAllowed", "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_paths_and_methods_that_do_not_exist(
    method: str, path: str, status: int, kind: str, allow: str | None
) -> None:
    """A 405 lists the methods (RFC 9110 15.5.6)."""
    answer = _client().send(method, path)
    assert (*_error(answer), answer.header("allow")) == (status, kind, allow)


def test_conditions_last_as_long_as_their_with() -> None:
    """While one lasts, every operation answers alike and nothing changes."""
    client = _client()
    with client.emulator.condition("server-error"):
        assert _error(client.create("a")) == (500, "InternalServerError")
    with client.emulator.condition("throttled"):
        answer = client.create("a")
    assert (_error(answer)[0], answer.header("retry-after")) == (429, "1")
    assert client.values() == []
    silent = _client({"throttled_retry_after": False})
    with silent.emulator.condition("throttled"):
        assert silent.create("a").header("retry-after") is None


def test_the_rate_limit_holds_per_minute_and_key() -> None:
    """By setting only; another account is not concerned."""
    clock = Clock()
    client = _client({"realistic_limits": True, "limit_per_minute": 2}, clock=clock)
    other = Client(client.emulator, other=True)
    statuses = [client.send("GET", "/customer-aliases").status for _ in range(3)]
    assert statuses == [200, 200, 429]
    clock.now += 15
    assert client.send("GET", "/customer-aliases").header("retry-after") == "45"
    assert other.send("GET", "/customer-aliases").status == 200


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Ids, times and credentials follow from the seed alone; reset begins anew."""
    first, second, third = _client(seed=1), _client(seed=1), _client(seed=2)
    assert first.headers == second.headers != third.headers
    bodies = [client.create("a").body for client in (first, second, third)]
    assert bodies[0] == bodies[1] != bodies[2]
    first.emulator.reset()
    assert first.values() == []
    assert first.create("a").body == bodies[0]


def test_unknown_settings_are_refused() -> None:
    """The constructor checks its settings."""
    with pytest.raises(InputError, match="unknown setting"):
        EMULATOR({"colour": "red"})


@pytest.mark.parametrize("setting", SequenceEmulator.SETTINGS, ids=lambda item: item.name)
def test_each_setting_is_described(setting: Any) -> None:
    """Every setting says what it does, and its default is one of its choices."""
    assert setting.description
    assert not setting.choices or setting.default in setting.choices
