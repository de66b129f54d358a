"""State machines: all promises hold on the emulators, and each broken one is found alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from specproof.apis.base import RoutedEmulator
from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.apis.onesignal.model import PRIMARY, User
from specproof.apis.onesignal.model import App as OneSignalApp
from specproof.apis.onesignal.model import Store as OneSignalStore
from specproof.apis.routing import Match, Route
from specproof.apis.sequence.emulator import SequenceEmulator
from specproof.apis.sequence.model import Account, Alias
from specproof.apis.sequence.model import Store as SequenceStore
from specproof.apis.sequence.promises import CustomerAliasMachine
from specproof.apis.wire import Call, RefusalError, Reply, json_reply
from specproof.suites import bench as bench_module
from specproof.suites.bench import Bench
from specproof.suites.collector import Evidence
from specproof.suites.machines import machines_of, prove
from specproof.suites.plan import RunPlan, Subject
from specproof.targets.emulated import target_of
from specproof.targets.target import Target


class _StillFound(OneSignalStore):
    """The user is found by an alias that was deleted."""

    def remove_alias(self, app: OneSignalApp, user: User, label: str) -> bool:
        alias_id = user.aliases.get(label)
        done = super().remove_alias(app, user, label)
        if alias_id is not None:
            app.index[label, alias_id] = user.onesignal_id
        return done


class _NoSubscriptions(OneSignalStore):
    def remove_alias(self, app: OneSignalApp, user: User, label: str) -> bool:
        user.subscriptions.clear()
        return super().remove_alias(app, user, label)


class _NoProperties(OneSignalStore):
    def remove_alias(self, app: OneSignalApp, user: User, label: str) -> bool:
        user.properties["language"] = "xx"
        return super().remove_alias(app, user, label)


class _AllAliases(OneSignalStore):
    def remove_alias(self, app: OneSignalApp, user: User, label: str) -> bool:
        done = super().remove_alias(app, user, label)
        for other in sorted(user.aliases)[:1]:
            super().remove_alias(app, user, other)
        return done


class _Neighbour(OneSignalStore):
    """The same label goes from every other user as well."""

    def remove_alias(self, app: OneSignalApp, user: User, label: str) -> bool:
        for other in app.users.values():
            if other is not user:
                super().remove_alias(app, other, label)
        return super().remove_alias(app, user, label)


class _LastOneGone(OneSignalEmulator):
    def fetch_aliases(self, app: OneSignalApp, user: User) -> Reply:
        if user.aliases:
            return super().fetch_aliases(app, user)
        return self.replies.identity({})


class _Unprotected(OneSignalEmulator):
    def delete_alias(self, app: OneSignalApp, user: User, label: str) -> Reply:
        if label == PRIMARY:
            return self.replies.alias_deleted(self.store.identity(app, user))
        return super().delete_alias(app, user, label)


class _LookupRefused(OneSignalEmulator):
    def serve(self, route: Route, match: Match, call: Call) -> Reply:
        names = match.parameters
        if names.get("alias_label") == names.get("alias_label_to_delete", ""):
            raise RefusalError(json_reply(400, {"errors": [{"code": "x", "title": "y"}]}))
        return super().serve(route, match, call)


class _AnotherAlias(SequenceEmulator):
    def delete(self, account: Account, alias_id: str) -> Reply:
        reply = super().delete(account, alias_id)
        return replace(reply, body=reply.body.replace(b'"value":"spec', b'"value":"SPEC'))


class _OverDelete(SequenceStore):
    def delete(self, account: Account, alias: Alias) -> None:
        super().delete(account, alias)
        for other in self.aliases(account, deleted=False)[-1:]:
            super().delete(account, other)


class _NothingGone(SequenceStore):
    """A delete is answered and does nothing."""

    def delete(self, account: Account, alias: Alias) -> None:
        pass


class _ListsOfAnother(SequenceEmulator):
    """Without a filter, the list is that of another account."""

    def list_aliases(self, account: Account, call: Call) -> Reply:
        others = [item for item in self.store.accounts.values() if item is not account]
        return super().list_aliases(account if call.query else others[0], call)


class _AnyVersion(SequenceEmulator):
    def handle(self, call: Call) -> Reply:
        kept = tuple(item for item in call.headers if item[0] != "sequence-version")
        return super().handle(replace(call, headers=kept))


def _onesignal(store: type[OneSignalStore]) -> type[RoutedEmulator]:
    return type("Broken", (OneSignalEmulator,), {"STORE": store})


BREAKS: Mapping[tuple[str, str, str], type[RoutedEmulator]] = {
    ("onesignal", "synchronous-delete", ""): _onesignal(_StillFound),
    ("onesignal", "onesignal-id-protected", ""): _Unprotected,
    ("onesignal", "lookup-label-deletable", ""): _LookupRefused,
    ("onesignal", "onesignal-id-always-kept", ""): _LastOneGone,
    ("onesignal", "subscriptions-untouched", ""): _onesignal(_NoSubscriptions),
    ("onesignal", "user-record-untouched", ""): _onesignal(_NoProperties),
    ("onesignal", "only-named-alias-removed", "own"): _onesignal(_AllAliases),
    ("onesignal", "only-named-alias-removed", "neighbour"): _onesignal(_Neighbour),
    ("sequence", "returns-the-alias", ""): _AnotherAlias,
    ("sequence", "delete-removes-only-the-named", ""): type(
        "Broken", (SequenceEmulator,), {"STORE": _OverDelete}
    ),
    ("sequence", "deleted-alias-is-gone", ""): type(
        "Broken", (SequenceEmulator,), {"STORE": _NothingGone}
    ),
    ("sequence", "unknown-version-refused", ""): _AnyVersion,
    ("sequence", "lists-only-own-account", ""): _ListsOfAnother,
}
# What is gone or kept against a promise is missed or found again by the steps that follow.
CONSEQUENCES = {
    "onesignal-id-always-kept": {"onesignal-id-protected"},
    "only-named-alias-removed": {"lookup-label-deletable"},
    "delete-removes-only-the-named": {"unknown-version-refused"},
    "unknown-version-refused": {"delete-removes-only-the-named"},
}
# Coverage is measured with one of each API; all the others go the same way.
MEASURED = {("onesignal", "synchronous-delete", ""), ("sequence", "lists-only-own-account", "")}
# What goes unasked can not be deleted any more, so the last alias is never deleted.
UNDECIDED = {
    ("only-named-alias-removed", "own"): {"onesignal-id-always-kept", "subscriptions-untouched"}
}


def _proved(
    api: str,
    monkeypatch: pytest.MonkeyPatch,
    emulator: type[RoutedEmulator] | None = None,
    *,
    shrink: bool = True,
) -> Evidence:
    if emulator is not None:

        def target(_: RunPlan, tested: Subject) -> Target:
            return target_of(api, tested.effective, emulator())

        monkeypatch.setattr(bench_module, "target_for", target)
    bench = Bench(RunPlan(apis=(api,), cases=30, shrink=shrink), api, f"{api}/machine")
    for machine in machines_of(api):
        prove(bench, machine)
    return bench.close()


def _split(evidence: Evidence) -> tuple[dict[str, str], set[str]]:
    """Return promise -> reproduction of the broken ones, and the promises that only held."""
    mine = {name for machine in machines_of(evidence.api) for name in machine.PROMISES}
    seen = [item for item in evidence.seen if item.observation.rule in mine]
    broken = {item.observation.rule: item.reproduce for item in seen if not item.observation.holds}
    return broken, {item.observation.rule for item in seen} - set(broken)


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_every_promise_is_looked_at_and_holds(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the unbroken emulator, and each at least once: none is held by not looking."""
    broken, held = _split(_proved(api, monkeypatch))
    assert broken == {}
    assert held == {name for machine in machines_of(api) for name in machine.PROMISES}


