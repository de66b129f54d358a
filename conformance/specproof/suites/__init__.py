"""The pytest suite that a run executes, and what makes verdicts of what it saw."""

from __future__ import annotations
