from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.filters import do_indent, do_wordwrap
from openapi_python_client import strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import properties
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.properties import schemas
from openapi_python_client.schema import DataType, Reference, Schema
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

from specproof.generation import shortcuts
from specproof.generation.worker import docstring_text, literal

ENVIRONMENT = Environment(autoescape=False)  # noqa: S701 - it writes Python, no HTML
ODD = st.text(st.sampled_from('ab Z_9-."\\\n\t\x00\x7f\x85\u2028\u202e\xa0é'), max_size=40)


@given(ODD | st.text(max_size=40), st.integers(1, 30))
def test_lines_are_wrapped_as_jinja_wraps_them(text: str, width: int) -> None:
    """The filter gives what jinja2's own gives, whatever the text and width."""
    assert shortcuts.wordwrap(ENVIRONMENT, text, width) == do_wordwrap(ENVIRONMENT, text, width)


@given(ODD | st.text(max_size=40), st.integers(1, 12))
def test_lines_are_indented_as_jinja_indents_them(text: str, width: int) -> None:
    """The filter gives what jinja2's own gives, whatever the text and width."""
    assert shortcuts.indent(text, width) == do_indent(text, width)


def test_templates_say_the_same_with_shortcuts() -> None:
    """Fields, methods of dictionaries, macros, generators and what is missing are found alike."""
    template = (
        "{% macro twice(text) %}{{ text }}{{ text }}{{ shared }}{% endmacro %}"
        "{% for key, value in told.items() %}{{ key }}={{ value }} {{ twice(key) }}{% endfor %}"
        "{{ told.name }} {{ told.keys is callable }} {{ told.gone is defined }}"
        "{{ name(told) | upper | indent(2) }}{{ told.copy().name }}{{ ended() is defined }}"
    )

    def said(saves_time: bool) -> str:
        environment = Environment(autoescape=False)  # noqa: S701 - it writes Python, no HTML
        environment.globals.update(shared="!", name=lambda held: held["name"], ended=_ended)
        if saves_time:
            shortcuts.save_time_of_templates(environment)
        return environment.from_string(template).render(told={"name": "a", "keys": "b"})

    assert said(saves_time=True) == said(saves_time=False)


def _ended() -> None:
    raise StopIteration


@given(ODD | st.text(max_size=40))
def test_docstrings_are_escaped_as_the_generator_escapes_them(text: str) -> None:
    """The filter gives what the generator's own gives, for text and for what holds text."""
    expected = shortcuts._safe_for_docstring(text)
    assert shortcuts.safe_for_docstring(text) == expected
    assert shortcuts.safe_for_docstring(UntrustedString(text)) == expected
    assert shortcuts.safe_for_docstring(strings.PythonCode(text)) == expected


def test_what_is_no_text_is_shown() -> None:
    """A number is escaped as its text."""
    assert shortcuts.safe_for_docstring(5) == "5"


@given(ODD | st.text(max_size=20), st.booleans())
def test_names_are_those_of_the_generator(text: str, is_kept: bool) -> None:
    """A remembered name is the one that the generator makes, also the second time."""
    expected = shortcuts._new_identifier(PythonIdentifier, text, "field_", is_kept)
    for _ in range(2):
        for value in (text, UntrustedString(text)):
            found = shortcuts._identifier(PythonIdentifier, value, "field_", is_kept)
            assert found == expected
            assert type(found) is PythonIdentifier


@given(ODD)
def test_filters_treat_plain_and_odd_text_alike(text: str) -> None:
    """What is added to plain text does not change how the rest of it is written."""
    assert literal(f"plain {text}") == f"plain {literal(text)}"
    assert "\u202e" not in docstring_text(text)


def test_a_class_that_can_not_be_made_says_why_in_the_generators_words() -> None:
    """A failure is the generator's own, and leaves the table of classes alone."""
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, "http://127.0.0.1/", "utf-8", overwrite=False, output_path=None
    )
    path = schemas.ReferencePath(UntrustedString("/components/schemas/A"))
    data = Schema(type=DataType.ARRAY, items=Reference(ref="#/components/schemas/B"))  # type: ignore[call-arg] # pydantic reads text
    table = schemas.Schemas()
    made = shortcuts._update(ref_path=path, data=data, schemas=table, config=config)
    told = properties.schemas.update_schemas_with_data(
        ref_path=path, data=data, schemas=schemas.Schemas(), config=config
    )
    assert isinstance(made, PropertyError)
    assert isinstance(told, PropertyError)
    assert (made.header, made.detail) == (told.header, told.detail)
    assert table.classes_by_reference == {}


@given(ODD | st.text(max_size=20))
def test_words_are_those_of_the_generator(text: str) -> None:
    """Names are cleaned and split as the generator does it."""
    assert shortcuts.sanitize(text) == shortcuts._sanitize(text)
    assert shortcuts.split_words(text) == shortcuts._split_words(text)
