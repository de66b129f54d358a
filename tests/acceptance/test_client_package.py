from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
import tomllib
import uuid
import venv
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import serving

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "generated"
APIS = ("onesignal", "sequence")
PLACEHOLDER = "00000000-0000-4000-8000-000000000000"
BLOCKS = re.compile(
    r"^(?:###? (?P<heading>[^\n]+)|```python\n(?P<code>.*?)^```)$", re.DOTALL | re.MULTILINE
)
BASE_URL = re.compile(r'base_url="([^"]+)"')
BUILD = """
import os, sys
from hatchling import build
os.umask(int(sys.argv[2]))
for project in sys.argv[3:]:
    os.chdir(project)
    build.build_wheel(sys.argv[1])
    build.build_sdist(sys.argv[1])
"""
CALL = """
import json, sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
job = json.loads(sys.argv[1])
package = import_module(job["package"])
assert Path(package.__file__).is_relative_to(sys.prefix), package.__file__
assert (Path(package.__file__).parent / "py.typed").is_file()
assert version(job["project"]) == package.__version__
operation = import_module(job["package"] + "." + job["operation"])
client = package.AuthenticatedClient(job["url"], **job["credentials"])
with client:
    try:
        operation.sync(**job["arguments"], client=client)
    except package.ApiError as error:
        print(type(error).__name__, error.status_code)
    print(operation.sync_detailed(**job["arguments"], client=client).status_code)
"""


@dataclass(frozen=True)
class Served:
    """An emulator on a port of this machine."""

    api: str
    url: str
    credentials: Mapping[str, str]
    customers: tuple[str, ...]

    def arrange(self) -> str:
        """Create what an example of README.md is about; return the id that it needs."""
        if self.api == "onesignal":
            app = self.credentials["ONESIGNAL_APP_ID"]
            aliases = {"alias_label": "alias_id", "alias_label_to_delete": "any"}
            key = {"Authorization": f"Key {self.credentials['ONESIGNAL_API_KEY']}"}
            body = {"identity": aliases}
            httpx.post(f"{self.url}/apps/{app}/users", json=body, headers=key).raise_for_status()
            return app
        made = httpx.post(
            f"{self.url}/customer-aliases",
            json={"customerId": self.customers[0], "value": str(uuid.uuid4())},
            auth=(
                self.credentials["SEQUENCE_CLIENT_ID"],
                self.credentials["SEQUENCE_CLIENT_SECRET"],
            ),
        )
        identifier: str = made.raise_for_status().json()["id"]
        return identifier


