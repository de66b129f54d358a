"""Everything that a call of this client raises.

The tree::

    ApiError
    +-- InvalidRequestError          nothing was sent: an argument can not be sent (also ValueError)
    +-- ClientClosedError            nothing was sent: the client was closed
    +-- ApiConnectionError           no answer came
    |   +-- ApiTimeoutError          within the time limits
    +-- UndecodableResponseError     a success whose body is not what the API documents
    |   +-- UndocumentedSuccessError a 2xx status that the API does not document
    +-- StatusError                  the API answered with a status that is no success
        +-- RedirectionError         3xx; redirects are never followed
        +-- ClientStatusError        4xx
        |   +-- BadRequestError      400
        |   +-- AuthenticationError  401
        |   +-- PermissionDeniedError 403
        |   +-- NotFoundError        404
        |   +-- ConflictError        409
        |   +-- UnprocessableError   422
        |   +-- RateLimitedError     429
        +-- ServerStatusError        5xx
        |   +-- UnavailableError     503
        +-- UnknownStatusError       any other: 101, and 600 to 999
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .envelope import ErrorItem

__all__ = [
    "ApiConnectionError",
    "ApiError",
    "ApiTimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedError",
    "ClientStatusError",
    "ConflictError",
    "InvalidRequestError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RedirectionError",
    "ServerStatusError",
    "StatusError",
    "UnavailableError",
    "UndecodableResponseError",
    "UndocumentedSuccessError",
    "UnknownStatusError",
    "UnprocessableError",
    "status_error",
]


class ApiError(Exception):
    """Root of the tree. Neither its text nor its attributes hold a credential of the client.

    Attributes:
        method: of the request, upper case.
        path_template: path of the operation as the API documents it, its parameters not filled in.
        took_effect: whether the API reported success, so that the call must not be repeated;
            None where that is not known.
        retryable: whether the same call may do better later; False where nothing says so.
    """

    took_effect: bool | None = False
    retryable: bool = False

    def __init__(self, message: str, *, method: str = "", path_template: str = "") -> None:
        self.method = method
        self.path_template = path_template
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy whole, so that an error passes from one process to another."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[ApiError], args: tuple[Any, ...], state: dict[str, Any]) -> ApiError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidRequestError(ApiError, ValueError):
    """An argument can not be sent, or would be sent somewhere else; nothing was sent."""


class ClientClosedError(ApiError):
    """The client was closed before the call; nothing was sent."""


class ApiConnectionError(ApiError):
    """No answer came: no connection, or it broke; the API may have acted all the same."""

    took_effect = None
    retryable = True


class ApiTimeoutError(ApiConnectionError):
    """No answer came within the time limits; the API may have acted all the same."""


class _AnsweredError(ApiError):
    """An answer came; it is kept.

    Attributes:
        status_code: HTTP status, 100 to 999.
        headers: header fields of the response; names are case-insensitive.
        content: body, content coding removed; may be cut off, see ``problem``.
        errors: what the body says went wrong, whatever its form; may be empty.
        parsed: the body as the type that the API documents for this status, or None.
        problem: why there is no ``parsed``; None where there is, or where no body is documented.
        retry_after: seconds that the API asks to wait, from ``Retry-After`` (RFC 9110 10.2.3).
        request_id: what the API calls this request, for its support, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        method: str,
        path_template: str,
        status_code: int,
        headers: Mapping[str, str],
        content: bytes,
        errors: tuple[ErrorItem, ...] = (),
        parsed: object = None,
        problem: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.errors = errors
        self.parsed = parsed
        self.problem = problem
        self.retry_after = retry_after
        self.request_id = request_id
        super().__init__(message, method=method, path_template=path_template)


class UndecodableResponseError(_AnsweredError):
    """The API reported success, with a body that is not what it documents.

    The call has taken effect; repeating it is not what this error asks for.
    """

    took_effect = True


class UndocumentedSuccessError(UndecodableResponseError):
    """The API reported success with a status it does not document, so its body has no type."""


class StatusError(_AnsweredError):
    """The API answered with a status that is no success."""


class RedirectionError(StatusError):
    """3xx: the API sends the caller elsewhere; this client goes nowhere but to its base URL."""


class ClientStatusError(StatusError):
    """4xx: the API refused the request."""


class BadRequestError(ClientStatusError):
    """400."""


class AuthenticationError(ClientStatusError):
    """401: the credentials are missing or wrong."""


class PermissionDeniedError(ClientStatusError):
    """403: the credentials do not allow this."""


class NotFoundError(ClientStatusError):
    """404."""


class ConflictError(ClientStatusError):
    """409."""


class UnprocessableError(ClientStatusError):
    """422."""


class RateLimitedError(ClientStatusError):
    """429: too many requests; ``retry_after`` says when to come back, where the API does."""

    retryable = True


class ServerStatusError(StatusError):
    """5xx: the API failed; it may have acted all the same."""

    took_effect = None


class UnavailableError(ServerStatusError):
    """503: the API is down or overloaded for now."""

    retryable = True


class UnknownStatusError(StatusError):
    """A status outside the classes of RFC 9110 15; clients treat it as a server error."""

    took_effect = None


_BY_STATUS: Mapping[int, type[StatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableError,
    429: RateLimitedError,
    503: UnavailableError,
}
_BY_CLASS: Mapping[int, type[StatusError]] = {
    3: RedirectionError,
    4: ClientStatusError,
    5: ServerStatusError,
}


def status_error(status_code: int) -> type[StatusError]:
    """Return the class that stands for ``status_code``, which is no success."""
    return _BY_STATUS.get(status_code) or _BY_CLASS.get(status_code // 100, UnknownStatusError)
