"""Script of a finding -> a pytest file that needs pytest and httpx alone.

Whatever a run file says of the requests is data and is written as Python literals in ASCII;
only functions of ``suites.assertions`` and the lines of this module are code.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from specproof.errors import InputError
from specproof.files import write_atomic
from specproof.model import Finding
from specproof.suites.assertions import ASSERTIONS, CONSTANTS, HELPERS, Answer
from specproof.suites.records import Run
from specproof.targets.credentials import OTHER_TENANT
from specproof.text import one_line

__all__ = ["file_name", "pytest_of", "render_pytest", "variables_of", "write_pytests"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_FORMS: Final = {"shorter": "{}[:-1]", "swapcase": "{}.swapcase()"}
_MALFORMED: Final = "the script of a finding is malformed"

_PRELUDE: Final = '''\
from __future__ import annotations

import base64
import ipaddress
import json
import os
import re
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpx
import pytest

BUSY = (429, 502, 503, 504)


def env(name):
    """Return the value of a variable, as a live run takes it; without it there is nothing to do."""
    value = os.environ.get(name, "")
    if not value:
        pytest.skip(f"set and export {name}")
    return value


def fresh(prefix):
    """Return a value that cannot belong to anybody else."""
    return f"specproof-{prefix}-{secrets.token_hex(10)}"


def resource(name, number, of):
    """Return an id that exists beforehand and may be used up, of a list with commas."""
    stem = "SPECPROOF_OTHER_RESOURCE_" if of else "SPECPROOF_RESOURCE_"
    ids = env(stem + re.sub(r"[^A-Za-z0-9]", "_", name).upper()).split(",")
    return ids[number % len(ids)].strip()


def given(answer, *path):
    """Return what an earlier answer gave."""
    value = at(parsed(answer), path)
    if value is None:
        pytest.skip(f"a request that prepares the rest was answered {answer.status} without an id")
    return value


def encoded(text):
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode("ascii")


def segment(text):
    """Return a value as one segment of a path."""
    coded = quote(text, safe="")
    return coded.replace(".", "%2E") if text in {".", ".."} else coded


def only_here():
    """Keep requests that name what somebody may own away from servers that are not ours."""
    host = urlsplit(env("BASE_URL")).hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        pytest.skip("a request names what may be somebody's; run this on a server of your own")


def send(client, method, path, query=(), headers=(), cookies=(), body=None, patient=True):
    """Send one request; wait where the server says how long."""
    fields = [("Accept", "application/json"), ("User-Agent", "specproof")]
    fields += [(name, value.strip()) for name, value in headers]
    if cookies:
        fields.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    content = None
    if body is not None:
        content = json.dumps(body[0], ensure_ascii=False).encode()
        fields.append(("Content-Type", "application/json"))
    url = env("BASE_URL").rstrip("/") + path + ("?" + urlencode(query) if query else "")
    for _ in range(3):
        try:
            got = client.request(method, url, headers=fields, content=content)
        except httpx.HTTPError as error:
            pytest.fail(f"no answer that can be read ({type(error).__name__})")
        wait = got.headers.get("Retry-After", "")
        if not (patient and got.status_code == 429 and wait.isdigit() and int(wait) <= 60):
            break
        time.sleep(int(wait))
    pairs = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in got.headers.raw]
    return Answer(got.status_code, pairs, got.content, url)
'''


def file_name(finding: Finding) -> str:
    """Return the name of the file, ``test_<fingerprint>.py``.

    Raises:
        InputError: the fingerprint is none.
    """
    if not _FINGERPRINT.fullmatch(finding.fingerprint):
        raise InputError(_MALFORMED)
    return f"test_{finding.fingerprint}.py"


def pytest_of(run: Run, finding: Finding) -> str | None:
    """Return the file of a finding of ``run``, None where there is no script for it."""
    script = run.scripts.get(finding.fingerprint)
    return None if script is None else render_pytest(finding, script)


def write_pytests(run: Run, folder: Path) -> int:
    """Write the file of every finding that has a script into ``folder``; return how many.

    What else lies there stays.
    """
    files = {
        file_name(finding): text
        for finding in run.findings
        if (text := pytest_of(run, finding)) is not None
    }
    for name, text in sorted(files.items()):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / name, text.encode("ascii"))
    return len(files)


def render_pytest(finding: Finding, script: Mapping[str, Any]) -> str:
    """Return the file: it fails as long as the promise is broken and passes when it is mended.

    Raises:
        InputError: the script is not one that ``suites.script`` wrote.
    """
    try:
        body = list(_test(finding, script))
        variables = ["BASE_URL", *variables_of(script)]
        says = sorted({str(claim["says"]) for claim in script["claims"]})
        source = list(_sources(says))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise InputError(f"{_MALFORMED} ({finding.fingerprint})", remedy="run it again") from None
    head = [
        f"# specproof, {_comment(finding.rule)}: {_comment(finding.message)}",
        f"# {_comment(finding.requirement)}",
        "#",
        "# Fails as long as the promise is broken, passes when it is mended. Needs pytest, httpx",
        f"# and, exported: {', '.join(variables)}.",
        "# What it creates bears a fresh name that begins with specproof- and is left there.",
    ]
    return "\n".join([*head, _PRELUDE, *source, *body]) + "\n"


def variables_of(script: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the environment variables that a script takes its values from, sorted."""
    return _variables({"steps": script["steps"], "claims": script["claims"]})


