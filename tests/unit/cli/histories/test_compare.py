"""The command ``specproof history compare`` on real histories."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from pathlib import Path

import jsonschema_rs
import pytest
from histories import Night, night_run, nights
from stored import stored_run
from typer.testing import CliRunner, Result

from specproof.cli.histories import compare as command
from specproof.cli.main import app
from specproof.errors import CouldNotCheckError, InputError, SpecproofError
from specproof.history.behaviour import Looking
from specproof.history.flaky import WINDOW
from specproof.history.store import open_history
from specproof.history.unseen import DAYS
from specproof.report import schema

_NAME = "get/200/schema"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the history is, which the environment names, too."""
    path = tmp_path / "history.db"
    monkeypatch.setenv("SPECPROOF_HISTORY", str(path))
    return path


def _store(place: Path, told: Iterable[Night], batch: str | None = None) -> None:
    with open_history(str(place)) as history:
        for night in told:
            history.store_run(night_run(night), batch=batch)


def _compare(*arguments: object) -> Result:
    texts = ["history", "compare", *map(str, arguments)]
    return CliRunner().invoke(app, texts)


def _refused(*arguments: object) -> SpecproofError:
    error = _compare(*arguments).exception
    assert isinstance(error, SpecproofError)
    return error


@pytest.mark.parametrize(
    ("letters", "fail_on", "code"),
    [
        ("PPF", "error", 1),
        ("PPF", "never", 0),
        ("PFF", "info", 0),
        ("PPFP", "info", 0),
        ("PFPF", "error", 0),
        ("PFPF", "warning", 1),
    ],
)
def test_exit_codes(place: Path, letters: str, fail_on: str, code: int) -> None:
    """It exits with 1 at what is worse by the severity that was asked for."""
    _store(place, nights(_NAME, letters))
    assert _compare("--fail-on", fail_on).exit_code == code


def test_run_that_decided_nothing_proves_nothing(place: Path) -> None:
    """It exits with 3 when the new run decided nothing, and with 1 when that counts."""
    _store(place, nights(_NAME, "PI"))
    done = _compare()
    assert done.exit_code == 3
    assert "proves nothing" in done.stdout
    assert _compare("--fail-on", "warning").exit_code == 1
    assert _compare("--fail-on", "never").exit_code == 3


def test_forms(place: Path, tmp_path: Path) -> None:
    """Text, Markdown and JSON, printed or into a file; JSON keeps its schema."""
    _store(place, nights(_NAME, "PPF"))
    text, markdown = _compare("--api", "shop").stdout, _compare("-f", "markdown").stdout
    assert text.startswith("shop on live https://api.shop.test\n")
    assert markdown.startswith("# Runs compared\n")
    shown = _compare("--json").stdout
    assert shown == _compare("--format", "json").stdout
    jsonschema_rs.validate(schema.load("history-compare"), json.loads(shown))
    for form, expected in (("text", text), ("markdown", markdown), ("json", shown)):
        output = tmp_path / form
        done = _compare("-f", form, "-o", output)
        assert (done.stdout, done.exit_code) == ("", 1)
        assert output.read_text("utf-8") == expected


def test_runs_are_chosen(place: Path) -> None:
    """OLD and NEW are references; without them the last run and the comparable one before it."""
    told = [
        *nights(_NAME, "PFP"),
        Night({_NAME: "F"}, day=2.5, target="emulator", origin=None),
        Night({_NAME: "F"}, day=3, target="emulator", origin=None),
        Night({_NAME: "P"}, day=4, api="pets"),
        Night({_NAME: "F"}, day=5, api="pets"),
    ]
    _store(place, told)

    def runs(*arguments: object) -> tuple[str, str]:
        [stream] = json.loads(_compare(*arguments, "--json", "--fail-on", "never").stdout)[
            "streams"
        ]
        return stream["old"]["id"], stream["new"]["id"]

    assert runs() == ("pets-000400-live", "pets-000500-live")
    assert runs("--api", "shop") == ("shop-000250-emulator", "shop-000300-emulator")
    assert runs("--api", "shop", "--target", "live") == ("shop-000100-live", "shop-000200-live")
    assert runs("last~6", "last~4") == ("shop-000000-live", "shop-000200-live")
    assert runs("shop-000000", "--api", "shop") == ("shop-000000-live", "shop-000300-emulator")
    assert runs("last~1", "last", "--api", "shop", "--target", "live") == (
        "shop-000100-live",
        "shop-000200-live",
    )
    assert runs("--history", place) == runs()


def test_last_is_the_last_of_the_api(place: Path) -> None:
    """With one API named, references count its runs alone."""
    _store(place, [*nights(_NAME, "PF"), *nights(_NAME, "PPP", api="pets")])
    done = _compare("last~1", "last", "--api", "shop", "--json")
    [stream] = json.loads(done.stdout)["streams"]
    assert (stream["old"]["id"], stream["new"]["id"]) == ("shop-000000-live", "shop-000100-live")
    assert "there is no run last~2" in str(_refused("last~2", "--api", "shop"))


