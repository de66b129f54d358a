"""What is told when: each change once to each service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from histories import Night, night_run, nights
from history_files import history_of
from takers import Memory

from specproof.history.records import StoredChange
from specproof.history.store import History
from specproof.model import Severity
from specproof.scheduling.alerts.book import KEPT, LEASE, Policy
from specproof.scheduling.alerts.call import MAX_MESSAGES, Asked, Told, tell
from specproof.scheduling.alerts.courier import Delivery, Message
from specproof.scheduling.alerts.quiet import read_quiet_hours
from specproof.scheduling.alerts.services import Service
from specproof.scheduling.happened import read_upstream

BODY = "list/200/body"
CHAT = Service("CHAT#1", "json://nobody.test")
NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 2, 1, 2, tzinfo=dt.UTC)
QUIET = read_quiet_hours("22:00-07:00", "UTC")


class Telling:
    """A history, a sender that remembers, and a clock."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.memory = Memory()
        self.now = NOON
        self.services = [CHAT]

    def night(self, *found: Night) -> None:
        """Store runs."""
        for night in found:
            self.history.store_run(night_run(night))

    def call(self, asked: Asked | None = None, **options: bool) -> Told:
        """Tell, once."""
        return tell(
            self.history,
            self.services,
            asked or Asked(),
            now=self.now,
            send=self.memory,
            **options,
        )

    def heard(self, asked: Asked | None = None) -> list[str]:
        """Return the titles that one call sends, without what all have."""
        self.call(asked)
        return [title.removeprefix("specproof: ") for title, _ in self.memory.take()]


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    """An empty history."""
    with history_of(tmp_path / "h.db") as history:
        yield Telling(history)


def test_a_failure_is_told_once_and_so_is_its_end(telling: Telling) -> None:
    """New, then silence while it lasts, then fixed, then silence."""
    heard = []
    for night in nights(BODY, "PFFPP"):
        telling.night(night)
        heard.append(telling.heard() + telling.heard())
    assert heard == [[], ["shop: 1 new (error)"], [], ["shop: 1 fixed"], []]


def test_one_bad_night_is_told_and_so_is_its_end(telling: Telling) -> None:
    """A failure between two good nights is told like any other; from the next on it is flaky."""
    heard = []
    for night in nights(BODY, "PFPFP"):
        telling.night(night)
        heard.append(telling.heard())
    assert heard == [[], ["shop: 1 new (error)"], ["shop: 1 fixed"], [], []]


def test_what_no_run_looked_at_is_neither_new_nor_fixed(telling: Telling) -> None:
    """An inconclusive run says nothing of the requirement, but that nothing could be checked."""
    for night, expected in zip(
        nights(BODY, "FIIP"),
        [["shop: 1 new (error)"], ["shop: 1 new (warning)"], [], ["shop: 2 fixed"]],
        strict=True,
    ):
        telling.night(night)
        assert telling.heard() == expected


@pytest.mark.parametrize(
    ("last", "how"),
    [
        ("P", "holds again"),
        ("A", "accepted as a deviation"),
        ("V", "nothing could break it any more"),
        (".", "no longer required"),
    ],
)
def test_the_end_says_in_what_way_it_is_over(telling: Telling, last: str, how: str) -> None:
    """Mended, accepted, emptied or taken back are four things."""
    for night, letter in zip(nights(BODY, "F" + last), "F" + last, strict=True):
        telling.night(replace(night, verdicts={**night.verdicts, "list/200/other": "P"}))
        told = telling.call()
        assert letter == "F" or [item.how for item in told.letters[0].news] == [how]


def test_the_message_says_what_since_when_who_and_how_to_see_it(telling: Telling) -> None:
    """All that somebody needs at three in the morning."""
    telling.night(*nights(BODY, "PFF"))
    telling.call(Asked(link="https://acme.test/conf"))
    assert telling.memory.take() == [
        (
            "specproof: shop: 1 new (error)",
            (
                "NEW error: list 200 keeps its body\n"
                "  where: shop on live at api.shop.test\n"
                "  what: list/200/body is broken (body-schema)\n"
                "  since: 2026-01-02 03:00 UTC, run shop-000100-live, 2 runs in a row\n"
                "  blame: the vendor's server (vendor-behaviour)\n"
                "  see: https://acme.test/conf/apis/shop.html#finding-db20299786c9383b\n"
                '  reproduce: curl "$BASE_URL/list"'
            ),
        )
    ]


