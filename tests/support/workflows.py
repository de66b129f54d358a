"""Workflows of GitHub taken apart, and their jobs run on this machine, step by step.

A job runs in a folder of its own, as on a fresh runner. Its shell steps run as they stand there;
of the actions, those that hand files from job to job are played with folders, and any other is
noted and passed over.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

__all__ = ["Outcome", "Runner", "Step", "evaluate", "job_steps", "ran", "workflow"]

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STRING = re.compile(r"'[^']*'")
_NAME = re.compile(r"\b[a-z_]+(?:\.[A-Za-z_][\w-]*)+")


def workflow(path: Path) -> dict[str, Any]:
    """Return a workflow as YAML 1.2 reads it, where ``on`` is a word."""
    read: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return read


def job_steps(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each step of a workflow with the name of its job."""
    for name, job in workflow(path)["jobs"].items():
        for step in job["steps"]:
            yield name, step


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """Return the value of an expression of GitHub.

    Knows names, strings, ``==``, ``!=``, ``!``, ``&&``, ``||``, ``always()``, ``cancelled()``,
    ``success()`` and ``fromJSON`` of a name; a name that is not in ``context`` is empty.
    """
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f" kept[{len(kept) - 1}] "

    text = _STRING.sub(lambda found: keep(found[0][1:-1]), expression)
    text = text.replace("fromJSON", "")
    text = _NAME.sub(lambda found: keep(str(context.get(found[0], ""))), text)
    text = text.replace("always()", " True ").replace("success()", " ok ")
    text = text.replace("cancelled()", " False ").replace("&&", " and ").replace("||", " or ")
    text = re.sub(r"!(?!=)", " not ", text)
    assert re.fullmatch(r"(?:kept\[\d+\]|True|False|ok|and|or|not|[=!]=|\d+|[()\s])+", text), text
    names = {"kept": kept, "ok": context.get("ok", True)}
    return eval(text.strip(), {"__builtins__": {}}, names)  # noqa: S307 - of the words above alone


@dataclass
class Step:
    """How one step ended."""

    name: str
    outcome: str
    said: str = ""


@dataclass
class Outcome:
    """How a job ended."""

    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def result(self) -> str:
        """Return ``success`` or ``failure``."""
        failed = any(step.outcome == "failure" for step in self.steps)
        return "failure" if failed else "success"

    def named(self, name: str) -> Step:
        """Return the step of that name."""
        [found] = [step for step in self.steps if step.name == name]
        return found

    @property
    def said(self) -> str:
        """Return everything that was printed."""
        return "".join(step.said for step in self.steps)


