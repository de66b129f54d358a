"""Parts of a run: put together they are the run in one piece, and nothing else is taken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vendors import Answer, vendor

from specproof.errors import CouldNotCheckError, InputError, LimitError
from specproof.model import Blame, Observation, Severity, VerdictKind
from specproof.report.view import summary_line
from specproof.suites import parts
from specproof.suites.codes import codes_of
from specproof.suites.conclude import Terms, conclude
from specproof.suites.evidence import Evidence, Seen, Timed
from specproof.suites.execute import execute
from specproof.suites.items import item_name, items_of, kinds_of, wanted
from specproof.suites.parts import (
    MAX_PARTS,
    Part,
    assemble,
    dealt,
    execute_part,
    plan_digest,
    shard_run,
)
from specproof.suites.plan import RunPlan, subject
from specproof.suites.records import ExportedExchange, Run
from specproof.suites.repeats import Observed, confirmations_of
from specproof.suites.runfile import read_run, write_run

PLAN = RunPlan(("onesignal", "sequence"), mode="discover", cases=0, seed=5)
ITEMS = items_of(PLAN)
DIGEST = plan_digest(PLAN)
ONE_PLAN = replace(PLAN, apis=("onesignal",))
ONE_ITEMS = items_of(ONE_PLAN)
BOTH = {name: subject(name, None, None).requirements for name in PLAN.apis}


def _comparable(run: Run) -> Run:
    """Return ``run`` without what every run has of its own: its id and times."""
    return replace(
        run,
        header=replace(run.header, run_id="", started=""),
        footer=replace(run.footer, finished=""),
        exchanges=tuple(replace(item, elapsed_ms=0.0) for item in run.exchanges),
    )


@pytest.mark.parametrize(
    ("plan", "count"), [(PLAN, 3), (RunPlan(("onesignal", "sequence"), "recorded"), 4)]
)
@pytest.mark.no_cover  # whole runs, whose code other tests measure
def test_the_parts_are_the_run_in_one_piece(plan: RunPlan, count: int) -> None:
    """Verdicts, findings, scripts, statistics, codes and exit code, through bytes, in any order."""
    whole = execute(plan)
    seen = [execute_part(plan, index, count) for index in range(count, 0, -1)]
    read = [Part.from_bytes(part.to_bytes()) for part in seen]
    assert read == seen
    run = assemble(plan, read)
    assert _comparable(run) == _comparable(whole)
    assert run.header.run_id == assemble(plan, reversed(read)).header.run_id
    assert run.header.shard is None
    assert not run.part
    for part in seen:
        alone = shard_run(plan, part)
        assert alone.summary.exchanges < whole.summary.exchanges
        assert alone.footer.exit_code == 0


def _evidence(item: str, random: Random) -> Evidence:
    """Return what an item might have seen."""
    api, operation = item.split("/")[1], "delete-alias"
    numbers = random.sample(range(1, 5), random.randint(0, 3))
    codes = [f"cause/{operation}/why/{n}//own/40{n}" for n in range(3)]
    return Evidence(
        api=api,
        seen=[_seen(api, item, random) for _ in range(random.randint(0, 4))],
        exchanges=[
            ExportedExchange(
                *(f"e#{number}", api, operation, item, "emulator", "", None, "GET", "/"),
                *(200, 1.0, 0, 2, None, "curl"),
            )
            for number in numbers
        ],
        gaps=random.choice([{}, {f"{operation}/404": item}, {"x/200": item}]),
        notes=random.choice([{}, {"stopped": item}]),
        cases={operation: len(numbers) + 1},
        requests={operation: [f"{number:016x}" for number in numbers]},
        statuses={operation: [200, *numbers]},
        codes={key: random.choice(["#00000001", "a\n#0000000b"]) for key in codes[: len(numbers)]},
        timings=[
            Timed(operation, number, 1, ((f"{random.getrandbits(64):016x}", number / 8),))
            for number in numbers
        ],
    )


def _seen(api: str, item: str, random: Random) -> Seen:
    broken = random.choice(["", "wrong", "\u202eworse\n"])
    observation = Observation(
        rule="status-documented",
        requirement=random.choice(BOTH[api]).id,
        exchange=f"e#{random.randint(1, 4)}",
        holds=not broken,
        message=broken,
        severity=random.choice(list(Severity)),
        blame=random.choice(list(Blame)),
        status=200,
    )
    return Seen(observation, random.randint(1, 9), f"curl {item}")


def _part(index: int, count: int, evidence: dict[str, Evidence], **fields: Any) -> Part:
    given = {
        "plan_digest": DIGEST,
        "started": f"2026-01-02T03:04:{index:02}+00:00",
        "finished": f"2026-01-02T03:05:{index:02}+00:00",
        **fields,
    }
    return Part(index=index, count=count, evidence=evidence, **given)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, len(ITEMS) + 3))
def test_any_number_of_parts_in_any_order_is_the_same_run(seed: int, count: int) -> None:
    """Whatever the items have seen, and through bytes."""
    random = Random(seed)
    evidence = {item: _evidence(item, random) for item in ITEMS}
    one = assemble(PLAN, [_part(1, 1, evidence)])
    several = [
        _part(index, count, {name: evidence[name] for name in dealt(PLAN, index, count)})
        for index in range(1, count + 1)
    ]
    random.shuffle(several)
    merged = assemble(PLAN, [Part.from_bytes(part.to_bytes()) for part in several])
    assert _comparable(merged) == _comparable(one)
    assert merged.header.started == "2026-01-02T03:04:01+00:00"
    assert assemble(PLAN, several, run_id="given") == replace(
        merged, header=replace(merged.header, run_id="given")
    )
    assert merged.footer.finished == f"2026-01-02T03:05:{count:02}+00:00"


def test_every_item_falls_to_one_part() -> None:
    """In turn, so that each kind is spread over all of them; a part may get none."""
    assert len(ITEMS) == len(set(ITEMS)) > 10
    assert list(ITEMS) == sorted(ITEMS)
    for count in (1, 3, len(ITEMS) + 1):
        shares = [dealt(PLAN, index, count) for index in range(1, count + 1)]
        assert sorted(name for share in shares for name in share) == list(ITEMS)
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
    empty = execute_part(PLAN, len(ITEMS) + 1, len(ITEMS) + 1)
    assert empty.evidence == {}
    alone = shard_run(PLAN, empty)
    assert (alone.footer.exit_code, alone.summary.exchanges) == (0, 0)


def test_a_plan_may_ask_for_some_items_only() -> None:
    """And what it does not ask for is not there."""
    some = replace(PLAN, only=ITEMS[:2])
    assert items_of(some) == ITEMS[:2]
    assert RunPlan.from_text(some.to_text()) == some
    kinds = {name.split("/")[0] for name in ITEMS[:2]}
    assert {kind.removesuffix("_item") for kind in kinds_of(some)} == kinds
    (item,) = wanted(replace(PLAN, only=ITEMS[:1]), kinds_of(some)[0])
    assert item_name(kinds_of(some)[0], item) == ITEMS[0]


@pytest.mark.parametrize(("index", "count"), [(0, 1), (2, 1), (-1, 4), (1, MAX_PARTS + 1)])
def test_there_is_no_such_part(index: int, count: int) -> None:
    """Parts count from one."""
    with pytest.raises(InputError, match=f"there is no part {index} of {count}; parts count from"):
        execute_part(PLAN, index, count)


def _three() -> list[Part]:
    return [
        _part(index, 3, {name: Evidence(name.split("/")[1]) for name in dealt(PLAN, index, 3)})
        for index in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: [], "there is no part to put together"),
        (lambda three: three[:2], "part 3 of 3 is missing"),
        (lambda three: three[1:2], "parts 1, 3 of 3 are missing"),
        (lambda three: [*three, three[1]], "part 2 of 3 is there twice"),
        (
            lambda three: [*three[:2], replace(three[2], plan_digest="0" * 64)],
            "part 3 of 3 is of another run: another command, other specs or another version",
        ),
        (
            lambda three: [*three[:2], replace(three[2], index=3, count=4)],
            "part 3 of 4 is of another run",
        ),
        (
            lambda three: [*three[:2], replace(three[2], evidence=three[0].evidence)],
            "part 3 of 3 does not hold what fell to it",
        ),
        (lambda three: [*three[:2], replace(three[2], evidence={})], "part 3 of 3 does not hold"),
        (
            lambda three: [
                *three[:2],
                replace(three[2], evidence=dict.fromkeys(three[2].evidence, Evidence("another"))),
            ],
            "part 3 of 3 does not hold",
        ),
    ],
)
def test_what_is_no_whole_run_is_refused(
    change: Callable[[list[Part]], list[Part]], words: str
) -> None:
    """Parts that are missing, there twice, of another run or changed."""
    assert assemble(PLAN, _three()).footer.exit_code == 3
    with pytest.raises(InputError, match=words):
        assemble(PLAN, change(_three()))


def test_many_missing_parts_are_not_all_named() -> None:
    """The first ten are."""
    with pytest.raises(InputError, match=r"parts 2, .*, 11 and more of 90 are missing"):
        assemble(PLAN, [_part(1, 90, {})])


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 6},
        {"cases": 3},
        {"mode": "replay"},
        {"apis": ("onesignal",)},
        {"target": "recorded"},
        {"settings": {"max_aliases": 3}},
        {"resources": {"id": ("1",)}},
        {"headers": {"X-A": "$A"}},
        {"base_url": "https://other.test/x"},
        {"fault": "some"},
        {"time_budget": 1.0},
    ],
)
def test_the_digest_is_of_what_decides(changed: dict[str, Any]) -> None:
    """Everything that changes what is sent or expected changes it."""
    assert plan_digest(replace(PLAN, **changed)) != DIGEST


def test_the_digest_is_the_same_on_every_machine() -> None:
    """Folders and nonces are left out, and so is what somebody could guess at."""
    root = str(Path(__file__).parents[3])
    elsewhere = replace(PLAN, root=root, ledger="/l", nonce="n", budget="/b", only=ITEMS[:1])
    assert plan_digest(elsewhere) == DIGEST
    live = replace(PLAN, base_url="https://a.test/SECRET", resources={"id": ("4711",)})
    guessed = replace(live, base_url="https://a.test/GUESS", resources={"id": ("4712",)})
    assert plan_digest(live) == plan_digest(guessed)


def test_other_versions_and_specs_are_other_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of a spec, its content counts, not its name."""
    text = "{openapi: 3.1.0, info: {title: %s, version: '1'}, paths: {}}"
    digests = []
    for folder, title in (("a", "one"), ("b", "one"), ("c", "two")):
        path = tmp_path / folder / "shop.yaml"
        path.parent.mkdir()
        path.write_text(text % title)
        digests.append(plan_digest(RunPlan(("shop",), "live", "http://a", spec=str(path))))
    assert digests[0] == digests[1] != digests[2]
    monkeypatch.setattr(parts, "__version__", "9.9.9")
    assert plan_digest(PLAN) != DIGEST


