"""What generated calls send of their arguments, and return of what is answered."""

from __future__ import annotations

import asyncio
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
        b"/red,light%20blue/.red.1/;matrix=a%2Fb"
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


def test_a_body_of_no_documented_type_is_refused(peer: Peer) -> None:
    """It is not left out in silence; each that is documented goes out with its media type."""
    types = importlib.import_module(f"{peer.package.__name__}.types")
    models = importlib.import_module(f"{peer.package.__name__}.models")
    peer.call("put_blob", body=types.File(BytesIO(b"\x00")))
    assert peer.sent.headers["content-type"] == "application/octet-stream"
    peer.call("put_blob", body=models.Tree(name="x"))
    assert peer.sent.content == b'{"name":"x"}'
    for body in ({"name": "x"}, None, types.UNSET):
        with pytest.raises(
            peer.package.errors.InvalidRequestError, match=r"^body must be of a type"
        ):
            peer.call("put_blob", body=body)


def test_a_file_is_sent_whole_by_each_attempt(peer: Peer) -> None:
    """From where it stood when it was given; one that can not be rewound is read at once."""

    class Pipe:
        def __init__(self, content: bytes) -> None:
            self.read = BytesIO(content).read

    types = importlib.import_module(f"{peer.package.__name__}.types")
    stood = BytesIO(b"--left")
    stood.seek(2)
    for payload in (BytesIO(b"left"), stood, Pipe(b"left")):
        sent: list[tuple[bytes, str]] = []

        def refuse(request: httpx.Request, sent: list[Any] = sent) -> httpx.Response:
            sent.append((request.read(), request.headers["content-length"]))
            return httpx.Response(503, headers={"Retry-After": "0"})

        client = peer.package.Client("http://a.example", transport=httpx.MockTransport(refuse))
        operation = importlib.import_module(f"{peer.package.__name__}.api.default.put_blob")
        response = operation.sync_detailed(client=client, body=types.File(payload))
        assert response.status_code == 503
        assert sent == [(b"left", "4")] * 3


def test_a_file_is_sent_asynchronously(peer: Peer) -> None:
    """The same bytes, in pieces."""
    types = importlib.import_module(f"{peer.package.__name__}.types")
    operation = importlib.import_module(f"{peer.package.__name__}.api.default.put_blob")

    async def keep(request: httpx.Request) -> httpx.Response:
        assert await request.aread() == b"x" * 100_000
        return httpx.Response(204)

    async def called() -> Any:
        transport = httpx.MockTransport(keep)
        async with peer.package.Client("http://a.example", async_transport=transport) as client:
            body = types.File(BytesIO(b"x" * 100_000))
            return await operation.asyncio_detailed(client=client, body=body)

    assert asyncio.run(called()).error is None


def test_what_http_gives_no_body_has_none(peer: Peer) -> None:
    """A HEAD and a 204 succeed without the body that the description gives them."""
    assert peer.call("head_blob").result() is None
    peer.answer = httpx.Response(204)
    assert peer.call("put_blob", body=_file(peer)).result() is None


def test_a_success_that_default_alone_covers_has_no_type(peer: Peer) -> None:
    """Beside a documented success ``default`` stands for errors; it makes no result."""
    peer.answer = httpx.Response(202, text="wrong")
    response = peer.call("put_blob", body=_file(peer))
    assert (response.parsed, type(response.error).__name__) == (None, "UndocumentedSuccessError")
    peer.answer = httpx.Response(404, text="wrong")
    assert peer.call("put_blob", body=_file(peer)).parsed == "wrong"


def test_a_field_of_any_shape_is_none_of_the_others(peer: Peer) -> None:
    """What is documented for other fields does not bind the ones that have a name."""
    peer.answer = httpx.Response(200, json={"any": None, "other": 5})
    assert peer.call("put_blob", body=_file(peer)).parsed["other"] == 5
    peer.answer = httpx.Response(200, json={"any": 5, "other": None})
    assert peer.call("put_blob", body=_file(peer)).parsed is None


def _file(peer: Peer) -> Any:
    types = importlib.import_module(f"{peer.package.__name__}.types")
    return types.File(BytesIO(b""))


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
