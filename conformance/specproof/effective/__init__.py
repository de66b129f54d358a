"""Published spec plus overlay gives the effective spec; lint says what neither can catch."""

from __future__ import annotations

from specproof.effective.apply import Overlaid, apply_overlay
from specproof.effective.build import EffectiveSpec, build, check, load
from specproof.effective.ledger import Change, ChangeKind
from specproof.effective.overlay import Overlay, parse_overlay
from specproof.effective.vacuity import vacuity

__all__ = [
    "Change",
    "ChangeKind",
    "EffectiveSpec",
    "Overlaid",
    "Overlay",
    "apply_overlay",
    "build",
    "check",
    "load",
    "parse_overlay",
    "vacuity",
]
