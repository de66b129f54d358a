"""The registry of regression rules."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from specproof.regression import rules
from specproof.regression.change import Level
from specproof.regression.rules import registry

FILES = sorted(Path(rules.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_row_is_what_its_file_says(file: Path) -> None:
    """Rows that are parsed one by one are those of the whole file."""
    for identifier, row in tomllib.loads(file.read_text("utf-8")).items():
        rule = registry()[identifier]
        assert (rule.id, rule.area) == (identifier, file.stem)
        told = {name: getattr(rule, name) for name in row}
        assert told == row
        others = {"provider", "strict", "failure"} - set(row)
        assert all(getattr(rule, name) is rule.level for name in others)


def test_ids_are_sorted_and_permanent_words() -> None:
    """Ids are kebab-case, in the order of the alphabet, each once."""
    ids = list(registry())
    assert ids == sorted(set(ids))
    assert len(ids) == len(registry()) == len(registry().items())
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", identifier) for identifier in ids)
    assert "no-such-rule" not in registry()


def test_texts_of_rules_are_whole() -> None:
    """Messages are one sentence and name facts only; nothing is left empty."""
    for rule in registry().values():
        assert rule.message.endswith(".")
        assert all(name != "" for _, name, _, _ in Formatter().parse(rule.message))
        assert rule.fix
        assert rule.clause
        assert rule.explanation
        assert rule.level in Level


def test_a_rule_stands_in_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows of one id are refused, whichever file is read first."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text('[twice]\nlevel = "info"\n')
    monkeypatch.setattr(rules, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ValueError, match="two files hold the rule twice"):
        registry.__wrapped__()
