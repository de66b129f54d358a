"""The committed clients, and one way to call them synchronously and asynchronously."""

from __future__ import annotations

import asyncio
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

__all__ = ["ALIAS", "APP", "GENERATED", "MODES", "SECRET", "Api", "onesignal", "sequence"]

GENERATED = Path(__file__).resolve().parents[2] / "generated"
APP = UUID("00000000-0000-4000-8000-000000000000")
ALIAS = UUID("01849e70-0a0f-72ca-ba07-5557dd734d43")
SECRET = "a-secret-never-shown"
MODES = ("sync", "asyncio")


@dataclass(frozen=True)
class Api:
    """One generated client.

    Attributes:
        package: the client's package.
        operation: module of its one operation.
        arguments: of a call.
        secrets: what its ``AuthenticatedClient`` takes as credentials.
    """

    package: Any
    operation: Any
    arguments: tuple[Any, ...]
    secrets: dict[str, str]

    def client(self, url: str, **settings: Any) -> Any:
        """Return a client of ``url`` that sends nothing twice unless ``settings`` say so."""
        return self.package.AuthenticatedClient(
            url, **{"retries": None, "timeout": 5.0, **self.secrets, **settings}
        )

    def call(
        self,
        mode: str,
        client: Any,
        arguments: tuple[Any, ...] | None = None,
        *,
        detailed: bool = False,
        **named: Any,
    ) -> Any:
        """Call the operation once, close the client, and return or raise what comes."""
        name = f"{mode}_detailed" if detailed else mode
        function = getattr(self.operation, name)
        given = self.arguments if arguments is None else arguments
        if mode == "sync":
            with client:
                return function(*given, client=client, **named)

        async def called() -> Any:
            async with client:
                return await function(*given, client=client, **named)

        return asyncio.run(called())


def onesignal(token: str = SECRET) -> Api:
    """Return the client of OneSignal."""
    package = _package("onesignal-client")
    return Api(
        package,
        importlib.import_module(f"{package.__name__}.api.default.delete_alias"),
        (APP, "external_id", "alice", "external_id"),
        {"token": token},
    )


def sequence(secret: str = SECRET) -> Api:
    """Return the client of Sequence."""
    package = _package("sequence-client")
    name = f"{package.__name__}.api.customer_aliases.delete_customer_aliases_by_id"
    return Api(
        package,
        importlib.import_module(name),
        (ALIAS,),
        {"client_id": "me-the-client", "client_secret": secret},
    )


def _package(project: str) -> Any:
    folder = str(GENERATED / project)
    sys.path.insert(0, folder)
    try:
        importlib.invalidate_caches()
        return importlib.import_module(project.replace("-", "_"))
    finally:
        sys.path.remove(folder)