def _plain(**changes: Any) -> bytes:
    item = ITEMS[0]
    seen = Seen(Observation("r", "i", "e#1", holds=False, message="m"), 1)
    part = _part(1, 3, {item: Evidence(item.split("/")[1], [seen])}, repeats={"0" * 16: (True,)})
    plain = json.loads(part.to_bytes())
    return json.dumps(plain | changes).encode()


def _with(**changes: Any) -> bytes:
    plain = json.loads(_plain())
    next(iter(plain["evidence"].values())).update(changes)
    return json.dumps(plain).encode()


_OBSERVED = json.loads(_plain())["evidence"][ITEMS[0]]["seen"][0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a part of a run"),
        (b"null", "not a part of a run"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":1,"a":2}', "a key stands twice"),
        (b"\xff\xfe", "not a part of a run"),
        (_plain()[:-9], "not a part of a run"),
        (_plain(schema="specproof.run-part/2"), "schema"),
        (_plain(index=4), "there is no part 4 of 3"),
        (_plain(index=0), "index"),
        (_plain(index=True), "index"),
        (_plain(count=MAX_PARTS + 1), "count"),
        (_plain(plan_digest="x"), "plan_digest"),
        (_plain(started="yesterday"), "started"),
        (_plain(more=1), "more"),
        (_plain(repeats={"x": []}), "repeats"),
        (_plain(repeats={"0" * 16: [1]}), "repeats"),
        (_plain(evidence={"": {}}), "evidence"),
        (_with(more=1), "more"),
        (_with(codes={"cause/a": "b"}), "codes"),
        (_with(codes={"cause/a/b/x": "b"}), "codes"),
        (_with(requests={"a": ["GET https://a.test"]}), "requests"),
        (_with(statuses={"a": [2000]}), "statuses"),
        (_with(cases={"a": -1}), "cases"),
        (_with(seen=[_OBSERVED | {"count": 0}]), "seen"),
        (_with(seen=[_OBSERVED | {"script": {"steps": []}}]), "script"),
        (_with(timings=[{"operation": "a", "status": 200, "count": 1, "sample": []}]), "sample"),
    ],
)
def test_what_is_no_part_is_refused(data: bytes, words: str) -> None:
    """In one printable sentence, which names the file."""
    assert Part.from_bytes(_plain()).repeats == {"0" * 16: (True,)}
    with pytest.raises(InputError, match=words) as caught:
        Part.from_bytes(data, "here.json")
    assert str(caught.value).startswith("here.json: ")
    assert str(caught.value).isprintable()


