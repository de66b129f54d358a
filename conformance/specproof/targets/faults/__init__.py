"""The catalogue of faults: emulators broken on purpose, each in exactly one way."""

from __future__ import annotations
