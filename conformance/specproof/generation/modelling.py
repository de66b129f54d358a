"""What the templates ask about models and parameters beyond what the generator tells them.

A part of ``worker``: it is loaded by path in the generator's process and imports nothing of
specproof. The generator's parser drops discriminators and the style of parameters, so both are
read from the description.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openapi_python_client import strings
from openapi_python_client.config import Config
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import (
    EnumProperty,
    ModelProperty,
    model_property,
)
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema import ParameterLocation
from openapi_python_client.strings import PythonIdentifier, fix_reserved_words

__all__ = ["Modelling"]

_SHAPES = {
    "AnyProperty": "ANY",
    "BooleanProperty": "BOOLEAN",
    "DateProperty": "DATE",
    "DateTimeProperty": "DATE_TIME",
    "FileProperty": "FILE",
    "FloatProperty": "NUMBER",
    "IntProperty": "INTEGER",
    "NoneProperty": "NULL",
    "StringProperty": "STRING",
    "UuidProperty": "IDENTIFIER",
}
_RESERVED = frozenset(
    {
        # What a model has beside its fields.
        *("additional_keys", "additional_properties", "from_dict", "to_dict"),
        # What the annotations and defaults in the body of its class refer to.
        *("Any", "ClassVar", "File", "Literal", "Mapping", "Self", "UNSET", "UUID", "Unset"),
    }
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NO_LETTER = re.compile(r"\W")
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_COMPONENT = "#/components/schemas/"
_LONGEST_CHAIN = 50  # of references to references


def _keep_both(first: object, second: object, config: object) -> None:
    """Take the place of a check that refuses models whose fields have like names, e.g. +1, -1.

    https://github.com/openapi-generators/openapi-python-client/issues/602; ``Modelling.names``
    makes names that differ.
    """
    del first, second, config


class Modelling:
    """Answers of one description.

    Args:
        document: the description that the generator reads.
        config: of the generator.
    """

    def __init__(self, document: Mapping[str, Any], config: Config) -> None:
        model_property._resolve_naming_conflict = _keep_both  # noqa: SLF001 - see there
        # Its own templates write no dates, arrays and objects into headers; ``parameters`` does.
        PropertyProtocol._allowed_locations.add(ParameterLocation.HEADER)  # noqa: SLF001 - no other way
        self._document = document
        self._config = config
        self._parameters = dict(self._described_parameters())
        self._tags = dict(self._discriminators())

    def globals(self) -> dict[str, Any]:
        """Return what the templates know this by."""
        return {
            "specproof_annotation": annotation,
            "specproof_argument": self.argument,
            "specproof_attribute": attribute_line,
            "specproof_explode": self.explode,
            "specproof_fields": self.fields,
            "specproof_instance": instance,
            "specproof_path_value": self.path_value,
            "specproof_shape": self.shape,
            "specproof_style": self.style,
        }

    def forget_document(self) -> None:
        """Let go of the document; all that is asked of it was read when this was made."""
        self._document = {}

    def fields(self, model: ModelProperty) -> list[dict[str, Any]]:
        """Return the fields of ``model`` in the order in which its class declares them.

        Each has ``name`` (a literal), ``attribute``, ``annotation``, ``default`` (an expression,
        or None), ``required``, ``shape`` (an expression) and ``property``.
        """
        properties = [*(model.required_properties or []), *(model.optional_properties or [])]
        found = [
            {
                "name": repr(entry.name.get_untrusted_value()),
                "attribute": attribute,
                "annotation": annotation(entry),
                "default": _default(entry),
                "required": entry.required,
                "shape": self.shape(entry),
                "property": entry,
            }
            for entry, attribute in zip(properties, self.names(properties), strict=True)
        ]
        return sorted(found, key=lambda field: field["default"] is not None)

    def names(self, properties: Iterable[PropertyProtocol]) -> list[str]:
        """Return the attributes that hold ``properties``: identifiers that differ."""
        listed = list(properties)
        wanted = [self._identifier(entry, as_it_is=False) for entry in listed]
        shared = {name for name, count in Counter(wanted).items() if count > 1}
        names: list[str] = []
        taken = set(wanted) - shared
        for entry, name in zip(listed, wanted, strict=True):
            chosen = name
            if name in shared:
                base = self._identifier(entry, as_it_is=True)
                chosen, number = base, 2
                while chosen in taken:
                    chosen, number = f"{base}_{number}", number + 1
                taken.add(chosen)
            names.append(chosen)
        return names

    def shape(self, entry: PropertyProtocol) -> str:
        """Return an expression for the ``Shape`` that reads ``entry`` (module ``shapes``)."""
        # Asking for an instance of a class asks its protocol first, so most are told by name.
        known = _SHAPES.get(type(entry).__name__)
        if known is not None:
            return f"_shapes.{known}"
        match entry:
            case EnumProperty():
                return f"_shapes.Members({entry.class_info.name})"
            case ModelProperty():
                return f"{entry.class_info.name}._shape"
            case ListProperty():
                return f"_shapes.Items({self.shape(entry.inner_property)})"
            case ConstProperty():
                return f"_shapes.Constant({entry.value.python_code.as_unembedded_code()})"
            case UnionProperty():
                members = entry.inner_properties
                parts = [*map(self.shape, members), *self._tagged(members)]
                return parts[0] if len(parts) == 1 else f"_shapes.OneOf({', '.join(parts)})"
        raise TypeError(type(entry).__name__)

    def argument(self, entry: PropertyProtocol) -> str:
        """Return the declaration of an argument of an operation."""
        declared = f"{entry.python_name}: {annotation(entry)}"
        default = _default(entry)
        return declared if default is None else f"{declared} = {default}"

    def style(self, endpoint: Endpoint, entry: PropertyProtocol, where: str) -> str:
        """Return the style in which a parameter is written (OpenAPI 3.1.1, 4.8.12.2)."""
        stated = self._parameter(endpoint, entry, where).get("style")
        return stated if isinstance(stated, str) and stated.isalpha() else _STYLES[where]

    def explode(self, endpoint: Endpoint, entry: PropertyProtocol, where: str) -> bool:
        """Return whether each item of a parameter is written on its own; true for style form."""
        stated = self._parameter(endpoint, entry, where).get("explode")
        is_form = self.style(endpoint, entry, where) == "form"
        return stated if isinstance(stated, bool) else is_form

    def path_value(self, endpoint: Endpoint, name: str) -> str | None:
        """Return the arguments that ``parameters.path`` needs, or None where it is not needed."""
        entry = next(item for item in endpoint.path_parameters if item.python_name == name)
        style = self.style(endpoint, entry, "path")
        plain = isinstance(entry, EnumProperty) or type(entry).__name__ in {
            *("IntProperty", "StringProperty", "UuidProperty"),
        }
        if plain and style == "simple":
            return None
        wire = entry.name.get_untrusted_value()
        return f"{wire!r}, {name}, {style!r}, explode={self.explode(endpoint, entry, 'path')}"

    def _identifier(self, entry: PropertyProtocol, *, as_it_is: bool) -> str:
        prefix = self._config.field_prefix
        name = PythonIdentifier(entry.name, prefix, skip_snake_case=as_it_is)
        # The parser of Python reads identifiers in this form (PEP 3131).
        found = fix_reserved_words(unicodedata.normalize("NFKC", name))
        if not found.isidentifier() or found.startswith("_"):
            found = prefix + _NO_LETTER.sub("", found).lstrip("_")
        return f"{found}_" if found in _RESERVED else found

    def _tagged(self, members: list[PropertyProtocol]) -> list[str]:
        classes = [
            str(member.class_info.name) if isinstance(member, ModelProperty) else ""
            for member in members
        ]
        tag, values = self._tags.get(frozenset(name for name in classes if name), ("", {}))
        tags = {value: classes.index(name) for value, name in sorted(values.items())}
        return [f"tag={tag!r}", f"tags={tags!r}"] if tags else []

    def _discriminators(self) -> Iterator[tuple[frozenset[str], tuple[str, dict[str, str]]]]:
        """Yield the classes of each union and what tells them apart: the generator forgets it."""
        for node in _nodes(self._document):
            stated = node.get("discriminator")
            if not isinstance(stated, Mapping):
                continue
            members = node.get("oneOf") or node.get("anyOf")
            if not isinstance(members, list):
                continue
            tag, mapping = stated.get("propertyName"), stated.get("mapping")
            references = [
                member["$ref"]
                for member in members
                if isinstance(member, Mapping) and isinstance(member.get("$ref"), str)
            ]
            named = {
                reference.removeprefix(_COMPONENT): name
                for reference in references
                if (name := self._class_name(reference)) is not None
            }
            values = dict(named)
            for value, target in mapping.items() if isinstance(mapping, Mapping) else ():
                name = named.get(str(target).removeprefix(_COMPONENT))
                if isinstance(value, str) and name is not None:
                    values[value] = name
            if isinstance(tag, str) and values:
                yield frozenset(named.values()), (tag, values)

    def _class_name(self, reference: str) -> str | None:
        schema = self._resolved({"$ref": reference})
        if not reference.startswith(_COMPONENT) or not isinstance(schema, Mapping):
            return None
        title = schema.get("title") or reference.removeprefix(_COMPONENT)
        return str(Class.from_string(string=str(title), config=self._config).name)

    def _described_parameters(self) -> Iterator[tuple[tuple[str, str, str], Mapping[str, Any]]]:
        paths = self._document.get("paths")
        for path, item in paths.items() if isinstance(paths, Mapping) else ():
            for method, operation in item.items() if isinstance(item, Mapping) else ():
                if not isinstance(operation, Mapping):
                    continue
                for entry in [*_listed(item), *_listed(operation)]:
                    found = self._resolved(entry)
                    if isinstance(found, Mapping):
                        where, name = found.get("in"), found.get("name")
                        yield (_operation(method, path), str(where), str(name)), found

    def _parameter(
        self, endpoint: Endpoint, entry: PropertyProtocol, where: str
    ) -> Mapping[str, Any]:
        operation = _operation(endpoint.method, endpoint.path.get_untrusted_value())
        return self._parameters.get((operation, where, entry.name.get_untrusted_value()), {})

    def _resolved(self, node: Any) -> Any:
        for _ in range(_LONGEST_CHAIN):
            if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
                return node
            found: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                key = part.replace("~1", "/").replace("~0", "~")
                found = found.get(key) if isinstance(found, Mapping) else None
            node = found
        return None


def annotation(entry: PropertyProtocol) -> str:
    """Return the Python type of ``entry``; PEP 586 has no literals of numbers with a fraction."""
    code = entry.get_type_string().as_unembedded_code()
    # Asking for an instance asks the protocol of its class first, which takes its time.
    if type(entry) is ConstProperty and isinstance(entry.value.raw_value, float):
        return code.replace(f"Literal[{entry.value.python_code.as_unembedded_code()}]", "float")
    return str(code)


def instance(entry: PropertyProtocol) -> str:
    """Return what ``isinstance`` is asked about values of ``entry``."""
    code = str(entry.get_instance_type_string().as_unembedded_code())
    return "object" if code == "Any" else code


def attribute_line(field: Mapping[str, Any]) -> str:
    """Return what the docstring of a model says about one of its fields."""
    entry = field["property"]
    parts = [f"{field['attribute']} ({strings.safe_for_docstring(field['annotation'])}):"]
    if entry.description:
        parts.append(strings.safe_for_docstring(entry.description))
    if entry.default:
        parts.append(f"Default: {strings.safe_for_docstring(entry.default.python_code)}.")
    if entry.example:
        parts.append(f"Example: {strings.safe_for_docstring(entry.example)}.")
    return " ".join(parts)


def _default(entry: PropertyProtocol) -> str | None:
    if entry.default is None:
        return None if entry.required else "UNSET"
    code = str(entry.default.python_code.as_unembedded_code())
    raw = entry.default.raw_value
    if isinstance(raw, str) and code[:1] in {"'", '"'}:
        # The generator escapes quotes and backslashes twice, once in `remove_string_escapes`.
        return repr(raw)
    return code


def _operation(method: str, path: str) -> str:
    return f"{method.upper()} {_PLACEHOLDER.sub('{}', path)}"


def _listed(holder: Mapping[str, Any]) -> list[Any]:
    listed = holder.get("parameters")
    return listed if isinstance(listed, list) else []


def _nodes(document: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            node = node.values()
        below = [item for item in node if isinstance(item, dict | list)]
        below.reverse()
        waiting += below
