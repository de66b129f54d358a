"""Draws requests from a contract with Schemathesis; sends none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy

from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.requirements.contract import OperationContract
from specproof.scenarios.explore import explore

__all__ = ["CaseSource", "Drawn"]

_OWN_HEADERS = frozenset({"user-agent", "connection", "accept", "accept-encoding", "host"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn case, taken apart.

    Attributes:
        path: path parameters, already percent-encoded.
        content: keyword arguments of ``httpx.Request`` that carry the body.
    """

    path: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    content: Mapping[str, Any] = field(default_factory=dict)


class CaseSource:
    """Schemathesis's strategies for one effective spec.

    Args:
        document: the effective spec.
        name: file name for messages.
    """

    def __init__(self, document: JsonObject, *, name: str) -> None:
        import schemathesis  # noqa: PLC0415 - takes half a second; a replay does without it

        try:
            self._schema = schemathesis.openapi.from_dict(_without_security(document))
            self._operations = {
                (item.method.upper(), item.path): item
                for result in self._schema.get_all_operations()
                if (item := _ok(result)) is not None
            }
        except schemathesis.errors.LoaderError as error:
            raise InputError(f"Schemathesis can not load it: {error}", file=name) from None
        self._modes = schemathesis.GenerationMode

    def strategy(self, operation: OperationContract, *, valid: bool) -> SearchStrategy[Any] | None:
        """Return the strategy for cases of ``operation``, or None where there is none."""
        found = self._operations.get((operation.operation.method, operation.operation.path))
        if found is None:
            return None
        mode = self._modes.POSITIVE if valid else self._modes.NEGATIVE
        strategy: SearchStrategy[Any] = found.as_strategy(generation_mode=mode)
        return strategy

    def first_valid(self, operation: OperationContract) -> Drawn | None:
        """Return one valid case, taken apart: the one from examples where there are any."""
        found = self._operations.get((operation.operation.method, operation.operation.path))
        if found is None:
            return None
        drawn: list[Drawn] = []
        for strategy in [
            *found.get_strategies_from_examples(),
            self.strategy(operation, valid=True),
        ]:
            if strategy is not None and not drawn:
                explore(strategy, 1, 0, lambda case: drawn.append(taken_apart(case)))
        return drawn[0] if drawn else None


def taken_apart(case: Any) -> Drawn:
    """Return the parts of a Schemathesis case that make a request."""
    parts = case.as_transport_kwargs(base_url="http://case.invalid")
    content = {key: parts[key] for key in ("json", "files") if parts.get(key) is not None}
    data = parts.get("data")
    if isinstance(data, bytes | str):
        content["content"] = data
    elif data is not None:
        content["data"] = data
    headers = {
        name: value
        for name, value in (parts.get("headers") or {}).items()
        if name.lower() not in _OWN_HEADERS and not name.lower().startswith("x-schemathesis")
    }
    cookies = parts.get("cookies") or {}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Drawn(
        path={name: str(value) for name, value in (case.path_parameters or {}).items()},
        query=dict(parts.get("params") or {}),
        headers=headers,
        content=content,
    )


def _without_security(document: JsonObject) -> JsonObject:
    """Return ``document`` without security, which would make Schemathesis draw credentials.

    Ours are put on by the target, which knows the real ones.
    """
    bare: JsonObject = {key: value for key, value in document.items() if key != "security"}
    paths = bare.get("paths")
    if isinstance(paths, dict):
        bare["paths"] = {path: _bare_item(item) for path, item in paths.items()}
    return bare


def _bare_item(item: Json) -> Json:
    if not isinstance(item, dict):
        return item
    return {
        key: {name: part for name, part in node.items() if name != "security"}
        if isinstance(node, dict)
        else node
        for key, node in item.items()
    }


def _ok(result: Any) -> Any:
    """Return the operation of a Schemathesis result, or None where it could not be read."""
    return result.ok() if hasattr(result, "ok") else None
