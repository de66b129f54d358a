from __future__ import annotations

from typing import Any

import pytest
from generation_cases import describe, operation

from specproof.errors import InputError
from specproof.generation.authentication import Authentication, authentication


def _authentication(scheme: dict[str, Any], api: str = "sequence") -> Authentication:
    document = describe(security=[{"main": []}], components={"securitySchemes": {"main": scheme}})
    return authentication(document, api=api, file="a.yaml")


@pytest.mark.parametrize(
    ("scheme", "kind", "place", "name", "prefix"),
    [
        ({"type": "http", "scheme": "Key"}, "token", "header", "Authorization", "Key"),
        ({"type": "http", "scheme": "bearer"}, "token", "header", "Authorization", "Bearer"),
        ({"type": "http", "scheme": "BASIC"}, "basic", "header", "Authorization", "Basic"),
        ({"type": "oauth2", "flows": {}}, "token", "header", "Authorization", "Bearer"),
        ({"type": "openIdConnect"}, "token", "header", "Authorization", "Bearer"),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, "token", "header", "X-Key", ""),
        ({"type": "apiKey", "in": "query", "name": "key"}, "token", "query", "key", ""),
        ({"type": "apiKey", "in": "cookie", "name": "key"}, "token", "cookie", "key", ""),
    ],
)
def test_each_kind_of_scheme_says_what_is_sent(
    scheme: dict[str, Any], kind: str, place: str, name: str, prefix: str
) -> None:
    """The place, the name and the prefix of the secret follow from the scheme."""
    found = _authentication(scheme)
    assert (found.kind, found.place, found.name, found.prefix) == (kind, place, name, prefix)
    assert found.scheme == "main"


@pytest.mark.parametrize(
    ("variables", "pair"),
    [
        (["SEQUENCE_CLIENT_ID", "SEQUENCE_CLIENT_SECRET"], ("client_id", "client_secret")),
        (["OTHER_USER", "OTHER_PASSWORD"], ("other_user", "other_password")),
        (["SEQUENCE_HEADERS", "SEQUENCE_KEY"], ("username", "password")),
        (["SEQUENCE_CLASS", "SEQUENCE_KEY"], ("username", "password")),
        (["SEQUENCE_KEY", "SEQUENCE_KEY"], ("username", "password")),
        (["SEQUENCE_KEY"], ("username", "password")),
        (["no variable", 5], ("username", "password")),
        (None, ("username", "password")),
    ],
)
def test_the_two_secrets_are_named_after_their_variables(
    variables: Any, pair: tuple[str, str]
) -> None:
    """``x-specproof-env`` names them, unless the names could not be arguments."""
    found = _authentication({"type": "http", "scheme": "basic", "x-specproof-env": variables})
    assert (found.user, found.password) == pair


def test_variables_of_examples_are_stated_or_made() -> None:
    """Without ``x-specproof-env`` the variable is SPECPROOF_, the API and the scheme."""
    key = {"type": "http", "scheme": "bearer"}
    assert _authentication(key, api="my-api").variables == ("SPECPROOF_MY_API_MAIN",)
    assert _authentication({**key, "x-specproof-env": "A_KEY"}).variables == ("A_KEY",)
    pair = _authentication({"type": "http", "scheme": "basic"}).variables
    assert pair == ("SPECPROOF_SEQUENCE_USERNAME", "SPECPROOF_SEQUENCE_PASSWORD")


def test_the_scheme_that_most_operations_ask_for_is_the_default() -> None:
    """References to schemes are followed; schemes that nobody defined count for nothing."""
    schemes = {
        "rare": {"type": "http", "scheme": "bearer"},
        "usual": {"$ref": "#/components/securitySchemes/real"},
        "real": {"type": "apiKey", "in": "header", "name": "X-Real"},
        "broken": "nonsense",
    }
    document = describe(
        {
            "/a": {"get": operation(security=[{}, {"rare": []}])},
            "/b": {"get": operation(security=[{"usual": []}, {"rare": []}])},
            "/c": {"get": operation(security=[{"usual": []}])},
            "/d": {"get": operation(security=[{"unknown": []}])},
            "/e": {"get": operation(security="nonsense")},
        },
        components={"securitySchemes": schemes},
    )
    assert authentication(document, api="a", file="a.yaml").name == "X-Real"


@pytest.mark.parametrize("fields", [{}, {"components": 5}, {"components": {"securitySchemes": []}}])
def test_no_scheme_means_no_credentials(fields: dict[str, Any]) -> None:
    """A description without schemes gives a client without a scheme."""
    assert authentication(describe(**fields), api="a", file="a.yaml").kind == "none"


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "apiKey", "in": "body", "name": "key"},
        {"type": "apiKey", "in": "header", "name": "X Key"},
        {"type": "apiKey", "in": "header", "name": 'X"\nimport os#'},
        {"type": "apiKey", "in": "query", "name": ""},
        {"type": "http", "scheme": "Key\r\nX-Other: 1"},
    ],
)
def test_credentials_that_no_request_can_carry_are_refused(scheme: dict[str, Any]) -> None:
    """Names and prefixes that could end a header or a string never reach generated code."""
    with pytest.raises(InputError, match="security scheme 'main'") as caught:
        _authentication(scheme)
    assert caught.value.file == "a.yaml"


@pytest.mark.parametrize("name", ["Host", "CONTENT-LENGTH", "transfer-encoding", "Connection"])
def test_headers_that_direct_a_request_carry_no_credentials(name: str) -> None:
    """A token there would say where the request goes or ends; elsewhere the name is free."""
    with pytest.raises(InputError, match="no request can carry the credentials"):
        _authentication({"type": "apiKey", "in": "header", "name": name})
    assert _authentication({"type": "apiKey", "in": "query", "name": name}).name == name
