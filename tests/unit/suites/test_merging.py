"""Files of parts: merged to the run that they are, or refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from runs import awkward_run

from specproof.errors import InputError
from specproof.suites.execute import execute
from specproof.suites.merging import merge
from specproof.suites.parts import Part, execute_part, shard_run
from specproof.suites.plan import RunPlan, subject
from specproof.suites.records import Run
from specproof.suites.runfile import read_run, write_run

PLAN = RunPlan(("onesignal",), "recorded", seed=3)


@pytest.fixture(scope="module")
def parts() -> tuple[Run, Run]:
    """Return the two parts of a run."""
    first, second = (execute_part(PLAN, index, 2) for index in (1, 2))
    return shard_run(PLAN, first), shard_run(PLAN, second)


@pytest.fixture(scope="module")
def whole() -> Run:
    """Return the run in one piece."""
    return execute(PLAN)


def _written(folder: Path, *runs: Run) -> list[Path]:
    paths = [folder / f"part-{number}.jsonl" for number in range(1, len(runs) + 1)]
    for path, run in zip(paths, runs, strict=True):
        write_run(run, path)
    return paths


def test_files_of_parts_are_the_run(parts: tuple[Run, Run], whole: Run, tmp_path: Path) -> None:
    """In any order, with the same id each time, from the catalog here or named."""
    paths = _written(tmp_path, *parts)
    run = merge(paths)
    root = Path(__file__).parents[3]
    assert run == merge(paths[::-1]) == merge(paths, root=root)
    assert (run.verdicts, run.findings, run.statistics) == (
        whole.verdicts,
        whole.findings,
        whole.statistics,
    )
    assert (run.summary, run.footer.exit_code) == (whole.summary, whole.footer.exit_code)
    assert run.header == replace(whole.header, run_id=run.header.run_id, started=run.header.started)
    assert run.header.run_id not in {part.header.run_id for part in parts}
    write_run(run, tmp_path / "run.jsonl")
    assert read_run(tmp_path / "run.jsonl") == run


def test_the_terms_are_those_of_the_merge(
    parts: tuple[Run, Run], whole: Run, tmp_path: Path
) -> None:
    """What fails the run is said where it is judged."""
    paths = _written(tmp_path, *parts)
    assert merge(paths).footer.exit_code == 0
    codes = tuple(replace(item, codes=("#00000000",)) for item in whole.codes)
    assert codes
    against = merge(paths, against=replace(whole, codes=codes))
    assert {item.rule for item in against.findings} >= {"error-code-stable"}
    assert against.footer.exit_code == 1
    lenient = merge(paths, against=replace(whole, codes=codes), fail_on="never")
    assert lenient.footer.exit_code == 0


def _header(run: Run, **changes: object) -> Run:
    return replace(run, header=replace(run.header, **changes))  # type: ignore[arg-type]  # as named


def _shard(run: Run, **changes: object) -> Run:
    shard = run.header.shard
    assert shard is not None
    plain = json.loads(run.part)
    digest = changes.get("plan", shard.plan)
    count = changes.get("count", shard.count)
    text = json.dumps(plain | {"plan_digest": digest, "count": count})
    changed = replace(shard, **changes)  # type: ignore[arg-type]  # as named
    return replace(_header(run, shard=changed), part=text)


_OTHER = replace(awkward_run().header.apis[0], api="sequence")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one, _: [one], "part 2 of 2 is missing"),
        (lambda one, _: [one, one], r"part-2.jsonl: part 1 of 2 is there twice; it is .*part-1"),
        (lambda one, _: [one, awkward_run()], r"part-2.jsonl: not a part of a run; merge what"),
        (lambda one, two: [one, replace(two, part="")], r"part-2.jsonl: only a part of a run has"),
        (lambda one, two: [one, replace(two, part="{}")], r"part-2.jsonl: not a part of a run"),
        (
            lambda one, two: [one, replace(two, part=one.part)],
            r"part-2.jsonl: its header is that of another part",
        ),
        (
            lambda one, two: [one, _header(two, version="0.0.1")],
            r"part-2.jsonl: a part of another run than .*part-1.jsonl: another version of specpro",
        ),
        (lambda one, two: [one, _shard(two, count=3)], "another number of parts"),
        (lambda one, two: [one, _header(two, target="emulator")], "another target"),
        (lambda one, two: [one, _header(two, base_url="https://a.test")], "another target"),
        (lambda one, two: [one, _header(two, apis=(_OTHER,))], "other APIs"),
        (
            lambda one, two: [
                one,
                _header(two, apis=(replace(two.header.apis[0], published_sha256="0" * 64),)),
            ],
            "other specs",
        ),
        (lambda one, two: [one, _header(two, seed=4)], "another seed"),
        (lambda one, two: [one, _shard(two, cases=9)], "another number of cases"),
        (lambda one, two: [one, _shard(two, plan="0" * 64)], "another option, or other stored"),
        (
            lambda *both: [_header(run, version="0.0.1") for run in both],
            r"part-1.jsonl: made by specproof 0.0.1, this is .*; merge parts with the version",
        ),
        (
            lambda *both: [
                _header(run, apis=(replace(run.header.apis[0], effective_sha256="0" * 64),))
                for run in both
            ],
            "the specs of onesignal here are not those that the parts were run with",
        ),
        (
            lambda *both: [_shard(run, subjects="0" * 64) for run in both],
            r"part-1.jsonl: the promises, stored cases or recordings here are not those of",
        ),
        (
            lambda *both: [_shard(run, subjects="") for run in both],
            r"part-1.jsonl: the promises, stored cases or recordings here are not those of",
        ),
    ],
)
def test_what_is_no_whole_run_is_refused(
    parts: tuple[Run, Run],
    tmp_path: Path,
    change: Callable[..., list[Run]],
    words: str,
) -> None:
    """One printable sentence that names the file and what is wrong with it."""
    paths = _written(tmp_path, *change(*parts))
    with pytest.raises(InputError, match=words) as caught:
        merge(paths)
    assert str(caught.value).isprintable()


def test_nothing_is_no_run() -> None:
    """And there must be something to merge."""
    with pytest.raises(InputError, match="there is no part to put together"):
        merge([])


def test_evidence_is_read_as_strictly_as_the_rest(parts: tuple[Run, Run], tmp_path: Path) -> None:
    """Steps of a script come from a closed set of forms, whoever wrote the file."""
    plain = json.loads(parts[1].part)
    seen = next(item for item in plain["evidence"].values() if item["seen"])["seen"][0]
    seen["script"] = {"steps": [{"import": "os"}], "claims": [], "made": [], "found": 0}
    paths = _written(tmp_path, parts[0], replace(parts[1], part=json.dumps(plain)))
    with pytest.raises(InputError, match=r"part-2.jsonl: not a part of a run: evidence/.*script"):
        merge(paths)


def test_long_evidence_is_spread_over_lines(
    parts: tuple[Run, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no line is longer than a reader takes."""
    monkeypatch.setattr("specproof.suites.runfile._PIECE", 1000)
    paths = _written(tmp_path, *parts)
    kinds = [json.loads(line)["type"] for line in paths[0].read_text().splitlines()]
    assert kinds.count("part") > 5
    assert Part.from_bytes(read_run(paths[0]).part.encode()) == Part.from_bytes(
        parts[0].part.encode()
    )
    assert merge(paths).header.shard is None


def test_an_ad_hoc_spec_is_named(tmp_path: Path) -> None:
    """There is no catalog in which it could be found."""
    spec = tmp_path / "shop.yaml"
    spec.write_text("{openapi: 3.1.0, info: {title: Shop, version: '1'}, paths: {}}")
    plan = RunPlan(("shop",), "recorded", spec=str(spec))
    paths = _written(tmp_path, shard_run(plan, execute_part(plan, 1, 1)))
    assert merge(paths, spec=spec).header.apis == (subject("shop", None, str(spec)).described(),)
    with pytest.raises(InputError, match="shop"):
        merge(paths)
