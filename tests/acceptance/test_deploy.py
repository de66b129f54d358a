"""The manifests for many machines: what they start, as whom, and what they keep shut."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import ruamel.yaml
from commands import command_named
from distributed.cli import dask_scheduler, dask_worker

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
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
    """Check that a command line is one that its program takes."""
    if words[0] == "sh":
        assert words[1] == "-c"
        words = shlex.split(words[2].partition("||")[0])
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
    for words in (["specproof", "run", "--engin=x"], ["dask", "worker", "--thread=1"]):
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