def _variables(value: Any) -> tuple[str, ...]:
    found: set[str] = set()
    for node in _nodes(value):
        if isinstance(node.get("env"), str):
            found.add(_variable(node["env"]))
        if isinstance(node.get("resource"), str):
            stem = "SPECPROOF_OTHER_RESOURCE_" if node.get("of") else "SPECPROOF_RESOURCE_"
            found.add(f"{stem}{_upper(node['resource'])}")
    return tuple(sorted(found))


def _sources(says: Sequence[str]) -> Iterator[str]:
    with_schemas = bool({"schema", "header"} & set(says))
    for name, value in CONSTANTS.items():
        if name != "FORMATS" or with_schemas:
            yield f"{name} = {value!r}"
    yield f"\n\n{inspect.getsource(Answer)}"
    for helper in HELPERS:
        if with_schemas or helper.__name__ not in {"broken", "is_a", "misfit"}:
            yield f"\n{inspect.getsource(helper)}"
    for name in says:
        # Its own name may be that of a variable of the test.
        yield f"\n{inspect.getsource(ASSERTIONS[name])}"


def _test(finding: Finding, script: Mapping[str, Any]) -> Iterator[str]:
    steps, found = script["steps"], script["found"]
    if not steps or not isinstance(found, int):
        raise ValueError("steps")
    yield ""
    yield f"def test_{_identifier(finding.rule)}():"
    if not all(step["own"] for step in steps):
        yield "    only_here()"
    for number, item in enumerate(script["made"]):
        value = (
            "str(uuid.uuid4())" if item["kind"] == "uuid" else f"fresh({_plain(item['prefix'])})"
        )
        yield f"    made_{number} = {value}"
    yield "    with httpx.Client(timeout=15, trust_env=False) as client:"
    for number, step in enumerate(steps):
        patient = number < len(steps) - 1 or found != _THROTTLED
        lines = _step(number, step, patient=patient)
        others = [name for name in _variables(step) if name.startswith(OTHER_TENANT)]
        if not others or number == len(steps) - 1 or number in _referred_to(script):
            yield from lines
            continue
        # Nobody has to have two tenants for what does not need them.
        yield f"        if all(map(os.environ.get, {others!r})):"
        yield from (f"    {line}" for line in lines)
    last = f"answer_{len(steps) - 1}"
    if script["bound"]:
        yield f"    if {last}.status != {_plain(found)}:"
        yield f'        pytest.skip(f"answered {{{last}.status}}, the finding is about {found}")'
    elif found not in _BUSY:
        yield f"    if {last}.status in BUSY:"
        yield f'        pytest.skip(f"answered {{{last}.status}}, which puts the matter off")'
    for claim in script["claims"]:
        yield f"    problem = {_claim(claim, last)}"
        yield "    assert problem is None, problem"


_THROTTLED: Final = 429
_BUSY: Final = (429, 502, 503, 504)


