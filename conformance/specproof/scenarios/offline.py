"""Keeps Schemathesis from opening what a stranger's description names."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["stay_offline"]

_LOADERS = ("_load_remote_uri", "load_file_impl")


def stay_offline() -> None:
    """Let Schemathesis read no file and ask no address, for the rest of the process.

    It follows every ``$ref`` that it meets, in examples and defaults too, where it is data and no
    reference, and reads the file or asks the address there; it has no setting against that.
    """
    from schemathesis.core.jsonschema import resolver  # noqa: PLC0415 - see ``generated``

    for name in _LOADERS:
        if not hasattr(resolver, name):
            raise AttributeError(f"this Schemathesis loads references otherwise: no {name}")
        setattr(resolver, name, _refused)


def _refused(location: str, *_: object) -> NoReturn:
    raise OSError(f"{location} is not opened: references stay inside the document")
