"""Published spec plus overlay gives the effective spec; lint says what can not fail in either.

Extensions that our overlays put into effective specs, for every later step to read:

- ``x-specproof-env`` on a Security Scheme Object: list of the environment variables that hold
  the credential, for HTTP Basic the user name's first; on a Parameter Object: the one variable
  that holds its value.
- ``x-specproof-body-may-be`` on a Response Object: list of ``empty`` (no body is fine),
  ``non-json`` (a body that is no JSON is fine) and ``any`` (nothing is known of the body).
- ``x-specproof-pagination`` on an Operation Object: how it hands out its list in pages, where
  its names do not tell (`specproof.requirements.pagination`), or false where it does not.

Actions of an overlay carry ``x-specproof-reason`` and ``x-specproof-evidence``.
"""

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
