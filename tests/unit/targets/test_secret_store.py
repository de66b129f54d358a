"""Credentials come from the environment, then from a keyring, and are never shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest

from specproof.errors import CouldNotCheckError
from specproof.targets import secret_store
from specproof.targets.secret_store import look_up


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    secret_store.forget()
    yield
    secret_store.forget()


def _keyring(
    monkeypatch: pytest.MonkeyPatch, held: Mapping[tuple[str, str], object], failure: str = ""
) -> list[str]:
    """Install a keyring with these values, or one that fails; return what it is asked for."""
    errors = ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined] # fake
    for name in ("NoKeyringError", "KeyringLocked"):
        setattr(errors, name, type(name, (errors.KeyringError,), {}))
    asked: list[str] = []

    def get_password(service: str, name: str) -> object:
        asked.append(name)
        if failure:
            raise getattr(errors, failure)("s3cr3t")
        return held.get((service, name))

    keyring = ModuleType("keyring")
    keyring.get_password = get_password  # type: ignore[attr-defined] # a fake module
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return asked


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is exported is taken without asking the keyring; the value is not in the repr."""
    asked = _keyring(monkeypatch, {("specproof", "SHOP_KEY"): "kept"})
    monkeypatch.setenv("SHOP_KEY", "s3cr3t")
    found = look_up("SHOP_KEY")
    assert found is not None
    assert (found.value, found.source, asked) == ("s3cr3t", "environment", [])
    assert "s3cr3t" not in repr(found)


def test_the_keyring_comes_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Service specproof, the variable as user name, asked once a process."""
    asked = _keyring(monkeypatch, {("specproof", "SHOP_KEY"): "kept", ("other", "SHOP_ID"): "x"})
    monkeypatch.setenv("SHOP_KEY", "")
    for _ in range(2):
        found = look_up("SHOP_KEY")
        assert found is not None
        assert (found.value, found.source) == ("kept", "keyring")
    assert look_up("SHOP_ID") is None
    assert asked == ["SHOP_KEY", "SHOP_ID"]


@pytest.mark.parametrize("failure", ["", "NoKeyringError"])
def test_a_machine_without_a_keyring_has_its_environment(
    monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    """Neither a missing library nor a library without a keyring is an error."""
    if failure:
        _keyring(monkeypatch, {}, failure)
    else:
        monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("SHOP_KEY", raising=False)
    assert look_up("SHOP_KEY") is None


def test_a_locked_keyring_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring that refuses is told in one sentence, without what it says itself."""
    _keyring(monkeypatch, {}, "KeyringLocked")
    monkeypatch.delenv("SHOP_KEY", raising=False)
    with pytest.raises(CouldNotCheckError) as caught:
        look_up("SHOP_KEY")
    assert "SHOP_KEY (KeyringLocked)" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
