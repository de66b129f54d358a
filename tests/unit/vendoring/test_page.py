from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import page, spec

from specproof.document import canonical_json, parse
from specproof.errors import InputError, LimitError
from specproof.vendoring.page import extract

SPEC = spec("GET /pets")
VALUE = parse(SPEC.encode(), name="spec")
JSON = '{"openapi": "3.0.3",\n "info": {}, "paths": {"/a": {"get": {}}}}\n'


@pytest.mark.parametrize(
    ("info", "spec_name", "operation"),
    [
        ("yaml", None, None),
        ("YAML", None, None),
        ("yml GET /pets", None, "GET /pets"),
        ("yaml get /pets", None, "GET /pets"),
        ("yaml pets.v1 GET /pets", "pets.v1", "GET /pets"),
        ("yaml pets v1  GET   /pets ", "pets v1", "GET /pets"),
        ("yaml pets.v1", "pets.v1", None),
        ("yaml {1,3}", "{1,3}", None),
        ('yaml title="a b" theme={null}', None, None),
        ("yaml pets.v1 GET /pets theme={null}", "pets.v1", "GET /pets"),
    ],
)
def test_the_info_string_is_understood(
    info: str, spec_name: str | None, operation: str | None
) -> None:
    """Language, then optionally the vendor's name of the file, then METHOD /path."""
    found = extract(page(SPEC, info), name="p", whole=False)
    assert (found.document, found.spec_name, found.operation) == (VALUE, spec_name, operation)


@pytest.mark.parametrize("fence", ["```", "`````", "~~~", "~~~~~~"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\nmore\n"])
def test_any_fence_of_commonmark_will_do(fence: str, end: bytes) -> None:
    """Three or more backticks or tildes, closed at the very end of the file or before."""
    assert extract(page(SPEC, fence=fence) + end, name="p", whole=False).document == VALUE


@pytest.mark.parametrize("prefix", ["> ", "  ", "   "])
def test_a_fence_may_be_indented_or_quoted(prefix: str) -> None:
    """Block quotes and up to three spaces are part of the structure, not of the content."""
    text = "".join(f"{prefix}{line}\n" for line in f"```yaml\n{SPEC}```".splitlines())
    assert extract(text.encode(), name="p", whole=False).document == VALUE


def test_a_fence_may_stand_in_a_list() -> None:
    """The indentation of the item is taken off."""
    text = "- item\n\n" + "".join(f"  {line}\n" for line in f"```yaml\n{SPEC}```".splitlines())
    assert extract(text.encode(), name="p", whole=False).document == VALUE


def test_windows_line_ends_and_a_bom_do_not_matter() -> None:
    """The document is the same."""
    data = b"\xef\xbb\xbf" + page(SPEC).replace(b"\n", b"\r\n")
    assert extract(data, name="p", whole=False).document == VALUE


def test_a_fence_may_hold_json() -> None:
    """JSON in a json fence and in a yaml fence is read; a json fence holds JSON only."""
    for info in ("json", "json GET /a", "yaml GET /a"):
        assert extract(page(JSON, info), name="p", whole=False).document["paths"]
    with pytest.raises(InputError, match=r"p:7: is not JSON"):
        extract(page(JSON.replace('"info"', "info"), "json"), name="p", whole=False)


@pytest.mark.parametrize(
    "decoy",
    [
        f"<!--\n\n```yaml GET /pets\n{SPEC}```\n\n-->\n",
        f"`````markdown\n```yaml GET /pets\n{SPEC}```\n`````\n",
        "```yaml\nversion: 3\nservices: {}\n```\n",
        "```yaml GET /pets\n- id: 1\n```\n",
        "```yaml\nexample:\n  openapi: 3.0.3\n```\n",
        '```json\n{"info": {"openapi": "3.0.3"}}\n```\n',
        "```yaml\na: [\n```\n",
        f"```yamlish\n{SPEC}```\n",
        f"```text\n{SPEC}```\n",
        f"```\n{SPEC}```\n",
        f"```yaml {'x' * 3000}\n{SPEC}```\n",
        "".join(f"    {line}\n" for line in f"```yaml\n{SPEC}```".splitlines()),
    ],
)
def test_decoys_are_passed_over(decoy: str) -> None:
    """Only a fence that CommonMark sees, of the language and with an OpenAPI document, counts."""
    text = f"{decoy}\n".encode()
    for data in (text + page(SPEC), page(SPEC) + b"\n\n" + text):
        assert extract(data, name="p", whole=False).document == VALUE
    with pytest.raises(InputError, match="holds no fence that starts with yaml or json"):
        extract(text, name="p", whole=False)


@pytest.mark.parametrize(
    "example",
    [
        '```json\n{"id": 1, "openapi": "yes"}\n```\n',
        "```yaml\nopenapi: ./openapi.yaml\nnavigation: []\n```\n",
        '```json\n{"openapi": 3, ...}\n```\n',
    ],
)
def test_a_field_called_openapi_makes_no_second_document(example: str) -> None:
    """An example response or a setting of a docs tool is passed over beside a whole document."""
    data = example.encode() + b"\n" + page(SPEC)
    assert extract(data, name="p", whole=False).document == VALUE


def test_the_same_document_twice_counts_once() -> None:
    """YAML and JSON of one document side by side contradict nobody."""
    data = page(SPEC) + b"\n\n" + page(canonical_json(VALUE).decode(), "json")
    assert extract(data, name="p", whole=False).document == VALUE


@pytest.mark.parametrize(
    ("before", "indent", "after"),
    [
        ('<Accordion title="x">\n', "", "</Accordion>\n"),
        ("<details>\n<summary>x</summary>\n", "", "</details>\n"),
        ('<Tabs>\n  <Tab title="x">\n\n', "    ", "\n  </Tab>\n</Tabs>\n"),
    ],
)
def test_a_fence_may_stand_in_a_component(before: str, indent: str, after: str) -> None:
    """MDX sees a fence inside an element where CommonMark sees HTML or indented code."""
    fence = "".join(f"{indent}{line}\n" for line in f"```yaml\n{SPEC}```".splitlines())
    hidden = f"<!--\n```yaml\n{SPEC}x: 1\n```\n-->\n\n"
    data = f"{hidden}{before}{fence}{after}".encode()
    assert extract(data, name="p", whole=False).document == VALUE


def test_a_document_may_be_indented_in_its_fence() -> None:
    """Spaces before every line are no part of YAML's meaning."""
    text = "".join(f"  {line}\n" for line in SPEC.splitlines())
    assert extract(page(text), name="p", whole=False).document == VALUE


def test_a_json_fence_that_begins_with_a_comment_says_so() -> None:
    """The sentence names the line of what is no JSON, not a fence that is missing."""
    with pytest.raises(InputError, match="p:6: is not JSON"):
        extract(page(f"// generated\n{JSON}", "json"), name="p", whole=False)


def test_two_documents_are_refused_with_both_lines() -> None:
    """Nobody can say which of them is meant."""
    data = page(SPEC) + b"\n\n" + page(spec("GET /cats"), "yaml GET /cats")
    with pytest.raises(InputError, match="in the fences on lines 5 and 17"):
        extract(data, name="p", whole=False)


@pytest.mark.parametrize("cut", ["", "   {", "````x", "```"])
def test_a_page_cut_short_is_refused(cut: str) -> None:
    """A fence that is never closed means that the end of the page is missing."""
    data = page(SPEC).removesuffix(b"````") + cut.encode()
    with pytest.raises(InputError, match="p:5: the fence that opens here is never closed"):
        extract(data, name="p", whole=False)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (SPEC + "openapi: 3.0.3\n", 'p:11: has the key "openapi" twice'),
        (SPEC.replace("3.0.3", "3.2.0"), 'p:5: follows OpenAPI "3.2.0"'),
        ("swagger: '2.0'\n", 'p:5: is Swagger "2.0"'),
        ("openapi: 3.0.3\npaths: {}\n", "p:5: the field info is missing or no object"),
        ("openapi: 3.0.3\ninfo: {}\n", "p:5: the field paths is missing or no object"),
        (spec(), "p:5: describes no operation: its paths are empty"),
        (SPEC + "x: {$ref: '#/no'}\n", 'p:5: the reference "#/no" leads to nothing'),
        (SPEC + "x: {$ref: 'https://e.org/a'}\n", "leaves the document"),
    ],
)
def test_an_unusable_document_is_refused(document: str, problem: str) -> None:
    """Each reason is one sentence, with the line in the page where it is known."""
    with pytest.raises(InputError) as caught:
        extract(page(document), name="p", whole=False)
    assert problem in str(caught.value)