def test_graver_than_told_is_worse(telling: Telling) -> None:
    """A warning that becomes an error is told again, and not a third time."""
    runs = [night_run(night) for night in nights(BODY, "FFFF")]
    for run, severity, expected in zip(
        runs,
        [Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.WARNING],
        [[], ["shop: 1 new (warning)"], ["shop: 1 worse (error)"], []],
        strict=True,
    ):
        found = tuple(replace(item, severity=severity) for item in run.findings)
        summary = replace(
            run.footer.summary,
            errors=int(severity is Severity.ERROR),
            warnings=int(severity is Severity.WARNING),
            infos=int(severity is Severity.INFO),
        )
        telling.history.store_run(
            replace(run, findings=found, footer=replace(run.footer, summary=summary))
        )
        assert telling.heard() == expected


def test_what_comes_and_goes_wakes_nobody_unless_asked(telling: Telling) -> None:
    """Flaky is not told by default, and marked where it is."""
    telling.night(*nights(BODY, "PFPFPF"))
    assert telling.heard() == []
    assert telling.heard(Asked(Policy(flaky=True))) == ["shop: 1 new (error)"]
    telling.services = [Service("OTHER#1", "json://x")]
    telling.call(Asked(Policy(flaky=True)))
    assert "  flaky: failed in 3 of the last 6 runs that looked\n" in telling.memory.take()[0][1]


def test_a_failure_that_no_repeat_showed_again_is_flaky(telling: Telling) -> None:
    """``run --confirm`` tells chance from breakage on the first night."""
    (night,) = nights(BODY, "F")
    telling.night(replace(night, confirmations={BODY: (0, 2)}))
    assert telling.heard() == []
    told = telling.call(Asked(Policy(flaky=True)), dry_run=True)
    assert told.letters[0].news[0].trouble.flaky == "seen again in 0 of 2 repeats"


def test_the_end_of_what_comes_and_goes_is_not_told(telling: Telling) -> None:
    """It would be told as new soon after."""
    heard = []
    for night in nights(BODY, "PFFPFPPPPP"):
        telling.night(night)
        heard += telling.heard()
    assert heard == ["shop: 1 new (error)", "shop: 1 fixed"]


def test_after_so_many_runs(telling: Telling) -> None:
    """--after 3 waits for the third run in a row, at both ends."""
    heard = []
    for night in nights(BODY, "PFFFFPPPP"):
        telling.night(night)
        heard.append(telling.heard(Asked(Policy(after=3))))
    assert heard == [[], [], [], ["shop: 1 new (error)"], [], [], [], ["shop: 1 fixed"], []]


def test_each_service_hears_for_itself(telling: Telling) -> None:
    """One that refused hears it at the next call; the other is not told twice."""
    other = Service("MAIL#1", "json://other.test")
    telling.services = [CHAT, other]
    telling.memory.refusing = {"MAIL#1"}
    telling.night(*nights(BODY, "F"))
    told = telling.call()
    assert [(each.service, each.sent, each.reason) for each in told.letters] == [
        ("CHAT#1", True, ""),
        ("MAIL#1", False, "answered 500"),
    ]
    assert told.failed == 1
    telling.memory.refusing = set()
    telling.memory.take()
    assert [each.service for each in telling.call().letters] == ["MAIL#1"]
    assert telling.call().letters == ()


def test_what_was_never_told_is_never_taken_back(telling: Telling) -> None:
    """A failure that ended before it could be delivered is forgotten."""
    first, second, third = nights(BODY, "FPF")
    telling.memory.refusing = {"CHAT#1"}
    telling.night(first)
    telling.call()
    telling.memory.refusing = set()
    telling.night(second)
    assert telling.heard() == []
    telling.night(third)
    assert telling.heard(Asked(Policy(flaky=True))) == ["shop: 1 new (error)"]


def test_a_call_that_dies_between_sending_and_noting_is_repeated(telling: Telling) -> None:
    """At least once: the message may come twice, it is never lost."""
    telling.night(*nights(BODY, "F"))
    telling.memory.dying = True
    with pytest.raises(KeyboardInterrupt):
        telling.call()
    telling.memory.dying = False
    assert [title for title, _ in telling.memory.take()] == ["specproof: shop: 1 new (error)"]
    assert telling.heard() == ["shop: 1 new (error)"]
    assert telling.heard() == []


def test_a_claim_of_a_job_that_was_killed_ends(telling: Telling) -> None:
    """Nobody else tells it while the claim holds; afterwards somebody does."""
    telling.night(*nights(BODY, "F"))
    with pytest.raises(ZeroDivisionError):
        tell(_Killed(telling.history), [CHAT], Asked(), now=NOON, send=_boom)  # type: ignore[arg-type]  # it is one
    assert telling.call().elsewhere == 1
    telling.now = NOON + LEASE - dt.timedelta(seconds=1)
    assert telling.heard() == []
    telling.now = NOON + LEASE
    assert telling.heard() == ["shop: 1 new (error)"]


