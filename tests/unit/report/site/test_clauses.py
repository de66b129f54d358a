"""Pieces of the specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from specproof.document import digest
from specproof.report.site import clauses
from specproof.report.site.clauses import clause

_SPEC = b"openapi: 3.1.0\npaths:\n  /a:\n    get:\n      deprecated: true\n      tags: [x]\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """An effective spec."""
    path = tmp_path / "effective.yaml"
    path.write_bytes(_SPEC)
    return path


def test_the_piece_that_a_pointer_leads_to(spec: Path) -> None:
    """The piece is shown as YAML, as it stands in the spec that was tested."""
    assert clause(spec, digest(_SPEC), "/paths/~1a/get") == "deprecated: true\ntags:\n- x"


def test_a_long_piece_is_cut(tmp_path: Path) -> None:
    """Some lines and columns are enough."""
    path = tmp_path / "long.yaml"
    path.write_text("x:\n" + "".join(f"- {'y' * 500}\n" for _ in range(99)))
    lines = clause(path, digest(path.read_bytes()), "/x").splitlines()
    assert len(lines) == 31
    assert lines[-1] == "…"
    assert max(map(len, lines)) == 160


def test_nothing_is_better_than_something_else(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another spec, none, a broken or a huge one, and what is no pointer into it show nothing."""
    sha256 = digest(_SPEC)
    assert clause(spec, "0" * 64, "/paths") == ""
    assert clause(spec, None, "/paths") == ""
    assert clause(None, sha256, "/paths") == ""
    assert clause(tmp_path / "none.yaml", sha256, "/paths") == ""
    assert clause(spec, sha256, "page.md#quote") == ""
    assert clause(spec, sha256, "/paths/~1b") == ""
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"a: [")
    assert clause(broken, digest(b"a: ["), "/a") == ""
    monkeypatch.setattr(clauses, "_MOST_BYTES", 10)
    big = tmp_path / "big.yaml"
    big.write_bytes(_SPEC)
    assert clause(big, sha256, "/paths") == ""
