"""Draws requests from a contract with Schemathesis; sends none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from hypothesis.strategies import SearchStrategy

from specproof.errors import InputError
from specproof.model import Json, JsonObject
from specproof.requirements.contract import OperationContract
from specproof.scenarios.explore import explore
from specproof.scenarios.offline import stay_offline

__all__ = ["CaseSource", "Drawn"]

_BOUNDARY = "specproof-boundary"
_FETCHED = frozenset({"$schema", "externalValue"})
_OF_THE_DOCUMENT = frozenset({"$id", "$self", "id", "jsonSchemaDialect", "security"})
_OWN_HEADERS = frozenset({"user-agent", "connection", "accept", "accept-encoding", "host"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn case, taken apart.

    Attributes:
        path: path parameters, already percent-encoded.
        content: keyword arguments of ``httpx.Request`` that carry the body.
        broken: what breaks the contract, as ``(place, name)`` of a parameter or ``(place, "")``
            of a place as a whole; empty for a valid case.
    """

    path: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    content: Mapping[str, Any] = field(default_factory=dict)
    broken: frozenset[tuple[str, str]] = frozenset()


class CaseSource:
    """Schemathesis's strategies for one effective spec.

    Args:
        document: the effective spec.
        name: file name for messages.
    """

    def __init__(self, document: JsonObject, *, name: str) -> None:
        import schemathesis  # noqa: PLC0415 - takes half a second; a replay does without it

        stay_offline()
        try:
            self._schema = schemathesis.openapi.from_dict(_readable(document))
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
                explore(strategy, 1, 0, lambda case: drawn.extend(_some(taken_apart(case))))
        return drawn[0] if drawn else None


def taken_apart(case: Any) -> Drawn | None:
    """Return the parts of a Schemathesis case that make a request.

    None where it can not be written as HTTP: not every value has a place in every body.
    """
    try:
        return _parts(case)
    except (ValueError, TypeError, AttributeError, UnicodeError, LookupError):
        # Schemathesis and requests raise all of these for values that a serialiser can not
        # write; which one depends on the media type.
        return None


def _parts(case: Any) -> Drawn:
    parts = case.as_transport_kwargs(base_url="http://case.invalid")
    content: dict[str, Any] = {}
    fields: dict[str, str] = {}
    if parts.get("json") is not None:
        content["json"] = parts["json"]
    elif parts.get("data") is not None or parts.get("files"):
        content["content"], fields = _encoded(parts.get("data"), parts.get("files"))
    headers = {
        name: value
        for name, value in (parts.get("headers") or {}).items()
        if name.lower() not in _OWN_HEADERS and not name.lower().startswith("x-schemathesis")
    }
    cookies = parts.get("cookies") or {}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if "content-type" in {name.lower() for name in headers}:
        # One that names its own boundary goes before a drawn one that can not know it.
        drop = {name for name in headers if fields and name.lower() == "content-type"}
        headers = {name: value for name, value in headers.items() if name not in drop}
    headers.update(fields)
    return Drawn(
        path={name: str(value) for name, value in (case.path_parameters or {}).items()},
        query=_query(parts.get("params")),
        headers=headers,
        content=content,
        broken=_broken(getattr(case, "meta", None)),
    )


def _broken(meta: Any) -> frozenset[tuple[str, str]]:
    """Return which parts Schemathesis broke, by its own account of the case."""
    if meta is None:
        return frozenset()
    places = {place.value for place, part in meta.components.items() if part.mode.is_negative}
    found: dict[str, set[str]] = {place: set() for place in places}
    for mutation in getattr(meta.phase.data, "mutations", None) or ():
        # Without a name it is not one parameter that is broken.
        found.setdefault(mutation.parameter_location.value, set()).add(mutation.parameter or "")
    return frozenset(
        (place, name)
        for place, names in found.items()
        for name in ({""} if "" in names or not names or place in {"body", "cookie"} else names)
    )


def _encoded(data: Any, files: Any) -> tuple[bytes, dict[str, str]]:
    """Return a body as requests writes it, and the headers that it needs.

    The boundary of a multipart body is random there (RFC 2046 5.1.1 leaves it free); a fixed
    one makes the same case the same bytes.
    """
    if isinstance(data, bytes) and not files:
        return data, {}
    if isinstance(data, str) and not files:
        return data.encode(), {}
    import requests  # noqa: PLC0415 - a replay writes no bodies anew and does without it

    made = requests.Request("POST", "http://case.invalid/", data=data, files=files).prepare()
    body = made.body
    if not isinstance(body, str | bytes | None):
        # requests hands a number through; sent as an empty body it would be another case.
        raise TypeError(f"no body can be made of {type(body).__name__}")
    written = body.encode() if isinstance(body, str) else body or b""
    kind = str(made.headers.get("Content-Type", ""))
    mark, _, boundary = kind.partition("boundary=")
    if boundary:
        written = written.replace(boundary.encode(), _BOUNDARY.encode())
        kind = f"{mark}boundary={_BOUNDARY}"
    return written, {"Content-Type": kind} if kind else {}


def _query(params: Any) -> dict[str, Any]:
    """Return drawn query parameters by name; a repeated name has a list of values."""
    if isinstance(params, str):
        params = parse_qsl(params, keep_blank_values=True)
    if not isinstance(params, list | tuple):
        return dict(params or {})
    found: dict[str, list[Any]] = {}
    for name, value in params:
        found.setdefault(str(name), []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _some(drawn: Drawn | None) -> list[Drawn]:
    return [] if drawn is None else [drawn]


def _readable(document: JsonObject) -> JsonObject:
    """Return ``document`` without what Schemathesis would fetch, and without security.

    It would draw credentials for security; ours are put on by the target, which knows the real
    ones. It would ask the addresses that ``$schema`` and ``externalValue`` (OpenAPI 3.1.1,
    4.8.19) name; see also ``offline``.
    """
    bare: JsonObject = {
        key: _inside(value) for key, value in document.items() if key not in _OF_THE_DOCUMENT
    }
    paths = bare.get("paths")
    if isinstance(paths, dict):
        bare["paths"] = {path: _bare_item(item) for path, item in paths.items()}
    return bare


def _inside(node: Json) -> Json:
    """Return ``node`` without addresses of dialects and examples."""
    if isinstance(node, list):
        return [_inside(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _inside(value)
        for key, value in node.items()
        if key not in _FETCHED or not isinstance(value, str)
    }


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
