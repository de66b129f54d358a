"""Types that operations and models share."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, BinaryIO, Generic, Literal, TypeVar, cast

from attrs import define, field, frozen

from .envelope import ErrorItem
from .errors import ApiError

__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]


class Unset:
    """Type of ``UNSET``: the caller gave no value, or the response has no such field."""

    def __bool__(self) -> Literal[False]:
        """Count as false."""
        return False

    def __repr__(self) -> str:
        """Show the name that it is imported by."""
        return "UNSET"

    def __copy__(self) -> Unset:
        """There is only one."""
        return self

    def __deepcopy__(self, memo: object) -> Unset:
        """There is only one."""
        return self

    def __reduce__(self) -> str:
        """Unpickle as the same object."""
        return "UNSET"


UNSET: Unset = Unset()

FileContent = IO[bytes] | bytes | str
FileTypes = (
    tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


def _comparable(payload: BinaryIO) -> object:
    """What is held in memory is compared by its bytes."""
    return payload.getvalue() if isinstance(payload, BytesIO) else payload


@define
class File:
    """A file to upload, or one that was received."""

    payload: BinaryIO = field(eq=_comparable)
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return what httpx takes for a part of multipart/form-data."""
        return self.file_name, self.payload, self.mime_type


S = TypeVar("S")
E = TypeVar("E")
H = TypeVar("H")


@frozen
class Response(Generic[S, E, H]):
    """Everything that came back from a call, whatever its status.

    Attributes:
        status_code: HTTP status, 100 to 999; compares equal to members of ``http.HTTPStatus``.
        content: body as bytes, content coding removed; may be cut off, see ``problem``.
        headers: header fields; names are case-insensitive.
        documented_headers: those that the API documents for this operation, with their types.
        parsed: the body as the type that the API documents for this status, or None.
        problem: why there is no ``parsed``; None where there is, or where no body is documented.
        errors: what the body of an error says, whatever its form; empty for a success.
        retry_after: seconds that the API asks to wait, from ``Retry-After`` (RFC 9110 10.2.3).
        request_id: what the API calls this request, for its support, or None.
        error: what ``sync`` and ``asyncio`` raise for this answer; None where they return it.
    """

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    documented_headers: H
    parsed: S | E | None
    problem: str | None = None
    errors: tuple[ErrorItem, ...] = ()
    retry_after: float | None = None
    request_id: str | None = None
    error: ApiError | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx; the body may still not be what is documented."""
        return 200 <= self.status_code <= 299  # noqa: PLR2004 - RFC 9110 15.3

    def result(self) -> S:
        """Return the body of a success as the type that the API documents for it.

        Raises:
            StatusError: the status is no success.
            UndecodableResponseError: it is, but the body is not what the API documents.
        """
        if self.error is not None:
            raise self.error
        return cast("S", self.parsed)
