from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from serving import serving

DRIVERS = Path(__file__).parents[1] / "support" / "sdks"
PYTHON_SDK = "onesignal-python-api==5.18.0"
NODE_SDK = "@onesignal/node-onesignal@5.18.0"
INSTALL_SECONDS = 180


def _installed(config: pytest.Config, package: str, command: Sequence[str]) -> Path:
    """Return a folder with ``package`` in it, kept for the next run; skip if none can be had."""
    assert config.cache is not None
    name = "".join(letter if letter.isalnum() else "-" for letter in package)
    folder = config.cache.mkdir("official-sdks") / name
    if folder.is_dir():
        return folder
    made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder.parent))
    try:
        done = subprocess.run(
            [part.format(folder=made, package=package) for part in command],
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            cwd=made,
            check=False,
        )
        problem = " ".join(done.stderr.split())[:300] if done.returncode else None
    except subprocess.TimeoutExpired:
        problem = f"no answer within {INSTALL_SECONDS} s"
    if problem is not None:
        shutil.rmtree(made)
        pytest.skip(f"{package} can not be installed, is a registry in reach? {problem!r}")
    if folder.is_dir():  # another worker was faster
        shutil.rmtree(made)
    else:
        made.rename(folder)
    return folder


def _run(command: Sequence[str], **environment: str) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, dict[str, object]] = json.loads(done.stdout)
    return seen


def _assert_life_of_an_alias(seen: dict[str, dict[str, object]]) -> None:
    identity = seen["created"]
    assert identity["external_id"] == "sdk/user 1"
    both = {**identity, "crm": "sdk-42"}
    assert seen["added"] == both
    assert seen["fetched"] == both
    assert seen["deleted"] == {"onesignal_id": identity["onesignal_id"]}
    assert seen["missing"] == {"status": 404, "messages": ["User not found"]}
    assert seen["user"] == identity


@pytest.mark.registry
def test_python_sdk_works_on_the_emulator(request: pytest.FixtureRequest) -> None:
    """The vendor's unmodified Python SDK lives one alias's life and gets its own 404."""
    pip = ["uv", "pip"] if shutil.which("uv") else [sys.executable, "-m", "pip"]
    python = ["--python", sys.executable] if shutil.which("uv") else []
    command = [*pip, "install", "--quiet", *python, "--target", "{folder}", "{package}"]
    folder = _installed(request.config, PYTHON_SDK, command)
    with serving("onesignal") as server:
        driver = [sys.executable, str(DRIVERS / "drive_onesignal.py"), server["url"]]
        seen = _run([*driver, *server["credentials"].values()], PYTHONPATH=str(folder))
    _assert_life_of_an_alias(seen)


@pytest.mark.registry
@pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None, reason="node or npm is missing"
)
def test_node_sdk_works_on_the_emulator(request: pytest.FixtureRequest) -> None:
    """The vendor's unmodified Node SDK lives one alias's life and gets its own 404."""
    options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    command = ["npm", "install", "--prefix", "{folder}", *options, "{package}"]
    folder = _installed(request.config, NODE_SDK, command)
    with serving("onesignal") as server:
        driver = ["node", str(DRIVERS / "drive_onesignal.cjs"), str(folder), server["url"]]
        seen = _run([*driver, *server["credentials"].values()])
    _assert_life_of_an_alias(seen)