def test_a_part_may_not_be_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not even parsed."""
    monkeypatch.setattr(parts, "MAX_PART_BYTES", 10)
    with pytest.raises(LimitError, match="too long"):
        Part.from_bytes(_plain())


SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
security: [{key: []}]
paths:
  /things/{id}:
    get:
      operationId: look
      parameters:
        - {name: id, in: path, required: true, example: one, schema: {type: string}}
      responses:
        '200': {description: it}
        '401': {description: who}
        '404':
          description: none
          content:
            application/json:
              schema: {type: object, properties: {error: {type: object}}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"""
KEY = "key-CANARY-4410"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunPlan:
    """Return a live plan of a shop, its base URL still to fill in."""
    monkeypatch.setenv("SPECPROOF_SHOP_KEY", KEY)
    path = tmp_path / "shop.yaml"
    path.write_text(SPEC)
    return RunPlan(
        ("shop",), "live", spec=str(path), cases=0, ledger=str(tmp_path / "ledger.jsonl")
    )


def _shop(_: str, path: str, headers: Any) -> Answer:
    if headers["X-Key"] != KEY:
        return 401, {}, b""
    if path.endswith("/things/one"):
        return 200, {"Content-Type": "application/json"}, b"{}"
    code = json.dumps({"error": {"type": "CODE-CANARY", "message": "no"}}).encode()
    return 404, {"Content-Type": "application/json"}, code


