"""What any JSON is, as types."""

from __future__ import annotations

import subprocess
import sys

from specproof import json_types, model


def test_comparing_documents_makes_no_class_of_a_run() -> None:
    """Starting up is most of a small diff, and the types are the same wherever they come from."""
    program = "import sys, specproof.regression.engine; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "specproof.json_types" in loaded
    assert "specproof.model" not in loaded
    assert model.Json is json_types.Json
    assert model.JsonObject is json_types.JsonObject
