"""Lint: what in a contract can not fail, is ignored, or contradicts itself."""

from __future__ import annotations

from specproof.effective.lint.model import LintFinding, Rule
from specproof.effective.lint.registry import RULES, lint

__all__ = ["RULES", "LintFinding", "Rule", "lint"]