@dataclass
class Runner:
    """Runs jobs.

    Args:
        place: folder for workspaces and artifacts.
        context: values by name, such as ``github.sha`` and ``secrets.KEY``.
        environment: what every step finds in its environment.
        prepare: is called with each new workspace.
    """

    place: Path
    context: dict[str, str]
    environment: dict[str, str]
    prepare: Any = None
    passed_over: list[str] = field(default_factory=list)
    _count: int = 0

    @property
    def artifacts(self) -> Path:
        """Return the folder with a folder for each artifact."""
        return self.place / "artifacts"

    def run(self, path: Path, job: str, **more: str) -> Outcome | None:
        """Run a job of a workflow; None where its condition is false.

        Args:
            more: further context, with ``__`` for the dots.
        """
        read = workflow(path)["jobs"][job]
        context: dict[str, Any] = dict(self.context)
        context |= {name.replace("__", "."): value for name, value in more.items()}
        needs = read.get("needs", [])
        results = [
            context.get(f"needs.{name}.result", "success")
            for name in ([needs] if isinstance(needs, str) else needs)
        ]
        context["ok"] = all(result == "success" for result in results)
        if not _holds(read, context):
            return None
        self._count += 1
        space = self.place / f"{self._count}-{job}"
        space.mkdir(parents=True)
        if self.prepare is not None:
            self.prepare(space)
        told = self.place / f"{self._count}-files"
        told.mkdir()
        files = {
            name: told / name.lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        for file in files.values():
            file.touch()
        environment = self.environment | {name: str(file) for name, file in files.items()}
        environment |= _filled(read.get("env", {}), context)
        ended = Outcome()
        for step in read["steps"]:
            context["ok"] = ended.result == "success"
            done = self._step(step, context, environment, space, files)
            ended.steps.append(done)
            if "id" in step:
                context[f"steps.{step['id']}.outcome"] = done.outcome
                for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines():
                    name, _, value = line.partition("=")
                    context[f"steps.{step['id']}.outputs.{name}"] = value
            files["GITHUB_OUTPUT"].write_text("", "utf-8")
        ended.outputs = _filled(read.get("outputs", {}), context)
        ended.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return ended

    def _step(
        self,
        step: Mapping[str, Any],
        context: Mapping[str, Any],
        environment: Mapping[str, str],
        space: Path,
        files: Mapping[str, Path],
    ) -> Step:
        name = step["name"]
        if not _holds(step, context):
            return Step(name, "skipped")
        if "uses" in step:
            return Step(name, self._use(step, context, space))
        path = os.pathsep.join(files["GITHUB_PATH"].read_text("utf-8").split()[::-1])
        mine = {**environment, **_filled(step.get("env", {}), context)}
        mine["PATH"] = os.pathsep.join(filter(None, [path, mine["PATH"]]))
        script = space.with_name(f"{space.name}.step.sh")
        script.write_text(step["run"], "utf-8")
        # As GitHub starts it where a workflow asks for bash.
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=space,
            env=mine,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return Step(name, "failure" if done.returncode else "success", done.stdout)

    def _use(self, step: Mapping[str, Any], context: Mapping[str, Any], space: Path) -> str:
        action = step["uses"].partition("@")[0]
        given = _filled(step.get("with", {}), context)
        if action == "actions/upload-artifact":
            return self._upload(given, space)
        if action == "actions/download-artifact":
            return self._download(given, space)
        self.passed_over.append(action)
        return "success"

    def _upload(self, given: Mapping[str, str], space: Path) -> str:
        source = space / given["path"]
        if not source.exists():
            return "failure" if given.get("if-no-files-found") == "error" else "success"
        target = self.artifacts / given["name"]
        if target.exists():
            shutil.rmtree(target)
        if source.is_dir():
            hidden = given.get("include-hidden-files") == "True"
            shutil.copytree(source, target, ignore=None if hidden else shutil.ignore_patterns(".*"))
        else:
            target.mkdir(parents=True)
            shutil.copy2(source, target)
        # What travels as an artifact loses its modes.
        for each in target.rglob("*"):
            each.chmod(0o755 if each.is_dir() else 0o644)
        return "success"

    def _download(self, given: Mapping[str, str], space: Path) -> str:
        if "name" in given:
            source = self.artifacts / given["name"]
            if not source.is_dir():
                return "failure"
            shutil.copytree(source, space / given["path"], dirs_exist_ok=True)
            return "success"
        for source in sorted(self.artifacts.iterdir()):
            if fnmatch(source.name, given["pattern"]):
                target = space / given["path"]
                merged = given.get("merge-multiple") == "True"
                shutil.copytree(
                    source, target if merged else target / source.name, dirs_exist_ok=True
                )
        return "success"


def _bare(condition: str) -> str:
    found = _EXPRESSION.fullmatch(condition.strip())
    return found[1] if found else condition


def _holds(thing: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Return whether a job or a step runs: without a word about it, where all went well."""
    condition = _bare(str(thing.get("if", "success()")))
    if not re.search(r"\b(?:always|cancelled|success)\(\)", condition):
        condition = f"success() && ({condition})"
    return bool(evaluate(condition, context))


def _filled(values: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """Return values with their expressions evaluated."""
    return {
        name: _EXPRESSION.sub(lambda found: str(evaluate(found[1], context)), str(value))
        for name, value in values.items()
    }


def ran(runner: Runner, path: Path, job: str, **more: str) -> Outcome:
    """Return how a job of a workflow ended that its conditions do not skip."""
    done = runner.run(path, job, **more)
    assert done is not None, runner.place
    return done
