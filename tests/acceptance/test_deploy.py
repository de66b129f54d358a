"""The manifests for many machines: what they start, as whom, and what they keep shut."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import dask
import pytest
import ruamel.yaml
from commands import command_named
from distributed.cli import dask_scheduler, dask_worker

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
SECRET = re.compile(r"password|token|secret|credential", re.IGNORECASE)
DASK = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}


def _loaded(path: Path) -> list[Any]:
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    return [item for item in yaml.load_all(path.read_text("utf-8")) if item is not None]


def _objects() -> list[Any]:
    return [item for path in MANIFESTS for item in _loaded(path)]


def _pods(node: Any) -> Iterator[Any]:
    """Yield each pod's specification: what holds containers."""
    if isinstance(node, dict):
        if "containers" in node:
            yield node
        for value in node.values():
            yield from _pods(value)
    elif isinstance(node, list):
        for value in node:
            yield from _pods(value)


def _containers() -> list[Any]:
    return [
        container
        for pod in _pods(_objects())
        for container in [*pod.get("initContainers", []), *pod["containers"]]
    ]


def _services() -> dict[str, Any]:
    [document] = _loaded(DEPLOY / "compose.yaml")
    found: dict[str, Any] = document["services"]
    return found


def _understood(words: list[str]) -> None:
    """Check that a command line, or each of those that a shell is given, is one that is taken."""
    if words[0] == "sh":
        assert words[1] == "-c"
        for part in words[2].split(";"):
            _understood(shlex.split(part.partition("||")[0].removeprefix(" exec")))
        return
    if words[0] == "specproof":
        command: click.Command = command_named(words[1])
        rest = words[2:]
    else:
        assert words[0] == "dask"
        command, rest = DASK[words[1]], words[2:]
        # Dask hands on what it does not know to modules that nobody loads here.
        known = {name for each in command.params for name in [*each.opts, *each.secondary_opts]}
        unknown = {word.partition("=")[0] for word in rest if word.startswith("--")} - known
        assert unknown == set(), f"No such option: {unknown}"
    context = command.make_context(words[1], list(rest), resilient_parsing=False)
    context.close()


def _commands() -> list[list[str]]:
    found = [container["command"] for container in _containers()]
    return [*found, *(item["command"] for item in _services().values() if "command" in item)]


def test_every_command_line_is_understood() -> None:
    """What manifests start parses with the programs that are started, option by option."""
    commands = _commands()
    assert len(commands) == 7
    for words in commands:
        _understood([str(word) for word in words])


def test_a_wrong_command_line_would_be_noticed() -> None:
    """The check above can fail."""
    for words in (
        ["specproof", "run", "--engin=x"],
        ["dask", "worker", "--thread=1"],
        ["sh", "-c", "specproof cleanup || true; exec dask worker --thread=1"],
    ):
        # Typer brings its own copy of click.
        with pytest.raises(Exception, match="No such option"):
            _understood(words)


