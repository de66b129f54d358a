"""What is secret stays on the wire: no artifact, log, message or folder has it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from canaries import Recorder, files_under, found_in, recording
from unmeasured import unmeasured

from specproof.report.pytest_file import write_pytests
from specproof.suites.runfile import read_run

ROOT = Path(__file__).parents[2]
MAIN = "from specproof.cli.main import main\nmain()\n"
LOUD = f"import logging\nlogging.basicConfig(level=logging.DEBUG)\n{MAIN}"
BROKEN = f"""
import logging
logging.basicConfig(level=logging.DEBUG)
from specproof.targets.session import TargetSession
def broken(self, exchange):
    raise RuntimeError(f"{{exchange}} {{self.target.credentials._own}}")
TargetSession._settle = broken
{MAIN}"""
STEERING = "\x1b[31mred\x1b[0m\n::error::stop\u202eevil"

SENT = {
    "SPECPROOF_SHOP_HEADERKEY": "cnry1headerkey4af1",
    "SPECPROOF_SHOP_QUERYKEY": "cnry2querykey93bd",
    "SPECPROOF_SHOP_COOKIEKEY": "cnry3cookiekey77ce",
    "SPECPROOF_SHOP_BASIC_USERNAME": "cnry4clientid5d02",
    "SPECPROOF_SHOP_BASIC_PASSWORD": "cnry5clientsecret8e1b",
    "SPECPROOF_SHOP_BEARER": "cnry6bearer06aa",
    "MY_TRACE": "cnry8customheader19ef",
    "MY_SESSION": "cnry9sessiontoken6b3d",
    "MY_COOKIE": "cnry10customcookie0f7c",
}
APP_ID = "cnry7appid2c90"
ALIAS = "cnry25aliasinresources6a1e"
OTHER = {f"SPECPROOF_OTHER_{name}": f"{value}other" for name, value in SENT.items()}
BASE_PATH = "cnry11basepathd41e"
ANSWERED = {
    "value": "cnry12bodyvalue3a6f",
    "name": "cnry13bodyname8c25",
    "title": "cnry14errortitlebb0a",
    "code": "cnry15errorcode71d9",
    "header": "cnry16headervalue44e3",
    "header-name": "cnry17headernamef50c",
    "set-cookie": "cnry18setcookie2e8b",
    "location": "cnry19locationa67d",
    "media": "cnry20mediatypec912",
    "text": "cnry21textbody5f38",
    "broken": "cnry22brokenjson0db4",
}
CUSTOMERS = ("cnry23resourceid98fa", "cnry24neighbourid3e57")


def _spec() -> dict[str, Any]:
    schemes: dict[str, Any] = {
        "headerkey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "querykey": {"type": "apiKey", "in": "query", "name": "api_key"},
        "cookiekey": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    app = {
        "in": "path",
        "name": "app",
        "required": True,
        # Without a rule that a text can break, hundreds of draws for a broken one are in vain.
        "schema": {"type": "string", "maxLength": 64},
    }
    body = {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}}
    paths = {
        f"/apps/{{app}}/{name}": {
            "get": {
                "operationId": f"get-{name}",
                "description": STEERING,
                "parameters": [app],
                "security": [{name: []}],
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": body}}}
                },
            }
        }
        for name in schemes
    }
    info = {"title": f"Shop {STEERING}", "version": "1"}
    return {
        "openapi": "3.1.0",
        "info": info,
        "paths": paths,
        "components": {"securitySchemes": schemes},
    }


def _arm(recorder: Recorder) -> None:
    a = ANSWERED
    envelope = {a["name"]: a["value"], "errors": [{"title": a["title"], "code": a["code"]}]}
    plain = {"Content-Type": "application/json", "X-Echo": a["header"], a["header-name"]: "1"}
    full = json.dumps(envelope).encode()
    recorder.answers = {
        "*": (200, plain, full),
        "querykey": (302, {"Location": f"https://{a['location']}.test/"}, b""),
        "cookiekey": (
            418,
            {"Content-Type": f"text/plain; charset={a['media']}"},
            a["text"].encode(),
        ),
        "basic": (500, {**plain, "Set-Cookie": f"s={a['set-cookie']}"}, full),
        "bearer": (200, plain, b'{"a": ' + a["broken"].encode()),
    }


def _run(
    code: str, folder: Path, recorder: Recorder, *arguments: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        **unmeasured(),
        **SENT,
        **OTHER,
        "SEQUENCE_CLIENT_ID": SENT["SPECPROOF_SHOP_BASIC_USERNAME"],
        "SEQUENCE_CLIENT_SECRET": SENT["SPECPROOF_SHOP_BASIC_PASSWORD"],
        "ONESIGNAL_APP_ID": APP_ID,
        "ONESIGNAL_API_KEY": SENT["SPECPROOF_SHOP_HEADERKEY"],
        "SPECPROOF_ROOT": str(ROOT),
    }
    for name, place in (("HOME", "home"), ("TMPDIR", "tmp"), ("XDG_STATE_HOME", "state")):
        (folder / place).mkdir(exist_ok=True)
        environment[name] = str(folder / place)
    (folder / "work").mkdir(exist_ok=True)
    return subprocess.run(
        [
            *(sys.executable, "-c", code, "run", "--cases", "4"),
            *("--base-url", f"{recorder.url}/{BASE_PATH}", *arguments),
        ],
        cwd=folder / "work",
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _told(folder: Path, result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return every canary that is in the output of a run or in a file it wrote."""
    secrets = [
        *SENT.values(),
        *OTHER.values(),
        APP_ID,
        ALIAS,
        BASE_PATH,
        *ANSWERED.values(),
        *CUSTOMERS,
    ]
    data = [result.stdout.encode(), result.stderr.encode()]
    data += [item.read_bytes() for item in files_under(folder) if item.name != "resources.json"]
    data += [str(item).encode() for item in files_under(folder)]
    return sorted({hit for item in data for hit in found_in(item, secrets)})


