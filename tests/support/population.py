"""An emulator over real HTTP with the ids in it that people use and fuzzers guess."""

from __future__ import annotations

import contextlib
import json
import pickle
import signal
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import uvicorn
from serving import SPECPROOF
from unmeasured import unmeasured

from specproof.apis.contract import Emulator, Message, Scope
from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.apis.sequence.emulator import SequenceEmulator
from specproof.targets.emulators import load_emulator
from specproof.targets.serving import base_url, listen

__all__ = ["PEOPLE", "Town"]

ROOT = Path(__file__).parents[2]

PEOPLE = (
    *("0", "1", "-1", "2", "42", "100", "123", "1234567890", "9223372036854775807", "1.5", "1e3"),
    *("null", "NULL", "nil", "None", "undefined", "NaN", "NA", "true", "false", "", " ", "-", "."),
    *("..", "a", "A", "aa", "id", "me", "self", "all", "*", "%", "%00", "\u00e9", "\U0001f600"),
    *("alice", "bob", "admin", "root", "test", "user", "user1", "external_id", "onesignal_id"),
    *("alice@example.com", "bob@example.org", "user@example.com", "a@b.co", "x@example.invalid"),
    *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    *("123e4567-e89b-12d3-a456-426614174000", "550e8400-e29b-41d4-a716-446655440000"),
    *("string", "example", "YOUR_APP_ID", "YOUR_ALIAS_ID", "specproof", "specproof-", "0" * 32),
    *("2024-07-30", "https://example.com/", "+15555550100", "a/b", "a\\b", "a;b", "../0", "{id}"),
)
LABELS = ("external_id", "label", "crm", "0", "null", "string", "specproof_label", "", "a")


class Town:
    """A served emulator with a population, and what has come of it.

    Args:
        api: ``onesignal`` or ``sequence``.
        folder: where the run keeps its files.
    """

    def __init__(self, api: str, folder: Path) -> None:
        self.api = api
        self.folder = folder
        found = load_emulator(api)
        assert found is not None
        self.emulator: Emulator = found
        self.requests = 0
        self._counted: set[str] | None = None
        self._seen = 0
        self.victim: subprocess.Popen[str] | None = None
        self.fatal = 0
        _populate(self.emulator)
        self.before = self.people()

    @contextlib.contextmanager
    def open(self) -> Iterator[str]:
        """Serve until the block ends; yield the base URL."""
        bound = listen("127.0.0.1", 0)
        config = uvicorn.Config(
            self._app, interface="asgi3", lifespan="off", ws="none", log_level="critical"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield base_url(bound)
        finally:
            server.should_exit = True
            thread.join()
            bound.close()

    def run(
        self, url: str, *arguments: str, kill_at: int = 0, creating: bool = False
    ) -> tuple[int, str]:
        """Run ``specproof run`` on the town; return code and output.

        Args:
            kill_at: request at which it is killed; where ``creating``, only creates count.
        """
        command = ["run", self.api, "--target", "live", "--base-url", url]
        command += ["--ledger", str(self.ledger), *arguments]
        given = {name: list(ids) for name, ids in self.emulator.resources().items()}
        if given:
            resources = self.folder / "resources.yaml"
            resources.write_text(json.dumps(given), "utf-8")
            command += ["--resources", str(resources)]
        self._counted = {"POST"} if creating else None
        return self._start(command, kill_at)

    def cleanup(self, url: str) -> tuple[int, str]:
        """Run ``specproof cleanup``; return code and output."""
        return self._start(["cleanup", "--ledger", str(self.ledger), "--base-url", url], 0)

    @property
    def ledger(self) -> Path:
        """The ledger of every run on the town."""
        return self.folder / "ledger.jsonl"

    def people(self) -> bytes:
        """Return everything alive in the emulator, in a form that compares."""
        store: Any = cast(Any, self.emulator).store
        if isinstance(self.emulator, OneSignalEmulator):
            return pickle.dumps(
                [
                    sorted((key, repr(user)) for key, user in app.users.items())
                    for app in _apps(store)
                ]
            )
        return pickle.dumps(
            [
                sorted(
                    (key, repr(alias))
                    for key, alias in account.aliases.items()
                    if not alias.deleted
                )
                for account in store.accounts.values()
            ]
        )

    def _start(self, command: list[str], kill_at: int) -> tuple[int, str]:
        environment = {
            **unmeasured(),
            **self.emulator.credentials(),
            "HOME": str(self.folder),
            "SPECPROOF_ROOT": str(ROOT),
        }
        self.fatal = kill_at
        self._seen = 0
        process = subprocess.Popen(
            [*SPECPROOF, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=environment,
        )
        self.victim = process
        output = process.communicate(timeout=3000)[0]
        return process.returncode, output

    async def _app(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.requests += 1
        counts = self._counted is None or scope["method"] in self._counted
        self._seen += counts
        fatal = bool(self.fatal) and counts and self._seen >= self.fatal
        if fatal and self._counted is None and self.requests % 2:
            # Before the server acts, and (below) after it has acted and before it answers.
            self._kill()
        try:
            await self.emulator.app(scope, receive, _muted if fatal else send)
        finally:
            if fatal:
                self._kill()

    def _kill(self) -> None:
        if self.victim is not None and self.victim.poll() is None:
            self.victim.send_signal(signal.SIGKILL)


async def _muted(message: Message) -> None:
    """Answer nothing: whoever asked is dead."""
    if message["type"] == "http.response.body":
        raise ConnectionResetError


def _apps(store: Any) -> list[Any]:
    return list(store.apps.values())


def _populate(emulator: Emulator) -> None:
    store: Any = cast(Any, emulator).store
    if isinstance(emulator, OneSignalEmulator):
        for app in _apps(store):
            for number, name in enumerate(PEOPLE):
                user = store.create(app)
                labels = dict.fromkeys((*LABELS, f"id{number}"), name)
                store.add_aliases(app, user, labels)
                store.describe(user, {"language": "en"}, [{"type": "Email", "token": name}])
    else:
        assert isinstance(emulator, SequenceEmulator)
        for account in store.accounts.values():
            customers = list(account.customers)
            for number, name in enumerate(PEOPLE):
                made = store.create(account, customers[number % len(customers)], name, "label")
                # As found by id as by value: whichever of the two a guess is taken for.
                del account.aliases[made.id]
                made.id = name
                account.aliases[name] = made