def test_a_live_part_tells_no_secret(shop: RunPlan, tmp_path: Path) -> None:
    """Neither keys nor codes, and no digest that somebody could hold guesses against."""
    with vendor(_shop) as url:
        plan = replace(shop, base_url=f"{url}/path-CANARY")
        seen = [execute_part(plan, index, 2) for index in (1, 2)]
    for part in seen:
        data = part.to_bytes()
        assert b"CANARY" not in data
        write_run(shard_run(plan, part), tmp_path / f"{part.index}.jsonl")
        assert b"CANARY" not in (tmp_path / f"{part.index}.jsonl").read_bytes()
    guess = hashlib.blake2b(
        b"\0".join((b"GET", f"{url}/path-CANARY/things/one".encode(), b"")), digest_size=8
    ).hexdigest()
    digests = [
        item
        for part in seen
        for evidence in part.evidence.values()
        for item in evidence.requests.get("look", ())
    ]
    assert digests
    assert guess not in digests
    run = assemble(plan, seen)
    assert run.footer.exit_code == 0
    assert {(item.operation, item.status) for item in run.latencies} >= {("look", 200)}
    (timed,) = (item for item in run.latencies if item.status == 200)
    assert 0 < len(timed.milliseconds) <= timed.count
    assert timed.milliseconds == tuple(sorted(timed.milliseconds))


def test_parts_of_a_live_run_count_equal_requests_once(shop: RunPlan) -> None:
    """As the run in one piece does; no part has to know what another has sent."""
    with vendor(_shop) as url:
        plan = replace(shop, base_url=url, resources={"id": ("4711004711",)})
        whole = execute(plan)
        run = assemble(plan, [execute_part(plan, index, 3) for index in (1, 2, 3)])
    assert run.statistics == whole.statistics
    assert run.summary == whole.summary
    assert not any(item.at_most for item in run.statistics)
    assert run.summary.distinct_requests < run.summary.exchanges


