"""Links into the published site."""

from __future__ import annotations

import pytest

from specproof.errors import InputError
from specproof.history.records import Stream
from specproof.model import Severity
from specproof.scheduling.links import page_of, read_link
from specproof.scheduling.troubles import Kind, Trouble


def _trouble(kind: Kind, subject: str = "x", api: str = "shop") -> Trouble:
    stream = Stream(api, "live", None)
    return Trouble(
        stream, kind, subject, Severity.ERROR, "t", "w", "s", run_id="Run 1", fingerprint="ab"
    )


@pytest.mark.parametrize(
    ("trouble", "page"),
    [
        (_trouble(Kind.CONTRACT), "apis/shop.html#finding-ab"),
        (_trouble(Kind.UPSTREAM), "apis/shop.html"),
        (_trouble(Kind.CHANGE, "change:0123"), "changes/shop/0123.html"),
        (_trouble(Kind.BEHAVIOUR), "runs/run-1~"),
        (_trouble(Kind.UNCHECKED), "runs/run-1~"),
        (_trouble(Kind.UPSTREAM, api="../<x>"), "apis/x~"),
    ],
)
def test_each_kind_has_its_page(trouble: Trouble, page: str) -> None:
    """Names that are not plain get a digest and can not leave the site."""
    found = page_of("https://acme.test/conf", trouble)
    assert found is not None
    assert found.startswith(f"https://acme.test/conf/{page}")
    assert page_of(None, trouble) is None
    assert page_of(None, trouble, over=True) is None
    over = page_of("https://acme.test/conf", trouble, over=True)
    assert over is not None
    assert over.startswith("https://acme.test/conf/apis/")
    assert "#" not in over


def test_a_link_is_the_address_of_a_folder() -> None:
    """With or without a slash at its end."""
    assert read_link("https://acme.test/conf/") == "https://acme.test/conf"
    assert read_link("http://[::1]:8080") == "http://[::1]:8080"
    assert read_link(None) is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://user:canary@acme.test",
        "https://acme.test/?a=canary",
        "https://acme.test/#canary",
        "https://acme.test/canary x",
        "canary",
        "",
        "https://[canary",
    ],
)
def test_any_other_link_is_refused_and_not_repeated(link: str) -> None:
    """It would go into every message, and may hold a password."""
    with pytest.raises(InputError, match="--link is no address") as caught:
        read_link(link)
    assert "canary" not in str(caught.value)
