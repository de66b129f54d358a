"""Every row of the catalogue does something that a caller can see."""

from __future__ import annotations

import base64
import contextlib
import functools
import itertools
import json
import sys
from collections.abc import Callable, Mapping, Sequence

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.apis.contract import Emulator
from specproof.apis.faults import Fault, LegalVariation
from specproof.cli.faults import _progress
from specproof.cli.main import app, main
from specproof.model import Request
from specproof.report import schema
from specproof.suites import faults as suite
from specproof.suites.faults import Matrix, Outcome, measure
from specproof.suites.plan import RunPlan
from specproof.targets.emulators import load_emulator
from specproof.targets.faults.catalog import all_faults, faulty, legal_variations
from specproof.targets.inprocess import Arrived, InProcessTransport

BASE_URL = "http://emulator.invalid"
UNKNOWN = "01908aaa-0000-7000-8000-000000000000"
ROUNDS = ("one", "two")
"""The script is played twice: some faults wait for a second or a third occasion."""

LIMITS = frozenset({"onesignal-throttles", "sequence-throttles"})
"""Their limits need a thousand requests; a test below lowers them."""


class _OtherwiseError(Exception):
    """An answer is not the expected one."""


class Player:
    """Sends requests to one emulator and keeps the answers.

    Args:
        until: the expected answers; the first that is another one ends the script.

    Attributes:
        known: paths that the next round looks at once more.
    """

    def __init__(self, emulator: Emulator, until: Sequence[Arrived] | None = None) -> None:
        self.emulator = emulator
        self.until = until
        self.transport = InProcessTransport(emulator.app)
        self.answers: list[Arrived] = []
        self.known: list[str] = []

    def send(
        self,
        method: str,
        path: str,
        authorization: str | None,
        body: object = None,
        **headers: str,
    ) -> Arrived:
        """Send one request; ``authorization`` None sends no credentials."""
        fields = {name.replace("_", "-"): text for name, text in headers.items()}
        if authorization is not None:
            fields["authorization"] = authorization
        content = b""
        if body is not None:
            content = json.dumps(body).encode()
            fields.setdefault("content-type", "application/json")
        request = Request(method, f"{BASE_URL}{path}", tuple(fields.items()), content)
        arrived = self.transport.answer(request, BASE_URL)
        assert arrived is not None
        self.answers.append(arrived)
        if self.until is not None and arrived != self.until[len(self.answers) - 1]:
            raise _OtherwiseError
        return arrived

    def look_again(self, authorization: str) -> None:
        """Ask once more for everything that was made."""
        for path in self.known:
            self.send("GET", path, authorization)


def _wrong(key: str, foreign: str) -> tuple[str | None, ...]:
    return (
        None,
        "",
        "nonsense",
        "Key nobody",
        "Key",
        f"Key {foreign}",
        f"Key {key[:-4]}",
        f"Key {key.upper()}",
        f"Basic {key}",
        f"Bearer {key}",
    )


