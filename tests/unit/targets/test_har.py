"""Recordings: what an entry has to say, and that nothing is lost on the way."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.catalog import open_catalog
from specproof.errors import InputError
from specproof.model import Request, Response
from specproof.targets.har import PROVENANCES, Provenance, Recorded, read_recordings, to_har

RECORDINGS = open_catalog().recordings


def _entry(**changed: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "request": {"method": "DELETE", "url": "https://shop.test/things/1"},
        "response": {
            "status": 404,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"text": '{"a": "\u00e9"}'},
        },
        "_specproof": {
            "id": "seen-404",
            "operation": "drop",
            "provenance": {"kind": "public-report", "source": "a page", "date": "2026-11-21"},
        },
    }
    for place, value in changed.items():
        node = entry
        *parents, last = place.split("__")
        for part in parents:
            node = node["_specproof" if part == "own" else part]
        node[last] = value
    return entry


def _folder(tmp_path: Path, *entries: Any, name: str = "a.har", version: str = "1.2") -> Path:
    har = {"log": {"version": version, "creator": {}, "entries": list(entries)}}
    (tmp_path / name).write_text(json.dumps(har))
    return tmp_path


def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    """Request, response, provenance and what the checks may rely on."""
    posted = {"mimeType": "application/json", "text": "{}"}
    entry = _entry(request__postData=posted, own__expects="404", own__facts={"headers": "unknown"})
    (found,) = read_recordings(_folder(tmp_path, entry))
    body = '{"a": "\u00e9"}'.encode()
    assert found == Recorded(
        id="seen-404",
        operation="drop",
        request=Request("DELETE", "https://shop.test/things/1", (), b"{}"),
        response=Response(404, (("Content-Type", "application/json"),), body, body),
        provenance=Provenance(kind="public-report", source="a page", date="2026-11-21"),
        expects="404",
        facts={"headers": "unknown"},
    )


def test_files_are_read_in_order_of_their_names(tmp_path: Path) -> None:
    """Whatever order the disk has; other files are none of ours, and a folder may lack."""
    _folder(tmp_path, _entry(own__id="second"), name="b.har")
    _folder(tmp_path, _entry(own__id="first"), name="a.har")
    (tmp_path / "notes.txt").write_text("{")
    assert [item.id for item in read_recordings(tmp_path)] == ["first", "second"]
    assert read_recordings(tmp_path / "none") == ()


def test_a_body_may_be_base64(tmp_path: Path) -> None:
    """Bytes that are no text survive; no content at all is an empty body."""
    raw = b"\x1f\x8b\xff\x00"
    content = {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
    bare = _entry(own__id="bare")
    del bare["response"]["content"]
    first, second = read_recordings(_folder(tmp_path, _entry(response__content=content), bare))
    assert (first.response.raw, first.response.body) == (raw, raw)
    assert second.response.raw == b""


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (_entry(response__content={"text": "*", "encoding": "base64"}), "a body that is no base64"),
        (_entry(response__content={"text": "\u00e9", "encoding": "base64"}), "no base64"),
        (_entry(response__content={"encoding": "gzip"}), "a body in an unknown encoding"),
        (_entry(request__postData={"_encoding": "gzip"}), "a body in an unknown encoding"),
        (_entry(own__provenance__kind="hearsay"), "an unknown kind of provenance; use one of"),
        (_entry(own__provenance={"kind": "live-run"}), "_specproof.provenance.source: field requ"),
        (_entry(own__provenance__by="me"), "_specproof.provenance.by: extra inputs"),
        (_entry(own__more=1), "_specproof.more: extra inputs"),
        (_entry(own__id="Not Kebab"), "_specproof.id: string should match"),
        (_entry(response__status=99), "response.status: input should be greater"),
        (_entry(response__status=1000), "response.status: input should be less"),
        (_entry(own__facts={"a": 1}), "_specproof.facts.a: input should be a valid string"),
        ({"request": {}, "response": {"status": 200}}, "log.entries.0.request.method: field"),
        ({**_entry(), "_specproof": None}, "log.entries.0._specproof: input should be"),
    ],
)
def test_a_wrong_entry_is_one_sentence(tmp_path: Path, entry: Any, said: str) -> None:
    """The file and the place in it are named, fit for a terminal."""
    with pytest.raises(InputError) as caught:
        read_recordings(_folder(tmp_path, entry))
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'a.har'}: ")
    assert said in sentence
    assert sentence.isprintable()


def test_another_version_is_refused(tmp_path: Path) -> None:
    """Only HAR 1.2 is what we know how to read."""
    with pytest.raises(InputError, match=r"a\.har: is no HAR 1\.2"):
        read_recordings(_folder(tmp_path, _entry(), version="1.1"))


@pytest.mark.parametrize("text", ["{", "[]", "", "\x00", '{"log": 1}'])
def test_what_is_no_har_is_refused(tmp_path: Path, text: str) -> None:
    """No JSON, or JSON that is something else."""
    (tmp_path / "a.har").write_text(text)
    with pytest.raises(InputError, match=r"a\.har"):
        read_recordings(tmp_path)


@pytest.mark.parametrize("other", ["a.har", "b.har"])
def test_an_id_names_one_entry(tmp_path: Path, other: str) -> None:
    """In one file or in two: a finding names its recording by the id."""
    _folder(tmp_path, *[_entry()] * (2 if other == "a.har" else 1))
    if other != "a.har":
        _folder(tmp_path, _entry(), name=other)
    with pytest.raises(InputError, match="the id seen-404 is taken twice") as caught:
        read_recordings(tmp_path)
    assert other in str(caught.value)


@pytest.mark.parametrize("kind", sorted(PROVENANCES))
def test_every_kind_of_provenance_is_read(tmp_path: Path, kind: str) -> None:
    """What is written down as a kind can be used."""
    (found,) = read_recordings(_folder(tmp_path, _entry(own__provenance__kind=kind)))
    assert found.provenance.kind == kind


def _again(tmp_path: Path, entries: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    (tmp_path / "again.har").write_text(json.dumps(to_har(entries, "1.0")))
    return read_recordings(tmp_path)


@pytest.mark.parametrize("api", sorted(item.name for item in RECORDINGS.iterdir() if item.is_dir()))
def test_committed_recordings_survive_a_round_trip(tmp_path: Path, api: str) -> None:
    """Read, written and read again they are the same, in order of their ids."""
    entries = read_recordings(RECORDINGS / api)
    assert entries
    assert _again(tmp_path, entries) == tuple(sorted(entries, key=lambda item: item.id))
    assert to_har(entries, "1.0") == to_har(entries[::-1], "1.0")


@given(raw=st.binary(max_size=40), posted=st.binary(max_size=20))
def test_any_body_survives_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, posted: bytes
) -> None:
    """Text stays text, other bytes become base64, and none are lost."""
    entry = Recorded(
        id="x",
        operation="drop",
        request=Request("POST", "https://shop.test/", (("A", "b"),), posted),
        response=Response(200, (("B", "c"), ("B", "d")), raw, raw),
        provenance=Provenance(kind="live-run", source="s", date="2026-11-21", note="n"),
        expects="200",
        facts={"b": "1", "a": "2"},
    )
    assert _again(tmp_path_factory.mktemp("har"), (entry,)) == (entry,)


def test_what_is_written_is_har() -> None:
    """The fields that HAR 1.2 requires of an entry are there, and so are type and size."""
    entry = Recorded(
        id="x",
        operation="drop",
        request=Request("POST", "https://shop.test/", (("content-type", "text/x"),), b"{}"),
        response=Response(200, (("content-type", "text/plain"),), b"ab", b"ab"),
        provenance=Provenance(kind="live-run", source="s", date="2026-11-21"),
    )
    log = to_har([entry], "1.0")["log"]
    assert (log["version"], log["creator"]) == ("1.2", {"name": "specproof", "version": "1.0"})
    (made,) = log["entries"]
    required = {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert required <= set(made)
    assert made["startedDateTime"] == "2026-11-21T00:00:00Z"
    assert made["request"]["postData"] == {"mimeType": "text/x", "text": "{}"}
    assert made["request"]["bodySize"] == 2
    assert made["response"]["content"] == {"size": 2, "mimeType": "text/plain", "text": "ab"}
    assert made["_specproof"] == {
        "id": "x",
        "operation": "drop",
        "provenance": {"kind": "live-run", "source": "s", "date": "2026-11-21"},
    }
