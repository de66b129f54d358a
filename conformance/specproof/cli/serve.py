"""``specproof serve``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specproof.errors import InputError
from specproof.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from specproof.apis.contract import Condition, Emulator, Setting, SettingValue

__all__ = ["serve_command"]


def serve_command(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="API; without an emulator, a stub.")
    ] = None,
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one and prints it.")
    ] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Choose a setting; repeatable."),
    ] = None,
    settings: Annotated[
        bool, typer.Option("--settings", help="List settings and conditions, and stop.")
    ] = False,
    fault: Annotated[
        str | None, typer.Option(help="Break the emulator in one way: id of a fault.")
    ] = None,
    faults: Annotated[
        bool, typer.Option("--faults", help="List faults and legal variations, and stop.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Ids and credentials follow from it.")] = 0,
    spec: Annotated[
        Path | None, typer.Option("--spec", help="Serve a stub of this OpenAPI file instead.")
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder that holds specs/; default: as everywhere, the nearest one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.serve/1, on one line.")
    ] = False,
) -> None:
    """Serve an emulator of an API on a port, for anyone's own tests.

    Its credentials are made up and no secrets. What the vendor leaves open is a setting; what no
    client can bring about, such as an outage, is a condition, which `PUT` and `DELETE` of
    /__specproof__/condition/NAME enter and leave where only this machine can connect.
    An API without an emulator gets a stub without state. Exit code: 0 stopped by SIGINT or
    SIGTERM; 2 wrong usage, or the port can not be used.

    Example: specproof serve onesignal --port 8080 --set delete_lists_remaining=true
    """
    if (name is None) == (spec is None):
        raise InputError("serve takes either the name of an API or --spec FILE")
    emulator = _emulator(name, spec, root, assignments or [], seed)
    title = name or str(spec)
    if faults:
        _print_faults(name, as_json=as_json)
        return
    if fault is not None:
        emulator = _broken(name, fault, assignments or [], seed)
    if settings:
        _print_settings(title, emulator, as_json=as_json)
        return

    from specproof.targets import control, serving

    bound = serving.listen(host, port)
    url = serving.base_url(bound)
    steering = f"{url}{control.PREFIX}" if serving.is_loopback(bound) else None
    serving.serve(
        emulator, bound, lambda: _announce(title, emulator, url, steering, as_json=as_json)
    )


def _emulator(
    name: str | None, spec: Path | None, root: Path | None, assignments: list[str], seed: int
) -> Emulator:
    from specproof.targets.emulators import emulator_class, parse_assignments

    found = None if name is None else emulator_class(name)
    if found is not None:
        return found(parse_assignments(found.SETTINGS, assignments), seed=seed)

    from specproof import document as documents
    from specproof.targets.stub import StubEmulator

    if spec is not None:
        label = str(spec)
        document = documents.read(spec)
    else:
        from specproof.catalog import open_catalog
        from specproof.effective import load

        api = open_catalog(root).get(name or "")
        label = str(api.effective)
        document = load(api).effective
    documents.references.check_references(document, name=label)
    chosen = parse_assignments(StubEmulator.SETTINGS, assignments)
    return StubEmulator(document, name=label, api=name or "stub", settings=chosen, seed=seed)


def _broken(name: str | None, fault: str, assignments: list[str], seed: int) -> Emulator:
    from specproof.targets.emulators import read_settings
    from specproof.targets.faults.catalog import faulty

    if name is None:
        raise InputError("--fault needs an API with an emulator", remedy="name it")
    return faulty(name, fault, read_settings([name], assignments), seed=seed)


def _print_faults(name: str | None, *, as_json: bool) -> None:
    from specproof.targets.faults.catalog import all_faults, legal_variations

    broken = [(item.id, item.family, item.title) for item in all_faults(name)]
    legal = [(item.id, "legal", item.title) for item in legal_variations(name)]
    if as_json:
        rows = [{"id": one, "family": kind, "title": text} for one, kind, text in broken + legal]
        made = {"schema": "specproof.serve/1", "api": name or "stub", "faults": rows}
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    for one, kind, text in broken + legal:
        typer.echo(f"{one:<48} {kind:<15} {text}")


def _announce(
    title: str, emulator: Emulator, url: str, steering: str | None, *, as_json: bool
) -> None:
    credentials = emulator.credentials()
    if as_json:
        made = {
            "schema": "specproof.serve/1",
            "api": title,
            "stub": emulator.API == "stub",
            "url": url,
            "credentials": dict(credentials),
            "other_credentials": dict(emulator.other_credentials()),
            "resources": {kind: list(ids) for kind, ids in emulator.resources().items()},
            "control": steering,
        }
        typer.echo(json.dumps(made, ensure_ascii=False))
    else:
        kind = "stub without state" if emulator.API == "stub" else "emulator"
        values = " ".join(f"{name}={value}" for name, value in credentials.items())
        access = f"authenticate with {values} (made up, no secrets)" if values else "no credentials"
        typer.echo(f"{one_line(title)}: {kind} on {url}; {access}; stop with Ctrl+C")
        for resource, ids in emulator.resources().items():
            typer.echo(f"{resource}: {' '.join(ids)}")
    # A pipe is buffered, and whoever waits for this line waits now.
    typer.get_text_stream("stdout").flush()


def _print_settings(title: str, emulator: Emulator, *, as_json: bool) -> None:
    chosen: Mapping[str, SettingValue] = getattr(emulator, "settings", {})
    rows = [_setting(item, chosen) for item in emulator.SETTINGS]
    conditions = [_condition(item) for item in emulator.CONDITIONS]
    stub = emulator.API == "stub"
    if as_json:
        made = {"schema": "specproof.serve/1", "api": title, "stub": stub}
        made |= {"settings": rows, "conditions": conditions}
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    if stub:
        typer.echo(f"{one_line(title)} has no emulator: this is a stub, and it keeps no state")
    typer.echo("settings (--set NAME=VALUE):")
    for row in rows:
        choices = f" (one of: {', '.join(_word(one) for one in row['choices'])})"
        typer.echo(f"  {row['name']}={_word(row['value'])}{choices if row['choices'] else ''}")
        typer.echo(f"      {row['description']}")
        if row["open_fact"]:
            typer.echo(f"      open: {row['open_fact']}")
    typer.echo("conditions (PUT or DELETE /__specproof__/condition/NAME):")
    for row in conditions:
        typer.echo(f"  {row['name']}: {row['status']}, {row['description']}")


def _setting(setting: Setting, chosen: Mapping[str, SettingValue]) -> dict[str, Any]:
    return {
        "name": setting.name,
        "value": chosen.get(setting.name, setting.default),
        "default": setting.default,
        "choices": list(setting.choices),
        "description": setting.description,
        "open_fact": setting.open_fact,
    }


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "name": condition.name,
        "status": condition.status,
        "description": condition.description,
    }


def _word(value: SettingValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
