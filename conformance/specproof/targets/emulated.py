"""Target ``emulator``: our model of an API, in process."""

from __future__ import annotations

from collections.abc import Mapping

from specproof.apis.contract import Emulator, SettingValue
from specproof.errors import CouldNotCheckError
from specproof.requirements.contract import Contract
from specproof.targets.credentials import Credentials
from specproof.targets.emulators import load_emulator
from specproof.targets.faults.catalog import faulty
from specproof.targets.inprocess import InProcessTransport
from specproof.targets.target import Target

__all__ = ["BASE_URL", "emulator_target", "target_of"]

BASE_URL = "http://emulator.invalid"
"""RFC 2606 2: ``.invalid`` names no host, so a leak of this URL reaches nobody."""


def emulator_target(
    api: str,
    contract: Contract,
    settings: Mapping[str, SettingValue] | None = None,
    *,
    fault: str | None = None,
) -> Target:
    """Return a target on a fresh emulator of ``api``.

    Args:
        fault: id of a fault or legal variation that the emulator is to have.

    Raises:
        CouldNotCheckError: the API has no emulator.
        InputError: a setting is unknown or has a wrong value, or there is no such fault.
    """
    emulator = load_emulator(api, settings or {})
    if fault is not None and emulator is not None:
        emulator = faulty(api, fault, settings)
    if emulator is None:
        raise CouldNotCheckError(
            f"{api} has no emulator; check a server of your own with"
            f" `specproof run {api} --target live --base-url URL`"
        )
    return target_of(api, contract, emulator)


def target_of(api: str, contract: Contract, emulator: Emulator) -> Target:
    """Return a target on ``emulator``."""
    return Target(
        name="emulator",
        api=api,
        base_url=BASE_URL,
        transport=InProcessTransport(emulator.app),
        credentials=Credentials(
            api,
            contract.security_schemes(),
            emulator.credentials(),
            emulator.other_credentials(),
        ),
        emulator=emulator,
        provenance=f"emulator of {api}",
        conditions=emulator.CONDITIONS,
        resources=emulator.resources(),
        other_resources=emulator.other_resources(),
    )