def test_a_claim_of_a_clock_that_was_wrong_blocks_nobody(telling: Telling) -> None:
    """A claim until tomorrow was made by a machine whose clock was a day ahead."""
    telling.night(*nights(BODY, "F"))
    ahead = NOON + dt.timedelta(days=1)
    with pytest.raises(ZeroDivisionError):
        tell(_Killed(telling.history), [CHAT], Asked(), now=ahead, send=_boom)  # type: ignore[arg-type]  # it is one
    assert telling.heard() == ["shop: 1 new (error)"]


def test_a_run_from_the_future_hides_no_later_one(telling: Telling) -> None:
    """A machine whose clock was years ahead made it; what runs find since is told."""
    telling.night(replace(nights(BODY, "P")[0], day=4000))
    telling.night(*nights(BODY, "PF"))
    assert telling.heard() == ["shop: 1 new (error)"]


def test_a_claim_of_a_killed_job_whose_trouble_ends_is_told_as_fixed(telling: Telling) -> None:
    """Somebody may have heard of it."""
    failing, holding = nights(BODY, "FP")
    telling.night(failing)
    with pytest.raises(ZeroDivisionError):
        tell(_Killed(telling.history), [CHAT], Asked(), now=NOON, send=_boom)  # type: ignore[arg-type]  # it is one
    telling.night(holding)
    telling.now = NOON + dt.timedelta(days=1)
    assert telling.heard() == ["shop: 1 fixed"]


