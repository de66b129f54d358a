from __future__ import annotations

import logging
import socket
import sys
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest

from specproof.errors import InputError
from specproof.json_types import JsonObject
from specproof.scheduling.cluster import engine as module
from specproof.scheduling.cluster.engine import Engine, EngineLostError, Submitted, check_engine


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786", "tls://scheduler:8786"],
)
def test_addresses_that_can_be_used(address: str) -> None:
    """This machine without TLS, any machine with it."""
    assert check_engine(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "8786",
        "scheduler:8786",
        "http://127.0.0.1:8786",
        "tcp://127.0.0.1",
        "tls://:8786",
        "tls://user@scheduler:8786",
        "tls://scheduler:8786/path",
        "tls://scheduler:port",
        "tls://[::1:8786",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    """What is no address of a scheduler is refused, without being repeated."""
    with pytest.raises(InputError, match="--engine is no address of a scheduler"):
        check_engine(address)


@pytest.mark.parametrize("host", ["scheduler", "10.0.0.1", "0.0.0.0", "127.0.0.1.example.com"])  # noqa: S104 - refused
def test_another_machine_needs_tls(host: str) -> None:
    """Without TLS whoever is in between executes what he likes; one has to ask for that."""
    with pytest.raises(InputError, match="has no TLS"):
        check_engine(f"tcp://{host}:8786")
    assert check_engine(f"tcp://{host}:8786", insecure=True)


def test_without_dask_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named in one sentence."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"install 'specproof\[distributed\]'"):
        check_engine("tcp://127.0.0.1:8786")


def test_tls_needs_certificates() -> None:
    """What is missing of Dask's configuration is named by its variable."""
    with (
        dask.config.set({"distributed.comm.tls.ca-file": None}),
        pytest.raises(InputError, match="set DASK_DISTRIBUTED__COMM__TLS__CA_FILE"),
    ):
        Engine("tls://127.0.0.1:8786")
    with (
        dask.config.set(
            {"distributed.comm.tls.ca-file": "ca.pem", "distributed.comm.tls.client.cert": None}
        ),
        pytest.raises(InputError, match="set DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT"),
    ):
        Engine("tls://127.0.0.1:8786")


def test_a_certificate_that_is_not_there_is_no_lost_scheduler(tmp_path: Path) -> None:
    """A wrong path is told at once; the text of a file in its place is none."""
    key = tmp_path / "key.pem"
    given = {"ca-file": "-----BEGIN\n", "client.cert": str(key), "client.key": str(key)}
    with (
        dask.config.set({f"distributed.comm.tls.{name}": text for name, text in given.items()}),
        pytest.raises(InputError, match="CLIENT__CERT names no file that can be read"),
    ):
        Engine("tls://127.0.0.1:8786")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port without a scheduler is a lost engine, and Dask says nothing of its own."""
    monkeypatch.setattr(module, "_CONNECT_SECONDS", 0.2)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(EngineLostError):
            Engine(f"tcp://127.0.0.1:{bound.getsockname()[1]}")
    assert logging.getLogger("distributed.client").level > logging.CRITICAL


class Raising:
    """Stands for a future or a client, every call of which fails."""

    def __init__(self, error: Exception, status: str = "finished") -> None:
        self.error = error
        self.status = status

    def result(self, timeout: float) -> Any:
        """Fail."""
        assert timeout > 0
        raise self.error

    exception = result

    def __getattr__(self, name: str) -> Any:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("finished", "finished"),
        ("error", "killed"),
        ("cancelled", "lost"),
        ("lost", "lost"),
    ],
)
def test_states_of_tasks(status: str, state: str) -> None:
    """What Dask calls the state of a future, in fewer words."""
    assert Submitted(Raising(ValueError(), status)).state() == state


def test_results_that_can_not_be_had() -> None:
    """A worker that does not answer is asked again; one that is gone is a lost engine."""
    assert Submitted(Raising(TimeoutError())).result() is None
    with pytest.raises(EngineLostError, match="CancelledError"):
        Submitted(Raising(type("CancelledError", (Exception,), {})())).result()
    assert Submitted(Raising(OSError())).failure() == "OSError"


def test_a_client_that_broke_is_a_lost_engine() -> None:
    """Whatever Dask raises once the connection is gone, it is the connection that is gone."""
    engine = object.__new__(Engine)
    engine._client = Raising(RuntimeError())
    with pytest.raises(EngineLostError):
        engine.submit(_name, "x", key="k")
    with pytest.raises(EngineLostError):
        engine.workers()
    engine.cancel([])
    engine.close()


def _name(text: str) -> JsonObject:
    return {"name": text}


def _fail(text: str) -> JsonObject:
    raise ValueError(text)


def test_a_scheduler_of_our_own() -> None:
    """Tasks are handed out, looked at and taken back; what fails is told by its type."""
    with distributed.LocalCluster(  # type: ignore[no-untyped-call]  # it has no types
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        engine = Engine(cluster.scheduler_address)
        assert engine.alive
        assert engine.workers() == 1
        good, bad = (
            engine.submit(function, "thing", key=function.__name__) for function in (_name, _fail)
        )
        assert good.result() == {"name": "thing"}
        assert good.state() == "finished"
        assert bad.failure() == "ValueError"
        assert bad.state() == "killed"
        engine.cancel([good])
        assert good.state() == "lost"
        engine.close()
        assert not engine.alive
