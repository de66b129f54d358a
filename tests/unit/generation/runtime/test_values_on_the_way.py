from __future__ import annotations

import copy
import datetime as dt
import pickle
from enum import Enum
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.generation.runtime import errors, headers
from specproof.generation.runtime.addresses import sound_base
from specproof.generation.runtime.credentials import (
    basic,
    in_cookie,
    in_header,
    in_query,
    require_secret,
)
from specproof.generation.runtime.envelope import ErrorItem, error_items
from specproof.generation.runtime.requests import Requests
from specproof.generation.runtime.segments import segment
from specproof.generation.runtime.settings import Retries, Settings
from specproof.generation.runtime.types import UNSET, File, Unset

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "code", "title", "detail", "message", "a", "b"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(JSON)
def test_any_json_has_an_envelope(data: Any) -> None:
    """Whatever an error says, items come, of text, and few enough."""
    items = error_items(data)
    assert len(items) <= 100
    for item in items:
        assert isinstance(item.code, str)
        assert isinstance(item.title, str)
        assert isinstance(dict(item.meta), dict)


def test_an_envelope_is_bounded() -> None:
    """A million errors, a long title and deep nesting stay small."""
    many: Any = {"errors": ["x"] * 1_000_000}
    assert len(error_items(many)) == 100
    assert len(error_items("y" * 10_000)[0].title) == 2000
    deep: Any = "z"
    for _ in range(50):
        deep = {"errors": [deep]}
    assert error_items(deep) == ()
    nested: Any = {"code": "c", "more": {}}
    inner = nested["more"]
    for _ in range(20):
        inner["more"] = {"list": [1]}
        inner = inner["more"]
    assert error_items(nested)[0].code == "c"


@pytest.mark.parametrize(
    ("data", "items"),
    [
        (5, [("", "5")]),
        (True, [("", "true")]),
        ("  ", []),
        ({"errors": "  "}, []),
        ({"errors": "a", "id": 1}, [("", "a")]),
        ({"error": "e", "error_description": "d"}, [("e", "d")]),
        ({"errors": []}, [("", "")]),
        ({"status": 404, "title": "Gone"}, [("404", "Gone")]),
        ({"code": True, "message": "m"}, [("", "m")]),
        ({"name": ["taken"], "age": "no number"}, [("", "taken"), ("", "no number")]),
        ({"fault": {"code": "c", "detail": {"x": 1}}}, [("c", "")]),
        ({"fault": {"faultstring": "f", "detail": {"errorcode": "c"}}}, [("c", "f")]),
        (
            {"message": "Failed", "errors": [{"code": "a"}, {"msg": "b"}]},
            [("a", "Failed"), ("", "b")],
        ),
        ({"errors": {"title": ["is short"], "code": ["x"]}}, [("", "is short"), ("", "x")]),
        ({"title": ["is short"]}, [("", "is short")]),
        ({"errors": {"title": "is short"}}, [("", "is short")]),
        ({"__type": "T", "Message": "m"}, [("T", "m")]),
        ({"error_code": 4, "error_message": "m"}, [("4", "m")]),
        ({"unknown": {"form": 1}}, [("", "")]),
        ({"detail": [{"msg": "m", "type": "t"}]}, [("t", "m")]),
    ],
)
def test_envelopes_of_other_forms(data: Any, items: list[tuple[str, str]]) -> None:
    """Numbers, blanks, problem details, maps of fields and unknown objects."""
    assert [(item.code, item.title) for item in error_items(data)] == items


def test_nothing_of_a_secret_is_in_an_envelope() -> None:
    """Codes, titles, keys and values pass through ``scrub``."""
    data = {"code": "k-secret", "title": "t-secret", "m": {"s-secret": ["v-secret", 1]}}
    (item,) = error_items(data, lambda text: text.replace("secret", "?"))
    assert item == ErrorItem("k-?", "t-?", {"m": {"s-?": ["v-?", 1]}})


NAMES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableError",
    429: "RateLimitedError",
    503: "UnavailableError",
}