def _ad_hoc(folder: Path) -> list[str]:
    spec = folder / "shop.json"
    spec.write_text(json.dumps(_spec()), "utf-8")
    resources = folder / "resources.json"
    resources.write_text(json.dumps({"app": [ALIAS]}), "utf-8")
    return [
        *("--spec", str(spec), "--resources", str(resources)),
        *("--header", "X-Trace: $MY_TRACE", "--header", "X-Session-Token: Bearer ${MY_SESSION}"),
        *("--header", "Cookie: sid=$MY_COOKIE"),
    ]


def test_the_search_finds_what_is_hidden() -> None:
    """Control: base64 at any offset, gzip, percent and JSON escapes hide nothing."""
    import base64
    import gzip

    secret = "cnry1headerkey4af1"
    for pad in ("", "a", "ab", "abc"):
        token = base64.b64encode(f"{pad}:{secret}:x".encode())
        assert found_in(b"x " + token, [secret]) == [secret]
    assert found_in(b"junk" + gzip.compress(secret.encode()), [secret]) == [secret]
    percent = "".join(f"%{ord(c):02x}" for c in secret).encode()
    escaped = "".join(f"\\u{ord(c):04x}" for c in secret).encode()
    assert found_in(percent, [secret]) == found_in(escaped, [secret]) == [secret]
    assert found_in(b"nothing", [secret]) == []


@pytest.mark.parametrize("code", [LOUD, BROKEN], ids=["loud", "broken"])
def test_nothing_secret_leaves_an_ad_hoc_run(code: str, tmp_path: Path) -> None:
    """Keys, ids, headers, cookies, query, base path and answers, with debug logging on."""
    with recording() as recorder:
        _arm(recorder)
        outputs = [
            *("--output", "run.jsonl", "--junit", "junit.xml", "--markdown", "run.md"),
            *("--ledger", "ledger.jsonl", "--verbose"),
        ]
        arguments = _ad_hoc(tmp_path)
        result = _run(code, tmp_path, recorder, *arguments, *outputs)
        received, sent = b"".join(recorder.received), b"".join(recorder.sent)
    if code == LOUD:
        sending = sorted([*SENT.values(), BASE_PATH, ALIAS])
        assert found_in(received, sending) == sending
        assert found_in(received, list(OTHER.values()))
        assert found_in(sent, list(ANSWERED.values())) == sorted(ANSWERED.values())
        assert result.returncode == 1, result.stderr
        assert (tmp_path / "work" / "run.jsonl").exists()
        assert (tmp_path / "work" / "junit.xml").exists()
        assert write_pytests(read_run(tmp_path / "work" / "run.jsonl"), tmp_path / "work" / "files")
    else:
        assert received
        assert result.returncode in {2, 3}
        assert "RuntimeError" in result.stderr
    assert _told(tmp_path, result) == []
    for text in (
        result.stdout,
        result.stderr if code == BROKEN else "",
        *(item.read_text("utf-8") for item in files_under(tmp_path / "work")),
    ):
        assert "\x1b[31m" not in text
        assert "\u202e" not in text
        assert not any(line.lstrip().startswith("::error") for line in text.splitlines())
    names = {item.name for item in tmp_path.rglob("*")}
    assert not names & {".hypothesis", ".schemathesis", ".pytest_cache"}


def test_nothing_secret_leaves_a_run_with_an_app_id(tmp_path: Path) -> None:
    """An id in every path is a credential like the key."""
    with recording() as recorder:
        _arm(recorder)
        outputs = ["--output", "run.jsonl", "--junit", "junit.xml", "--ledger", "ledger.jsonl"]
        result = _run(LOUD, tmp_path, recorder, "onesignal", "--target", "live", *outputs)
        received = b"".join(recorder.received)
    sending = [SENT["SPECPROOF_SHOP_HEADERKEY"], APP_ID]
    assert found_in(received, sending) == sorted(sending)
    assert "onesignal" in result.stdout
    assert (tmp_path / "work" / "ledger.jsonl").exists()
    assert _told(tmp_path, result) == []


def test_nothing_secret_leaves_a_run_with_resources(tmp_path: Path) -> None:
    """Ids that the user gives up travel in request bodies, and into no artifact."""
    resources = tmp_path / "resources.json"
    resources.write_text(json.dumps({"customerId": list(CUSTOMERS)}), "utf-8")
    with recording() as recorder:
        _arm(recorder)
        alias = {"id": "x", "error": {"type": ANSWERED["code"], "message": ANSWERED["title"]}}
        recorder.answers["*"] = (
            400,
            {"Content-Type": "application/json"},
            json.dumps(alias).encode(),
        )
        result = _run(
            LOUD,
            tmp_path,
            recorder,
            *("sequence", "--target", "live", "--resources", str(resources), "--json"),
            *("--output", "run.jsonl", "--ledger", "ledger.jsonl"),
        )
        received = b"".join(recorder.received)
    assert found_in(received, list(CUSTOMERS)) == sorted(CUSTOMERS)
    assert json.loads(result.stdout)["schema"] == "specproof.run/1"
    assert (tmp_path / "work" / "ledger.jsonl").exists()
    assert _told(tmp_path, result) == []
