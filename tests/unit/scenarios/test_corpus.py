from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.catalog import open_catalog
from specproof.effective import load
from specproof.errors import InputError, LimitError, StaleError
from specproof.requirements.contract import Contract
from specproof.scenarios.corpus import (
    Corpus,
    StoredCase,
    corpus_file,
    header_of,
    read_corpus,
    render_cases,
    request_digest,
)

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/things/{id}": {
            "get": {
                "operationId": "view",
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"$ref": "#/components/schemas/Id"},
                    }
                ],
                "responses": {"200": {"description": "ok"}},
            }
        }
    },
    "components": {"schemas": {"Id": {"type": "string"}}},
}

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_PAIRS = st.lists(st.tuples(_TEXT, _TEXT), max_size=3).map(tuple)
_CASES = st.builds(
    StoredCase,
    kind=st.sampled_from(["baseline", "valid", "invalid"]),
    path=st.dictionaries(_TEXT, _TEXT, max_size=3),
    resource=st.lists(_TEXT, max_size=2).map(tuple),
    query=_PAIRS,
    headers=_PAIRS,
    body=st.binary(max_size=20),
)


def _contract(document: dict[str, Any] | None = None) -> Contract:
    return Contract(DOCUMENT if document is None else document, name="t")


def _write(folder: Path, cases: list[StoredCase]) -> Path:
    contract = _contract()
    sha256 = request_digest(contract, contract.operations["view"])
    path = corpus_file(folder, "view")
    path.write_bytes(render_cases("view", sha256, 3, 7, cases))
    return path


@given(cases=st.lists(_CASES, max_size=4))
def test_what_is_written_is_read_again(
    cases: list[StoredCase], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every case survives the file, which holds nothing but printable ASCII."""
    folder = tmp_path_factory.mktemp("corpus")
    path = _write(folder, cases)
    assert read_corpus(folder, _contract()).by_operation["view"] == tuple(cases)
    assert all(32 <= byte < 127 or byte == 10 for byte in path.read_bytes())
    assert header_of(path) == (3, 7)


def test_a_changed_parameter_makes_it_stale_and_a_changed_answer_does_not(tmp_path: Path) -> None:
    """What decides about requests is compared, through references too; answers are not."""
    _write(tmp_path, [])
    changed = json.loads(json.dumps(DOCUMENT))
    changed["paths"]["/things/{id}"]["get"]["responses"]["404"] = {"description": "gone"}
    assert read_corpus(tmp_path, _contract(changed)).covers(["view"])
    changed["components"]["schemas"]["Id"]["maxLength"] = 3
    with pytest.raises(StaleError, match="specproof discover"):
        read_corpus(tmp_path, _contract(changed))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"kind":"odd"}', "not a line of a corpus: kind"),
        ('{"kind":"valid","extra":1}', "not a line of a corpus: extra"),
        ('{"kind":"valid","base64":"*"}', "no base64"),
        ("[", "not a line of JSON"),
        ("[" * 100_000, "not a line of JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    """The error names file and line."""
    path = _write(tmp_path, [])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError, match=message) as caught:
        read_corpus(tmp_path, _contract())
    assert caught.value.line == 2


def test_other_files_are_refused(tmp_path: Path) -> None:
    """An empty file, another operation's cases and an endless line are no corpus."""
    path = _write(tmp_path, [])
    whole = path.read_bytes()
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is empty"):
        read_corpus(tmp_path, _contract())
    path.write_bytes(whole.replace(b'"view"', b'"list"'))
    with pytest.raises(InputError, match="holds cases of list"):
        read_corpus(tmp_path, _contract())
    path.write_bytes(whole + b'"' + b"a" * 1024 * 1024 + b'"\n')
    with pytest.raises(LimitError):
        read_corpus(tmp_path, _contract())


def test_file_names_are_safe_and_distinct(tmp_path: Path) -> None:
    """An operation id of a stranger leaves no folder, and two ids never share a file."""
    names = ["view", "../x", "..", ".hidden", "a/b", "a b", "é", "x" * 300, "y" * 300]
    files = [corpus_file(tmp_path, name) for name in names]
    assert len(set(files)) == len(names)
    assert {item.parent for item in files} == {tmp_path}
    assert all(len(item.name) < 120 and not item.name.startswith(".") for item in files)


def test_nothing_is_covered_where_nothing_is_stored(tmp_path: Path) -> None:
    """Without files there is no corpus and no baseline."""
    contract = _contract()
    corpus = read_corpus(tmp_path, contract)
    assert not corpus.covers(contract.operations)
    assert corpus.first_valid(contract.operations["view"]) is None
    assert Corpus().cases("view", "valid") == ()


def test_baseline_comes_back_as_it_was_drawn(tmp_path: Path) -> None:
    """The stored baseline has the parts from which scenarios build requests."""
    case = StoredCase(
        "baseline",
        {"id": "a"},
        query=(("tag", "1"), ("tag", "2")),
        headers=(("content-type", "application/json"),),
        body=b"{}",
    )
    _write(tmp_path, [case])
    contract = _contract()
    drawn = read_corpus(tmp_path, contract).first_valid(contract.operations["view"])
    assert drawn is not None
    assert (drawn.path, drawn.query) == ({"id": "a"}, {"tag": ["1", "2"]})
    assert drawn.headers == {"content-type": "application/json"}
    assert drawn.content == {"content": b"{}"}


@pytest.mark.parametrize("name", ["onesignal", "sequence"])
def test_committed_corpora_hold_hundreds_of_distinct_requests(name: str) -> None:
    """Each operation has over two hundred requests of each kind, and none twice."""
    catalog = open_catalog(None)
    _, contract = Contract.pair(load(catalog.get(name)), name)
    corpus = read_corpus(catalog.corpus / name, contract)
    assert corpus.covers(contract.operations)
    for operation in contract.operations:
        for kind in ("valid", "invalid"):
            cases = corpus.cases(operation, kind)
            lines = render_cases("x", "", 0, 0, cases).splitlines()
            assert len(set(lines)) == len(lines) > 200
