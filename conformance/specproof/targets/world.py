"""Resources for scenarios: what one API arranges itself, or what the contract alone gives."""

from __future__ import annotations

import importlib
import importlib.util
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from specproof.apis.contract import Session, World
from specproof.apis.tenant import OtherTenant
from specproof.model import Json
from specproof.requirements.contract import OperationContract
from specproof.targets.credentials import ENVIRONMENT_EXTENSION
from specproof.targets.found import FoundResources, path_parameters
from specproof.targets.ledger import Entry
from specproof.targets.near_ids import near_ids
from specproof.targets.removal import remove
from specproof.targets.session import TargetSession

__all__ = ["ApiWorld"]


class ApiWorld:
    """Arranges resources through ``apis/<api>/arrange.py``, or makes do without one.

    Args:
        session: what sends arranging requests.

    Attributes:
        reason: why the last call of ``parameters`` returned None.
        arranged: whether the last resource was made for this very request, so that the
            contract promises its success.
    """

    def __init__(self, session: TargetSession) -> None:
        self._session = session
        self._own = _world_of(session, session)
        self._foreign: World | None = None
        self._found = FoundResources(session)
        self.reason = ""
        self.arranged = False

    def parameters(self, operation: OperationContract) -> Mapping[str, str] | None:
        """Return path parameters of a resource that exists, or None and ``reason``."""
        self.arranged = False
        if self._own is not None:
            values = self._own.parameters(operation.id)
            self.arranged = values is not None
            if values is None:
                self.reason = "what the operation needs could not be arranged"
            return values
        found = self._found.values(operation)
        if found is None:
            self.reason = self._found.reason
        self.arranged = found is not None and self._found.ours and _settled(operation)
        return found

    def answer(self, operation: OperationContract, values: Mapping[str, str]) -> str:
        """Return what a success on ``values`` has to say of its resource, as JSON.

        Pointer -> text, or None where nothing may stand. An API with a world of its own says
        so itself; elsewhere an ``id`` in the answer is the last path parameter.
        """
        if self._own is not None:
            told = self._own.answer(operation.id, values)
            return json.dumps(told) if told else "{}"
        names = list(path_parameters(operation))
        if not names or not operation.operation.path.endswith(f"{{{names[-1]}}}"):
            return "{}"
        last = values.get(names[-1], "")
        return json.dumps({names[-1]: last, **({"id": last} if "id" in names[-1].lower() else {})})

    def unknown(self, operation: OperationContract) -> Sequence[Mapping[str, str]]:
        """Return well-formed path parameters that name nothing that exists."""
        if self._own is not None:
            return self._own.unknown(operation.id)
        nothing = {
            name: self._bound(parameter) or self._fresh(parameter)
            for name, parameter in path_parameters(operation).items()
        }
        parents = self._found.parents(operation)
        return [nothing] if parents is None else [nothing, {**nothing, **parents}]

    def near(
        self, operation: OperationContract, values: Mapping[str, str]
    ) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield path parameters that are almost ``values`` and name nothing, and what differs.

        Only ids that have enough chance in them are changed: a counter with another last digit
        is somebody else's.
        """
        exact = self._own is not None
        bound = self.bound(operation)
        for name, value in values.items():
            if name not in bound and value in self._session.target.owned:
                for change, text in near_ids(value, exact=exact):
                    yield change, {**values, name: self._session.claim(text)}

    def foreign(self, operation: OperationContract) -> Mapping[str, str] | None:
        """Return path parameters of a resource that belongs to the other tenant, or None."""
        if self._own is None or not self._session.target.credentials.has_other:
            return None
        if self._foreign is None:
            self._foreign = _world_of(self._session, OtherTenant(self._session))
        return None if self._foreign is None else self._foreign.parameters(operation.id)

    def cleanup(self) -> None:
        """Remove what was created."""
        for world in (self._own, self._foreign):
            if world is not None:
                world.cleanup()
        self._found.cleanup()

    def remove(self, entry: Entry) -> bool:
        """Remove what an entry of the ledger stands for; return whether nothing of it is left."""
        if self._own is not None:
            return self._own.remove(entry.values, entry.ids)
        return remove(self._session, entry)

    def bound(self, operation: OperationContract) -> Mapping[str, str]:
        """Return the path parameters whose value is part of our credentials."""
        return {
            name: value
            for name, parameter in path_parameters(operation).items()
            if (value := self._bound(parameter)) is not None
        }

    def _bound(self, parameter: Mapping[str, Json]) -> str | None:
        variable = parameter.get(ENVIRONMENT_EXTENSION)
        return (self._session.credential(variable) or None) if isinstance(variable, str) else None

    def _fresh(self, parameter: Mapping[str, Json]) -> str:
        schema = parameter.get("schema")
        shape = schema if isinstance(schema, Mapping) else {}
        fresh = self._session.unique("unknown")
        number = int.from_bytes(fresh.encode()[-7:], "big")
        if shape.get("format") == "uuid":
            return self._session.claim(str(uuid.uuid5(uuid.NAMESPACE_URL, fresh)))
        if shape.get("type") in {"integer", "number"}:
            # Far beyond counters that start at one, and within the 53 bits of a double.
            return self._session.claim(str(8_000_000_000_000_000 + number % 1_000_000_000_000))
        values = shape.get("enum")
        if isinstance(values, list) and values:
            return str(values[0])
        longest = shape.get("maxLength")
        short = fresh[-longest:] if isinstance(longest, int) and longest > 0 else fresh
        if short != fresh:
            # Cut to fit: no longer a value that nobody else can have.
            return self._session.tell(short)
        return short


def _settled(operation: OperationContract) -> bool:
    """Return whether nothing but the path decides about the success of a request."""
    required = [item for item in operation.parameters if item.get("required") is True]
    return "requestBody" not in operation.operation.node and all(
        item.get("in") == "path" for item in required
    )


def _world_of(session: TargetSession, sender: Session) -> World | None:
    name = f"specproof.apis.{session.target.api.replace('-', '_')}"
    package = importlib.util.find_spec(name)
    # Beside the packages of APIs there are plain modules, which hold none.
    if package is None or package.submodule_search_locations is None:
        return None
    if importlib.util.find_spec(f"{name}.arrange") is None:
        return None
    module = importlib.import_module(f"{name}.arrange")
    return cast(World, module.WORLD(sender))