def test_what_parts_can_not_tell_apart_is_a_bound() -> None:
    """Of what only one of them has sent, or all may tell, the number is exact."""
    first, second = "a" * 16, "b" * 16
    digest = plan_digest(ONE_PLAN)

    def run(*several: dict[str, list[str]]) -> Run:
        evidence = {
            name: Evidence(
                name.split("/")[1],
                cases=dict.fromkeys(requests, 9),
                requests=requests,
            )
            for name, requests in zip(ONE_ITEMS, several, strict=False)
        } | {name: Evidence(name.split("/")[1]) for name in ONE_ITEMS[len(several) :]}
        shares = [
            _part(
                n, 2, {name: evidence[name] for name in dealt(ONE_PLAN, n, 2)}, plan_digest=digest
            )
            for n in (1, 2)
        ]
        return assemble(ONE_PLAN, [Part.from_bytes(part.to_bytes()) for part in shares])

    same = run({"a": [first]}, {"a": [first, second]})
    assert [(item.distinct_requests, item.at_most) for item in same.statistics] == [(2, False)]
    apart = run({"a": [f"?{first}"], "b": [f"?{first}"]}, {"a": [second], "c": [second]})
    assert [
        (item.operation, item.distinct_requests, item.at_most) for item in apart.statistics
    ] == [("a", 2, True), ("b", 1, False), ("c", 1, False)]
    assert "(at most 4 distinct)" in summary_line(apart)
    assert "(2 distinct)" in summary_line(same)


def test_a_part_has_room_for_so_many_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out still counts, and the number is said to be a bound."""
    monkeypatch.setattr(parts, "_DIGESTS", 5)
    digests = [f"{number:016x}" for number in range(4)]
    seen = {
        name: Evidence(
            name.split("/")[1], cases={"a": 4, "b": 1}, requests={"a": digests, "b": digests[:1]}
        )
        for name in ONE_ITEMS[:2]
    }
    monkeypatch.setattr(parts, "observe", lambda *_, **__: Observed(seen, {}))
    part = Part.from_bytes(execute_part(ONE_PLAN, 1, 1).to_bytes())
    assert sum(len(each) for item in part.evidence.values() for each in item.requests.values()) <= 5
    alone = shard_run(ONE_PLAN, part)
    assert {
        (item.operation, item.distinct_requests, item.at_most) for item in alone.statistics
    } == {
        ("a", 7, True),
        ("b", 1, False),
    }
    monkeypatch.setattr(parts, "_DIGESTS", 10)
    assert execute_part(ONE_PLAN, 1, 1).evidence == seen


def test_a_part_alone_claims_nothing_of_the_whole(shop: RunPlan, tmp_path: Path) -> None:
    """What it has not seen is left to others; it survives its file with all its evidence."""
    with vendor(_shop) as url:
        plan = replace(shop, base_url=url)
        part = execute_part(plan, 2, 4)
    run = shard_run(plan, part)
    assert run.header.shard is not None
    left = [item for item in run.verdicts if item.kind is VerdictKind.INCONCLUSIVE]
    assert any("another part may see it" in item.reason for item in left)
    path = tmp_path / "part.jsonl"
    write_run(run, path)
    again = read_run(path)
    assert again == replace(run, header=replace(run.header, base_url=again.header.base_url))
    assert Part.from_bytes(again.part.encode()) == part


def test_silence_is_the_whole_runs_to_judge(shop: RunPlan) -> None:
    """A part that nobody answered has exit code 3 and is there to be merged; the run is not."""
    with vendor(_shop) as url:
        plan = replace(shop, base_url=url, cases=0)
    seen = [execute_part(plan, index, 2) for index in (1, 2)]
    assert [shard_run(plan, part).footer.exit_code for part in seen] == [3, 3]
    with pytest.raises(CouldNotCheckError, match="no request was answered"):
        assemble(plan, seen)


def test_deviations_are_the_whole_runs_to_miss() -> None:
    """A part does not say that a deviation matches nothing: another may have what it matches."""
    plan = RunPlan(("onesignal",), "recorded")
    empty = dict.fromkeys(items_of(plan), Evidence("onesignal"))
    told = [execute_part(plan, index, 3) for index in (1, 2, 3)]
    assert not any(
        item.rule == "deviation-unmatched"
        for part in told
        for item in shard_run(plan, part).findings
    )
    assert (
        conclude(
            plan,
            empty,
            run_id="r",
            started="2026-01-02T03:04:05Z",
            finished="2026-01-02T03:04:05Z",
            terms=Terms(),
            confirmations=confirmations_of([]),
        ).findings
        == ()
    )


def test_codes_are_told_once() -> None:
    """What is made tellable when it leaves an item is taken as it is."""
    item = Evidence("shop", codes={"cause/drop/why///own/404": "#0000aaaa\nnot_found"})
    (codes,) = codes_of("shop", [item])
    assert codes.codes == ("#0000aaaa", "not_found")
