"""The command ``specproof history alert``."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema_rs
import pytest
from histories import nights
from history_files import history_of
from takers import Memory
from typer.testing import CliRunner

from specproof.cli.histories import alert
from specproof.cli.main import app
from specproof.errors import CouldNotCheckError, InputError
from specproof.report import schema
from specproof.scheduling.alerts import call
from specproof.scheduling.alerts.call import Told

BODY = "list/200/body"
CANARY = "canary-91c4"


def _alert(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["history", "alert", *arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        _alert.printed = result.stdout  # type: ignore[attr-defined]  # for the test that wants it
        raise result.exception
    return result.exit_code, result.stdout


@pytest.fixture
def where(tmp_path: Path) -> str:
    """A history with one failure."""
    path = tmp_path / "h.db"
    history_of(path, nights(BODY, "PF")).close()
    return str(path)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A sender that remembers, and a service to tell."""
    found = Memory()
    monkeypatch.setattr(call.tell, "__kwdefaults__", {"dry_run": False, "send": found})
    monkeypatch.setenv("SPECPROOF_ALERT_URLS", f"json://{CANARY}.test json://two.{CANARY}.test")
    return found


def test_what_was_told_is_said_line_by_line(where: str, memory: Memory) -> None:
    """Services by variable and place; the second call has nothing to tell."""
    assert _alert("--history", where) == (
        0,
        "".join(f"told SPECPROOF_ALERT_URLS#{n}: specproof: shop: 1 new (error)\n" for n in (1, 2)),
    )
    assert [each.service.url for each in memory.sent] == [
        f"json://{CANARY}.test",
        f"json://two.{CANARY}.test",
    ]
    assert _alert("--history", where) == (0, "nothing to tell\n")


def test_what_could_not_be_told_ends_with_3(where: str, memory: Memory) -> None:
    """The reason says nothing of the URL."""
    memory.refusing = {"SPECPROOF_ALERT_URLS#2"}
    with pytest.raises(CouldNotCheckError, match="1 of 2 messages could not be delivered"):
        _alert("--history", where)
    assert _alert.printed.splitlines()[1] == (  # type: ignore[attr-defined]  # set by it
        "not told SPECPROOF_ALERT_URLS#2 (answered 500): specproof: shop: 1 new (error)"
    )


@pytest.mark.usefixtures("memory")
def test_the_document_keeps_its_schema(where: str) -> None:
    """With a link, the severity, the blame and the command."""
    validator = jsonschema_rs.validator_for(schema.load("history-alert"))
    options = ("--history", where, "--json", "--link", "https://acme.test/c")
    code, text = _alert(*options, "--dry-run")
    shown = json.loads(text)
    validator.validate(shown)
    news = shown["messages"][0]["news"][0]
    assert code == 0
    assert (news["sort"], news["severity"], news["since_run"]) == (
        "new",
        "error",
        "shop-000100-live",
    )
    assert news["link"].startswith("https://acme.test/c/apis/shop.html#finding-")
    now = dt.datetime.now(dt.UTC)
    hour = dt.timedelta(hours=1)
    hours = f"{now - hour:%H:%M}-{now + hour:%H:%M}"
    held = json.loads(_alert(*options, "--quiet-hours", hours, "--wake-on", "never")[1])
    validator.validate(held)
    assert (held["held"], held["messages"]) == (2, [])
    told = json.loads(_alert(*options)[1])
    validator.validate(told)
    assert CANARY not in f"{shown}{told}"


def test_a_dry_run_needs_no_service(where: str) -> None:
    """It shows the messages."""
    code, text = _alert("--history", where, "--dry-run")
    assert code == 0
    assert text.startswith("to nobody: specproof: shop: 1 new (error)\n\nNEW error: list 200")


def test_nobody_to_tell_is_an_error(where: str) -> None:
    """A schedule without a service would be silent for ever."""
    with pytest.raises(InputError, match=r"no service to tell; set \$SPECPROOF_ALERT_URLS"):
        _alert("--history", where)


@pytest.mark.usefixtures("memory")
def test_a_history_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A mistyped path would be silent for ever; but what is said of a description is kept."""
    missing = tmp_path / "none.db"
    with pytest.raises(InputError, match="there is no history"):
        _alert("--history", str(missing))
    assert not missing.exists()
    code, text = _alert("--history", str(missing), "--upstream", "shop:broken", "--json")
    assert code == 0
    assert [each["title"] for each in json.loads(text)["messages"]] == [
        "specproof: shop: 1 new (error)"
    ] * 2


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    "option",
    [
        ("--to", f"json://{CANARY}"),
        ("--to", "$NOT_SET"),
        ("--link", f"https://{CANARY}@x"),
        ("--quiet-hours", "10-11"),
        ("--quiet-hours", "22:00-07:00", "--time-zone", "Nowhere"),
        ("--upstream", "shop"),
    ],
)
def test_wrong_options_are_one_sentence(where: str, option: tuple[str, ...]) -> None:
    """None repeats a secret."""
    with pytest.raises(InputError) as caught:
        _alert("--history", where, *option)
    assert CANARY not in str(caught.value)


def test_what_waits_is_said() -> None:
    """With the time at which quiet hours end; two jobs at once are, too."""
    told = Told((), held=3, elsewhere=2, until=dt.datetime(2026, 1, 2, 6, tzinfo=dt.UTC))
    assert alert._text(told, dry_run=False) == (
        "held back until 2026-01-02 06:00 UTC: 3\nbeing told by another job: 2\n"
    )