@pytest.fixture(scope="module", params=APIS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Serve the emulator of an API."""
    with serving(request.param) as server:
        resources = server.get("resources", {})
        yield Served(
            request.param,
            server["url"],
            server["credentials"],
            tuple(resources.get("customerId", ())),
        )


def _blocks(readme: str) -> list[tuple[str, str]]:
    """Return heading and code of each Python block."""
    found, heading = [], ""
    for match in BLOCKS.finditer(readme):
        if match["heading"]:
            heading = match["heading"]
        else:
            found.append((heading, match["code"]))
    return found


def test_every_block_of_the_readme_runs(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The calls a user makes first are typed in as they stand, base URL and id exchanged."""
    project = GENERATED / f"{served.api}-client"
    monkeypatch.syspath_prepend(str(project))
    for name, value in served.credentials.items():
        monkeypatch.setenv(name, value)
    readme = (project / "README.md").read_text(encoding="utf-8")
    blocks = _blocks(readme)
    assert [heading for heading, _ in blocks] == [
        "Authenticate",
        "Call, and get the result",
        "See everything that came back",
        "Call without blocking",
        "Take errors",
        "Set limits, and test without a server",
    ]
    names: dict[str, Any] = {"__name__": "readme"}
    said = {}

    def run(heading: str, code: str, identifier: str) -> str:
        text = BASE_URL.sub(f'base_url="{served.url}"', code).replace(PLACEHOLDER, identifier)
        exec(compile(text, f"README.md: {heading}", "exec"), names)  # noqa: S102 - the subject
        return capsys.readouterr().out

    for heading, code in blocks:
        said[heading] = run(heading, code, served.arrange())
    operation = next(value for value in names.values() if hasattr(value, "sync_detailed"))
    documented = textwrap.dedent(operation.sync.__doc__.partition("::\n\n")[2])
    said["docstring"] = run("docstring", f"print({documented.strip()})", served.arrange())
    gone = run(*blocks[4], identifier=str(uuid.uuid4()))
    names["client"].close()
    result = {"onesignal": "DeleteAliasResponse200(", "sequence": "CustomerAliasResponseModel("}
    assert said["Call, and get the result"].startswith(result[served.api])
    assert said["docstring"].startswith(result[served.api])
    assert said["See everything that came back"].startswith("200 ")
    assert said["Call without blocking"].startswith(result[served.api])
    assert said["Take errors"] == said["Set limits, and test without a server"] == ""
    assert gone.startswith(("nothing there: (", "refused with 4"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build both clients twice, from copies elsewhere, which are gone afterwards."""
    folders = []
    for number, zone, mask in ((1, "UTC", "18"), (2, "Asia/Tokyo", "63")):
        scratch = tmp_path_factory.mktemp("build")
        (scratch / ".gitignore").write_text("*\n" * (number - 1))
        copies = [scratch / f"{'deep/' * number}{api}" for api in APIS]
        for api, copy in zip(APIS, copies, strict=True):
            shutil.copytree(GENERATED / f"{api}-client", copy)
            (copy / f"{api}_client" / "__pycache__").mkdir(exist_ok=True)
            (copy / f"{api}_client" / "__pycache__" / "left.pyc").write_bytes(b"?")
            for path in copy.rglob("*"):
                os.utime(path, (number * 10**8, number * 10**8))
        output = tmp_path_factory.mktemp("dist")
        subprocess.run(
            [sys.executable, "-c", BUILD, str(output), mask, *map(str, copies)],
            check=True,
            capture_output=True,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONHASHSEED": str(number),
                "SOURCE_DATE_EPOCH": "1700000000",
                "TZ": zone,
            },
        )
        shutil.rmtree(scratch)
        folders.append(output)
    return folders[0], folders[1]


def test_the_same_sources_give_the_same_bytes(built: tuple[Path, Path]) -> None:
    """Neither folder, time zone, umask, time stamps nor hash seed can be seen in what is built."""
    first, second = ({path.name: path.read_bytes() for path in one.iterdir()} for one in built)
    assert sorted(path.suffix for path in built[0].iterdir()) == [".gz", ".gz", ".whl", ".whl"]
    assert first == second


@pytest.mark.parametrize("api", APIS)
def test_what_is_built_is_whole_and_no_more(built: tuple[Path, Path], api: str) -> None:
    """The wheel holds the package alone; the sdist what a wheel can be built of again."""
    project = GENERATED / f"{api}-client"
    generated = {
        path.relative_to(project).as_posix()
        for path in project.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    package = {name for name in generated if name.startswith(f"{api}_client/")}
    with zipfile.ZipFile(next(built[0].glob(f"{api}_client-*.whl"))) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == package
    with tarfile.open(next(built[0].glob(f"{api}_client-*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert names - {"PKG-INFO"} == generated


def test_the_builder_is_the_locked_one() -> None:
    """What a client builds with is what is tested here; a newer one may write other bytes."""
    wanted = f"hatchling=={version('hatchling')}"
    for api in APIS:
        told = tomllib.loads((GENERATED / f"{api}-client" / "pyproject.toml").read_text())
        assert told["build-system"]["requires"] == [wanted]


@pytest.mark.parametrize("api", APIS)
def test_what_is_imported_is_declared(api: str) -> None:
    """A client names the packages it uses itself, no more and no less."""
    project = GENERATED / f"{api}-client"
    imported: set[str] = set()
    for path in project.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.partition(".")[0])
    told = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    declared = {re.split(r"[<>=]", line)[0].replace("-", "_") for line in told}
    assert imported - set(sys.stdlib_module_names) == declared


def _install(environment: Path, wheel: Path) -> None:
    """Install ``wheel`` without network and without its dependencies."""
    python = environment / "bin" / "python"
    offline = ["--quiet", "--no-deps", "--no-index", str(wheel)]
    uv = shutil.which("uv")
    command = (
        [uv, "pip", "install", "--offline", "--python", str(python), *offline]
        if uv
        else [sys.executable, "-m", "pip", "--python", str(python), "install", *offline]
    )
    subprocess.run(command, check=True, capture_output=True)


def test_the_wheel_works_without_its_sources(
    built: tuple[Path, Path], served: Served, tmp_path: Path
) -> None:
    """Installed offline into an environment of its own, it calls the API and takes its errors."""
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    _install(environment, next(built[0].glob(f"{served.api}_client-*.whl")))
    [packages] = environment.glob("lib/python*/site-packages")
    # What the client depends on is the tested one, and read from where it is.
    (packages / "dependencies.pth").write_text(f"{Path(httpx.__file__).parents[1]}\n")
    held = served.credentials
    identifier = served.arrange()
    job: dict[str, Any] = {
        "project": f"{served.api}-client",
        "package": f"{served.api}_client",
        "url": served.url,
    }
    if served.api == "onesignal":
        job["operation"] = "api.default.delete_alias"
        job["credentials"] = {"token": held["ONESIGNAL_API_KEY"]}
        job["arguments"] = {
            "app_id": identifier,
            "alias_label": "alias_label",
            "alias_id": "never",
            "alias_label_to_delete": "alias_label_to_delete",
        }
    else:
        job["operation"] = "api.customer_aliases.delete_customer_aliases_by_id"
        job["credentials"] = {
            "client_id": held["SEQUENCE_CLIENT_ID"],
            "client_secret": held["SEQUENCE_CLIENT_SECRET"],
        }
        job["arguments"] = {"id": str(uuid.uuid4())}
    done = subprocess.run(
        [str(environment / "bin" / "python"), "-I", "-c", CALL, json.dumps(job)],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stderr == ""
    name, status, again = done.stdout.split()
    assert (name, status) in {("NotFoundError", "404"), ("BadRequestError", "400")}
    assert again == status
