"""Documentation pages that hide, double, forge or break the description they are read for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CASES", "PageCase"]


@dataclass(frozen=True, slots=True)
class PageCase:
    """One page.

    Attributes:
        id: unique, kebab-case.
        attacks: what it tries.
        page: its bytes.
        refused: a part of the sentence that refuses it, or None.
        title: of the description that is found, where one is.
    """

    id: str
    attacks: str
    page: bytes
    refused: str | None = None
    title: str | None = None


def _spec(title: str = "Right", path: str = "/things", method: str = "delete") -> str:
    return f"""openapi: 3.1.0
info: {{title: {title}, version: '1'}}
paths:
  {path}:
    {method}:
      responses: {{'204': {{description: Done.}}}}
"""


def _fence(body: str, info: str = "yaml", mark: str = "```") -> str:
    return f"{mark}{info}\n{body}{mark}\n"


_TRUE = _fence(_spec(), "yaml api.yaml DELETE /things")
_EVIL = _fence(_spec("Evil"), "yaml api.yaml DELETE /things")


def _found(name: str, attacks: str, page: str | bytes) -> PageCase:
    data = page if isinstance(page, bytes) else page.encode()
    return PageCase(f"page-{name}", attacks, data, None, "Right")


def _refused(name: str, attacks: str, page: str | bytes, why: str) -> PageCase:
    data = page if isinstance(page, bytes) else page.encode()
    return PageCase(f"page-{name}", attacks, data, why)


def _quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


_NONE = "holds no fence"
_TWO = "more than one OpenAPI document"
CASES = (
    _refused("empty", "nothing", "", "is empty"),
    _refused("no-fence", "no fence", "# Delete\n\nText.\n", _NONE),
    _refused(
        "indented",
        "a description without a fence",
        "".join(f"    {line}\n" for line in _spec().splitlines()),
        _NONE,
    ),
    _refused("foreign", "a fence of another language", _fence(_spec(), "python"), _NONE),
    _refused("language-prefix", "a language that begins alike", _fence(_spec(), "yamlx"), _NONE),
    _refused("inline", "code within a line", "`openapi: 3.1.0`\n", _NONE),
    _refused("other-yaml", "YAML that is no description", _fence("a: 1\n"), _NONE),
    _refused("doubled", "a second description", _TRUE + "\n" + _EVIL, _TWO),
    _refused(
        "doubled-forms",
        "a second one in JSON",
        _TRUE + _fence('{"openapi": "3.1.0", "info": {}, "paths": {}}\n', "json"),
        _TWO,
    ),
    _found("same-twice", "the same description twice", _TRUE + "\n" + _TRUE),
    _refused("unclosed", "the end is cut off", _TRUE[: -len("```\n")], "is never closed"),
    _refused(
        "closed-short",
        "a fence closed by fewer marks",
        "````yaml\n" + _spec() + "```\n",
        "is never closed",
    ),
    _refused(
        "closed-otherwise",
        "a fence closed by other marks",
        "```yaml\n" + _spec() + "~~~\n",
        "is never closed",
    ),
    _found("tildes", "a fence of tildes", _fence(_spec(), "yaml", "~~~")),
    _found("nested", "a fence that holds a fence", _fence(_EVIL, "markdown", "````") + _TRUE),
    _refused(
        "nested-alone",
        "a description in an example of Markdown",
        _fence(_TRUE, "markdown", "````"),
        _NONE,
    ),
    _found("decoy-comment", "another description in a comment", f"<!--\n\n{_EVIL}\n-->\n\n{_TRUE}"),
    _refused("comment-alone", "a description that no reader sees", f"<!--\n{_TRUE}\n-->\n", _NONE),
    _refused("comment-open", "a comment that never ends", f"<!--\n{_TRUE}", _NONE),
    _found("decoy-processing", "another one in an instruction", f"<?php\n{_EVIL}\n?>\n\n{_TRUE}"),
    _found("decoy-cdata", "another one in character data", f"<![CDATA[\n{_EVIL}\n]]>\n\n{_TRUE}"),
    _found("decoy-script", "another one in a script", f"<script>\n{_EVIL}\n</script>\n\n{_TRUE}"),
    _found("decoy-style", "another one in a style", f"<style>\n{_EVIL}\n</style>\n\n{_TRUE}"),
    _found(
        "decoy-textarea", "another one in a form", f"<textarea>\n{_EVIL}\n</textarea>\n\n{_TRUE}"
    ),
    _found(
        "decoy-reference", "another one in a title of a link", f"[a]: /b '{_spec()}'\n\n{_TRUE}"
    ),
    _refused("in-quote-too", "another one in a quotation", _TRUE + "\n" + _quoted(_EVIL), _TWO),
    _found("in-quote", "a description in a quotation", _quoted(_TRUE)),
    _found(
        "in-list",
        "a description in a list",
        "- a\n\n" + "".join(f"  {line}\n" for line in _TRUE.splitlines()),
    ),
    _found("in-component", "a description in a component of MDX", f"<Tabs>\n{_TRUE}</Tabs>\n"),
    _refused(
        "method",
        "a fence that names another method",
        _fence(_spec(), "yaml api.yaml GET /things"),
        "which its document does not hold",
    ),
    _refused(
        "path",
        "a fence that names another path",
        _fence(_spec(), "yaml api.yaml DELETE /other"),
        "which its document does not hold",
    ),
    _refused(
        "path-absolute",
        "a fence for an address",
        _fence(_spec(path="https://evil.example/things"), "yaml api.yaml DELETE /things"),
        "",
    ),
    _found(
        "info-escapes",
        "escapes within the fence's line",
        _fence(_spec(), "yaml a\x1b[2Jpi.yaml DELETE /things"),
    ),
    _refused(
        "info-workflow",
        "a command of the build service as a path",
        _fence(_spec(), "yaml api.yaml DELETE /::error::evil"),
        "does not hold",
    ),
    _refused(
        "info-long", "a fence's line of a megabyte", _fence(_spec(), "yaml " + "a" * 10**6), _NONE
    ),
    _refused("nul", "NUL between a fence's marks", _TRUE.replace("```yaml", "``\0`yaml"), "NUL"),
    _refused("not-utf-8", "bytes of another encoding", b"\xff\xfe# a\n", "not UTF-8"),
    _found("byte-order-mark", "a byte order mark", b"\xef\xbb\xbf" + _TRUE.encode()),
    _found("crlf", "line ends of Windows", _TRUE.replace("\n", "\r\n")),
    _refused(
        "duplicate-key",
        "a key twice inside the fence",
        _fence(_spec() + "openapi: 3.1.0\n"),
        "twice",
    ),
    _refused(
        "tag",
        "an object of Python inside the fence",
        _fence(_spec() + "x: !!python/object/apply:os.mkdir [OWNED]\n"),
        "YAML tag",
    ),
    _refused(
        "reference",
        "a reference out of the page",
        _fence(_spec() + "components: {schemas: {A: {$ref: 'file:///etc/passwd'}}}\n"),
        "leaves the document",
    ),
    # The harness sees to it that nobody follows it: no file outside is read.
    _found(
        "reference-in-extension",
        "a reference out of the page where it is data",
        _fence(_spec() + "x-a: {$ref: 'file:///etc/passwd'}\n"),
    ),
    _found("quotes", "100,000 quotations in one another", ">" * 100_000 + "\n" + _TRUE),
    _refused(
        "lists",
        "1,000 lists in one another",
        "".join("  " * level + "- a\n" for level in range(1000)),
        _NONE,
    ),
    _refused("brackets", "200,000 brackets", "[" * 200_000 + "\n", _NONE),
    _refused("tags", "100,000 tags that never end", "<a " * 100_000 + "\n", _NONE),
    _refused("fences", "5,000 empty fences", "```yaml\n```\n" * 5_000, _NONE),
    _refused(
        "references",
        "5,000 definitions",
        "".join(f"[a{number}]: /b\n" for number in range(5_000)),
        _NONE,
    ),
    _refused("emphasis", "200,000 stars", "*a **a " * 30_000 + "\n", _NONE),
    _found("attributes", "a fence's line that backtracks", _fence(_spec(), "yaml " + "a=" * 900)),
    _refused(
        "swagger",
        "a description of another version",
        _fence("swagger: '2.0'\npaths: {}\n"),
        "Swagger",
    ),
    _refused(
        "no-operation",
        "a description of nothing",
        _fence("openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\n"),
        "no operation",
    ),
)