def test_every_promise_of_a_machine_has_a_break() -> None:
    """A promise that nothing here breaks might be one that nothing can."""
    promised = {
        (api, name)
        for api in ("onesignal", "sequence")
        for machine in machines_of(api)
        for name in machine.PROMISES
    }
    assert {(api, name) for api, name, _ in BREAKS} == promised


@pytest.mark.parametrize(
    ("api", "promise", "how"),
    [
        pytest.param(*key, marks=() if key in MEASURED else pytest.mark.no_cover)
        for key in sorted(BREAKS)
    ],
)
def test_a_broken_promise_is_found_alone(
    api: str, promise: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported with a short sequence of requests, and the others are judged regardless."""
    evidence = _proved(api, monkeypatch, BREAKS[api, promise, how])
    broken, held = _split(evidence)
    assert {promise} <= set(broken) <= {promise} | CONSEQUENCES.get(promise, set())
    everything = {name for machine in machines_of(api) for name in machine.PROMISES}
    undecided = UNDECIDED.get((promise, how), set())
    assert set(broken) | held | undecided == everything
    assert not held & undecided
    lines = broken[promise].splitlines()
    assert 2 <= len(lines) <= 24
    assert all(line.startswith("curl ") for line in lines)
    assert "DELETE" in broken[promise]


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_a_server_that_creates_nothing_says_nothing(
    api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promises about resources that could not be made are neither held nor broken."""
    base = OneSignalEmulator if api == "onesignal" else SequenceEmulator
    refusing = type("Refusing", (base,), {"handle": lambda _self, _call: Reply(500)})
    assert _split(_proved(api, monkeypatch, refusing)) == ({}, set())


class _Refusing(OneSignalEmulator):
    """Every deletion is refused, in an orderly way."""

    def delete_alias(self, *_: Any) -> Reply:
        raise RefusalError(json_reply(409, {"errors": [{"code": "x", "title": "y"}]}))


class _Putting(OneSignalEmulator):
    """Every deletion is put off."""

    def delete_alias(self, *_: Any) -> Reply:
        raise RefusalError(Reply(503))


class _Keeping(OneSignalStore):
    """One alias can not be deleted."""

    def remove_alias(self, app: OneSignalApp, user: User, label: str) -> bool:
        if label == "specproof_shop":
            raise RefusalError(json_reply(409, {"errors": [{"code": "x", "title": "y"}]}))
        return super().remove_alias(app, user, label)


@pytest.mark.parametrize(
    ("emulator", "kept"),
    [
        (_Refusing, {"onesignal-id-protected"}),
        (_Putting, set()),
        (
            _onesignal(_Keeping),
            {
                "onesignal-id-protected",
                "synchronous-delete",
                "user-record-untouched",
                "only-named-alias-removed",
            },
        ),
    ],
)
def test_a_promise_whose_deciding_step_never_came_is_not_kept(
    emulator: type[RoutedEmulator], kept: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That all is well proves nothing of deletions where none, or not the last, was done."""
    broken, held = _split(_proved("onesignal", monkeypatch, emulator, shrink=False))
    assert held - {"lookup-label-deletable"} == kept
    assert set(broken) <= {"lookup-label-deletable"}


class _Late(CustomerAliasMachine):
    """Sees what comes back once everybody else has looked."""

    def look_late(self) -> None:
        for number, promise in enumerate(("deleted-alias-is-gone", "lists-only-own-account")):
            listed = self.send("+list-aliases", "GET", "/customer-aliases")
            self.expect(promise, number > 0, "it is back", listed)


def test_what_comes_back_late_is_found_late() -> None:
    """It is reported with what was done before, and the rest is looked at regardless."""
    bench = Bench(RunPlan(apis=("sequence",), cases=3), "sequence", "sequence/machine")
    prove(bench, _Late)
    evidence = bench.close()
    broken, held = _split(evidence)
    assert set(broken) == {"deleted-alias-is-gone"}
    assert "lists-only-own-account" in held
    assert "DELETE" in broken["deleted-alias-is-gone"]
    (message,) = {item.observation.message for item in evidence.seen if not item.observation.holds}
    assert message == "it is back, some time later"


@pytest.mark.parametrize("api", ["", "machine", "nobody", "base"])
def test_an_api_without_promises_has_no_machines(api: str) -> None:
    """Modules beside the packages of APIs are none."""
    assert machines_of(api) == ()
