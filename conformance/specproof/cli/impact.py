"""Whom the changes hurt: the client's interface, the code that calls it, the recordings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from specproof.errors import SpecproofError
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.catalog import Catalog
    from specproof.generation.interface import Interface
    from specproof.regression.change import Diff, Policy
    from specproof.regression.client_impact import ClientMap, Explained
    from specproof.regression.client_names import ClientNames
    from specproof.regression.places import Document
    from specproof.regression.recording_impact import RecordingImpact
    from specproof.regression.usage_code import Known

__all__ = ["Impact", "Looking", "assess", "looking_for"]

_DEPTH = 2  # dots of api.<tag>.<operation>
_API = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Looking(NamedTuple):
    """Where to look for who is hurt.

    Attributes:
        client: folder of the generated client that callers have.
        interface: whether to generate the clients of both documents and compare them.
        usage: folder of the user's own code.
        recordings: folder of HAR files.
        stubs: whether to hold the answers of a stub of the old document against the new one.
    """

    client: Path | None = None
    interface: bool = False
    usage: Path | None = None
    recordings: Path | None = None
    stubs: bool = False


def looking_for(arguments: Iterable[str], looking: Looking) -> Looking:
    """Return where to look when ``arguments`` name an API of the catalog, or a document of one.

    What the user names goes first; a catalogued API has a client and recordings of its own.
    """
    for argument in arguments:
        catalog, name = _catalogued(argument.partition("@")[0])
        if catalog is None:
            continue
        client = catalog.generated / f"{name}-client"
        recordings = catalog.recordings / name
        return looking._replace(
            client=looking.client or (client if client.is_dir() else None),
            recordings=looking.recordings or (recordings if recordings.is_dir() else None),
        )
    return looking


def _catalogued(argument: str) -> tuple[Catalog | None, str]:
    """Return the catalog and the API in it that an argument names."""
    place = Path(argument).resolve()
    is_inside = place.parent.parent.name == "specs"
    name = place.parent.name if is_inside else argument
    if not _API.fullmatch(name) or (place.is_file() and not is_inside):
        return None, ""
    # Late: reading a catalog costs more than a small comparison.
    from specproof.catalog import open_catalog
    from specproof.errors import InputError

    try:
        catalog = open_catalog()
    except InputError:
        return None, ""
    folder = catalog.specs.resolve() / name
    is_one = folder == place.parent if is_inside else folder.is_dir()
    return (catalog, name) if is_one else (None, "")


class Impact(NamedTuple):
    """What was found.

    Attributes:
        diff: changes that know what they touch and which calls they concern.
        calls: places that use the client; None if nobody looked.
        interface: changes of the client's Python interface; None if nobody looked.
        recordings: what became of them; None if nobody looked.
        remarks: sentences about what could not be looked at.
    """

    diff: Diff
    calls: int | None = None
    interface: tuple[Explained, ...] | None = None
    recordings: RecordingImpact | None = None
    remarks: tuple[str, ...] = ()


def assess(diff: Diff, old: Document, new: Document, looking: Looking, policy: Policy) -> Impact:
    """Return whom the changes of ``diff`` hurt.

    Args:
        diff: what changed from ``old`` to ``new``.
        old: what calls were written for.
        new: what takes its place.
        looking: where to look.
        policy: under which the changes were judged.

    Raises:
        InputError: a folder that was named holds nothing of its kind.
        LimitError: it holds too much.
    """
    remarks: list[str] = []
    if not diff.changes and looking == Looking():
        return Impact(diff)
    from specproof.regression.client_impact import ClientMap, with_client
    from specproof.regression.client_names import ClientNames

    names = ClientNames(old), ClientNames(new)
    package = None if looking.client is None else _packaged(looking.client)
    clients = ClientMap(*names, package)
    found = with_client(diff, clients)
    interface = None
    if looking.interface:
        try:
            interface = _interface(found, old, new, names)
        except SpecproofError as error:
            remarks.append(f"the clients could not be compared: {one_line(str(error), 500)}")
    calls = None
    if looking.usage is not None:
        from specproof.regression.client_interface import package_in
        from specproof.regression.usage import read_usage
        from specproof.regression.usage_impact import with_usage

        name = "" if looking.client is None else package_in(looking.client)
        usage = read_usage(looking.usage, _known(found, clients, package, name))
        found, calls = with_usage(found, usage, clients, policy), len(usage.places)
        remarks += usage.problems
        if not usage.uses:
            remarks.append(f"no use of the client was found in {one_line(str(looking.usage))}")
    recordings = None
    if looking.recordings is not None or looking.stubs:
        from specproof.regression.recording_impact import recording_impact
        from specproof.targets.har import read_recordings

        held = None if looking.recordings is None else read_recordings(looking.recordings)
        recordings = recording_impact(old, new, held, with_stub=looking.stubs)
        if recordings.unjudged:
            remarks.append(f"the recordings could not be judged: {recordings.unjudged}")
    return Impact(found, calls, interface, recordings, tuple(remarks))


def _packaged(folder: Path) -> Interface:
    from specproof.regression.client_interface import packaged_interface

    return packaged_interface(folder)


def _interface(
    diff: Diff, old: Document, new: Document, names: tuple[ClientNames, ClientNames]
) -> tuple[Explained, ...]:
    from specproof.generation.interface_changes import compare
    from specproof.generation.process import Workers
    from specproof.regression.client_impact import ClientMap, explained, with_client
    from specproof.regression.client_interface import generated_interface

    with Workers() as workers:
        before, after = (generated_interface(each, workers) for each in (old, new))
    # A change touches what is in either of them.
    both = {**after, **before}
    clients = ClientMap(*names, both)
    changes = with_client(diff, clients).changes
    return explained(compare(before, after), changes, clients, both)


def _known(diff: Diff, clients: ClientMap, package: Interface | None, name: str) -> Known:
    """Return what code may use of the client, told from the package or from the documents."""
    from specproof.regression.usage_code import Known

    touched = {path for change in diff.changes for path in change.affects_client}
    models = {
        path.split(".")[1] for path in {*touched, *(package or ())} if path.startswith("models.")
    }
    # What is gone from the package may still be called.
    paths = [path for path in package or () if path.startswith("api.")]
    modules = {path for path in paths if path.count(".") == _DEPTH}
    return Known(
        (name,) if name else (), modules | clients.every_module, models | clients.every_model
    )
