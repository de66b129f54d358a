"""Emulators with and without faults under one URL, each below a path of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from specproof.apis.contract import ASGIApp
from specproof.targets.serving import base_url, listen


@contextmanager
def served_below(apps: Mapping[str, ASGIApp]) -> Iterator[str]:
    """Serve each application below ``/<name>/`` from a thread; yield the URL of all."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        name = scope["path"].split("/")[1]
        length = len(name) + 1
        rest = {"path": scope["path"][length:], "raw_path": scope["raw_path"][length:]}
        await apps[name]({**scope, **rest}, receive, send)

    bound = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_level="critical",
            access_log=False,
        )
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
    thread.start()
    try:
        yield base_url(bound)
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        bound.close()
