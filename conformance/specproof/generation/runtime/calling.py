"""From the arguments of a call to what the caller gets: an answer with types, or an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from .decoding import Answer, BodyProblem
from .envelope import ErrorItem, error_items
from .errors import (
    ApiError,
    UndecodableResponseError,
    UndocumentedSuccessError,
    status_error,
)
from .headers import request_id, retry_after
from .types import Response

if TYPE_CHECKING:
    from .connection import Connection

__all__ = ["Call", "NoHeaders", "Undocumented"]

S = TypeVar("S")
E = TypeVar("E")
H = TypeVar("H")

_LONGEST = 200  # characters of the API's own words in a message


class Undocumented(Exception):  # noqa: N818 - a part of the way, never seen by callers
    """The API does not document this status."""


@frozen
class NoHeaders:
    """The API documents no response headers for this operation."""

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> NoHeaders:
        """Return nothing, whatever ``headers`` are."""
        del headers
        return cls()


@frozen(eq=False, repr=False)  # nobody compares or prints one, and attrs compiles what does
class Call(Generic[S, E, H]):
    """One operation.

    Attributes:
        method: upper case.
        template: path, its parameters not filled in.
        parse: makes of an answer what the API documents for its status; raises
            ``Undocumented`` where it documents nothing.
        headers: reads the documented response headers.
    """

    method: str
    template: str
    parse: Callable[[Answer], S | E]
    headers: Callable[[Mapping[str, str]], H]

    def send(
        self, connection: Connection, build: Callable[[], Mapping[str, Any]]
    ) -> Response[S, E, H]:
        """Call the operation and return everything that came back.

        Raises:
            ApiError: nothing was sent, or no answer came.
        """
        __tracebackhide__ = True
        return self._response(connection, connection.send(self.method, self.template, build))

    async def asend(
        self, connection: Connection, build: Callable[[], Mapping[str, Any]]
    ) -> Response[S, E, H]:
        """Call the operation as ``send`` does, without blocking."""
        __tracebackhide__ = True
        return self._response(connection, await connection.asend(self.method, self.template, build))

    def _response(self, connection: Connection, answer: Answer) -> Response[S, E, H]:
        succeeded = 200 <= answer.status_code <= 299  # noqa: PLR2004 - RFC 9110 15.3
        # What an error says is shown and logged; what a success says is the caller's own.
        shown = answer if succeeded else answer.scrubbed(connection.scrub, connection.scrub_bytes)
        parsed: S | E | None = None
        problem: str | None = None
        documented = True
        try:
            parsed = self.parse(shown)
        except Undocumented:
            documented = False
            problem = answer.problem or "its status is not documented"
        except BodyProblem as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - a body never raises anything else at a caller
            problem = f"it is not what the API documents ({type(error).__name__})"
        items = () if succeeded else error_items(shown.said(), connection.scrub)
        named = request_id(answer.headers)
        common: dict[str, Any] = {
            "status_code": answer.status_code,
            "errors": items,
            "parsed": parsed,
            "problem": problem,
            "retry_after": retry_after(answer.headers),
            "request_id": None if named is None else connection.scrub(named),
        }
        kind: type[UndecodableResponseError] | Any
        if not succeeded:
            kind = status_error(answer.status_code)
        elif not documented:
            kind = UndocumentedSuccessError
        else:
            kind = UndecodableResponseError if problem is not None else None
        raised: ApiError | None = None
        if kind is not None:
            if succeeded:
                shown = answer.scrubbed(connection.scrub, connection.scrub_bytes)
            raised = kind(
                self._message(answer, items, problem, documented=documented),
                method=self.method,
                path_template=self.template,
                headers=shown.headers,
                content=shown.content,
                **common,
            )
        return Response(
            content=answer.content,
            headers=answer.headers,
            documented_headers=self.headers(answer.headers),
            error=raised,
            **common,
        )

    def _message(
        self,
        answer: Answer,
        items: tuple[ErrorItem, ...],
        problem: str | None,
        *,
        documented: bool,
    ) -> str:
        called = f"{self.method} {self.template}"
        status = answer.status_code
        if 200 <= status <= 299:  # noqa: PLR2004 - RFC 9110 15.3
            what = (
                f"its body is not what the API documents: {problem}"
                if documented
                else "which the API does not document"
            )
            return f"{called} succeeded with {status}, but {what}; do not repeat the call"
        said = "; ".join(
            ": ".join(part for part in (item.code, item.title) if part) for item in items[:3]
        )
        shown = "".join(letter if letter.isprintable() else " " for letter in said)[:_LONGEST]
        return f"{called} answered {status}" + (f" ({shown})" if shown.strip(" ;") else "")
