from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from specproof.catalog import Catalog
from specproof.document import read
from specproof.effective.apply import apply_overlay
from specproof.effective.lint import lint
from specproof.effective.overlay import Action, Overlay, parse_overlay
from specproof.errors import InputError

CATALOG = Catalog(Path(__file__).parents[3])
OVERLAYS = {
    api.name: parse_overlay(api.overlay.read_bytes(), name=api.name, documented=True)
    for api in CATALOG.apis()
    if api.overlay.is_file()
}
ACTIONS = [(name, action) for name, overlay in OVERLAYS.items() for action in overlay.actions]


def only(overlay: Overlay, action: Action) -> Overlay:
    """Return an overlay of this one action."""
    return dataclasses.replace(overlay, actions=(dataclasses.replace(action, number=1),))


@pytest.mark.parametrize(
    ("name", "action"), ACTIONS, ids=[f"{name}-{action.number}" for name, action in ACTIONS]
)
def test_action_fails_once_upstream_has_made_it(name: str, action: Action) -> None:
    """On the day the vendor corrects this itself, the build says so and names the action."""
    published = read(CATALOG.get(name).published)
    corrected = apply_overlay(published, only(OVERLAYS[name], action)).document
    with pytest.raises(InputError) as caught:
        apply_overlay(corrected, OVERLAYS[name])
    assert f"action {action.number}," in str(caught.value)
    assert "delete the action" in str(caught.value)


@pytest.mark.parametrize("name", OVERLAYS)
def test_overlay_leaves_no_lint_error(name: str) -> None:
    """What lint calls an error in the published spec is mended in the effective one."""
    document = apply_overlay(read(CATALOG.get(name).published), OVERLAYS[name]).document
    assert [item for item in lint(document) if item.severity == "error"] == []
