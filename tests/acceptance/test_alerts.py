"""Alerts as a schedule sends them: a command of its own, HTTP on loopback, two jobs at once."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from pathlib import Path

from histories import nights
from history_files import history_of
from serving import SPECPROOF
from takers import taking

from specproof.scheduling.alerts.call import Asked, tell
from specproof.scheduling.alerts.services import read_services

CANARY = "canary-4d7e22"


def test_two_jobs_at_once_tell_each_service_once(tmp_path: Path) -> None:
    """One message for each service, and nowhere a token: not printed, not stored, not on disk."""
    path = tmp_path / "h.db"
    with taking() as taker, history_of(path, nights("list/200/body", "PF")) as history:
        urls = f"{taker.url(f'200/{CANARY}')} {taker.url(f'200/{CANARY}', 'xml')}"
        job = subprocess.Popen(
            [*SPECPROOF, "history", "alert", "--history", str(path), "--to", "$ALERTS"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "ALERTS": urls, "HOME": str(tmp_path)},
            cwd=tmp_path,
            text=True,
        )
        services = read_services(["$ALERTS"], {"ALERTS": urls})
        told = tell(history, services, Asked(), now=dt.datetime.now(dt.UTC))
        printed = job.communicate(timeout=60)
    assert job.returncode == 0, printed
    assert sorted(where for where, _ in taker.came) == [f"/200/{CANARY}"] * 2
    assert len(told.letters) + printed[0].count("told ALERTS#") == 2
    title = json.loads(next(data for _, data in taker.came if data[:1] == b"{"))["title"]
    assert title == "specproof: shop: 1 new (error)"
    left = [found.read_bytes() for found in tmp_path.rglob("*") if found.is_file()]
    assert CANARY not in f"{printed}{left}{told}"
