from __future__ import annotations

from pathlib import Path

import pytest

from specproof.errors import InputError, LimitError
from specproof.scheduling import fleet
from specproof.scheduling.fleet import rates_by_origin, read_fleet
from specproof.scheduling.rates import RateLimit

GOOD = """
[sequence]
base_url = "https://b.example/api"
rate = "300/min"

[onesignal]
base_url = "https://a.example"
rate = "10/s"
resources = "ids.toml"
max_requests = 20
max_seconds = 60
allow_production = ["a.example"]
headers = ["X-Tenant: $TENANT"]
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "fleet.toml"
    path.write_text(text)
    return path


def test_entries_are_read_by_api(tmp_path: Path) -> None:
    """Each table is an API, with the limits of a live run."""
    found = read_fleet(_written(tmp_path, GOOD))
    assert list(found) == ["onesignal", "sequence"]
    assert found["onesignal"].max_requests == 20
    assert found["onesignal"].headers == ("X-Tenant: $TENANT",)
    assert found["onesignal"].production == ("a.example",)
    assert found["sequence"].max_seconds is None


def test_the_projects_own_file_is_one() -> None:
    """What the nightly job reads can be given to a cluster as it is."""
    found = read_fleet(Path(__file__).resolve().parents[3] / "conformance" / "live.toml")
    assert {"onesignal", "sequence"} <= found.keys()
    assert found["onesignal"].production == ("api.onesignal.com",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names no API"),
        ("[a", "is not valid TOML"),
        ("[A_b]\n", "can not name an API"),
        ("a = 3", "a: "),
        ("[a]\nrate = '1/s'", "a.base_url: Field required"),
        ("[a]\nbase_url = 'https://x.example'\nrate = '0/s'", "a.rate: this is no rate"),
        ("[a]\nbase_url = 'https://x.example'\nrate = '1/s'\ntoken = 's3cret'", "a.token: "),
        ("[a]\nbase_url = 'ftp://s3cret'\nrate = '1/s'", "a.base_url is no http or https URL"),
        ("[a]\nbase_url = 'https://x.example'\nrate = '1/s'\nmax_requests = 0", "a.max_requests"),
        ("[a]\nbase_url = 'https://x.example'\nmax_seconds = inf", "a.max_seconds"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, problem: str) -> None:
    """A message names the file and the key, never a value, which may be a secret."""
    path = _written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_fleet(path)
    assert problem in str(caught.value)
    assert str(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_files_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, not text, or too long."""
    with pytest.raises(InputError, match="can not be read"):
        read_fleet(tmp_path / "none.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="is not UTF-8"):
        read_fleet(tmp_path / "x.toml")
    monkeypatch.setattr(fleet, "_MAX_BYTES", 10)
    with pytest.raises(LimitError, match="too long"):
        read_fleet(_written(tmp_path, GOOD))


def test_one_vendor_has_one_rate() -> None:
    """APIs of one server, however it is written, keep the strictest rate that any names."""
    found = rates_by_origin(
        [
            ("https://A.example/one", "10/s"),
            ("https://a.example:443/two", "60/min"),
            ("https://a.example./three", "7/s"),
            ("https://a.example:8443", "5/s"),
        ]
    )
    assert found == {
        "https://a.example": RateLimit(60, 60.0),
        "https://a.example:8443": RateLimit(5, 1.0),
    }
