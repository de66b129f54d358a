"""Swagger 2.0 written as OpenAPI 3.0, so that both can be compared.

Never refuses: what is not as Swagger 2.0 wants it is left out or passed on as it stands.
"""

from __future__ import annotations

from specproof.json_types import Json, JsonObject
from specproof.regression.places import mapping, strings
from specproof.regression.swagger2_values import (
    as_parameter,
    as_schema,
    form_body,
    headers,
    payload_body,
)

__all__ = ["to_openapi"]

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_KEPT = ("info", "tags", "externalDocs", "security")
_JSON_ONLY = ("application/json",)
# Swagger 2.0, Security Scheme Object, `flow`, and OpenAPI 3.0, OAuth Flows Object.
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}


def to_openapi(root: JsonObject) -> JsonObject:
    """Return a Swagger 2.0 document as OpenAPI 3.0.

    Bodies have the media types of ``consumes`` and ``produces``, ``application/json`` where none
    are named. Form and body parameters become request bodies.
    """
    return _Conversion(root).document()


class _Conversion:
    def __init__(self, root: JsonObject) -> None:
        self.root = root
        self.parameters = mapping(root.get("parameters"))
        self.responses = mapping(root.get("responses"))

    def document(self) -> JsonObject:
        root = self.root
        made: JsonObject = {"openapi": "3.0.3"}
        made.update((key, root[key]) for key in _KEPT if key in root)
        made.update((key, value) for key, value in root.items() if key.startswith("x-"))
        servers = self._servers(root.get("schemes"))
        if servers:
            made["servers"] = servers
        made["paths"] = {
            path: self._path_item(item) if isinstance(item, dict) else item
            for path, item in mapping(root.get("paths")).items()
        }
        made["components"] = {
            "schemas": {
                name: as_schema(schema) for name, schema in mapping(root.get("definitions")).items()
            },
            "parameters": {
                name: as_parameter(parameter)
                for name, parameter in self.parameters.items()
                if isinstance(parameter, dict) and parameter.get("in") not in ("body", "formData")
            },
            "responses": {
                name: self._response(response, self._media_types(root, "produces"))
                for name, response in self.responses.items()
            },
            "securitySchemes": {
                name: _scheme(mapping(scheme))
                for name, scheme in mapping(root.get("securityDefinitions")).items()
            },
        }
        return made

    def _servers(self, schemes: Json) -> list[Json]:
        """Return Server Objects; none where the document says nothing of where it is served."""
        host, base = self.root.get("host"), self.root.get("basePath")
        path = base if isinstance(base, str) else ""
        if not isinstance(host, str):
            return [{"url": path}] if path else []
        addresses = [f"{scheme}://{host}{path}" for scheme in strings(schemes)]
        return [{"url": address} for address in addresses or [f"//{host}{path}"]]

    def _path_item(self, item: JsonObject) -> JsonObject:
        shared = self._listed(item.get("parameters"))
        made: JsonObject = {key: value for key, value in item.items() if key not in _METHODS}
        if shared:
            made["parameters"] = [
                as_parameter(parameter)
                for parameter in shared
                if not _is_body(self._meant(parameter))
            ]
        bodies = [parameter for parameter in shared if _is_body(self._meant(parameter))]
        for method, operation in item.items():
            if method in _METHODS:
                made[method] = (
                    self._operation(operation, bodies) if isinstance(operation, dict) else operation
                )
        return made

    def _operation(self, operation: JsonObject, shared: list[JsonObject]) -> JsonObject:
        moved = ("consumes", "parameters", "produces", "responses", "schemes")
        made: JsonObject = {key: value for key, value in operation.items() if key not in moved}
        own = self._listed(operation.get("parameters"))
        plain = [as_parameter(item) for item in own if not _is_body(self._meant(item))]
        if plain:
            made["parameters"] = plain
        bodies: dict[tuple[str, str], JsonObject] = {}
        for parameter in (*shared, *own):
            meant = self._meant(parameter)
            if _is_body(meant):
                name = "" if meant.get("in") == "body" else str(meant.get("name"))
                bodies[str(meant.get("in")), name] = meant
        body = self._body(list(bodies.values()), self._media_types(operation, "consumes"))
        if body:
            made["requestBody"] = body
        produced = self._media_types(operation, "produces")
        made["responses"] = {
            status: self._response(response, produced)
            for status, response in mapping(operation.get("responses")).items()
        }
        if strings(operation.get("schemes")):
            made["servers"] = self._servers(operation["schemes"])
        return made

    def _body(self, found: list[JsonObject], media_types: tuple[str, ...]) -> JsonObject | None:
        payload = next((item for item in found if item.get("in") == "body"), None)
        if payload is not None:
            return payload_body(payload, media_types)
        return form_body(found, media_types) if found else None

    def _response(self, response: Json, media_types: tuple[str, ...]) -> Json:
        if not isinstance(response, dict):
            return response
        reference = response.get("$ref")
        if isinstance(reference, str):
            prefix, _, name = reference.rpartition("/")
            held = self.responses.get(name) if prefix == "#/responses" else None
            if not isinstance(held, dict) or "$ref" in held:
                return {"$ref": reference}
            response = held
        made: JsonObject = {
            key: value
            for key, value in response.items()
            if key == "description" or key.startswith("x-")
        }
        if response.get("headers"):
            made["headers"] = headers(response["headers"])
        examples = mapping(response.get("examples"))
        if response.get("schema") is not None:
            schema = as_schema(response["schema"])
            made["content"] = {
                media_type: {"schema": schema, "example": examples[media_type]}
                if media_type in examples
                else {"schema": schema}
                for media_type in media_types
            }
        return made

    def _media_types(self, holder: JsonObject, field: str) -> tuple[str, ...]:
        own = holder.get(field)
        return strings(own if isinstance(own, list) else self.root.get(field)) or _JSON_ONLY

    def _listed(self, listed: Json) -> list[JsonObject]:
        held = listed if isinstance(listed, list) else []
        return [item for item in held if isinstance(item, dict)]

    def _meant(self, parameter: JsonObject) -> JsonObject:
        reference = parameter.get("$ref")
        if not isinstance(reference, str):
            return parameter
        prefix, _, name = reference.rpartition("/")
        return mapping(self.parameters.get(name)) if prefix == "#/parameters" else {}


def _is_body(parameter: JsonObject) -> bool:
    return parameter.get("in") in ("body", "formData")


def _scheme(scheme: JsonObject) -> JsonObject:
    kind = scheme.get("type")
    if kind == "basic":
        return {"type": "http", "scheme": "basic"}
    if kind != "oauth2":
        return scheme
    flow = str(scheme.get("flow"))
    urls = ("authorizationUrl", "tokenUrl")
    made: JsonObject = {key: scheme[key] for key in urls if key in scheme}
    made["scopes"] = mapping(scheme.get("scopes"))
    return {"type": "oauth2", "flows": {_FLOWS.get(flow, flow): made}}
