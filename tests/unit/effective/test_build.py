from __future__ import annotations

from pathlib import Path

import pytest

from specproof.catalog import Api, Catalog
from specproof.document import read
from specproof.effective import ChangeKind, build, check, load
from specproof.errors import InputError, StaleError

PUBLISHED = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /a:
    get:
      operationId: get-a
      responses:
        '200': {description: OK, content: {application/json: {schema: {type: object}}}}
"""
OVERLAY = """\
overlay: 1.1.0
info: {title: Corrections, version: '1'}
actions:
  - target: $.paths['/a'].get.responses['200'].content['application/json'].schema
    update: {required: [id]}
    x-specproof-reason: An answer without an id is useless.
    x-specproof-evidence: [seen]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Api:
    """Return an API that was added by hand, with an overlay."""
    folder = tmp_path / "specs" / "shop"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(PUBLISHED)
    (folder / "overlay.yaml").write_text(OVERLAY)
    return Catalog(tmp_path).get("shop")


def test_effective_is_published_plus_overlay(shop: Api) -> None:
    """Both specs stay apart, and every difference names its action and reason."""
    shop.effective.write_bytes(build(shop))
    check(shop)
    spec = load(shop)
    schema = "/paths/~1a/get/responses/200/content/application~1json/schema"
    assert (spec.api, spec.version) == ("shop", "3.1")
    assert spec.published == read(shop.published)
    assert spec.effective == read(shop.effective)
    assert [(one.pointer, one.kind) for one in spec.changes] == [
        (f"{schema}/required", ChangeKind.ADDED)
    ]
    change = spec.change_at(f"{schema}/required/0")
    assert change is spec.changes[0]
    assert change.reason == "An answer without an id is useless."
    assert change.evidence == ("seen",)
    assert spec.change_at(f"{schema}/requiredness") is None
    assert spec.change_at(schema) is None
    assert spec.changes_within("/paths/~1a") == spec.changes
    assert spec.changes_within("/paths/~1") == ()


def test_build_is_deterministic_and_says_what_it_is(shop: Api) -> None:
    """The first line warns off editors; the rest depends on the sources alone."""
    assert build(shop) == build(shop)
    assert build(shop).startswith(b"# Built from published.yaml and overlay.yaml by `specproof")


def test_without_overlay_effective_is_published(shop: Api) -> None:
    """An API needs no overlay."""
    shop.overlay.unlink()
    shop.effective.write_bytes(build(shop))
    spec = load(shop)
    assert spec.effective == spec.published
    assert spec.changes == ()


def test_missing_effective_names_the_command(shop: Api) -> None:
    """A spec that was added by hand has to be built once."""
    with pytest.raises(InputError, match="run specproof build shop") as caught:
        load(shop)
    assert caught.value.exit_code == 2
    with pytest.raises(StaleError):
        check(shop)


@pytest.mark.parametrize("file", ["published.yaml", "overlay.yaml", "effective.yaml"])
def test_touching_a_source_or_the_result_is_noticed(shop: Api, file: str) -> None:
    """Any change of meaning on either side makes the committed result stale."""
    shop.effective.write_bytes(build(shop))
    path = shop.folder / file
    path.write_text(path.read_text().replace("[id]", "[id, b]").replace("Shop", "Ship") + "\n")
    for look in (load, check):
        with pytest.raises(StaleError, match="run specproof build shop"):
            look(shop)


def test_overlay_may_not_break_a_valid_document(shop: Api) -> None:
    """The sentence names the overlay and the place that is not valid any more."""
    shop.overlay.write_text(OVERLAY.replace("{required: [id]}", "{required: 7}"))
    with pytest.raises(InputError, match="not valid OpenAPI at") as caught:
        build(shop)
    assert caught.value.file == str(shop.overlay)


def test_flaws_of_the_vendor_do_not_stop_the_build(shop: Api) -> None:
    """What the vendor published is lint's business; corrections still apply to it."""
    shop.published.write_text(PUBLISHED.replace("{description: OK, content", "{content"))
    assert b"required" in build(shop)


def test_overlay_without_reason_is_refused(shop: Api) -> None:
    """In the catalog every action is documented."""
    shop.overlay.write_text(OVERLAY.replace("x-specproof-reason", "x-reason"))
    with pytest.raises(InputError, match="x-specproof-reason is missing"):
        build(shop)


def test_overlay_may_not_bring_a_dangling_reference(shop: Api) -> None:
    """References of the result are checked like those of the page."""
    shop.overlay.write_text(OVERLAY.replace("{required: [id]}", "{$ref: '#/components/x'}"))
    with pytest.raises(InputError, match="leads to nothing"):
        build(shop)
