"""Service URLs come from the environment and are shown nowhere."""

from __future__ import annotations

import pytest

from specproof.errors import InputError
from specproof.scheduling.alerts.services import MAX_SERVICES, Service, read_services

CANARY = "tgram-canary-5551"


def test_the_variable_of_the_project_is_taken_where_none_is_named() -> None:
    """$SPECPROOF_ALERT_URLS may hold several, one of which counts once."""
    urls = f"json://h/{CANARY}\n  xml://h/2\tjson://h/{CANARY} "
    found = read_services((), {"SPECPROOF_ALERT_URLS": urls})
    assert [(each.name, each.url) for each in found] == [
        ("SPECPROOF_ALERT_URLS#1", f"json://h/{CANARY}"),
        ("SPECPROOF_ALERT_URLS#2", "xml://h/2"),
    ]
    assert CANARY not in repr(found)
    assert read_services((), {}) == read_services((), {"SPECPROOF_ALERT_URLS": " "}) == ()


def test_named_variables_take_its_place() -> None:
    """--to '$NAME' and '${NAME}' name variables."""
    environment = {"A": "json://a", "B": "json://b", "SPECPROOF_ALERT_URLS": "json://c"}
    found = read_services(("$A", "${B}", "$A"), environment)
    assert found == (Service("A#1", "json://a"), Service("B#1", "json://b"))


@pytest.mark.parametrize(
    "text", [f"json://h/{CANARY}", f"$A{CANARY}-", "A", f"{CANARY}$A", "", "$1", "$A $B"]
)
def test_a_value_on_the_command_line_is_refused(text: str) -> None:
    """Others on the machine could read it; the message does not repeat it."""
    with pytest.raises(InputError, match="--to holds its value") as caught:
        read_services((text,), {"A": "json://a"})
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["", f"no-url-{CANARY}", f"json://h/{CANARY}\x1b[31m", f"json://{CANARY * 400}"]
)
def test_a_variable_that_holds_no_url_is_named_and_not_shown(value: str) -> None:
    """What it holds may be a token."""
    with pytest.raises(InputError, match=r"\$CHAT") as caught:
        read_services(("$CHAT",), {"CHAT": value})
    assert CANARY not in str(caught.value)


def test_services_are_bounded() -> None:
    """A file that was pasted into the variable sends nothing."""
    urls = " ".join(f"json://h/{number}" for number in range(MAX_SERVICES + 1))
    with pytest.raises(InputError, match="more than 20 services"):
        read_services((), {"SPECPROOF_ALERT_URLS": urls})
