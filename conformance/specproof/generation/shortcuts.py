"""Saves openapi-python-client work that it does again and again; what it writes stays the same.

A part of ``worker``: it is loaded by path in the generator's process and imports nothing of
specproof. Each shortcut takes the place of a function of the generator, of jinja2 or of the
standard library that is pure, and gives what that one gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2.filters import do_indent, do_wordwrap
from jinja2.runtime import Context
from openapi_python_client import strings
from openapi_python_client.config import Config
from openapi_python_client.parser import openapi, properties
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import protocol, schemas
from openapi_python_client.schema import Schema
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonCode, PythonIdentifier

__all__ = [
    "indent",
    "safe_for_docstring",
    "sanitize",
    "save_time",
    "save_time_of_templates",
    "split_words",
    "wordwrap",
]

_REMEMBERED = 1 << 16
_DROPPED = {code: None for code in range(128) if not strings.sanitize(chr(code))}
_WORD_IN_CASES = re.compile("([A-Z]?[a-z]+)")
_WORD = re.compile(rf"[^{re.escape(strings.DELIMITERS)}]+")
_SPECIAL = re.compile(r'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\\]|"""')  # is escaped or dropped

_safe_for_docstring = strings.safe_for_docstring
_sanitize = strings.sanitize
_split_words = strings.split_words
_PLAIN = frozenset({FunctionType, MethodType})
_OF_EVERY_DICT = frozenset(dir(dict))
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
    vars(strings).update(sanitize=sanitize, split_words=split_words)
    if not hasattr(vars(schemas)["urlparse"], "cache_info"):
        vars(schemas)["urlparse"] = lru_cache(maxsize=_REMEMBERED)(vars(schemas)["urlparse"])
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


@lru_cache(maxsize=_REMEMBERED)
def sanitize(value: str) -> str:
    """Return what the generator's function of this name gives."""
    return value.translate(_DROPPED) if value.isascii() else _sanitize(value)


@lru_cache(maxsize=_REMEMBERED)
def split_words(value: str) -> list[str]:
    """Return what the generator's function of this name gives; nobody changes the list."""
    if not value.isascii():
        return _split_words(value)
    if value != value.lower():
        value = " ".join(_WORD_IN_CASES.split(value))
    return _WORD.findall(value)


@pass_environment
def wordwrap(environment: Environment, text: str, width: int = 79) -> str:
    """Return what jinja2's filter of this name gives; most texts are one short line."""
    if 0 < len(text) <= width and text.isprintable() and not text[-1].isspace():
        return text
    return _wrapped(environment, text, width)


@lru_cache(maxsize=1 << 12)
def _wrapped(environment: Environment, text: str, width: int) -> str:
    # Large descriptions say the same again and again.
    return do_wordwrap(environment, text, width)


def indent(text: str, width: int = 4) -> str:
    """Return what jinja2's filter of this name gives; what is one line stays as it is."""
    return text if text.isprintable() else do_indent(text, width)


def save_time_of_templates(environment: Environment) -> None:
    """Put the shortcuts of ``environment`` in their places; its globals stay as they are now.

    jinja2 looks through a chain of dictionaries for every global, and twice for every field of
    a dictionary; what is called is asked first what it wants to be told.
    """
    environment.filters["indent"] = indent
    environment.filters["wordwrap"] = wordwrap
    environment.context_class = _Context
    known = dict(environment.globals)

    def made(own: Mapping[str, Any] | None) -> dict[str, Any]:
        return {**known, **(own or {})}

    def found(thing: Any, name: str) -> Any:
        if type(thing) is dict and name in thing and name not in _OF_EVERY_DICT:
            return thing[name]
        return Environment.getattr(environment, thing, name)

    vars(environment).update(make_globals=made, getattr=found)


class _Context(Context):
    """The names that a template knows."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a plain function; jinja2 does the rest."""
        if type(called) not in _PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        try:
            return called(*args, **kwargs)
        except StopIteration:
            return super().call(_ended)


def _ended() -> None:
    raise StopIteration


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
