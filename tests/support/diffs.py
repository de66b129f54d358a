"""Diffs to write, made by hand or drawn."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from specproof.regression.bump import Bump, bump
from specproof.regression.change import Change, Diff, Direction, Level, Perspective, Policy, Site
from specproof.report.changes.view import Comparison

__all__ = ["HOSTILE", "OLD", "awkward_diff", "change", "compared", "comparisons", "new_text"]

HOSTILE = (
    "</style><script>alert(1)</script> ::error::\x1b[31m [x](http://x.example) |`*_ @root #1"
    " {{ 7 * 7 }} {% raw %} \u202eevil"
)
"""What a terminal, a browser, a renderer of Markdown or a runner might obey."""

OLD: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
                    {"name": "tag", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "OK"}},
            }
        },
        "/pets/{id}": {"delete": {"responses": {"204": {"description": "gone"}}}},
    },
    "components": {"schemas": {"Pet": {"properties": {"name": {"type": "string"}}}}},
}

_NEW = """\
openapi: 3.0.3
info: {title: Shop, version: '2'}
paths:
  /pets:
    get:
      parameters:
        - {name: tag, in: query, schema: {type: string}}
        - name: limit
          in: query
          schema: {type: integer, maximum: 50}
      responses:
        '200': {description: OK}
components:
  schemas:
    Pet:
      properties:
        name: {type: [string, 'null']}
        a/b: {description: '</pre><script>alert(1)</script>'}
"""


def new_text() -> bytes:
    """Return the new document as it stands in its file."""
    return _NEW.encode()


def change(rule: str = "parameter-removed", level: Level = Level.ERROR, **fields: Any) -> Change:
    """Return a change, of which only what matters to a test is given."""
    given = {
        "direction": Direction.REQUEST,
        "subject": "query parameter limit of GET /pets",
        "pointer": "/paths/~1pets/get/parameters/1/schema/maximum",
        "gone": False,
        "message": "limit may be at most 50; it was 100.",
        "fix": "Ask for fewer.",
        "fingerprint": "0123456789abcdef",
    }
    return Change(rule=rule, level=level, **{**given, **fields})


def compared(*changes: Change, **fields: Any) -> Comparison:
    """Return a comparison that found ``changes``."""
    import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

    diff = Diff(changes, 2, 1, fields.pop("upstream", ""))
    given = {
        "bump": bump(diff),
        "old": "before.json",
        "new": "after.yaml",
        "old_root": OLD,
        "new_root": yaml.safe_load(_NEW),
    }
    return Comparison(diff, **{**given, **fields})


def awkward_diff() -> Comparison:
    """Return a comparison with one of everything, and hostile text wherever there is any.

    No rule of the registry is named, so that the wording of a rule can be mended.
    """
    return compared(
        change(
            "limit-lowered",
            sites=(Site("GET /pets", "query parameter limit"),),
            operation_ids=("listPets",),
            affects_client=("shop.api.list_pets",),
            call_sites=("src/a.py:12", "src/b.py:3", "src/c.py:9"),
            fingerprint="00000000000000a1",
        ),
        change(
            "call-lost",
            direction=Direction.BOTH,
            subject="DELETE /pets/{}",
            pointer="/paths/~1pets~1{id}/delete",
            gone=True,
            message="DELETE /pets/{} is gone: calls to it will fail.",
            fix="Find another operation.",
            sites=(Site("DELETE /pets/{}"),),
            call_sites=(),
            fingerprint="00000000000000a2",
        ),
        change(
            "value-null",
            Level.WARNING,
            direction=Direction.RESPONSE,
            subject="Pet.name",
            pointer="/components/schemas/Pet/properties/name/type",
            message="Pet.name may be null in responses.",
            sites=tuple(Site(f"GET /{letter}", "response 200") for letter in "abcdef"),
            reason="every operation that feels it calls itself a draft or alpha",
            fingerprint="00000000000000a3",
        ),
        change(
            "field-new",
            Level.INFO,
            direction=Direction.RESPONSE,
            subject=f"Pet.{HOSTILE}",
            pointer="/components/schemas/Pet/properties/a~1b",
            message=f"Pet.{HOSTILE} may come in responses.",
            sites=(Site(f"GET /{HOSTILE}", "response 404", failure=True), Site("GET /b")),
            fingerprint="00000000000000a4",
        ),
        change(
            "host-moved",
            Level.ERROR,
            direction=Direction.BOTH,
            subject="the API",
            pointer="",
            message="Calls of the API are sent elsewhere.",
            sites=(Site("GET /a"), Site("GET /b")),
            accepted=f"we set the address ourselves {HOSTILE} (until 2027-01-31)",
            fingerprint="00000000000000a5",
        ),
        change(
            "part-lost",
            Level.INFO,
            subject="schemas/Old",
            pointer="/tags/0",
            gone=True,
            message="The component schemas/Old is gone; nothing referred to it.",
            fingerprint="00000000000000a6",
        ),
        calls=14,
    )


_TEXTS = st.just(HOSTILE) | st.text(max_size=8)
_CHANGES = st.builds(
    Change,
    rule=st.sampled_from(["operation-removed", "parameter-added", "some-rule"]),
    level=st.sampled_from(Level),
    direction=st.sampled_from(Direction),
    subject=_TEXTS,
    pointer=st.sampled_from(
        ["", "/paths/~1pets/get/parameters/0", "/components/schemas/Pet/properties/a~1b", "/no/0"]
    ),
    gone=st.booleans(),
    message=_TEXTS.map(lambda text: f"It {text}."),
    fix=_TEXTS,
    fingerprint=st.from_regex("[0-9a-f]{16}", fullmatch=True),
    sites=st.lists(
        st.builds(Site, _TEXTS.map(lambda text: f"GET /{text}"), _TEXTS, st.booleans()), max_size=3
    ).map(tuple),
    operation_ids=st.just(()),
    affects_client=st.lists(_TEXTS.map(lambda text: f"c{text}"), max_size=2).map(tuple),
    call_sites=st.none() | st.lists(_TEXTS.map(lambda text: f"f{text}"), max_size=2).map(tuple),
    accepted=_TEXTS,
    reason=_TEXTS,
)


def comparisons() -> st.SearchStrategy[Comparison]:
    """Return comparisons with any text in them."""
    return st.builds(
        lambda changes, upstream, calls, names, eyes, policy: compared(
            *changes,
            upstream=upstream,
            calls=calls,
            old=names[0],
            new=names[1],
            perspective=eyes,
            policy=policy,
            bump=Bump.MAJOR,
        ),
        st.lists(_CHANGES, max_size=3),
        st.just("") | _TEXTS,
        st.none() | st.integers(0, 20),
        st.tuples(_TEXTS.map(lambda text: f"a{text}"), _TEXTS.map(lambda text: f"b{text}")),
        st.sampled_from(Perspective),
        st.sampled_from(Policy),
    )