def _onesignal(player: Player, mark: str) -> None:
    own, other = player.emulator.credentials(), player.emulator.other_credentials()
    key, foreign = own["ONESIGNAL_API_KEY"], other["ONESIGNAL_API_KEY"]
    mine, theirs = (f"/apps/{one['ONESIGNAL_APP_ID']}/users" for one in (own, other))
    shared = {"crm": f"crm-{mark}"}

    def create(name: str, aliases: Mapping[str, str], users: str = mine, by: str = key) -> Arrived:
        body = {
            "identity": {**aliases, "external_id": f"{name}-{mark}"},
            "properties": {"language": "en"},
            "subscriptions": [{"type": "Email", "token": f"{name}@example.com", "enabled": True}],
        }
        return player.send("POST", users, f"Key {by}", body)

    def look() -> None:
        player.send("GET", f"{mine}/by/external_id/Alice-{mark}", f"Key {key}")
        player.send("GET", f"{mine}/by/external_id/bob-{mark}", f"Key {key}")
        for way in ("", "/identity"):
            player.send("GET", f"{mine}/by/crm/bob-{mark}{way}", f"Key {key}")
            player.send("GET", f"{mine}/by/onesignal_id/{primary}{way}", f"Key {key}")
        player.send("GET", f"{theirs}/by/external_id/carol-{mark}/identity", f"Key {foreign}")

    def delete(label: str, way: str = "", by: str | None = f"Key {key}", users: str = mine) -> None:
        way = way or f"onesignal_id/{primary}"
        player.send("DELETE", f"{users}/by/{way}/identity/{label}", by)
        look()

    labels = {f"specproof_{letter}": f"{letter}-{mark}" for letter in "abcdefghij"[:8]}
    made = create("Alice", {**labels, **shared})
    primary = json.loads(made.body)["identity"]["onesignal_id"]
    create("bob", {"crm": f"bob-{mark}", "specproof_a": f"bob-a-{mark}"})
    create("carol", {**shared, "only": f"only-{mark}"}, theirs, foreign)
    look()
    for by in _wrong(key, foreign):
        delete("specproof_h", by=by)
    for way in (
        f"external_id/alice-{mark}",
        f"external_id/Alice-{mark[:1]}",
        f"other/Alice-{mark}",
        f"crm/never-{mark}",
        f"external_id/Alice-{mark[:1]}%25",
        f"only/only-{mark}",
        "onesignal_id/none",
        f"onesignal_id/{UNKNOWN}",
    ):
        delete("specproof_g", way)
        player.send("GET", f"{mine}/by/{way}", f"Key {key}")
    near = ("never", "SPECPROOF_F", "%20specproof_f%20", "onesignal_id")
    for label in (*near, "specproof_b", "specproof_b"):
        delete(label)
    delete("specproof_c", f"specproof_c/c-{mark}")
    player.send("GET", f"{mine}/by/specproof_c/c-{mark}", f"Key {key}")
    # The same alias as another app's user has, and then the last ones.
    for label in ("crm", *labels, "external_id"):
        delete(label)
    create("dave", {"specproof_d": f"dave-{mark}"})
    create("dave", {"specproof_d": f"dave-{mark}"})
    create("erin", {f"label_{number}": f"{number}-{mark}" for number in range(15)})
    dave = f"{mine}/by/external_id/dave-{mark}"
    body = {"identity": {"specproof_d": f"new-{mark}"}}
    player.send("PATCH", f"{dave}/identity", f"Key {key}", body)
    player.send("PATCH", f"{dave}/identity", f"Key {key}", body, content_type="text/plain")
    player.send("DELETE", dave, f"Key {key}")
    player.look_again(f"Key {key}")
    player.known.append(f"{mine}/by/onesignal_id/{primary}")
    _conditions(player, "DELETE", f"{mine}/by/crm/bob-{mark}/identity/crm", f"Key {key}")


def _sequence(player: Player, mark: str) -> None:
    own, other = player.emulator.credentials(), player.emulator.other_credentials()
    client, secret = own["SEQUENCE_CLIENT_ID"], own["SEQUENCE_CLIENT_SECRET"]
    theirs = (other["SEQUENCE_CLIENT_ID"], other["SEQUENCE_CLIENT_SECRET"])
    key, foreign = _basic(client, secret), _basic(*theirs)
    first, second = player.emulator.resources()["customerId"][:2]
    third = player.emulator.other_resources()["customerId"][0]
    numbers = itertools.count()

    def create(customer: str, value: str, by: str = key, **headers: str) -> str:
        body = {"customerId": customer, "value": f"{value}-{mark}", "label": f"label {value}"}
        made = player.send("POST", "/customer-aliases", by, body, **headers)
        return str(json.loads(made.body or b"{}").get("id"))

    def look() -> None:
        player.send("GET", "/customer-aliases", key)
        player.send("GET", "/customer-aliases", foreign)
        for customer in (first, second):
            player.send("GET", f"/customers/{customer}/aliases", key)
            player.send("GET", f"/customers/by-alias/{customer}", key)
        for value in ("a", "b", "c"):
            player.send("GET", f"/customers/by-alias/{value}-{mark}", key)

    def delete(alias: str, by: str | None = key, **headers: str) -> None:
        player.send("DELETE", f"/customer-aliases/{alias}", by, **headers)
        look()

    hidden = create(third, "a", foreign)
    before = create(first, "before")
    one, two = create(first, "a"), create(second, "b")
    after = create(first, "c")
    create(second, "kept")
    look()
    wrong = (
        None,
        "",
        "nonsense",
        "Basic",
        "Basic no-base64",
        f"Basic {base64.b64encode(client.encode()).decode()}",
        key.replace("Basic", "Bearer"),
        _basic(client, "wrong"),
        _basic("wrong", secret),
        _basic(client, secret[:-4]),
        _basic(client, ""),
        _basic(client.upper(), secret.upper()),
        _basic(secret, client),
        foreign,
    )
    for by in wrong:
        delete(create(first, f"tried-{next(numbers)}"), by)
    delete(create(first, "version"), sequence_version="1999-01-01")
    near = (f"{one[:-1]}{int(one[-1] == '0')}", f"{two}0")
    for alias in (hidden, UNKNOWN, "no-uuid", *near, one, one, two, after):
        delete(alias)
    create(first, "a")
    create(first, "kept")
    for value in ("again", "another"):
        create(first, value, idempotency_key=f"key-{mark}")
    delete(before)
    # The last aliases go: nothing is left of the customers but the customers.
    listed = player.transport.answer(
        Request("GET", f"{BASE_URL}/customer-aliases?limit=100", (("authorization", key),)),
        BASE_URL,
    )
    assert listed is not None
    for alias in json.loads(listed.body)["items"]:
        delete(str(alias["id"]))
    _conditions(player, "DELETE", f"/customer-aliases/{UNKNOWN}", key)