@given(st.integers(100, 999).filter(lambda status: status // 100 != 2))
def test_every_status_has_a_class(status: int) -> None:
    """One class per family, and one for those that callers treat apart."""
    kind = errors.status_error(status)
    assert issubclass(kind, errors.StatusError)
    families = {3: "RedirectionError", 4: "ClientStatusError", 5: "ServerStatusError"}
    family = families.get(status // 100, "UnknownStatusError")
    assert kind.__name__ == NAMES.get(status, family)
    assert issubclass(kind, getattr(errors, family))
    assert kind.retryable == (status in {429, 503})


def test_the_tree_is_whole() -> None:
    """Every class is in the drawing, and is an ``ApiError`` that pickles."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type):
            assert issubclass(kind, errors.ApiError)
            assert name in (errors.__doc__ or "")
    plain = errors.InvalidRequestError("no", method="GET", path_template="/x")
    for again in (pickle.loads(pickle.dumps(plain)), copy.deepcopy(plain)):  # noqa: S301 - our own bytes
        assert (type(again), str(again), again.method) == (type(plain), "no", "GET")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("000", 0.0), (" 8 ", 8.0), ("", None), ("-1", None), ("soon", None)],
)
def test_retry_after_is_seconds(value: str, seconds: float | None) -> None:
    """Digits are seconds; nonsense is nothing."""
    assert headers.retry_after({"retry-after": value}) == seconds


def test_retry_after_may_be_a_date() -> None:
    """Without ``Date`` it is measured against the clock, never below zero."""
    assert headers.retry_after({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}) == 0.0
    later = headers.retry_after({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"})
    assert later is not None
    assert later > 1e9
    assert headers.retry_after({"retry-after": "Sun, 06 Nov 1994 08:49:37 -0000"}) == 0.0


def test_headers_have_types() -> None:
    """Each reader gives its type, or None where the header is absent or is not that."""
    held = httpx.Headers(
        {
            "n": "5",
            "f": "1.5",
            "b": "TRUE",
            "d": "2026-11-22",
            "t": "2026-11-22T01:02:03Z",
            "h": "Sun, 06 Nov 1994 08:49:37 GMT",
            "u": "01849e70-0a0f-72ca-ba07-5557dd734d43",
            "x": "x",
            "long": "9" * 5000,
            "nan": "nan",
            "great": "1e999",
            "grouped": "1_000",
        }
    )
    assert headers.integer(held, "N") == 5
    assert headers.number(held, "f") == 1.5
    assert headers.boolean(held, "b") is True
    assert headers.date(held, "d") == dt.date(2026, 11, 22)
    assert headers.date_time(held, "t") == dt.datetime(2026, 11, 22, 1, 2, 3, tzinfo=dt.UTC)
    assert headers.date_time(held, "h") == dt.datetime(1994, 11, 6, 8, 49, 37, tzinfo=dt.UTC)
    assert headers.uuid(held, "u") == UUID("01849e70-0a0f-72ca-ba07-5557dd734d43")
    assert headers.text(held, "x") == "x"
    for read in (headers.integer, headers.boolean, headers.date, headers.date_time, headers.uuid):
        assert read(held, "x") is None
        assert read(held, "absent") is None
    assert headers.integer(held, "long") is None
    for name in ("nan", "great", "grouped", "long", "x", "absent"):
        assert headers.number(held, name) is None
    assert headers.integer(held, "grouped") is None
    assert headers.number({"n": "-1.5e3"}, "n") == -1500.0
    assert headers.text(held, "absent") is None


def test_request_ids_are_found_and_harmless() -> None:
    """The first known header wins; one too long or not printable is none."""
    assert headers.request_id(httpx.Headers({"CF-Ray": "b", "X-Request-ID": "a"})) == "a"
    assert headers.request_id({"request-id": "x" * 300}) is None
    assert headers.request_id({"request-id": "\x1b[31m"}) is None
    assert headers.request_id({}) is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (5, "5"),
        (True, "true"),
        (False, "false"),
        ([1, "a/b,"], "1,a%2Fb%2C"),
        ("...", "..."),
        ("\u00e9", "%C3%A9"),
        ("a b+~", "a%20b%2B~"),
    ],
)
def test_a_segment_is_encoded(value: Any, written: str) -> None:
    """Everything but unreserved characters (RFC 3986 2.3) is encoded."""
    assert segment("id", value) == written


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            "",
            ".",
            "..",
            [],
            [""],
            b"a",
            {},
            set(),
            UNSET,
            "\n",
            "\x7f",
            "\ud800",
            "x" * 8193,
        ),
        *(object(), float("nan"), [float("inf")], [[1]]),
    ],
)
def test_a_segment_is_refused(value: Any) -> None:
    """What would address something else names its parameter, and never itself."""
    with pytest.raises(errors.InvalidRequestError, match=r"^id must") as caught:
        segment("id", value)
    assert "xxx" not in str(caught.value)


def test_an_enumeration_is_its_value() -> None:
    """A member of an enumeration is written as its value."""
    kind = Enum("kind", {"A": "a b"})
    assert segment("id", kind["A"]) == "a%20b"


@pytest.mark.parametrize("url", ["http://a.example", "https://[::1]:8443/base/", "http://a/b..c"])
def test_sound_base_urls_pass(url: str) -> None:
    """An absolute URL passes, without a slash at its end."""
    assert sound_base(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["", "a.example", "ftp://a", "http://u:p@a", "http://a?b", "http://a/%2E%2e", None, 5]
)
def test_unsound_base_urls_are_refused(url: Any) -> None:
    """Anything else is refused without being shown."""
    with pytest.raises(errors.InvalidRequestError, match=r"^base_url must be an absolute"):
        sound_base(url)


def test_cookies_are_octets() -> None:
    """Cookies of the client and of a call go out together; neither becomes two (RFC 6265 4.1.1)."""
    made = Settings(base_url="http://a.example", cookies={"a": "1", "b": "2"})
    requests = Requests("http://a.example", made)
    request = requests.build("GET", {"url": "/x", "cookies": {"b": 3, "c": "4"}})
    assert request.headers["cookie"] == "a=1; b=3; c=4"
    for cookies in ({"c": "a; b=c"}, {"c=": "d"}, {"c": "a b"}, {"c": 'a"b'}, {"c": "a,b"}):
        with pytest.raises(errors.InvalidRequestError, match="cookie"):
            requests.build("GET", {"url": "/x", "cookies": cookies})
    for value in ("a\nb", "\u00e9", b"\xff", "\x00"):
        with pytest.raises(errors.InvalidRequestError, match="not shown"):
            requests.build("GET", {"url": "/x", "headers": {"N": value}})


def test_requests_keep_to_the_base_url() -> None:
    """Paths are appended as they are; what leads elsewhere is refused."""
    requests = Requests("http://a.example/v1", Settings(base_url="http://a.example/v1"))
    request = requests.build("GET", {"url": "/x%2Fy", "params": [("a", "1"), ("a", "2")]})
    assert str(request.url) == "http://a.example/v1/x%2Fy?a=1&a=2"
    for path in ("x", "/../x", "/a/%2E%2e", "/."):
        with pytest.raises(errors.InvalidRequestError):
            requests.build("GET", {"url": path})
    for name in ("Host", "content-length", "Transfer-Encoding", "CONNECTION"):
        with pytest.raises(errors.InvalidRequestError, match="no argument"):
            requests.build("GET", {"url": "/x", "headers": {name: "1"}})
        if name != "Host":
            with pytest.raises(errors.InvalidRequestError, match=f"header {name} is none"):
                Requests(
                    "http://a.example", Settings(base_url="http://a.example", headers={name: "1"})
                )
    with pytest.raises(errors.InvalidRequestError, match="'a b' is no name of a header"):
        Requests("http://a.example", Settings(base_url="http://a.example", headers={"a b": "1"}))
    sent = requests.build(
        "POST", {"url": "/x", "headers": {"N": 5, "T": True, "B": b"b"}, "json": {}}
    )
    assert [sent.headers[name] for name in ("n", "t", "b")] == ["5", "true", "b"]
    assert sent.headers["accept-encoding"] == "gzip, deflate"
    assert sent.headers["accept"] == "application/json, */*;q=0.9"
    assert "user-agent" not in sent.headers
    named = Settings(base_url="http://a.example", headers={"accept": "text/csv"}, user_agent="a/1")
    sent = Requests("http://a.example", named).build("GET", {"url": "/x"})
    assert (sent.headers["accept"], sent.headers["user-agent"]) == ("text/csv", "a/1")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"timeout": value} for value in ("5", 0, -1, float("nan"), float("inf"), True, 1e300)),
        *({"total_timeout": value} for value in ("x", -1, float("inf"), float("nan"))),
        *({"max_response_bytes": value} for value in (-1, 1.5, "x", None, 10**400)),
        *({"retries": value} for value in (3, True, "x")),
        {"transport": httpx.AsyncHTTPTransport},
        {"async_transport": 5},
    ],
)
def test_a_limit_that_is_none_is_refused_where_it_is_set(wrong: dict[str, Any]) -> None:
    """Not by the first call, and not as a call that may be repeated."""
    (name,) = wrong
    with pytest.raises(errors.InvalidRequestError, match=f"^{name} must"):
        Settings(base_url="http://a.example", **wrong)


@pytest.mark.parametrize("name", ["attempts", "longest_wait", "backoff"])
@pytest.mark.parametrize("value", [-1, float("nan"), "1", True])
def test_retries_are_numbers(name: str, value: Any) -> None:
    """Neither negative nor anything else."""
    with pytest.raises(errors.InvalidRequestError, match=f"^{name} must"):
        Retries(**{name: value})


def test_no_limits_are_limits_too() -> None:
    """None, 0 for the whole call, a timeout of httpx, and a transport for both ways."""
    both = httpx.MockTransport(lambda _: httpx.Response(200))
    Settings(base_url="http://a.example", timeout=None, total_timeout=None, retries=None)
    Settings(
        base_url="http://a.example", timeout=httpx.Timeout(5.0), total_timeout=0.0, transport=both
    )


def test_credentials_of_every_kind() -> None:
    """Header with and without prefix, query, cookie, and HTTP Basic (RFC 7617)."""
    assert in_header("A", "Key", "token").headers == {"A": "Key token"}
    assert in_header("A", "", "token").headers == {"A": "token"}
    assert in_query("k", "a b").query_string == b"k=a%20b"
    assert in_cookie("c", "token").cookies == {"c": "token"}
    assert basic("user", "Aladdin", "open sesame").headers == {
        "Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    }
    with pytest.raises(errors.InvalidRequestError, match=r"^user must not hold a colon"):
        basic("user", "a:b", "c")
    assert require_secret("token", "abc") == "abc"
    for spoiled in ("", " a", "a\n", "\u00e9", None):
        with pytest.raises(errors.InvalidRequestError, match=r"^token must be printable ASCII"):
            require_secret("token", spoiled)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(in_header("A", "", "token"))


def test_scrubbing_takes_out_every_form_and_nothing_else() -> None:
    """Short values are left: taking them out would tear every text apart."""
    held = in_header("A", "Key", "tok/en+1")
    assert (
        held.scrub("tok/en+1 tok%2Fen%2B1 tok%2fen%2b1 other") == "[secret] [secret] [secret] other"
    )
    assert held.scrub_bytes(b"x tok\\/en+1 y") == b"x [secret] y"
    assert in_header("A", "", "abc").scrub("abc") == "abc"
    more = held.with_settings(
        {"Authorization": "Bearer abcdef", "Accept": "text/html"}, {"c": "cookie"}
    )
    assert more.scrub("abcdef cookie text/html tok/en+1") == "[secret] [secret] text/html [secret]"
    assert held.with_settings({"Accept": "text/html"}, {}) is held
    assert repr(held) == "Credentials(...)"


def test_unset_is_one() -> None:
    """There is one ``UNSET``, copied, pickled and shown as itself."""
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    for again in (copy.copy(UNSET), copy.deepcopy(UNSET), pickle.loads(pickle.dumps(UNSET))):  # noqa: S301 - our own bytes
        assert again is UNSET
    assert isinstance(UNSET, Unset)


def test_a_file_is_a_part(tmp_path: Any) -> None:
    """A file becomes what httpx takes for a part of a form."""
    with (tmp_path / "x").open("wb+") as payload:
        assert File(payload, "x", "text/plain").to_tuple() == ("x", payload, "text/plain")
