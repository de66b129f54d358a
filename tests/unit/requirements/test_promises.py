from __future__ import annotations

from pathlib import Path

import pytest

from specproof.catalog import Api, Catalog
from specproof.errors import InputError
from specproof.requirements.promises import Proof, read_promises

REPOSITORY = Catalog(Path(__file__).parents[3])
PROMISE = """\
promises:
  - id: gone-at-once
    operation: delete-it
    statement: It is gone at once.
    page: page.md
    quote: It   is gone
      as soon as the answer arrives.
    proof: machine
    by: gone-at-once
"""


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Return an API with one page and one promise."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "page.md").write_text(
        "# It\n\nIt is gone\n  as soon as the answer arrives."
    )
    (tmp_path / "promises.yaml").write_text(PROMISE)
    return Api(name="shop", title="Shop", folder=tmp_path)


def test_promise_is_read(api: Api) -> None:
    """White space does not matter in a quote; everything else arrives as written."""
    (promise,) = read_promises(api)
    assert promise.id == "gone-at-once"
    assert (promise.proof, promise.by) == (Proof.MACHINE, "gone-at-once")
    assert promise.pointer == "page.md#It is gone as soon as the answer arrives."
    assert not promise.emulator_only


def test_api_without_promises_has_none(api: Api) -> None:
    """The file is optional."""
    api.promises.unlink()
    assert read_promises(api) == ()


def test_promise_may_rest_on_other_public_pages(api: Api) -> None:
    """Evidence stands in for page and quote."""
    api.promises.write_text(
        "promises:\n- {id: a, operation: o, statement: S., evidence: ['https://a.example'], "
        "proof: check, by: a-rule, target: emulator}\n"
    )
    (promise,) = read_promises(api)
    assert promise.pointer == "https://a.example"
    assert promise.emulator_only


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("arrives.", "has arrived.", "gone-at-once: page.md does not say 'It is gone as soon as"),
        ("page.md", "other.md", "there is no page other.md"),
        ("page.md", "../promises.yaml", "promises.0.page"),
        ("    page: page.md\n", "", "where the promise is made is missing"),
        ("gone-at-once", "Gone", "promises.0.id"),
        ("machine", "hope", "promises.0.proof"),
        ("    by:", "    target: live\n    by:", "promises.0.target"),
        ("    by:", "    own: 1\n    by:", "promises.0.own"),
        ("promises:", "promise:", "promises: Field required"),
    ],
)
def test_wrong_promise_is_refused(api: Api, old: str, new: str, words: str) -> None:
    """The sentence names the file, the promise and what is wrong with it."""
    api.promises.write_text(PROMISE.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_promises(api)
    assert words in str(caught.value)
    assert str(api.promises) in str(caught.value)


def test_two_promises_of_one_id_are_refused(api: Api) -> None:
    """An id is permanent and names one promise."""
    again = PROMISE.removeprefix("promises:\n")
    api.promises.write_text(PROMISE + again)
    with pytest.raises(InputError, match="two promises have the id gone-at-once"):
        read_promises(api)


@pytest.mark.parametrize("name", ["onesignal", "sequence"])
def test_promises_of_the_catalog_stand_on_their_pages(name: str) -> None:
    """Every quote is on the vendored page, word for word."""
    promises = read_promises(REPOSITORY.get(name))
    assert len(promises) >= 4
    assert all(promise.page or promise.evidence for promise in promises)
