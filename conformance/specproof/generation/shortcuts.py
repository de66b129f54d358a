"""Saves openapi-python-client work that it does again and again; what it writes stays the same.

A part of ``worker``: it is loaded by path in the generator's process and imports nothing of
specproof. Each shortcut takes the place of a function of the generator, of jinja2 or of the
standard library that is pure, and gives what that one gives.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2.filters import do_wordwrap
from openapi_python_client import strings
from openapi_python_client.config import Config
from openapi_python_client.parser import openapi, properties
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import protocol, schemas
from openapi_python_client.schema import Schema
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonCode, PythonIdentifier

__all__ = ["safe_for_docstring", "save_time", "wordwrap"]

_REMEMBERED = 1 << 16
_SPECIAL = re.compile(r'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\\]|"""')  # is escaped or dropped

_safe_for_docstring = strings.safe_for_docstring
_update_schemas = schemas.update_schemas_with_data
_new_identifier = PythonIdentifier.__new__


def save_time() -> None:
    """Put the shortcuts in their places; twice is as once.

    The generator copies an operation with all models below it for each of five steps, although
    nobody keeps the one before, copies the table of all classes for each class, and takes every
    name apart each time that it meets it.
    """
    vars(openapi)["deepcopy"] = _as_it_is
    vars(properties)["update_schemas_with_data"] = _update
    for module in (strings, protocol):
        vars(module)["safe_for_docstring"] = safe_for_docstring
    for module, name in ((strings, "sanitize"), (strings, "split_words"), (schemas, "urlparse")):
        function = vars(module)[name]
        if not hasattr(function, "cache_info"):
            vars(module)[name] = lru_cache(maxsize=_REMEMBERED)(function)
    PythonIdentifier.__new__ = _identifier  # type: ignore[method-assign] # a plain function does


def safe_for_docstring(value: Any) -> str:
    """Return what the generator's filter of this name gives; few texts have what it escapes."""
    if isinstance(value, UntrustedString):
        value = value.get_untrusted_value()
    elif isinstance(value, PythonCode):
        value = value.as_unembedded_code()
    if isinstance(value, str) and not _SPECIAL.search(value):
        return str(value)
    return _safe_for_docstring(value)


@pass_environment
def wordwrap(environment: Environment, text: str, width: int = 79) -> str:
    """Return what jinja2's filter of this name gives; most texts are one short line."""
    if 0 < len(text) <= width and text.isprintable() and not text[-1].isspace():
        return text
    return do_wordwrap(environment, text, width)


def _as_it_is(endpoint: Endpoint) -> Endpoint:
    return endpoint


def _update(*, ref_path: Any, data: Schema, schemas: Any, config: Config) -> Any:
    made, found = properties.property_from_data(
        data=data,
        name=ref_path,
        schemas=schemas,
        required=True,
        parent_name="",
        config=config,
        process_properties=False,
        roots={ref_path},
    )
    if isinstance(made, PropertyError):
        # It fails once more, and says why in its own words.
        return _update_schemas(ref_path=ref_path, data=data, schemas=schemas, config=config)
    found.classes_by_reference.setdefault(ref_path, made)
    return found


def _identifier(
    cls: type[PythonIdentifier],
    value: UntrustedString | str,
    prefix: str,
    skip_snake_case: bool = False,
) -> PythonIdentifier:
    del cls
    text = value.get_untrusted_value() if isinstance(value, UntrustedString) else value
    return _remembered(text, prefix, skip_snake_case)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(text: str, prefix: str, is_kept: bool) -> PythonIdentifier:
    return _new_identifier(PythonIdentifier, text, prefix, is_kept)
