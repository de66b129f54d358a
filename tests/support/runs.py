"""A handcrafted run whose texts come from nobody's friend, and strategies for any run."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from specproof.model import (
    Blame,
    Finding,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
    fingerprint,
)
from specproof.suites.runfile import (
    ExportedExchange,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    summarise,
)

__all__ = ["AWKWARD", "awkward_run", "empty_run", "inert", "runs"]

AWKWARD = (
    "\x1b[31mred\x07 <b>bold</b> `code` | pipe *x* _y_ [a](http://x) "
    '\u202eevil\u202c ]]> & "quoted" \x00 \ufffe'
)
"""Terminal escapes, HTML, Markdown, XML, bidirectional controls and a non-character."""

_DELETE = "DELETE /apps/{app_id}/users/by/{alias_label}/{alias_id}/identity/{alias_label_to_delete}"


def _requirement(
    operation: str,
    where: str,
    what: str,
    status: str | None = None,
    *,
    source: Source = Source.SCHEMA,
    statement: str = "The body keeps its schema.",
) -> Requirement:
    api = "onesignal" if operation != "deleteCustomerAlias" else "sequence"
    return Requirement(
        id=f"{api}/{operation}/{where}/{what}",
        api=api,
        operation=operation,
        where=where,
        what=what,
        source=source,
        statement=statement,
        pointer=f"/paths/~1x/{operation}",
        status=status,
    )


def awkward_run() -> Run:
    """Return a run with every verdict, severity and source, and hostile texts all over."""
    verdicts = (
        Verdict(
            _requirement("delete-alias", "response-200", "body", "200"),
            VerdictKind.PASS,
            "held in 12 exchanges",
            ("e-1",),
        ),
        Verdict(
            _requirement("delete-alias", "response-200", "media-type", "200"),
            VerdictKind.VACUOUS,
            "the schema accepts anything",
        ),
        Verdict(
            _requirement(
                "delete-alias", "response-404", "errors-not-empty", "404", source=Source.OVERLAY
            ),
            VerdictKind.FAIL,
            f"broken in 1 exchange: {AWKWARD}",
            ("e-2",),
        ),
        Verdict(
            _requirement("delete-alias", "response-429", "retry-after", "429", source=Source.HTTP),
            VerdictKind.FAIL,
            "broken in 2 exchanges",
            ("e-3",),
        ),
        Verdict(
            _requirement("delete-alias", "response-503", "body", "503"),
            VerdictKind.INCONCLUSIVE,
            f"not brought about: {AWKWARD}",
        ),
        Verdict(
            _requirement(
                "delete-alias",
                "prose",
                "synchronous",
                source=Source.PROSE,
                statement="The alias is gone as soon as the response arrives.",
            ),
            VerdictKind.PASS,
            "held in 3 exchanges",
            ("e-1",),
        ),
        Verdict(
            _requirement(
                "delete-alias",
                "prose",
                "code-stable",
                source=Source.PROSE,
                statement="An error code is stable.",
            ),
            VerdictKind.INCONCLUSIVE,
            "one run alone does not say",
        ),
        *(
            Verdict(
                _requirement("deleteCustomerAlias", f"response-{status}", f"body-{part}", status),
                VerdictKind.VACUOUS,
                "content is empty, so any body passes",
            )
            for status in ("400", "401", "500")
            for part in ("a", "b", "c")
        ),
        Verdict(
            _requirement("deleteCustomerAlias", "response-200", "body", "200"),
            VerdictKind.PASS,
            "held in 4 exchanges",
            ("e-4",),
        ),
    )
    findings = (
        Finding(
            rule="error-envelope",
            severity=Severity.ERROR,
            requirement="onesignal/delete-alias/response-404/errors-not-empty",
            api="onesignal",
            operation="delete-alias",
            status=404,
            message=f"errors is empty {AWKWARD}",
            fingerprint=fingerprint("a"),
            blame=Blame.VENDOR_BEHAVIOUR,
            exchange="e-2",
            reproduce="curl -X DELETE 'http://emulator.test/apps/x' \\\n  -H 'Accept: */*'",
        ),
        Finding(
            rule="retry-after",
            severity=Severity.WARNING,
            requirement="onesignal/delete-alias/response-429/retry-after",
            api="onesignal",
            operation="delete-alias",
            status=429,
            message="Retry-After is missing",
            fingerprint=fingerprint("b"),
            blame=Blame.PUBLISHED_SPEC,
            exchange="e-3",
            reproduce="curl http://emulator.test/429",
            occurrences=2,
            deviation=f"seen in public {AWKWARD}",
        ),
        Finding(
            rule="undocumented-field",
            severity=Severity.INFO,
            requirement="sequence/deleteCustomerAlias/response-200/unlisted",
            api="sequence",
            operation="deleteCustomerAlias",
            status=None,
            message="::error::injected",
            fingerprint=fingerprint("c"),
            blame=Blame.STUB,
            exchange="e-4",
            reproduce="",
        ),
    )
    exchanges = (
        ExportedExchange(
            id="e-2",
            api="onesignal",
            operation="delete-alias",
            scenario="unknown-alias",
            target="emulator",
            provenance="emulator of onesignal",
            expects="404",
            method="DELETE",
            path_template=_DELETE.split(" ", 1)[1],
            status=404,
            elapsed_ms=1.25,
            request_bytes=0,
            response_bytes=13,
            content_type="application/json",
            reproduce="curl http://emulator.test/",
        ),
        ExportedExchange(
            id="e-5",
            api="sequence",
            operation="deleteCustomerAlias",
            scenario="generated",
            target="emulator",
            provenance="",
            expects=None,
            method="DELETE",
            path_template="/customer-aliases/{id}",
            status=None,
            elapsed_ms=None,
            request_bytes=7,
            response_bytes=None,
            content_type=None,
            reproduce="",
            failure=f"connection reset {AWKWARD}",
        ),
    )
    apis = (
        RunApi(
            api="onesignal",
            title=f"OneSignal {AWKWARD}",
            published_sha256="a" * 64,
            effective_sha256="b" * 64,
            operations=(
                RunOperation(
                    "delete-alias",
                    "DELETE",
                    _DELETE.split(" ", 1)[1],
                    ("200", "400", "404", "429", "503"),
                ),
            ),
        ),
        RunApi(
            api="sequence",
            title="Sequence",
            published_sha256=None,
            effective_sha256="c" * 64,
            operations=(
                RunOperation(
                    "deleteCustomerAlias",
                    "DELETE",
                    "/customer-aliases/{id}",
                    ("200", "400", "401", "500"),
                ),
            ),
        ),
    )
    return Run(
        header=RunHeader(
            run_id="r-1",
            version="0.1.0",
            started="2026-01-02T03:04:05Z",
            target="emulator",
            base_url="http://emulator.test",
            seed=7,
            cases=100,
            apis=apis,
        ),
        verdicts=verdicts,
        findings=findings,
        exchanges=exchanges,
        statistics=(
            OperationStatistics("onesignal", "delete-alias", 100, 97, (200, 400, 404, 429)),
            OperationStatistics("sequence", "deleteCustomerAlias", 50, 50, (200,)),
        ),
        footer=RunFooter(
            "2026-01-02T03:04:06Z",
            summarise(verdicts, findings, exchanges=214, distinct_requests=147),
            1,
        ),
    )


def inert(text: str) -> bool:
    """Tell whether ``text`` holds no control, format, surrogate or unassigned character."""
    return all(
        character == "\n" or unicodedata.category(character)[0] != "C" for character in text
    ) and not any(mark in text for mark in "\u2028\u2029")


def empty_run(exit_code: int = 3) -> Run:
    """Return a run in which nothing was exercised."""
    return Run(
        header=RunHeader(
            "r-0", "0.1.0", "2026-01-02T03:04:05Z", "live", "https://api.test", 0, 0, ()
        ),
        verdicts=(),
        findings=(),
        exchanges=(),
        statistics=(),
        footer=RunFooter(
            "2026-01-02T03:04:05Z",
            summarise((), (), exchanges=0, distinct_requests=0),
            exit_code,
        ),
    )


_TEXT = st.text(max_size=20)
_STATUS = st.none() | st.integers(100, 599)
_COUNT = st.integers(0, 2**40)

_REQUIREMENTS = st.builds(
    Requirement,
    id=_TEXT,
    api=_TEXT,
    operation=_TEXT,
    where=_TEXT,
    what=_TEXT,
    source=st.sampled_from(Source),
    statement=_TEXT,
    pointer=_TEXT,
    status=st.none() | st.sampled_from(("200", "4XX", "default")) | _TEXT,
    vacuous=st.none() | _TEXT,
)
_VERDICTS = st.builds(
    Verdict,
    requirement=_REQUIREMENTS,
    kind=st.sampled_from(VerdictKind),
    reason=_TEXT,
    exchanges=st.lists(_TEXT, max_size=2).map(tuple),
)
_FINDINGS = st.builds(
    Finding,
    rule=_TEXT,
    severity=st.sampled_from(Severity),
    requirement=_TEXT,
    api=_TEXT,
    operation=_TEXT,
    status=_STATUS,
    message=_TEXT,
    fingerprint=_TEXT.map(fingerprint),
    blame=st.sampled_from(Blame),
    exchange=_TEXT,
    reproduce=_TEXT,
    occurrences=st.integers(1, 9),
    deviation=st.none() | _TEXT,
)
_EXCHANGES = st.builds(
    ExportedExchange,
    id=_TEXT,
    api=_TEXT,
    operation=_TEXT,
    scenario=_TEXT,
    target=_TEXT,
    provenance=_TEXT,
    expects=st.none() | _TEXT,
    method=_TEXT,
    path_template=_TEXT,
    status=_STATUS,
    elapsed_ms=st.none() | st.floats(0, 1e9),
    request_bytes=_COUNT,
    response_bytes=st.none() | _COUNT,
    content_type=st.sampled_from((None, "application/json", "text/plain")),
    reproduce=_TEXT,
    failure=st.none() | _TEXT,
)
_OPERATIONS = st.builds(
    RunOperation,
    id=_TEXT,
    method=_TEXT,
    path=_TEXT,
    statuses=st.lists(_TEXT, max_size=3).map(tuple),
)
_APIS = st.builds(
    RunApi,
    api=_TEXT,
    title=_TEXT,
    published_sha256=st.none() | st.just("0" * 64),
    effective_sha256=st.none() | st.just("f" * 64),
    operations=st.lists(_OPERATIONS, max_size=2).map(tuple),
)
_HEADERS = st.builds(
    RunHeader,
    run_id=_TEXT,
    version=_TEXT,
    started=st.just("2026-01-02T03:04:05.678Z"),
    target=_TEXT,
    base_url=st.sampled_from((None, "http://127.0.0.1:8080", "https://[::1]")),
    seed=st.integers(-(2**40), 2**40),
    cases=_COUNT,
    apis=st.lists(_APIS, max_size=2).map(tuple),
)
_STATISTICS = st.builds(
    OperationStatistics,
    api=_TEXT,
    operation=_TEXT,
    cases=_COUNT,
    distinct_requests=_COUNT,
    statuses=st.lists(st.integers(100, 599), max_size=3).map(tuple),
    at_most=st.booleans(),
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Draw any run whose footer counts its lines."""
    verdicts = draw(st.lists(_VERDICTS, max_size=4).map(tuple))
    findings = draw(st.lists(_FINDINGS, max_size=3).map(tuple))
    exchanges = draw(st.lists(_EXCHANGES, max_size=2).map(tuple))
    return Run(
        header=draw(_HEADERS),
        verdicts=verdicts,
        findings=findings,
        exchanges=exchanges,
        statistics=draw(st.lists(_STATISTICS, max_size=2).map(tuple)),
        footer=RunFooter(
            "2026-01-02T03:04:06Z",
            summarise(
                verdicts,
                findings,
                exchanges=len(exchanges) + draw(st.integers(0, 9)),
                distinct_requests=draw(_COUNT),
            ),
            draw(st.integers(0, 3)),
        ),
    )