def _basic(client: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{client}:{secret}'.encode()).decode()}"


def _conditions(player: Player, method: str, path: str, authorization: str) -> None:
    for condition in player.emulator.CONDITIONS:
        with player.emulator.condition(condition.name):
            for _ in range(2):
                player.send(method, path, authorization)


SCRIPTS: Mapping[str, Callable[[Player, str], None]] = {
    "onesignal": _onesignal,
    "sequence": _sequence,
}


def _played(api: str, emulator: Emulator, *, until: list[Arrived] | None = None) -> list[Arrived]:
    """Return the answers to the script, to the first that differs from those of ``until``."""
    player = Player(emulator, until)
    with contextlib.suppress(_OtherwiseError):
        for mark in ROUNDS:
            SCRIPTS[api](player, mark)
    player.transport.close()
    return player.answers


@functools.cache
def _sound(api: str) -> list[Arrived]:
    emulator = load_emulator(api)
    assert emulator is not None
    return _played(api, emulator)


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_without_a_fault_the_script_has_the_same_answers(api: str) -> None:
    """Two sound emulators answer alike, so that a difference is the fault's."""
    emulator = load_emulator(api)
    assert emulator is not None
    assert _played(api, emulator) == _sound(api)
    emulator.reset()
    assert _played(api, emulator) == _sound(api)


@pytest.mark.parametrize("fault", all_faults(), ids=lambda item: item.id)
def test_each_fault_is_seen(fault: Fault) -> None:
    """Some answer of the script is another one with the fault than without it."""
    sound = _sound(fault.api)
    assert _played(fault.api, faulty(fault.api, fault.id), until=sound) != sound


@pytest.mark.parametrize(
    "variation",
    [item for item in legal_variations() if item.id not in LIMITS],
    ids=lambda item: item.id,
)
def test_each_legal_variation_is_seen(variation: LegalVariation) -> None:
    """A variation that changes no answer would prove nothing."""
    sound = _sound(variation.api)
    assert _played(variation.api, faulty(variation.api, variation.id), until=sound) != sound


@pytest.mark.parametrize(
    ("variation", "lowered"),
    [
        ("onesignal-throttles", {"limit_per_app": 1}),
        ("sequence-throttles", {"limit_per_minute": 1}),
    ],
)
def test_each_limit_is_a_setting_that_is_seen(variation: str, lowered: dict[str, int]) -> None:
    """The documented limits are too high for a script; lowered, they are met."""
    api = variation.partition("-")[0]
    player = Player(faulty(api, variation, lowered))
    for _ in range(3):
        PROBES[api](player)
    assert 429 in {answer.status for answer in player.answers}
    idle = load_emulator(api, lowered)
    assert idle is not None
    unlimited = Player(idle)
    for _ in range(3):
        PROBES[api](unlimited)
    assert 429 not in {answer.status for answer in unlimited.answers}
    player.transport.close()
    unlimited.transport.close()


def _probe_onesignal(player: Player) -> None:
    own = player.emulator.credentials()
    key = f"Key {own['ONESIGNAL_API_KEY']}"
    player.send("POST", f"/apps/{own['ONESIGNAL_APP_ID']}/users", key, {})


def _probe_sequence(player: Player) -> None:
    own = player.emulator.credentials()
    key = _basic(own["SEQUENCE_CLIENT_ID"], own["SEQUENCE_CLIENT_SECRET"])
    player.send("GET", "/customer-aliases", key)


PROBES: Mapping[str, Callable[[Player], None]] = {
    "onesignal": _probe_onesignal,
    "sequence": _probe_sequence,
}


QUICK = "onesignal-html-as-json", "sequence-id-null"


def _run(*arguments: str) -> tuple[int, str]:
    """Return exit code and output of `specproof faults` in this process."""
    result = CliRunner().invoke(app, ["faults", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


def _pretending(monkeypatch: pytest.MonkeyPatch, matrix: Matrix) -> None:
    monkeypatch.setattr(suite, "measure", lambda *_, **__: matrix)


def test_the_command_scores_by_family() -> None:
    """One line a fault under its family, and the score; exit code 0 where all are found."""
    chosen = [part for name in QUICK for part in ("--fault", name)]
    code, told = _run("--workers", "2", *chosen)
    assert code == 0
    lines = told.splitlines()
    assert "content: 1 of 1 found" in lines
    assert "schema: 1 of 1 found" in lines
    assert all(any(line.startswith(f"  + {name} ") for line in lines) for name in QUICK)
    assert lines[-1] == "score: 2 of 2"


def test_the_command_fails_for_a_miss_a_legal_flag_and_a_false_alarm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 1; table and document name each of the three."""
    flagged = Outcome("onesignal-gzip", "onesignal", 0, ("json-strict",), ("json-strict: told",))
    alarm = Outcome("", "sequence", 2, ("body-whole",), ("body-whole: one", "body-whole: two"))
    _pretending(
        monkeypatch, Matrix((Outcome("sequence-id-null", "sequence", 0),), (flagged,), (alarm,))
    )
    code, told = _run()
    assert code == 1
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert lines == [
        "schema: 0 of 1 found",
        "- sequence-id-null not found",
        "legal variations: 0 of 1 left alone",
        "without a fault: 2 findings over 20 seeds",
        "! onesignal-gzip (seed 0): json-strict: told",
        "! sequence (seed 2): body-whole: one",
        "! sequence (seed 2): body-whole: two",
        "score: 0 of 1",
    ]
    code, told = _run("--json", "--seeds", "5")
    assert code == 1
    document = json.loads(told)
    jsonschema_rs.validate(schema.load("faults"), document)
    assert document == {
        "schema": "specproof.faults/1",
        "faults": [
            {
                "id": "sequence-id-null",
                "api": "sequence",
                "family": "schema",
                "found": False,
                "rules": [],
            }
        ],
        "legal_variations": [
            {"id": "onesignal-gzip", "api": "onesignal", "flagged": True, "rules": ["json-strict"]}
        ],
        "seeds": 5,
        "false_alarms": 2,
    }


def test_a_legal_variation_alone_has_no_score(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing but legal variations was tried, and all was quiet, the exit code is 0."""
    _pretending(monkeypatch, Matrix((), (Outcome("onesignal-gzip", "onesignal", 0),), ()))
    assert _run() == (0, "legal variations: 1 of 1 left alone\n")


@pytest.mark.parametrize("arguments", [("--fault", "none-such"), ("nobody",), ("--seeds", "-1")])
def test_what_does_not_exist_is_wrong_usage(
    arguments: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An unknown fault, an unknown API and a negative number: exit code 2, no traceback."""
    monkeypatch.setattr(sys, "argv", ["specproof", "faults", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told
    assert "Traceback" not in told


def test_progress_is_told_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """One line that is written over; it ends with the last emulator."""
    _progress(1, 2)
    _progress(2, 2)
    assert capsys.readouterr().err == "\r1 of 2 emulators\r2 of 2 emulators\n"


def test_the_unbroken_emulator_is_played_with_every_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each seed replays and then discovers; progress counts the emulators."""
    plans: list[tuple[str | None, int, str]] = []

    def pretend(plan: RunPlan, *, fast: bool, kinds: Sequence[str] = ()) -> tuple[()]:
        assert fast is (plan.fault in broken)
        # What does not depend on the mode is played once.
        assert tuple(kinds) == (("generated_item",) if plan.mode == "discover" else ())
        assert not plan.shrink
        plans.append((plan.fault, plan.seed, plan.mode))
        return ()

    broken = {item.id for item in all_faults("sequence")}
    monkeypatch.setattr(suite, "examine", pretend)
    counted: list[tuple[int, int]] = []
    matrix = measure(
        ["sequence", "sequence"],
        seeds=2,
        workers=0,
        progress=lambda *numbers: counted.append(numbers),
    )
    assert [item.seed for item in matrix.sound] == [0, 1]
    assert len(matrix.faults) == len(broken)
    assert len(matrix.legal) == len(legal_variations("sequence"))
    assert plans[:4] == [
        (None, 0, "replay"),
        (None, 0, "discover"),
        (None, 1, "replay"),
        (None, 1, "discover"),
    ]
    assert counted[-1] == (len(plans) - 2, len(plans) - 2)
    assert not matrix.holds
    assert matrix.false_alarms == 0