def test_every_named_api_is_compared(place: Path) -> None:
    """Of several APIs each is compared by its last run, and none is left out unsaid."""
    _store(place, [*nights(_NAME, "PF"), *nights(_NAME, "PPP", api="pets")])
    named = ("--api", "shop", "--api", "pets")
    done = _compare(*named, "--json")
    assert done.exit_code == 1
    told = {item["api"]: item["new"]["id"] for item in json.loads(done.stdout)["streams"]}
    assert told == {"shop": "shop-000100-live", "pets": "pets-000200-live"}
    lacking = _refused(*named, "--api", "shopp")
    assert lacking.exit_code == 3
    assert str(lacking).endswith("history.db has no such run of shopp")
    for arguments in (("pets-000000",), ("pets-000000", "pets-0002")):
        error = _refused(*arguments, *named)
        assert str(error) == "run pets-000200-live did not test shop"


def test_only_named_apis_of_a_run_are_compared(place: Path) -> None:
    """What else the run tested is left out."""
    with open_history(str(place)) as history:
        for number in (1, 2):
            history.store_run(stored_run(number))
    for named, expected in ((("--api", "onesignal"), 1), ((), 2)):
        told = json.loads(_compare(*named, "--json", "--fail-on", "never").stdout)["streams"]
        assert len(told) == expected


def test_api_that_a_batch_left_undecided(place: Path) -> None:
    """It exits with 3 where one of several new runs decided nothing, whatever the others say."""
    _store(place, [*nights(_NAME, "P"), *nights(_NAME, "P", api="pets")])
    tuesday = [
        Night({_NAME: letter}, day=1, api=api) for api, letter in (("shop", "P"), ("pets", "I"))
    ]
    _store(place, tuesday, batch="tuesday")
    assert _compare("--batch", "tuesday").exit_code == 3
    assert _compare("--batch", "tuesday", "--api", "shop").exit_code == 0
    error = _refused("--batch", "tuesday", "--api", "shop", "--api", "fresh")
    assert str(error).endswith("history.db has no such run of fresh")


def test_batch(place: Path) -> None:
    """Each run of a batch is compared with the one before it of its own stream."""
    _store(place, [*nights(_NAME, "P"), *nights(_NAME, "P", api="pets")], batch="monday")
    tuesday = [
        Night({_NAME: letter}, day=1, api=api) for api, letter in (("shop", "F"), ("pets", "P"))
    ]
    new = Night({_NAME: "P"}, day=1, api="fresh")
    _store(place, [*tuesday, new], batch="tuesday")
    done = _compare("--batch", "tuesday", "--json")
    assert done.exit_code == 1
    told = {item["api"]: item["severity"] for item in json.loads(done.stdout)["streams"]}
    assert told == {"shop": "error", "pets": None, "fresh": None}
    told = json.loads(_compare("--batch", "tuesday", "--api", "pets", "--json").stdout)
    assert [item["api"] for item in told["streams"]] == ["pets"]
    assert "leave out OLD and NEW" in str(_refused("last~1", "--batch", "tuesday"))
    assert isinstance(_refused("--batch", "wednesday"), CouldNotCheckError)


def test_nothing_to_compare(place: Path) -> None:
    """It exits with 3 where there is no run, or none before it, or none of the API."""
    _store(place, [])
    assert "history.db has no such run" in str(_refused())
    _store(place, [*nights(_NAME, "P"), Night({_NAME: "P"}, day=1, api="pets")])
    error = _refused("--api", "shop")
    assert error.exit_code == 3
    assert str(error) == (
        "there is nothing to compare: no comparable run comes before shop-000000-live"
    )
    error = _refused("shop", "pets")
    assert error.exit_code == 3
    assert str(error) == "there is nothing to compare: run shop-000000-live tested other APIs"


def test_wrong_usage(place: Path) -> None:
    """Runs that are no two, that nobody knows, or that did not test the API are refused."""
    assert isinstance(_refused(), InputError), "there is no such file"
    _store(place, nights(_NAME, "PP"))
    assert "can not be compared with itself" in str(_refused("last", "last"))
    assert str(_refused("last", "last~1")) == (
        "run shop-000100-live is later than run shop-000000-live; name the earlier one first"
    )
    assert "no run begins with 'nonsense'" in str(_refused("nonsense"))
    assert str(_refused("shop-000000", "shop-0001", "--api", "pets")) == (
        "run shop-000100-live did not test pets"
    )
    assert not place.with_name("other.db").exists()
    _refused("--history", place.with_name("other.db"))
    assert not place.with_name("other.db").exists(), "comparing makes no history"


def test_how_far_it_looks_back(place: Path) -> None:
    """--window, --days and --latency are what the comparison is made with."""
    _store(place, nights(_NAME, "PFPPPP"))
    told = json.loads(_compare("--json").stdout)
    assert (told["window"], told["days"]) == (20, 30)
    assert told["streams"][0]["summary"]["flaky"] == 1
    told = json.loads(_compare("--json", "--window", 4, "--days", 7, "--latency", "any").stdout)
    assert (told["window"], told["days"]) == (4, 7)
    assert told["streams"][0]["summary"]["flaky"] == 0


def test_defaults_are_those_of_the_library() -> None:
    """The command and the library look back equally far."""
    defaults = {
        name: item.default
        for name, item in inspect.signature(command.compare_command).parameters.items()
    }
    assert (defaults["window"], defaults["days"]) == (WINDOW, DAYS)
    assert Looking() == Looking(WINDOW, DAYS, frozenset({defaults["latency"]}))
