"""Parameters, bodies, headers and schemas of Swagger 2.0 written as OpenAPI 3.0."""

from __future__ import annotations

from specproof.json_types import Json, JsonObject
from specproof.regression.places import mapping

__all__ = ["as_parameter", "as_schema", "form_body", "headers", "payload_body"]

_REFERENCES = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
_DATA = frozenset({"default", "enum", "example", "examples", "x-example", "x-examples"})
_NAMES = frozenset({"properties"})
# Swagger 2.0, Parameter Object: what stands beside the schema and not in it.
_BESIDE = ("name", "in", "description", "required", "allowEmptyValue", "deprecated")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_STYLES = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}


def as_schema(schema: Json) -> Json:
    """Return a Schema Object of OpenAPI 3.0: references, files, nullable and discriminators."""
    if isinstance(schema, list):
        return [as_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made: JsonObject = {}
    for key, value in schema.items():
        if key in _NAMES and isinstance(value, dict):
            made[key] = {name: as_schema(item) for name, item in value.items()}
        else:
            made[key] = value if key in _DATA else as_schema(value)
    reference = made.get("$ref")
    if isinstance(reference, str):
        made["$ref"] = _reference(reference)
    if made.get("type") == "file":
        made.update({"type": "string", "format": "binary"})
    if made.get("x-nullable") is True:
        made["nullable"] = True
    if isinstance(made.get("discriminator"), str):
        made["discriminator"] = {"propertyName": made["discriminator"]}
    return made


def as_parameter(parameter: JsonObject) -> JsonObject:
    """Return a Parameter Object that is not of a body: its schema apart, its style named."""
    reference = parameter.get("$ref")
    if isinstance(reference, str):
        return {"$ref": _reference(reference)}
    made = _apart(parameter)
    if _is_array(parameter):
        made.update(_style(parameter, in_form=parameter.get("in") in ("query", "formData")))
    return made


def headers(found: Json) -> JsonObject:
    """Return Header Objects by name."""
    return {
        name: _apart(header) if isinstance(header, dict) else header
        for name, header in mapping(found).items()
    }


def payload_body(parameter: JsonObject, media_types: tuple[str, ...]) -> JsonObject:
    """Return the Request Body Object of a body parameter."""
    schema = as_schema(parameter.get("schema", {}))
    return {
        "required": parameter.get("required") is True,
        "content": {media_type: {"schema": schema} for media_type in media_types},
    }


def form_body(parameters: list[JsonObject], media_types: tuple[str, ...]) -> JsonObject:
    """Return the Request Body Object of form parameters."""
    properties: JsonObject = {}
    encoding: JsonObject = {}
    required: list[Json] = []
    for parameter in parameters:
        name = str(parameter.get("name"))
        properties[name] = _apart(parameter)["schema"]
        if parameter.get("required") is True:
            required.append(name)
        if _is_array(parameter):
            encoding[name] = _style(parameter, in_form=True)
    schema: JsonObject = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    held: JsonObject = {"schema": schema, "encoding": encoding} if encoding else {"schema": schema}
    files = any(parameter.get("type") == "file" for parameter in parameters)
    named = [media_type for media_type in media_types if media_type.lower() in _FORMS]
    return {
        "required": bool(required),
        "content": dict.fromkeys(named or [_FORMS[files]], held),
    }


def _apart(parameter: JsonObject) -> JsonObject:
    made: JsonObject = {key: parameter[key] for key in _BESIDE if key in parameter}
    kept = (*_BESIDE, "collectionFormat")
    schema: JsonObject = {
        key: value
        for key, value in parameter.items()
        if key not in kept and not (key.startswith("x-") and key != "x-nullable")
    }
    made.update((key, value) for key, value in parameter.items() if key.startswith("x-"))
    made["schema"] = as_schema(schema)
    return made


def _is_array(parameter: JsonObject) -> bool:
    return parameter.get("type") == "array"


def _style(parameter: JsonObject, *, in_form: bool) -> JsonObject:
    """Return style and explode; ``csv`` is the default (Swagger 2.0, ``collectionFormat``)."""
    collected = parameter.get("collectionFormat")
    if collected == "multi":
        return {"style": "form", "explode": True}
    style = _STYLES.get(str(collected), "form" if in_form else "simple")
    return {"style": style, "explode": False}


def _reference(reference: str) -> str:
    for old, new in _REFERENCES.items():
        if reference.startswith(old):
            return new + reference[len(old) :]
    return reference
