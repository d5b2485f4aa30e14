"""Every error that Permille raises on purpose, with the HTTP status and the exit code that it is answered with.

PermilleError                  500, exit 1
├── InvalidInput               422, exit 2   a value is not what it has to be
│   ├── MalformedRequest       400, exit 2   the request cannot be read, or its cursor is invalid
│   │   ├── MethodNotAllowed   405, exit 2
│   │   ├── RequestTooLarge    413, exit 2
│   │   └── UnsupportedMedia   415, exit 2   a body of another media type
│   └── InvalidPolicy          422, exit 2   a policy's document is wrong
├── NotFound                   404, exit 2
├── NotAuthenticated           401, exit 2   the client is not authenticated
│   ├── NotLoggedIn            401, exit 2   the request has no credentials
│   ├── LinkExpired            401, exit 2   the login link has expired; its MAC was not verified
│   └── NotAuthorized          403, exit 2   the client is authenticated, and may not do this
│       └── NotGranted         403, exit 2   the platform's token does not grant this
├── DecisionRefused            409, exit 2   the decision is not possible in the account's state
│   └── ConfirmationNeeded     409, exit 2   the decision is unusual, and has to be confirmed
├── StillRunning               409, exit 1   the same request runs already
├── Failed                     500, exit 1   an operation was tried and failed
├── MissingSettings            500, exit 1   environment variables are missing
└── ServiceError               500, exit 1   a call of an external service failed
    ├── Unavailable            503, exit 1   a transient failure: safe to retry
    │   ├── Conflict           503, exit 1   a concurrent write came first
    │   └── PolicyNotValid     503, exit 1   the stored policy cannot be parsed
    ├── PermissionDenied       500, exit 1   AWS denied access: a retry does not help
    └── RequestRejected        500, exit 1   AWS rejected the request as invalid: a retry does not help
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar


class PermilleError(Exception):
    """Base of all errors that are raised on purpose. The message says what is wrong and, where possible, what to do.

    status: the HTTP status of an answer to it
    exit_code: with which the command exits
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    exit_code: ClassVar[int] = 1


class InvalidInput(PermilleError):
    """An input value is invalid.

    errors: pairs of a field's name and its message; the name is empty where the message is about the whole input
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    exit_code = 2

    def __init__(self, message: str, field: str = "") -> None:
        self.errors: Sequence[tuple[str, str]] = [(field, message)]
        super().__init__(message)

    @classmethod
    def of(cls, errors: Sequence[tuple[str, str]]) -> "InvalidInput":
        """One error for several fields. `errors` has at least one pair."""
        error = cls("; ".join(f"{field}: {message}" if field else message for field, message in errors))
        error.errors = errors
        return error

    @property
    def messages(self) -> str:
        """The messages without the names of the fields."""
        return "; ".join(message for _, message in self.errors)


class MalformedRequest(InvalidInput):
    """The request cannot be read, or its pagination cursor is invalid for this list."""

    status = HTTPStatus.BAD_REQUEST


class MethodNotAllowed(MalformedRequest):
    """The URL does not take this HTTP method. The message names those that it takes."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = ", ".join(allowed)
        super().__init__(f"this address takes {self.allowed}")


class RequestTooLarge(MalformedRequest):
    """The body exceeds the size limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMedia(MalformedRequest):
    """The body has a media type that the operation does not take."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class InvalidPolicy(InvalidInput):
    """The document of a policy is invalid."""


class NotFound(PermilleError):
    """The requested resource does not exist."""

    status = HTTPStatus.NOT_FOUND
    exit_code = 2


class NotAuthenticated(PermilleError):
    """The client is not authenticated. The message is for the log, and is never sent to the client."""

    status = HTTPStatus.UNAUTHORIZED
    exit_code = 2


class NotLoggedIn(NotAuthenticated):
    """The request has neither cookie nor token."""


class LinkExpired(NotAuthenticated):
    """The login link has expired. Its MAC was not verified."""


class NotAuthorized(NotAuthenticated):
    """The client is authenticated, and may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotGranted(NotAuthorized):
    """A platform's token does not grant this. The message is sent to the client: it says what is missing."""


class DecisionRefused(PermilleError):
    """The decision is not possible in the account's present state."""

    status = HTTPStatus.CONFLICT
    exit_code = 2


class ConfirmationNeeded(DecisionRefused):
    """The decision is unusual; the message says why. It is accepted when it is confirmed."""


class StillRunning(PermilleError):
    """A request with the same idempotency key runs already. Repeat it to get its answer."""

    status = HTTPStatus.CONFLICT


class Failed(PermilleError):
    """An operation was tried and failed."""


class MissingSettings(PermilleError):
    """Environment variables that a function needs are missing."""


class ServiceError(PermilleError):
    """A call of an external service failed. Whether it had an effect is unknown."""


class Unavailable(ServiceError):
    """The service did not answer, or reported a transient failure. Whether the call had an effect is unknown; it is
    safe to retry."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Conflict(Unavailable):
    """A concurrent write came first, and this one wrote nothing. Read again, and decide again."""


class PolicyNotValid(Unavailable):
    """The stored policy cannot be parsed. No account is judged until a valid policy is set."""


class PermissionDenied(ServiceError):
    """AWS denied access to the caller."""


class RequestRejected(ServiceError):
    """AWS rejected the request as invalid, or the resource that it names does not exist."""
