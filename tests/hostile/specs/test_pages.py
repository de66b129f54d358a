from __future__ import annotations

import re

import pytest
from hostile_check import Surroundings
from hostile_pages import CASES, PageCase
from warm_process import WarmProcess


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_hostile_page_gives_its_one_description_or_one_clear_line(
    case: PageCase, process: WarmProcess, around: Surroundings
) -> None:
    """What a reader of the page sees is what is taken; anything else is refused."""
    folder = around.folder / case.id
    folder.mkdir()
    (folder / "page.md").write_bytes(case.page)
    done = process.run("extract", folder, path="page.md")
    assert done.events == ()
    assert done.seconds < 10
    if case.refused is None:
        assert done.code == 0, done.errors
        assert done.result["title"] == case.title
    else:
        assert done.code == 2
        assert case.refused in done.errors
        assert re.fullmatch(r"specproof: error: page\.md:[^\n\x1b]+\n", done.errors), done.errors
