"""What generated calls send of their arguments, and return of what is answered."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from model_cases import PATHS


class Peer:
    """Stands for the API: keeps the last request, answers ``answer``."""

    def __init__(self, package: Any) -> None:
        self.package = package
        self.answer = httpx.Response(200)
        self.sent = httpx.Request("GET", "http://api.example.com")

    def _handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent = request
        return self.answer

    def call(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Call an operation and return the whole response."""
        module = importlib.import_module(f"{self.package.__name__}.api.default.{operation}")
        transport = httpx.MockTransport(self._handle)
        with self.package.Client("http://api.example.com", transport=transport) as client:
            return module.sync_detailed(*arguments, client=client, **named)


@pytest.fixture
def peer(hard: tuple[Path, ModuleType]) -> Peer:
    """Return an API for the client of ``HARD``."""
    return Peer(hard[1])


MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_arguments_are_written_in_their_style(peer: Peer) -> None:
    """Dates, booleans, enumerations, lists and objects in path, query, header and cookie."""
    models = importlib.import_module(f"{peer.package.__name__}.models")
    red, blue = models.Color.RED, models.Color("light blue")
    pair = importlib.import_module(f"{peer.package.__name__}.api.default.styles")
    kind = next(getattr(pair, name) for name in dir(pair) if name.endswith("QPair"))
    deep = next(getattr(pair, name) for name in dir(pair) if name.endswith("QDeep"))
    peer.call(
        "styles",
        MOMENT.date(),
        MOMENT,
        True,
        blue,
        [red, blue],
        [red, models.Color("1")],
        "a/b",
        q_day=MOMENT.date(),
        q_moment=MOMENT,
        q_flag=False,
        q_colors=[red, blue],
        q_joined=[red, red],
        q_piped=[red, red],
        q_pair=kind(low=1, high=1.5),
        q_deep=deep(low=2),
        q_null=None,
        x_flag=True,
        x_color=red,
        x_size=models.Size(100),
        c_flag=False,
        c_color=red,
    )
    assert peer.sent.url.raw_path.partition(b"?")[0] == (
        b"/styles/2024-01-02/2024-01-02T03%3A04%3A05Z/true/light%20blue"
        b"/red%2Clight%20blue/.red.1/%3Bmatrix%3Da%2Fb"
    )
    assert peer.sent.url.params.multi_items() == [
        ("q-day", "2024-01-02"),
        ("q-moment", "2024-01-02T03:04:05Z"),
        ("q-flag", "false"),
        ("q-colors", "red"),
        ("q-colors", "light blue"),
        ("q-joined", "red,red"),
        ("q-piped", "red|red"),
        ("low", "1"),
        ("high", "1.5"),
        ("q-deep[low]", "2"),
        ("q-number", "0.5"),
    ]
    headers = peer.sent.headers
    assert [headers[name] for name in ("x-flag", "x-color", "x-size")] == ["true", "red", "100"]
    assert headers["cookie"] == "c-flag=false; c-color=red"


def test_arguments_may_have_any_name(peer: Peer) -> None:
    """Those named like variables of the generated code are sent like any other."""
    names = importlib.import_module(f"{peer.package.__name__}.api.default.names")
    arguments = [name for name in inspect.signature(names.sync).parameters if name != "client"]
    peer.call("names", **{name: name for name in arguments})
    described = PATHS["/names"]["get"]["parameters"]
    assert list(peer.sent.url.params) == [parameter["name"] for parameter in described]
    assert list(peer.sent.url.params.values()) == arguments


def test_a_body_is_sent_as_documented(peer: Peer) -> None:
    """JSON ``null`` is a body; one that is not given is none and has no type."""
    peer.call("send_json", body=None)
    assert (peer.sent.content, peer.sent.headers["content-type"]) == (b"null", "application/json")
    peer.call("maybe_send_json")
    assert peer.sent.content == b""
    assert "content-type" not in peer.sent.headers
    models = importlib.import_module(f"{peer.package.__name__}.models")
    peer.call("maybe_send_json", body=models.Tree(name="é"))
    assert peer.sent.content == '{"name":"é"}'.encode()
    assert peer.sent.headers["content-type"] == "application/merge-patch+json"
    peer.call("send_form", body=models.Defaults(late="x y", day=dt.date(2024, 1, 2)))
    assert peer.sent.content == (
        b"always=a%22b&text=x&whole=3&flag=false&day=2024-01-02&size=2&late=x+y"
    )


def test_parts_are_sent_as_documented(peer: Peer) -> None:
    """Files as they are, objects as JSON, lists as one part per item."""
    models = importlib.import_module(f"{peer.package.__name__}.models")
    types = importlib.import_module(f"{peer.package.__name__}.types")
    upload = next(getattr(models, name) for name in models.__all__ if name.startswith("SendParts"))
    day = dt.date(2024, 1, 2)
    file = types.File(BytesIO(b"\x00"), "a.bin", "image/png")
    peer.call("send_parts", body=upload(file=file, pair=models.Tree(name="x"), days=[day, day]))
    content = peer.sent.content
    assert b'filename="a.bin"\r\nContent-Type: image/png\r\n\r\n\x00\r\n' in content
    assert b'Content-Type: application/json\r\n\r\n{"name":"x"}\r\n' in content
    assert content.count(b'name="days"\r\nContent-Type: text/plain\r\n\r\n2024-01-02\r\n') == 2


@pytest.mark.parametrize(
    ("status", "content", "parsed"),
    [
        (200, b"5", "5"),
        (202, b'["2024-01-02"]', [dt.date(2024, 1, 2)]),
    ],
)
def test_an_answer_is_read_as_documented(
    peer: Peer, status: int, content: bytes, parsed: object
) -> None:
    """JSON becomes the types that the API documents; text stays text."""
    peer.answer = httpx.Response(status, content=content)
    assert peer.call("get_text").parsed == parsed


@pytest.mark.parametrize(
    ("status", "content", "problem"),
    [
        (202, b'["2024-01-02", "2024-02-30"]', r"/1 must be a date \(RFC 3339\)"),
    ],
)
def test_a_wrong_answer_is_an_error_of_the_tree(
    peer: Peer, status: int, content: bytes, problem: str
) -> None:
    """It says where and what, took effect, and invites nobody to call again."""
    peer.answer = httpx.Response(status, content=content)
    response = peer.call("get_text")
    assert response.parsed is None
    with pytest.raises(peer.package.errors.UndecodableResponseError, match=problem) as caught:
        response.result()
    assert (caught.value.took_effect, caught.value.retryable) == (True, False)
