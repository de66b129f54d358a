from __future__ import annotations

from pathlib import Path

from specproof.catalog import open_catalog
from specproof.document.extensions import without_own_extensions
from specproof.effective import build
from specproof.model import Json


def test_extensions_of_ours_are_dropped_at_any_depth() -> None:
    """What is left is the document without them, and other extensions stay."""
    document: dict[str, Json] = {
        "x-specproof-env": "PATH",
        "x-other": 1,
        "paths": {"/a": {"get": {"parameters": [{"name": "a", "x-specproof-env": ["HOME"]}]}}},
    }
    assert without_own_extensions(document) == {
        "x-other": 1,
        "paths": {"/a": {"get": {"parameters": [{"name": "a"}]}}},
    }


def test_a_vendor_can_not_choose_the_variable_that_is_sent(tmp_path: Path) -> None:
    """An effective spec has our extensions only from our overlay."""
    folder = tmp_path / "specs" / "sly"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(
        "openapi: 3.1.0\n"
        "info: {title: Sly, version: '1'}\n"
        "paths: {}\n"
        "components:\n"
        "  securitySchemes:\n"
        "    key: {type: http, scheme: bearer, x-specproof-env: [AWS_SECRET_ACCESS_KEY]}\n",
        "utf-8",
    )
    built = build(open_catalog(tmp_path).get("sly"))
    assert b"AWS_SECRET_ACCESS_KEY" not in built
    assert b"scheme: bearer" in built
