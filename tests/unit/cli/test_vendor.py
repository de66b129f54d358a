from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from loopback import Reply, Site, serve
from pages import page, spec
from typer.testing import CliRunner, Result

from specproof.cli.main import app
from specproof.report import schema


@pytest.fixture
def site() -> Iterator[Site]:
    """Return a site with one page of an API and an index."""
    with serve() as running:
        running.put("/reference/a.md", Reply(page(spec("GET /a"), "yaml GET /a")))
        running.put("/llms.txt", Reply(b"- [A](/reference/a.md)\n- [B](/reference/b.md)\n"))
        yield running


def _run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["vendor", *arguments, "--root", str(root)])


def _json(root: Path, *arguments: str) -> dict[str, Any]:
    result = _run(root, *arguments, "--json")
    told: dict[str, Any] = json.loads(result.stdout)
    jsonschema_rs.validator_for(schema.load("vendor")).validate(told)
    return told


def test_vendoring_says_what_it_did(site: Site, tmp_path: Path) -> None:
    """Files and operations the first time, unchanged the second, with NAME and without."""
    result = _run(tmp_path, "pets", f"{site.url}/reference/a.md")
    assert result.exit_code == 0
    assert result.output == (
        "pets: 1 page(s), 1 operation(s): pages/a.md, published.yaml, source.toml\n  + GET /a\n"
    )
    assert _run(tmp_path, "pets").output == "pets: 1 page(s), 1 operation(s): unchanged\n"
    assert _run(tmp_path).output == "pets: 1 page(s), 1 operation(s): unchanged\n"
    site.put("/reference/a.md", Reply(page(spec("GET /b"))))
    assert "  + GET /b\n  - GET /a\n" in _run(tmp_path, "pets", "--max-loss", "1").output


def test_files_get_their_public_urls_in_order(tmp_path: Path) -> None:
    """--url belongs to the sources that are files, first to first."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_bytes(page(spec(f"GET /{name}")))
    files = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    urls = ["--url", "https://e.org/x.md", "--url", "https://e.org/y.md"]
    told = _json(tmp_path, "pets", *files, *urls, "--title", "Shop")
    [api] = told["apis"]
    assert (api["title"], api["operations"]) == ("Shop", ["GET /a", "GET /b"])
    assert [(item["file"], item["url"]) for item in api["pages"]] == [
        ("pages/x.md", "https://e.org/x.md"),
        ("pages/y.md", "https://e.org/y.md"),
    ]
    result = _run(tmp_path, "pets", files[0], *urls)
    assert "--url https://e.org/y.md belongs to no SOURCE" in str(result.exception)


def test_check_opens_no_socket_and_names_what_is_stale(site: Site, tmp_path: Path) -> None:
    """Exit 0 while everything is as vendored, 1 after one byte, for the API that has it."""
    _run(tmp_path, "pets", f"{site.url}/reference/a.md")
    asked = len(site.requests)
    result = _run(tmp_path, "--check")
    assert (result.exit_code, result.output) == (0, "pets: 1 page(s) as vendored\n")
    assert _json(tmp_path, "pets", "--check")["apis"][0]["problem"] is None
    assert len(site.requests) == asked
    for name in ("pets", "zoo"):
        _run(tmp_path, name, f"{site.url}/reference/a.md")
        path = tmp_path / "specs" / name / "pages" / "a.md"
        path.write_bytes(path.read_bytes() + b"\n")
    result = _run(tmp_path, "--check")
    assert getattr(result.exception, "exit_code", None) == 1
    assert "zoo" in str(result.exception)
    assert "specs/pets/pages/a.md: is not what source.toml says" in result.stderr
    assert "pages/a.md: is not what" in _json(tmp_path, "--check")["apis"][0]["problem"]


def test_check_upstream_says_what_has_moved(site: Site, tmp_path: Path) -> None:
    """Exit 1 when upstream moved, and nothing is written."""
    url = f"{site.url}/reference/a.md"
    _run(tmp_path, "pets", url)
    assert _run(tmp_path, "--check", "--upstream").exit_code == 0
    site.put("/reference/a.md", Reply(page(spec("GET /a")) + b"\n\nmore"))
    result = _run(tmp_path, "--check", "--upstream")
    assert getattr(result.exception, "exit_code", None) == 1
    assert "has changed the text around its OpenAPI document" in str(result.exception)
    site.put("/reference/a.md", Reply(page(spec("GET /b"))))
    [api] = _json(tmp_path, "--check", "--upstream")["apis"]
    assert api["moved"] == [{"file": "pages/a.md", "url": url, "contract": True}]
    assert _run(tmp_path, "--check").exit_code == 0


def test_discover_lists_and_probes(site: Site, tmp_path: Path) -> None:
    """Without --probe everything that looks right, with it what can be vendored."""
    listed = _run(tmp_path, "--discover", site.url)
    assert listed.output == f"{site.url}/reference/a.md  A\n{site.url}/reference/b.md  B\n"
    probed = _run(tmp_path, "--discover", site.url, "--probe")
    assert probed.output == f"{site.url}/reference/a.md  GET /a\n"
    told = _json(tmp_path, "--discover", site.url, "--probe")
    assert [item["operation"] for item in told["candidates"]] == ["GET /a"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--discover", "https://e.org", "pets"], "--discover stands alone"),
        (["--upstream"], "--upstream goes with --check"),
        (["--probe"], "--probe goes with --discover"),
        (["pets", "a.md", "--check"], "--check takes no SOURCE"),
    ],
)
def test_options_that_do_not_go_together(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    """Wrong usage is exit 2, in one sentence."""
    result = _run(tmp_path, *arguments)
    assert problem in str(result.exception)
    assert getattr(result.exception, "exit_code", None) == 2
