"""The shipped JSON Schemas."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest

from specproof.errors import InputError
from specproof.report import schema


@pytest.mark.parametrize("name", schema.names())
def test_each_schema_is_a_schema(name: str) -> None:
    """Each keeps its meta-schema, has a title, and names the version of what it describes."""
    found = schema.load(name)
    jsonschema_rs.meta.validate(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["title"]
    assert re.search(r"specproof\.[a-z-]+/[1-9]", json.dumps(found))


def test_the_schemas_of_a_run_are_shipped() -> None:
    """Reports and run files have theirs."""
    assert {"explain", "run", "run-file"} <= set(schema.names())


def test_an_unknown_name_is_refused() -> None:
    """A name leads to no other file."""
    with pytest.raises(InputError, match="no schema is called"):
        schema.load("../../__init__")