def _step(number: int, step: Mapping[str, Any], *, patient: bool) -> Iterator[str]:
    yield f"        answer_{number} = send("
    yield "            client,"
    yield f"            {_plain(step['method'])},"
    path = [
        _plain(part) if isinstance(part, str) else f"segment({_text(part)})"
        for part in step["path"]
    ]
    yield f'            "/".join([{", ".join(path)}]),'
    fields = step["fields"]
    query = [*step["query"], *_placed(fields, "query")]
    headers = [*step["headers"], *_placed(fields, "header")]
    for word, pairs in (
        ("query", query),
        ("headers", headers),
        ("cookies", list(_placed(fields, "cookie"))),
    ):
        if pairs:
            yield f"            {word}=["
            for name, value in pairs:
                yield f"                ({_plain(str(name))}, {_text(value)}),"
            yield "            ],"
    if step["body"] is not None:
        yield f"            body=[{_tree(step['body']['json'])}],"
    if not patient:
        yield "            patient=False,"
    yield "        )"


def _referred_to(script: Mapping[str, Any]) -> frozenset[int]:
    """Return the steps whose answers something else is taken from or compared with."""
    places = [node["given"][0] for node in _nodes(script) if "given" in node]
    return frozenset([*places, *(claim["since"] for claim in script["claims"] if "since" in claim)])


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object in a script."""
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list | tuple):
            pending.extend(node)


def _placed(fields: Sequence[Mapping[str, Any]], place: str) -> Iterator[tuple[str, Any]]:
    for item in fields:
        if item["place"] == place:
            yield item["name"], item["value"]


def _claim(claim: Mapping[str, Any], last: str) -> str:
    says = str(claim["says"])
    known = list(inspect.signature(ASSERTIONS[says]).parameters)[1:]
    if set(claim) - {"says"} != set(known):
        raise ValueError(says)
    arguments = [last]
    for name in known:
        value = claim[name]
        if name == "path":
            text = f"[{', '.join(_part(part) for part in value)}]"
        elif name in {"value", "expected"}:
            text = _tree(value)
        elif name == "since":
            text = f"answer_{int(value)}"
        else:
            text = _plain(value)
        arguments.append(f"{name}={text}")
    return f"{says}({', '.join(arguments)})"


def _part(part: Any) -> str:
    if isinstance(part, Mapping):
        return f"({_plain(str(part['where']))}, {_text(part['is'])})"
    return _plain(part)


def _tree(value: Any) -> str:
    match value:
        case {"text": pieces}:
            return _text(pieces)
        case {"object": pairs}:
            return f"{{{', '.join(f'{_plain(str(key))}: {_tree(item)}' for key, item in pairs)}}}"
        case {"list": items}:
            return f"[{', '.join(_tree(item) for item in items)}]"
        case {"given": place}:
            return _given(place)
        case None | bool() | int() | float():
            return _plain(value)
        case _:
            raise ValueError("tree")


def _text(pieces: Any) -> str:
    return " + ".join(_piece(piece) for piece in pieces) or '""'


def _piece(piece: Any) -> str:
    match piece:
        case str():
            return _plain(piece)
        case {"env": str(name)}:
            text = f'env("{_variable(name)}")'
        case {"made": int(number)}:
            text = f"made_{number}"
        case {"given": place}:
            text = f"str({_given(place)})"
        case {"resource": str(name), "number": int(number), "of": str(whose)}:
            text = f"resource({_plain(name)}, {number}, {_plain(whose)})"
        case {"base64": inner}:
            text = f"encoded({_text(inner)})"
        case _:
            raise ValueError("piece")
    return _FORMS[piece["form"]].format(text) if "form" in piece else text


def _given(place: Any) -> str:
    number, path = place
    return f"given({', '.join([f'answer_{int(number)}', *map(_plain, path)])})"


def _plain(value: Any) -> str:
    """Return data as a Python literal in ASCII."""
    if not isinstance(value, str | int | float | list | dict | None):
        raise TypeError
    return ascii(value)


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(name)
    return name


def _identifier(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", text.lower())[:80]


def _upper(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", text, flags=re.ASCII).upper()


def _comment(text: str) -> str:
    return one_line(text, 300).encode("ascii", "backslashreplace").decode("ascii")
