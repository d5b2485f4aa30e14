"""Every error that Permille raises on purpose, with the HTTP status and the exit code that it is answered with.

PermilleError                  500, exit 1
├── InvalidInput               422, exit 2   a value is not what it has to be
│   ├── MalformedRequest       400, exit 2   the request cannot be read at all, or its cursor is none
│   │   ├── MethodNotAllowed   405, exit 2
│   │   ├── RequestTooLarge    413, exit 2
│   │   └── UnsupportedMedia   415, exit 2   a body of another media type
│   └── InvalidPolicy          422, exit 2   a policy's document is wrong
├── NotFound                   404, exit 2
├── NotAuthenticated           401, exit 2   nobody knows who is asking
│   ├── NotLoggedIn            401, exit 2   nothing was sent that says who is asking
│   ├── LinkExpired            401, exit 2   a link's time is over; whether it was ours is not known
│   └── NotAuthorized          403, exit 2   who is asking may not do this
│       └── NotGranted         403, exit 2   a platform's token was not made for this
├── DecisionRefused            409, exit 2   the decision does not suit the account
│   └── ConfirmationNeeded     409, exit 2   it is unusual: whoever decides is asked once more
├── Failed                     500, exit 1   it was tried, and did not work
├── MissingSettings            500, exit 1   the environment lacks variables
└── ServiceError               500, exit 1   a service outside did not do what it was asked
    ├── Unavailable            503, exit 1   for a passing cause: safe to retry
    │   ├── Conflict           503, exit 1   somebody else wrote first
    │   └── PolicyNotValid     503, exit 1   the policy that is stored cannot be understood
    ├── PermissionDenied       500, exit 1   AWS does not allow it: a retry does not help
    └── RequestRejected        500, exit 1   AWS calls the request wrong: a retry does not help
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar


class PermilleError(Exception):
    """The message says what is wrong, and where possible what to do."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    exit_code: ClassVar[int] = 1


class InvalidInput(PermilleError):
    """A value that was given is not what it has to be.

    errors: each field's name (empty where it is about the whole), and what is wrong with it
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    exit_code = 2

    def __init__(self, message: str, field: str = "") -> None:
        self.errors: Sequence[tuple[str, str]] = [(field, message)]
        super().__init__(message)

    @classmethod
    def of(cls, errors: Sequence[tuple[str, str]]) -> "InvalidInput":
        """Several at once; at least one."""
        found = cls("; ".join(f"{field}: {message}" if field else message for field, message in errors))
        found.errors = errors
        return found

    @property
    def messages(self) -> str:
        """For people who see which field each is about."""
        return "; ".join(message for _, message in self.errors)


class MalformedRequest(InvalidInput):
    """The request cannot be read at all, or the cursor in it is none of this list."""

    status = HTTPStatus.BAD_REQUEST


class MethodNotAllowed(MalformedRequest):
    """The address takes other methods; the message names them."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = ", ".join(allowed)
        super().__init__(f"This address takes {self.allowed}.")


class RequestTooLarge(MalformedRequest):
    """The body is longer than any that is needed."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMedia(MalformedRequest):
    """The body is of another media type."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class InvalidPolicy(InvalidInput):
    """A policy's document is wrong."""


class NotFound(PermilleError):
    """What was asked for does not exist."""

    status = HTTPStatus.NOT_FOUND
    exit_code = 2


class NotAuthenticated(PermilleError):
    """Nobody knows who is asking. The message is for the log, never for whoever asks."""

    status = HTTPStatus.UNAUTHORIZED
    exit_code = 2


class NotLoggedIn(NotAuthenticated):
    """Nothing was sent that says who is asking: no cookie, no token."""


class LinkExpired(NotAuthenticated):
    """The time of a link is over. Its MAC has not been verified."""


class NotAuthorized(NotAuthenticated):
    """Who is asking is known, and may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotGranted(NotAuthorized):
    """A platform's token does not open this. The message is for its holder: it says what is missing."""


class DecisionRefused(PermilleError):
    """What was decided cannot be done to this account as it is."""

    status = HTTPStatus.CONFLICT
    exit_code = 2


class ConfirmationNeeded(DecisionRefused):
    """What was decided is unusual. The message says how; whoever decides can say that it is meant."""


class Failed(PermilleError):
    """What was asked for was tried, and did not work."""


class MissingSettings(PermilleError):
    """The environment lacks variables that a function needs."""


class ServiceError(PermilleError):
    """A service outside did not do what it was asked. Whether it did something is unknown."""


class Unavailable(ServiceError):
    """The service did not answer, or refused for a passing cause: safe to retry."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Conflict(Unavailable):
    """Somebody else wrote first, and nothing was written: read again and decide anew."""


class PolicyNotValid(Unavailable):
    """The policy that is stored cannot be understood: nobody is judged until another one is set."""


class PermissionDenied(ServiceError):
    """AWS does not allow it to whoever asked."""


class RequestRejected(ServiceError):
    """AWS calls the request wrong, or what it is about does not exist."""