def test_a_limit_stays_a_limit() -> None:
    """A document that is nested too deeply is a LimitError, at its line in the page."""
    with pytest.raises(LimitError, match="p:11: is nested more than"):
        extract(page(SPEC + "x: " + "[" * 500 + "\n"), name="p", whole=False)


def test_the_operation_of_the_fence_must_exist() -> None:
    """A page about one operation whose document holds another is a mistake."""
    with pytest.raises(InputError, match="p:5: the fence names DELETE /pets, which its document"):
        extract(page(SPEC, "yaml DELETE /pets"), name="p", whole=False)


@pytest.mark.parametrize(("data", "problem"), [(b"", "is empty"), (b" \n", "is empty"),
                                               (b"a\n\xff", "p:2: holds bytes"),
                                               (b"a\n\0", "p:2: holds a NUL")])  # fmt: skip
def test_what_is_no_text_is_no_page(data: bytes, problem: str) -> None:
    """Empty and binary answers have their sentence."""
    with pytest.raises(InputError, match=problem):
        extract(data, name="p", whole=False)


def test_a_whole_document_needs_no_fence() -> None:
    """The same checks apply to it."""
    assert extract(SPEC.encode(), name="openapi.yaml", whole=True).document == VALUE
    assert extract(JSON.encode(), name="openapi.json", whole=True).document["paths"]
    with pytest.raises(InputError, match="paths are empty"):
        extract(spec().encode(), name="openapi.yaml", whole=True)


@given(text=st.text(alphabet="`~> -\n\tyamljson<!:#openapi 3.0{}[]\"'/GET", max_size=200))
def test_any_page_gives_a_document_or_one_sentence(text: str) -> None:
    """Arbitrary Markdown never raises anything but InputError."""
    with pytest.raises(InputError):
        extract(text.encode(), name="p", whole=False)
