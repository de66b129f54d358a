"""What a check gets to see of an exchange."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts import contract_of

from specproof import checks
from specproof.checks import effective_schema
from specproof.checks.base import Check, View, charset, essence, is_json, match_media
from specproof.model import Exchange, Json, Request, Response

JSON = (("Content-Type", "application/json"),)


def _view(response: Response | None, responses: Json = None, *, published: bool = True) -> View:
    contract = contract_of(responses)
    exchange = Exchange(
        id="s#1",
        api="shop",
        operation="drop",
        scenario="s",
        request=Request("DELETE", "http://shop.invalid/things/1"),
        response=response,
        target="live",
    )
    operation = contract.operations["drop"]
    return View(exchange, operation, operation if published else None)


def _answer(body: bytes = b"", status: int = 200, media: str = "application/json") -> Response:
    return Response(status, (("Content-Type", media),), body, body)


def test_a_check_without_a_response_is_a_mistake_of_ours() -> None:
    """Nobody may take silence for an answer."""
    with pytest.raises(ValueError, match="without a response"):
        _ = _view(None).answered


def test_only_a_documented_status_has_a_published_row() -> None:
    """Neither an operation of the overlay's own nor an undocumented status has one."""
    assert _view(_answer()).published_response is not None
    assert _view(_answer(), published=False).published_response is None
    assert _view(_answer(status=418)).published_response is None


@pytest.mark.parametrize(
    ("media", "shown"),
    [("Text/HTML; charset=x", "text/html"), ("<script>", "no media type"), ("", "no media type")],
)
def test_a_media_type_is_shown_as_one_or_not_at_all(media: str, shown: str) -> None:
    """What a stranger wrote there instead reaches no message."""
    assert _view(_answer(media=media)).media_shown == shown


def test_an_undocumented_status_has_no_media_range_and_no_exception() -> None:
    """Without a row there is nothing that could allow anything."""
    view = _view(_answer(status=418))
    assert view.media_range is None
    assert not view.body_excepted


@pytest.mark.parametrize(
    ("allowed", "body", "media", "excepted"),
    [
        (["any"], b"{", "application/json", True),
        (["empty"], b"", "application/json", True),
        (["empty"], b"x", "text/html", False),
        (["non-json"], b"x", "text/html", True),
        (["non-json"], b"", "text/html", False),
        (["non-json"], b"{", "application/problem+json", False),
        ([], b"", "text/html", False),
    ],
)
def test_prose_may_except_a_body(
    allowed: list[Json], body: bytes, media: str, *, excepted: bool
) -> None:
    """Any body, none, or one that does not call itself JSON: each only where it is named."""
    responses: Json = {"200": {"description": "it", "x-specproof-body-may-be": allowed}}
    assert _view(_answer(body, media=media), responses).body_excepted is excepted


@pytest.mark.parametrize(
    ("body", "parsed", "problem"),
    [
        (b'{"a": 1.5}', (True, {"a": 1.5}), None),
        (b'"\\ud83d\\ude00"', (True, "\U0001f600"), None),
        (b'{"a": 1, "a": 2}', (True, {"a": 2}), "duplicate name"),
        (b'"\\ud800"', (True, "\ud800"), "half a surrogate pair"),
        (b"1e999", (True, float("inf")), "beyond the range of a double"),
        (b"-Infinity", (True, float("-inf")), "-Infinity, which is no JSON number"),
        (b"\xff", (False, None), "not UTF-8"),
        (b"{", (False, None), "is not JSON"),
        (b"", (False, None), "is not JSON"),
        (b"[" * 200_000, (False, None), "nested too deeply"),
    ],
)
def test_json_is_read_strictly_and_leniently(
    body: bytes, parsed: tuple[bool, Json], problem: str | None
) -> None:
    """Other checks still look at a body that only breaks the letter of RFC 8259."""
    view = _view(_answer(body))
    assert view.parsed == parsed
    if problem is None:
        assert view.json_problem is None
    else:
        assert problem in (view.json_problem or "")


def test_a_broken_body_is_not_parsed() -> None:
    """What did not arrive whole is not judged as JSON."""
    assert _view(Response(200, JSON, b"{}", b"{}", broken="cut")).parsed == (False, None)


def test_an_observation_that_holds_is_made_once() -> None:
    """The same one comes back; a broken one is always its own."""
    view = _view(_answer())
    held = view.observe("rule", "shop/drop/a/b", None)
    assert held.holds
    assert view.observe("rule", "shop/drop/a/b", None) is held
    broken = view.observe("rule", "shop/drop/a/b", "wrong")
    assert (broken.holds, broken.message, broken.status) == (False, "wrong", 200)
    assert view.observe("rule", "shop/drop/a/b", None) is held


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("text/html; charset=UTF-8", "UTF-8"),
        ("text/html", None),
        ("text/html; charset*=utf-8''x", None),
        ("", None),
    ],
)
def test_charset_is_a_plain_parameter(given: str, expected: str | None) -> None:
    """RFC 9110 8.3.2; an extended one (RFC 2231) is none that HTTP defines."""
    assert charset(given) == expected


@pytest.mark.parametrize(
    ("ranges", "media", "expected"),
    [
        (("*/*", "text/*", "text/html; q=1"), "text/html", "text/html; q=1"),
        (("*/*", "text/*"), "text/html", "text/*"),
        (("*/*",), "text/html", "*/*"),
        (("text/plain",), "text/html", None),
        ((), "", None),
    ],
)
def test_the_most_specific_media_range_governs(
    ranges: tuple[str, ...], media: str, expected: str | None
) -> None:
    """OpenAPI 3.1, Response Object: only the most specific key applies."""
    assert match_media(ranges, media) == expected


def test_what_calls_itself_json() -> None:
    """RFC 8259 11 and RFC 6839 3.1."""
    assert essence(" Application/JSON ; a=b") == "application/json"
    assert is_json("application/problem+json")
    assert not is_json("text/json-ish")


@pytest.mark.parametrize("claims", ["other-rule", "status-documented"])
def test_a_check_is_named_after_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claims: str
) -> None:
    """Neither a rule of another name nor one that is taken can be registered."""
    name = f"misnamed_{claims.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(
        "from specproof.checks.base import Check\n"
        f"CHECK = Check({claims!r}, 't', 'e.', 'c', lambda view: iter(()))\n"
    )
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    monkeypatch.setattr(checks, name, None, raising=False)
    with pytest.raises(ValueError, match=f"{name}: a check's file is named after"):
        checks.registry.__wrapped__()


def test_the_registry_is_sorted_and_whole() -> None:
    """Every rule is there once, in order, and plain modules are none."""
    found = checks.registry()
    ids = [item.id for item in found]
    assert ids == sorted(set(ids))
    assert all(isinstance(item, Check) for item in found)
    assert "base" not in ids


def test_an_operation_of_the_overlays_own_has_only_its_schema() -> None:
    """Where nothing was published, all that the body breaks is the overlay's to say."""
    schema: Json = {"type": "object", "required": ["id"]}
    content: Json = {"application/json": {"schema": schema}}
    responses: Json = {"200": {"description": "it", "content": content}}
    view = _view(_answer(b"{}"), responses, published=False)
    (found,) = effective_schema.CHECK.look(view)
    assert (found.requirement, found.holds) == ("shop/drop/200/schema", False)
    assert "id" in found.message
