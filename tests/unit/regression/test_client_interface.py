"""The Python interface of a client, of one on disk and of one that is generated for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from clients_changed import shop

from specproof.errors import InputError, LimitError
from specproof.generation.process import Workers
from specproof.regression import client_interface
from specproof.regression.client_interface import (
    generated_interface,
    package_in,
    packaged_interface,
)
from specproof.regression.places import Document

CLIENT = Path(__file__).parents[3] / "generated" / "onesignal-client"


def test_a_client_is_read_from_its_project_or_its_package() -> None:
    """Both name the same package."""
    package = CLIENT / "onesignal_client"
    assert package_in(CLIENT) == package_in(package) == "onesignal_client"
    found = packaged_interface(package)
    assert found["api.default.delete_alias"].calls.startswith("Calls DELETE /apps/{app_id}/")
    assert "models.StructuredErrorItem.code" in found


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_a_client_is_refused(tmp_path: Path, folder: str) -> None:
    """With what to name instead."""
    (tmp_path / "empty" / "inside").mkdir(parents=True)
    with pytest.raises(InputError, match="holds no generated client"):
        packaged_interface(tmp_path / folder)


def test_a_client_that_is_no_python_is_refused(tmp_path: Path) -> None:
    """Its code is parsed, and that is all."""
    api = tmp_path / "shop_client" / "api"
    api.mkdir(parents=True)
    (tmp_path / "shop_client" / "__init__.py").touch()
    (api / "broken.py").write_text("def (")
    with pytest.raises(InputError, match="holds a client that can not be read"):
        packaged_interface(tmp_path)


def test_the_client_of_a_document_is_generated_and_thrown_away() -> None:
    """Its operations and models are those that the names of the document tell."""
    with Workers() as workers:
        found = generated_interface(shop(), workers)
    assert found["api.pets.list_pets"].calls == "Calls GET /pets."
    assert {"models.Pet.name", "models.PetTagsItem", "models.ReplacePetBodyCollar.size"} <= set(
        found
    )
    assert "AuthenticatedClient" in found


def test_a_document_that_no_client_can_be_made_of_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is generated, or for what was."""
    with Workers() as workers:
        with pytest.raises(InputError, match=r"only 3\.0 and 3\.1"):
            generated_interface(Document({"openapi": "3.2.0"}, "future.json"), workers)
        monkeypatch.setattr(client_interface, "run_generator", lambda *_, **__: None)
        monkeypatch.setattr(client_interface, "read_interface", lambda *_: None)
        with pytest.raises(InputError, match="can not be read"):
            generated_interface(shop(), workers)

        def give_up(*_: object, **__: object) -> None:
            raise LimitError("took too long")

        monkeypatch.setattr(client_interface, "run_generator", give_up)
        with pytest.raises(LimitError):
            generated_interface(shop(), workers)
