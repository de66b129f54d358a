"""What runs have put into accounts that are not ours, on disk before it is sent.

A JSON-lines file. ``intent`` is written and synced before a create goes out, ``answered``
adds the ids that came back, ``done`` says that nothing of it is left. ``used`` is written and
synced before a request changes a resource that the user gave up (``--resources``), which no
cleanup brings back. The file holds values that we invented, ids that servers gave to what we
created, path templates, and digests of ids that were given up: no credential.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from specproof.errors import CouldNotCheckError, InputError
from specproof.files import write_atomic

if sys.platform != "win32":
    import fcntl

__all__ = ["Entry", "Ledger", "default_ledger", "open_entries", "settling"]

_SCHEMA = "specproof.ledger/1"
_SIZE_LIMIT = 64 * 1024 * 1024
_DIGEST = 16
"""Hexadecimal digits by which an id that was given up can be told from others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One create that was sent, or was about to be.

    Attributes:
        key: names the entry in its file.
        origin: scheme, host and port that it went to; a base path may be secret.
        path: path below the base URL, each credential in it as ``{$VARIABLE}``.
        values: ``(name, value)`` of what we invented for it; the name may be empty.
        ids: ids that the server gave to what was created.
    """

    key: str
    api: str
    origin: str
    method: str
    path: str
    values: tuple[tuple[str, str], ...]
    ids: tuple[str, ...] = ()


class Ledger:
    """The file, as one item of a run writes it; several processes may write at once.

    Args:
        path: the file; its folder is made.
        api: name of the API.
        origin: scheme, host and port of the server.

    Raises:
        InputError: the file can not be written.
    """

    def __init__(self, path: Path, *, api: str, origin: str) -> None:
        self.path = path
        self._api = api
        self._origin = origin
        self._stem = secrets.token_hex(8)
        self._open: dict[str, Entry] = {}
        self._count = 0
        self._descriptor = _opened(path)

    def intend(self, method: str, path: str, values: Sequence[tuple[str, str]]) -> str:
        """Note a create that is about to be sent; return the key of its entry."""
        self._count += 1
        entry = Entry(
            key=f"{self._stem}-{self._count}",
            api=self._api,
            origin=self._origin,
            method=method,
            path=path,
            values=tuple(values),
        )
        self._append({"schema": _SCHEMA, "event": "intent", **asdict(entry)})
        self._open[entry.key] = entry
        return entry.key

    def use(self, method: str, path: str, name: str, identifier: str) -> None:
        """Note that a resource which the user gave up is about to be changed or deleted.

        Args:
            path: as of an entry.
            name: what the user calls the resource.
            identifier: somebody's id, of which the file gets a digest.
        """
        told = {"api": self._api, "origin": self._origin, "method": method, "path": path}
        known = hashlib.sha256(identifier.encode()).hexdigest()[:_DIGEST]
        self._append({"schema": _SCHEMA, "event": "used", **told, "name": name, "id": known})

    def answered(self, key: str, ids: Sequence[str]) -> None:
        """Add ids that came back to an entry."""
        entry = self._open[key]
        new = tuple(item for item in ids if item not in entry.ids)
        self._append({"event": "answered", "key": key, "ids": list(new)})
        self._open[key] = replace(entry, ids=(*entry.ids, *new))

    def done(self, key: str) -> None:
        """Note that nothing of an entry is left."""
        if self._open.pop(key, None) is not None:
            self._append({"event": "done", "key": key})

    def gone(self, identifier: str) -> None:
        """Note that the resource with a server's id is gone."""
        for entry in self.entries():
            if identifier in entry.ids:
                self.done(entry.key)

    def entries(self) -> tuple[Entry, ...]:
        """Return what this writer has not marked as done."""
        return tuple(self._open.values())

    def close(self) -> None:
        """Release the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, record: Mapping[str, Any]) -> None:
        # A line that a crash cut off must not swallow this one, so each begins on its own.
        line = f"\n{json.dumps(record, sort_keys=True)}\n".encode()
        os.write(self._descriptor, line)
        os.fsync(self._descriptor)


def default_ledger() -> Path:
    """Return where the ledger is kept unless ``--ledger`` says otherwise."""
    import platformdirs  # noqa: PLC0415 - only live runs need it

    return Path(platformdirs.user_state_path("specproof", appauthor=False)) / "ledger.jsonl"


def open_entries(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a ledger that are not done; none where there is no file.

    Raises:
        InputError: the file is no ledger.
    """
    if not path.exists():
        return ()
    if path.stat().st_size > _SIZE_LIMIT:
        raise InputError("is too large for a ledger", file=str(path))
    found: dict[str, Entry] = {}
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            # The writer was killed; what the line was about had not been sent yet.
            continue
        try:
            _apply(found, record)
        except (KeyError, TypeError, ValueError):
            raise InputError(
                "is no line of a ledger",
                file=str(path),
                line=number,
                remedy="name the file that the run wrote, or remove the line",
            ) from None
    return tuple(found.values())


@contextlib.contextmanager
def settling(path: Path) -> Iterator[Ledger]:
    """Hold a ledger alone, with its open entries loaded, and drop what is done afterwards.

    Raises:
        CouldNotCheckError: a run is writing it.
    """
    left = open_entries(path)
    ledger = Ledger(path, api="", origin="")
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(ledger._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # noqa: SLF001 - own class
            except BlockingIOError:
                raise CouldNotCheckError(
                    f"{path}: a run is using it; wait until that has ended"
                ) from None
        left = open_entries(path)
        ledger._open = {entry.key: entry for entry in left}  # noqa: SLF001 - own class
        used = _used(path)
        try:
            yield ledger
        finally:
            lines = used + [
                json.dumps({"schema": _SCHEMA, "event": "intent", **asdict(entry)}, sort_keys=True)
                for entry in ledger.entries()
            ]
            write_atomic(path, "".join(f"{line}\n" for line in lines).encode())
            path.chmod(0o600)
    finally:
        ledger.close()


def _used(path: Path) -> list[str]:
    """Return the lines about resources of the user, which outlive what is settled."""
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    return [line for line in lines if line.startswith('{"') and '"event": "used"' in line]


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            if sys.platform != "win32":
                # Shared with other writers; `specproof cleanup` wants the file for itself.
                fcntl.flock(descriptor, fcntl.LOCK_SH)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
            # Cleanup has put a new file there between opening and locking.
            os.close(descriptor)
    except OSError as error:
        raise InputError(
            f"can not be written ({error.strerror})",
            file=str(path),
            remedy="name another with --ledger",
        ) from None


def _apply(found: dict[str, Entry], record: Any) -> None:
    match record["event"]:
        case "intent":
            if record["schema"] != _SCHEMA:
                raise ValueError
            entry = Entry(
                key=str(record["key"]),
                api=str(record["api"]),
                origin=str(record["origin"]),
                method=str(record["method"]),
                path=str(record["path"]),
                values=tuple((str(name), str(value)) for name, value in record["values"]),
                ids=tuple(str(item) for item in record["ids"]),
            )
            found[entry.key] = entry
        case "answered":
            key = str(record["key"])
            if key in found:
                ids = tuple(str(item) for item in record["ids"])
                found[key] = replace(found[key], ids=(*found[key].ids, *ids))
        case "used":
            # There is nothing to remove: it is the user's.
            return
        case "done":
            found.pop(str(record["key"]), None)
        case _:
            raise ValueError
