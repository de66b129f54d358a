from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_python_client import strings

from specproof.generation.normalisation.names import (
    PREFIX,
    Names,
    class_name,
    identifier,
    shortened,
)

_ASCII = st.text(st.characters(max_codepoint=127), max_size=20)


@given(_ASCII)
def test_names_are_those_that_the_generator_makes(text: str) -> None:
    """Arguments, modules and classes are called here what they will be called there."""
    assert identifier(text) == strings.PythonIdentifier(text, PREFIX)
    name = class_name(text)
    assert name == strings.ClassName(name, PREFIX)


@given(st.text(max_size=30))
def test_names_can_be_written(text: str) -> None:
    """Whatever the text, the name is an identifier that is read back as itself."""
    name = class_name(text)
    assert name.isidentifier()
    assert class_name(name) == name


@given(st.lists(_ASCII, max_size=20))
def test_each_name_is_given_once(texts: list[str]) -> None:
    """No two names meet, nor do the files that they name."""
    names = Names()
    given_out = [names.claim(class_name(text)) for text in texts]
    files = {identifier(name).rstrip("_") for name in given_out}
    assert len(files) == len(texts)


@pytest.mark.parametrize("length", [90, 91, 300])
def test_long_names_fit_into_a_file_name(length: int) -> None:
    """What is cut is still unlike other names with the same start."""
    assert len(shortened("a" * length)) <= 90
    assert shortened("a" * length) != shortened("a" * (length + 1))
