"""What all emulators share: settings, conditions, routing and the ASGI shell."""

from __future__ import annotations

import abc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from specproof.apis.contract import ASGIApp, Emulator, SettingValue
from specproof.apis.routing import Match, Route, Router
from specproof.apis.settings import resolve_settings
from specproof.apis.wire import Call, RefusalError, Reply, asgi_app

__all__ = ["RoutedEmulator"]


class RoutedEmulator(Emulator):
    """An emulator that answers by route; what differs between APIs is a method to override.

    A request passes ``handle`` -> ``respond`` -> ``serve``; ``finish`` sees every reply last.

    Args:
        settings: values for some of ``SETTINGS``.
        clock: seconds, never going back; rate limits and expiries go by it.
        seed: all ids and credentials follow from it.

    Raises:
        InputError: a setting that does not exist or can not have that value.
    """

    ROUTES: ClassVar[tuple[Route, ...]]

    def __init__(
        self,
        settings: Mapping[str, SettingValue] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        seed: int = 0,
    ) -> None:
        self.settings = resolve_settings(self.SETTINGS, settings)
        self.clock = clock
        self.seed = seed
        self.router = self._make_router()
        self._conditions: list[str] = []
        self._app = asgi_app(self.handle)
        self.reset()

    @property
    def app(self) -> ASGIApp:
        """The ASGI application; the same object for the life of the emulator."""
        return self._app

    @contextmanager
    def condition(self, name: str) -> Iterator[None]:
        """Make the server misbehave in one documented way; the latest condition wins.

        Raises:
            KeyError: no condition of that name is in ``CONDITIONS``.
        """
        if name not in {condition.name for condition in self.CONDITIONS}:
            raise KeyError(name)
        self._conditions.append(name)
        try:
            yield
        finally:
            if name in self._conditions:
                self._conditions.remove(name)

    def reset(self) -> None:
        """Forget every resource, counter and condition; the same ids will come again."""
        self._conditions.clear()
        self.forget()

    @abc.abstractmethod
    def forget(self) -> None:
        """Put the state of the model back to its beginning."""

    def handle(self, call: Call) -> Reply:
        """Answer one call."""
        return self.finish(call, self.respond(call))

    def respond(self, call: Call) -> Reply:
        """Answer one call, without what ``finish`` adds."""
        if self._conditions:
            return self.misbehave(self._conditions[-1], call)
        match = self.router.match(call.method, call.path)
        if match is None:
            return self.unknown_path(call)
        if match.route is None and call.method == "OPTIONS":
            return Reply(204, (("allow", ", ".join(match.allowed)),))
        if match.route is None:
            return self.wrong_method(call).adding(("allow", ", ".join(match.allowed)))
        try:
            return self.serve(match.route, match, call)
        except RefusalError as refusal:
            return refusal.reply

    def finish(self, call: Call, reply: Reply) -> Reply:  # noqa: ARG002 - for overriding
        """Return the reply as it leaves; here is where headers of every response go."""
        return reply

    @abc.abstractmethod
    def serve(self, route: Route, match: Match, call: Call) -> Reply:
        """Answer a call of an operation: authenticate, limit, and do what it asks.

        Raises:
            RefusalError: holds the answer to a call that is refused.
        """

    @abc.abstractmethod
    def misbehave(self, condition: str, call: Call) -> Reply:
        """Answer while ``condition`` lasts."""

    @abc.abstractmethod
    def unknown_path(self, call: Call) -> Reply:
        """Answer a call of a path that no operation has."""

    @abc.abstractmethod
    def wrong_method(self, call: Call) -> Reply:
        """Answer a call of a path by a method that it does not have (405, without Allow)."""

    def _make_router(self) -> Router:
        return Router(self.ROUTES)