class _Killed:
    """A history of a process that is killed while it sends: its last word is not heard."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._saved = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._history, name)

    def save_alerts(self, found: object) -> object:
        rows = list(found)  # type: ignore[call-overload]  # rows
        self._saved += bool(rows)
        return self._history.save_alerts(rows) if self._saved < 2 else ()


def _boom(_: Sequence[Message]) -> Iterable[Delivery]:
    raise ZeroDivisionError


def test_quiet_hours_hold_what_does_not_wake(telling: Telling) -> None:
    """An error wakes, a warning and an end wait for the morning; nothing is lost."""
    telling.now = NIGHT
    asked = Asked(quiet=QUIET)
    telling.night(*nights(BODY, "F"))
    never = Asked(Policy(wake_on=None), quiet=QUIET)
    told = telling.call(never)
    assert (told.letters, told.held) == ((), 1)
    assert told.until == NIGHT.replace(hour=7)
    assert telling.heard(asked) == ["shop: 1 new (error)"]
    telling.night(nights(BODY, "FP")[1])
    assert telling.heard(asked) == []
    telling.now = NIGHT.replace(hour=7)
    assert telling.heard(asked) == ["shop: 1 fixed"]


def test_flaky_failures_wait_for_the_morning(telling: Telling) -> None:
    """They are told only if asked for, and then wake nobody."""
    telling.now = NIGHT
    telling.night(*nights(BODY, "PFPFPF"))
    assert telling.call(Asked(Policy(flaky=True), quiet=QUIET)).held == 1


def test_what_happened_in_the_night_is_told_in_the_morning(telling: Telling) -> None:
    """A new error code that the next run does not show as new any more is not forgotten."""
    telling.now = NIGHT
    old = [
        replace(night, codes=[("list", 404, "not_found")], statuses={"list": [404]})
        for night in nights(BODY, "PPPPPPPPPP")
    ]
    telling.night(*old)
    telling.night(replace(old[-1], day=10, codes=[("list", 404, "strange")]))
    told = telling.call(Asked(quiet=QUIET))
    assert (told.letters, told.held) == ((), 1)
    telling.night(*(replace(old[-1], day=day) for day in (11, 12, 13)))
    assert telling.call(Asked(quiet=QUIET)).held == 1
    telling.now = NOON
    assert telling.heard() == ["shop: 1 to know (warning)"]
    assert telling.heard() == []
    telling.now = NOON + KEPT + dt.timedelta(days=1)
    assert telling.heard() == []


def test_what_happened_is_told_once_even_if_no_run_comes_after_it(telling: Telling) -> None:
    """A stream that nobody runs any more says the same for ever, and is heard once.

    So it is where the machine that ran it last was ten hours ahead.
    """
    old = replace(
        nights(BODY, "P")[0], codes=[("list", 404, "not_found")], statuses={"list": [404]}
    )
    telling.night(*(replace(old, day=day) for day in range(25)))
    telling.night(replace(old, day=31.8, codes=[("list", 404, "strange")]))
    assert telling.heard() == ["shop: 1 to know (warning)"]
    heard = []
    for hours in (-1, 1, 2, 24, 25, 2000):
        telling.now = NOON + KEPT + dt.timedelta(hours=hours)
        heard += telling.heard()
    assert heard == []
    assert {row.state for row in telling.history.alerts()} == {"over"}


def test_what_is_told_just_before_quiet_hours_is_not_told_after_them(telling: Telling) -> None:
    """A job that begins in them leaves alone what another one, begun before, is sending."""
    telling.history.store_change(_change("2026-01-31T06:00:00+00:00"))

    def late(messages: Sequence[Message]) -> Iterator[Delivery]:
        telling.now = NIGHT
        assert telling.call(Asked(quiet=QUIET)).held == 1
        yield from telling.memory(messages)

    tell(telling.history, [CHAT], Asked(), now=NIGHT, send=late)
    telling.now = NOON
    assert telling.heard() == ["shop: 1 to know (error)"]
    assert telling.heard() == []


def _change(noticed: str, *, breaking: bool = True) -> StoredChange:
    return StoredChange(
        api="shop",
        noticed=noticed,
        old_sha256="a" * 64,
        new_sha256="b" * 64,
        old_version="1.0",
        new_version="2.0",
        bump="major",
        breaking=breaking,
        levels={"error": 2, "warning": 0},
        document={"schema": "specproof.diff/1"},
    )


def test_a_breaking_change_of_the_description_is_told_once(telling: Telling) -> None:
    """With its versions, counts and the page of the change."""
    change = _change("2026-01-31T06:00:00+00:00")
    telling.history.store_change(change)
    telling.call(Asked(link="https://acme.test"))
    ((title, body),) = telling.memory.take()
    assert title == "specproof: shop: 1 to know (error)"
    assert "what: version 1.0 to 2.0; changes by level: 2 error\n" in body
    assert f"  see: https://acme.test/changes/shop/{change.id}.html" in body
    assert telling.heard() == []


@pytest.mark.parametrize(
    "change",
    [
        _change("2026-01-31T06:00:00+00:00", breaking=False),
        _change("2025-12-01T06:00:00+00:00"),
    ],
)
def test_changes_that_break_nobody_or_are_old_are_no_news(
    telling: Telling, change: StoredChange
) -> None:
    """A history that is alerted on for the first time does not tell its whole past."""
    telling.history.store_change(change)
    assert telling.heard() == []


def test_a_broken_upstream_is_told_once_until_it_works(telling: Telling) -> None:
    """What no run shows is said with --upstream; a failed delivery is tried again without it."""
    broken = Asked(upstream=read_upstream(["shop:broken"], NOON))
    works = Asked(upstream=read_upstream(["shop:ok"], NOON))
    assert telling.heard(works) == []
    telling.memory.refusing = {"CHAT#1"}
    assert telling.heard(broken) == []
    telling.memory.refusing = set()
    assert telling.heard() == ["shop: 1 new (error)"]
    assert telling.heard(broken) == []
    assert telling.heard(works) == ["shop: 1 fixed"]
    assert telling.heard(works) == []
    assert telling.heard(broken) == ["shop: 1 new (error)"]


def test_a_dry_run_tells_and_notes_nothing(telling: Telling) -> None:
    """It shows what a call would say."""
    telling.night(*nights(BODY, "F"))
    told = telling.call(dry_run=True)
    assert [(each.title, each.sent) for each in told.letters] == [
        ("specproof: shop: 1 new (error)", None)
    ]
    assert telling.memory.take() == []
    assert telling.history.alerts() == ()


def test_one_message_per_api_and_one_for_many(telling: Telling) -> None:
    """A bad night of all vendors is one message, not one per vendor."""
    names = [f"api{number:02}" for number in range(MAX_MESSAGES + 1)]
    for name in names[:3]:
        telling.night(*nights(BODY, "F", api=name))
    assert telling.heard() == [f"{name}: 1 new (error)" for name in names[:3]]
    telling.services = [Service("OTHER#1", "json://x")]
    for name in names[3:]:
        telling.night(*nights(BODY, "F", api=name))
    told = telling.call()
    assert [each.title for each in told.letters] == ["specproof: 11 APIs: 11 new (error)"]
    assert "\n\nand 3 more (error)" in told.letters[0].body


def test_only_what_is_asked_for_is_looked_at(telling: Telling) -> None:
    """--api and --target leave the others' state alone."""
    telling.night(*nights(BODY, "F"), *nights(BODY, "F", api="bank", target="emulator"))
    assert telling.heard(Asked(apis={"bank"})) == ["bank: 1 new (error)"]
    assert telling.heard(Asked(targets={"live"})) == ["shop: 1 new (error)"]


def test_a_row_of_another_version_is_left_and_told_anew(telling: Telling) -> None:
    """What can not be read says nothing of what was told."""
    telling.night(*nights(BODY, "F"))
    telling.heard()
    rows = telling.history.alerts()
    telling.history.save_alerts([replace(row, data={"kind": "?"}) for row in rows])
    telling.night(nights(BODY, "FP")[1])
    assert telling.heard() == []