def test_containers_may_do_nothing_that_they_need_not() -> None:
    """No root, no writing outside of volumes, no capabilities, and limits on everything."""
    for pod in _pods(_objects()):
        who = pod["securityContext"]
        assert who["runAsNonRoot"] is True
        assert who["runAsUser"] > 0
        assert who["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
    containers = _containers()
    assert len(containers) == 4
    for container in containers:
        may = container["securityContext"]
        assert may["allowPrivilegeEscalation"] is False
        assert may["readOnlyRootFilesystem"] is True
        assert may["capabilities"] == {"drop": ["ALL"]}
        for bound in ("requests", "limits"):
            assert container["resources"][bound].keys() == {"cpu", "memory"}
        assert container["image"] == "specproof"


def test_no_secret_stands_in_a_manifest() -> None:
    """Secrets are referred to; credentials reach the workers and nobody else."""
    for item in _objects():
        assert item["kind"] != "Secret"
    for container in _containers():
        for variable in container.get("env", []):
            assert "value" not in variable or not SECRET.search(variable["name"])
    holders = {
        container["name"]
        for container in _containers()
        for source in container["envFrom"]
        if source.get("secretRef", {}).get("name") == "specproof-credentials"
    }
    assert holders == {"cleanup", "worker"}
    assert [name for name, item in _services().items() if "env_file" in item] == ["worker"]


def _variables() -> set[str]:
    """Return the names of what containers find in their environment."""
    names = {
        variable["name"] for container in _containers() for variable in container.get("env", [])
    }
    names |= {name for item in _objects() if item["kind"] == "ConfigMap" for name in item["data"]}
    return names.union(*(item.get("environment", ()) for item in _services().values()))


def test_variables_are_those_that_are_read() -> None:
    """A name that nobody reads would be passed over, and with it the TLS that it asks for."""
    names = _variables()
    asked = {name for name in names if name.startswith("DASK_")}
    assert len(asked) == 11
    nowhere = object()
    for name in asked:
        key = name.removeprefix("DASK_").lower().replace("__", ".")
        assert dask.config.get(key, nowhere) is not nowhere, name
    ours = {name for name in names if name.startswith("SPECPROOF_")}
    assert ours == {"SPECPROOF_HISTORY"}
    assert "SPECPROOF_HISTORY" in (ROOT / "conformance/specproof/history/store.py").read_text(
        "utf-8"
    )
    others = {"HOME", "JOB_NAME", "XDG_STATE_HOME", "fleet.toml"}
    others |= {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
    assert names == asked | ours | others


def test_what_starts_waits_for_what_it_needs() -> None:
    """A client is not started before there is a database and a scheduler that answers."""
    services = _services()
    for name in ("worker", "client"):
        wanted = {"scheduler", "history"}
        assert services[name]["depends_on"] == {
            each: {"condition": "service_healthy"} for each in wanted
        }
        assert all(services[each]["healthcheck"]["test"][0] == "CMD" for each in wanted)
    # What a worker left behind is removed before it, or another in its place, works again.
    assert services["worker"]["command"][2].startswith("specproof cleanup || true;")
    for name in {*services} - {"client"}:
        assert services[name]["restart"] == "unless-stopped"
    # A file that is missing does not become a folder.
    [fleet] = services["client"]["volumes"]
    assert fleet["bind"] == {"create_host_path": False}


def test_the_engine_is_kept_shut() -> None:
    """TLS everywhere, a policy for each role, nothing published."""
    for words in _commands():
        text = " ".join(map(str, words))
        assert "tcp://" not in text
        assert "--insecure-engine" not in text
    policies = [item for item in _objects() if item["kind"] == "NetworkPolicy"]
    guarded = [item["spec"]["podSelector"] for item in policies]
    assert {} in guarded
    for policy in policies:
        assert "Ingress" in policy["spec"]["policyTypes"]
        for rule in policy["spec"].get("ingress", []):
            assert all("podSelector" in source for source in rule["from"])
    services = _services()
    assert [name for name, item in services.items() if "ports" in item] == []
    [compose] = _loaded(DEPLOY / "compose.yaml")
    assert compose["networks"]["engine"] == {"internal": True}
    assert {name for name, item in services.items() if "vendors" in item["networks"]} == {"worker"}
    for name in {*services} - {"history"}:
        assert services[name]["read_only"] is True
        assert services[name]["user"] == "10001:10001"
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["mem_limit"]


def test_a_pod_that_takes_the_place_of_another_goes_on() -> None:
    """The batch is the Job's, and findings are not tried again."""
    [job] = [item for item in _objects() if item["kind"] == "CronJob"]
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    spec = job["spec"]["jobTemplate"]["spec"]
    [rule] = spec["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [1, 2]
    assert rule["onExitCodes"]["containerName"] == "client"
    [client] = spec["template"]["spec"]["containers"]
    assert "--batch=$(JOB_NAME)" in client["command"]
    [name] = [item for item in client["env"] if item["name"] == "JOB_NAME"]
    path = name["valueFrom"]["fieldRef"]["fieldPath"]
    assert path == "metadata.labels['batch.kubernetes.io/job-name']"


def test_what_is_named_is_there() -> None:
    """Files of the kustomization, volumes of containers, and labels that services select."""
    [kustomization] = _loaded(DEPLOY / "kubernetes" / "kustomization.yaml")
    names = {path.name for path in MANIFESTS} - {"kustomization.yaml"}
    assert {*kustomization["resources"]} == names
    objects = _objects()
    for item in objects:
        for pod in _pods(item):
            claims = item.get("spec", {}).get("volumeClaimTemplates", [])
            there = {volume["name"] for volume in pod["volumes"]}
            there |= {claim["metadata"]["name"] for claim in claims}
            for container in [*pod.get("initContainers", []), *pod["containers"]]:
                assert {mount["name"] for mount in container["volumeMounts"]} <= there
    labels = [
        item["spec"]["template"]["metadata"]["labels"]
        for item in objects
        if "template" in item.get("spec", {})
    ]
    for item in objects:
        if item["kind"] == "Service":
            assert item["spec"]["selector"] in labels


def test_the_image_is_what_the_manifests_expect() -> None:
    """Two stages, a base that can be pinned, every hash checked, and not root."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG PYTHON_IMAGE=", text, re.MULTILINE)
    assert len(re.findall(r"^FROM \$\{PYTHON_IMAGE\}", text, re.MULTILINE)) == 2
    assert "--require-hashes" in text
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    # Nothing is installed but out of the lock, not even to build.
    installs = re.findall(r"pip install.*", text)
    assert [("--require-hashes" in line, "--no-build-isolation" in line) for line in installs] == [
        (True, False),
        (False, True),
    ]


def test_the_image_is_made_of_what_it_needs_alone() -> None:
    """What is copied is there and is what the package is built of; nothing else is sent to build.

    A certificate's key, credentials, the history of git: all of that lies beside it.
    """
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)", text, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == {*copied}
    assert [line for line in ignored if line[0] not in "!#"] == ["*", "**/__pycache__"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = ["pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]]
    needed += [*wheel["packages"], *wheel["force-include"]]
    assert {path.split("/")[0] for path in needed} | {"requirements.lock"} == {*copied}


@pytest.mark.no_cover
def test_certificates_are_made_as_the_text_says(tmp_path: Path) -> None:
    """The lines of the README give an authority and a certificate that it signed."""
    text = (DEPLOY / "README.md").read_text("utf-8")
    lines = re.findall(r"^openssl .*$", text, re.MULTILINE)
    assert len(lines) == 3
    try:
        for line in [*lines, "openssl verify -CAfile ca.crt tls.crt"]:
            subprocess.run(
                shlex.split(line), cwd=tmp_path, check=True, capture_output=True, timeout=60
            )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert (tmp_path / "tls.key").is_file()
