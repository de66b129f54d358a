"""A served emulator: its application, and a reserved prefix to steer it from outside.

``PUT`` and ``DELETE`` of ``/__specproof__/condition/<name>`` enter and leave a condition,
``GET /__specproof__/conditions`` lists them, ``POST /__specproof__/reset`` forgets everything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from specproof.apis.contract import ASGIApp, Emulator, Message, Scope
from specproof.apis.routing import Route, Router
from specproof.apis.wire import Call, Reply, asgi_app, json_reply

__all__ = ["PREFIX", "controlled"]

PREFIX = "/__specproof__"
"""No path of an API begins like this."""

_ROUTER = Router(
    [
        Route("enter", "PUT", f"{PREFIX}/condition/{{name}}"),
        Route("leave", "DELETE", f"{PREFIX}/condition/{{name}}"),
        Route("list", "GET", f"{PREFIX}/conditions"),
        Route("reset", "POST", f"{PREFIX}/reset"),
    ]
)


def controlled(emulator: Emulator) -> ASGIApp:
    """Return the application of ``emulator`` with the reserved prefix in front of it."""
    control = asgi_app(_Control(emulator).handle)

    async def app(
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        path: str = scope.get("path", "")
        chosen = control if path.startswith(f"{PREFIX}/") else emulator.app
        await chosen(scope, receive, send)

    return app


class _Control:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._held: dict[str, AbstractContextManager[None]] = {}

    def handle(self, call: Call) -> Reply:
        match = _ROUTER.match(call.method, call.path)
        if match is None:
            return json_reply(404, {"error": "no such control"})
        if match.route is None:
            return json_reply(405, {"error": "wrong method"}, ("allow", ", ".join(match.allowed)))
        if match.route.name == "list":
            return self._list()
        if match.route.name == "reset":
            for held in list(self._held):
                self._leave(held)
            self._emulator.reset()
            return self._list()
        name = match.parameters["name"]
        if name not in {condition.name for condition in self._emulator.CONDITIONS}:
            return json_reply(404, {"error": "no such condition"})
        if match.route.name == "enter" and name not in self._held:
            self._held[name] = self._emulator.condition(name)
            self._held[name].__enter__()
        if match.route.name == "leave" and name in self._held:
            self._leave(name)
        return self._list()

    def _leave(self, name: str) -> None:
        self._held.pop(name).__exit__(None, None, None)

    def _list(self) -> Reply:
        return json_reply(
            200,
            {
                "conditions": [
                    {
                        "name": condition.name,
                        "status": condition.status,
                        "description": condition.description,
                        "active": condition.name in self._held,
                    }
                    for condition in self._emulator.CONDITIONS
                ]
            },
        )
