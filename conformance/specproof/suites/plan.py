"""What one run is asked to do, and the APIs it is asked to do it to."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from specproof.apis.contract import SettingValue
from specproof.catalog import open_catalog, verify
from specproof.document import canonical_json, digest, read
from specproof.document.extensions import without_own_extensions
from specproof.document.references import check_references
from specproof.effective import load
from specproof.model import Requirement
from specproof.requirements.contract import Contract
from specproof.requirements.derive import derive
from specproof.requirements.promises import Promise, read_promises
from specproof.scenarios.baseline import Baseline
from specproof.scenarios.corpus import Corpus, read_corpus
from specproof.scenarios.generated import CaseSource
from specproof.suites.deviations import Deviation, read_deviations
from specproof.suites.records import RunApi, RunOperation
from specproof.targets.har import Recorded, read_recordings

__all__ = ["RunPlan", "Subject", "subject"]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Everything that decides what a run sends; two equal plans send the same.

    Attributes:
        apis: names in the catalog, or one name of its own beside ``spec``.
        spec: OpenAPI file to check ad hoc, without a catalog.
        mode: ``replay`` sends the stored corpus of every API that has one, ``discover``
            draws fresh cases. A server that is not ours gets fresh cases only.
        cases: fresh cases per operation and kind (valid, invalid).
        settings: settings of the emulator.
        resources: name -> ids that exist beforehand.
        use_up: names whose ids may be changed and deleted.
        allow_production: hosts that the spec calls production and that are meant.
        max_requests: most requests of the run to a live server; ``rate`` and ``max_seconds``
            likewise limit requests per second, and its length.
        headers: further headers of live requests, name -> text with ``$NAME`` in it for the
            value of an environment variable, which a plan never holds.
        ledger: file in which creates on a live server are noted.
        budget: file in which the workers of a run share what is left of its limits.
        nonce: random text in everything that a live run invents.
        time_budget: seconds in which an answer is due.
        fault: id of a fault or legal variation that the emulator is to have.
        only: names of the items to run, see ``suites.items``; None for all of them.
        shrink: whether what breaks a prose promise is reduced to a minimal sequence; without,
            a run says sooner that something is broken.
    """

    apis: tuple[str, ...]
    target: str = "emulator"
    base_url: str | None = None
    seed: int = 0
    mode: str = "replay"
    cases: int = 40
    root: str | None = None
    spec: str | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    resources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    use_up: tuple[str, ...] = ()
    allow_production: tuple[str, ...] = ()
    max_requests: int = 5000
    rate: float | None = None
    max_seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ledger: str | None = None
    budget: str | None = None
    nonce: str = ""
    time_budget: float = 3.0
    fault: str | None = None
    shrink: bool = True
    only: tuple[str, ...] | None = None

    def to_text(self) -> str:
        """Return the plan as JSON, to hand it to worker processes."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> RunPlan:
        """Return the plan that ``to_text`` wrote."""
        plain = json.loads(text)
        plain["apis"] = tuple(plain["apis"])
        plain["allow_production"] = tuple(plain["allow_production"])
        plain["use_up"] = tuple(plain["use_up"])
        plain["only"] = None if plain["only"] is None else tuple(plain["only"])
        plain["resources"] = {name: tuple(ids) for name, ids in plain["resources"].items()}
        return cls(**plain)


@dataclass(frozen=True)
class Subject:
    """One API under test, read and compiled once per process."""

    name: str
    title: str
    published: Contract
    effective: Contract
    promises: tuple[Promise, ...]
    requirements: tuple[Requirement, ...]
    published_sha256: str
    effective_sha256: str
    recordings: tuple[Recorded, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    corpus: Corpus = field(default_factory=Corpus)

    @property
    def stored(self) -> bool:
        """Whether there is a corpus for every operation."""
        return self.corpus.covers(self.effective.operations)

    @functools.cached_property
    def source(self) -> CaseSource:
        """Schemathesis's strategies for the effective spec."""
        return CaseSource(self.effective.document, name=self.effective.name)

    @functools.cached_property
    def baseline(self) -> Baseline:
        """Valid requests of every operation."""
        # Schemathesis takes half a second to import; a replay does without it.
        return Baseline(self.corpus if self.stored else self.source)

    def described(self) -> RunApi:
        """Return what the header of a run says of this API."""
        return RunApi(
            api=self.name,
            title=self.title,
            published_sha256=self.published_sha256,
            effective_sha256=self.effective_sha256,
            operations=tuple(
                RunOperation(
                    item.id, item.operation.method, item.operation.path, tuple(item.responses)
                )
                for item in self.effective.operations.values()
            ),
        )


@functools.lru_cache(maxsize=64)
def subject(name: str, root: str | None, spec: str | None) -> Subject:
    """Read one API from the catalog, or from ``spec`` where that is given.

    Raises:
        InputError: something about its files is wrong.
        StaleError: they are not what their sources give.
    """
    if spec is not None:
        document = without_own_extensions(read(Path(spec)))
        check_references(document, name=spec)
        contract = Contract(document, name=spec)
        title = document.get("info", {})
        sha = digest(canonical_json(document))
        return Subject(
            name=name,
            title=str(title.get("title", name)) if isinstance(title, dict) else name,
            published=contract,
            effective=contract,
            promises=(),
            requirements=derive(name, contract, contract),
            published_sha256=sha,
            effective_sha256=sha,
        )
    catalog = open_catalog(Path(root) if root else None)
    api = catalog.get(name)
    verify(api)
    loaded = load(api)
    published, effective = Contract.pair(loaded, name)
    promises = read_promises(api)
    return Subject(
        name=name,
        title=api.title,
        published=published,
        effective=effective,
        promises=promises,
        requirements=derive(name, published, effective, promises),
        published_sha256=digest(api.published.read_bytes()),
        effective_sha256=digest(api.effective.read_bytes()),
        recordings=read_recordings(catalog.recordings / name),
        corpus=read_corpus(catalog.corpus / name, effective),
        deviations=read_deviations(api.deviations),
    )
