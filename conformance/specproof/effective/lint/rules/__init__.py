"""The lint rules: each module holds one as ``RULE`` and is named after its id."""

from __future__ import annotations
