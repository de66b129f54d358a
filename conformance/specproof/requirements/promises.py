"""Reading ``promises.yaml``: what an API promises in prose, and how each promise is proved.

The file holds ``promises``, a list of objects:

- ``id``: permanent, kebab-case, unique in the file.
- ``operation``: ``operationId`` of the operation it is about.
- ``statement``: the promise in one sentence of ours.
- ``page`` and ``quote``: file under ``pages/`` and the words on it, runs of white space counting
  as one space; or ``evidence``, a list of texts, where the promise rests on other public
  documentation.
- ``proof`` and ``by``: ``machine`` and the name of a state machine, or ``check`` and the rule id
  of a check.
- ``target``: ``any``, or ``emulator`` where no other target could show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from specproof.catalog import Api
from specproof.document import read
from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["Promise", "Proof", "read_promises"]


class Proof(StrEnum):
    """What shows that a promise is kept."""

    MACHINE = "machine"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise.

    Attributes:
        id: permanent, kebab-case.
        operation: operation id of the effective spec.
        statement: the promise in one sentence.
        proof: what kind of thing proves it.
        by: name of the state machine or rule id of the check.
        page: file under ``pages/`` that makes the promise, or "".
        quote: the words of the page, or "".
        evidence: what it rests on where no page of ours says it.
        emulator_only: whether no other target could show it.
    """

    id: str
    operation: str
    statement: str
    proof: Proof
    by: str
    page: str = ""
    quote: str = ""
    evidence: tuple[str, ...] = ()
    emulator_only: bool = False

    @property
    def pointer(self) -> str:
        """Where the promise is made, as ``page#quote`` or the first piece of evidence."""
        return f"{self.page}#{self.quote}" if self.page else self.evidence[0]


def read_promises(api: Api) -> tuple[Promise, ...]:
    """Return the promises of ``api`` in the order of the file; none where there is no file.

    Raises:
        InputError: the file is malformed, or a page does not say what is quoted from it.
    """
    if not api.promises.is_file():
        return ()
    file = str(api.promises)
    try:
        listed = _File.model_validate(read(api.promises)).promises
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{place}: {one_line(message, 200)}", file=file) from None
    pages: dict[str, str] = {}
    seen: set[str] = set()
    for item in listed:
        if item.id in seen:
            raise InputError(f"two promises have the id {item.id}", file=file)
        seen.add(item.id)
        _check_quote(api, item, pages, file)
    return tuple(_promise(item) for item in listed)


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class _Promise(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Kebab
    operation: _Words
    statement: _Words
    proof: Proof
    by: _Words
    page: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None
    quote: _Words | None = None
    evidence: tuple[_Words, ...] = ()
    target: Annotated[str, StringConstraints(pattern=r"^(any|emulator)$")] = "any"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    promises: tuple[_Promise, ...] = Field(max_length=1000)


def _check_quote(api: Api, item: _Promise, pages: dict[str, str], file: str) -> None:
    if item.page is None or item.quote is None:
        if item.page is not None or item.quote is not None or not item.evidence:
            raise InputError(
                f"{item.id}: where the promise is made is missing",
                file=file,
                remedy="give it page and quote, or evidence",
            )
        return
    if item.page not in pages:
        try:
            data = (api.folder / "pages" / item.page).read_bytes()
        except OSError:
            raise InputError(
                f"{item.id}: there is no page {item.page}", file=file, remedy="see pages/"
            ) from None
        pages[item.page] = _folded(data.decode("utf-8", "replace"))
    if _folded(item.quote) not in pages[item.page]:
        raise InputError(
            f"{item.id}: {item.page} does not say {one_line(item.quote, 120)!r}",
            file=file,
            remedy="read the page again: the promise may have changed or gone",
        )


def _promise(item: _Promise) -> Promise:
    return Promise(
        id=item.id,
        operation=item.operation,
        statement=item.statement,
        proof=item.proof,
        by=item.by,
        page=item.page or "",
        quote=_folded(item.quote or ""),
        evidence=item.evidence,
        emulator_only=item.target == "emulator",
    )


def _folded(text: str) -> str:
    return " ".join(text.split())
