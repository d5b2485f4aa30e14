"""How AWS is called: by one session, with time limits, and with every refusal as our own error."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from permille.domain.values.errors import PermissionDenied, RequestRejected, ServiceError, Unavailable

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=16,
)

ONE_TRY = {"total_max_attempts": 1}  # as `retries`: botocore repeats a call whose answer is lost
ACCOUNT_TAG = "permille:account"  # of IAM users and secrets that belong to an account


# Codes that say that the caller lacks permission: a retry does not help.
DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "KMSAccessDeniedException",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
# Codes of DynamoDB that PynamoDB passes on without an HTTP status.
REJECTED = frozenset({"ResourceNotFoundException", "ValidationException"})
# Codes with an HTTP status of 4xx after which a retry may succeed.
PASSING = frozenset(
    {
        "ConcurrentModification",
        "ContinuousBackupsUnavailableException",  # of a table that has just been restored
        "EntityTemporarilyUnmodifiable",
        "InternalServerError",
        "KMSInvalidStateException",
        "LimitExceeded",
        "LimitExceededException",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "TooManyUpdates",
    }
)


making_clients = RLock()  # a client may be used by several threads at once, and is made by one at a time


@cache
def session() -> Session:
    """The one session of this process. What it has read stays read: credentials, and the descriptions of services,
    which take longer to read than a call."""
    return get_session()


def region_of(session: Session) -> str | None:
    """The region of its calls; None where none is set."""
    region: str | None = session.get_config_variable("region")
    return region


def client(service: str, **options: Any) -> Any:
    """A client of `service` with the environment's credentials, region and endpoint; `options` are botocore's."""
    with making_clients:
        return session().create_client(service, config=_CONFIG.merge(Config(**options)))


def code_of(error: ClientError) -> str:
    """AWS's code of a refusal, such as `AccessDenied`; empty where it has none."""
    return error.response.get("Error", {}).get("Code", "")


@contextmanager
def service_call(what: str) -> Iterator[None]:
    """Raises AWS's refusal, or its silence, as a `ServiceError`. `what`: what is being done; the message begins with
    it."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise service_error(what, error) from error


def service_error(what: str, error: Exception | None) -> ServiceError:
    """AWS's refusal as our error: Unavailable unless AWS says that a repetition would not help."""
    if not isinstance(error, ClientError):
        return Unavailable(f"{what}: {error}")
    code = code_of(error)
    if code in DENIED:
        return PermissionDenied(f"{what}: AWS does not allow it ({_quoted(error)})")
    is_wrong = 400 <= error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) < 500
    if code in REJECTED or (is_wrong and code not in PASSING):
        return RequestRejected(f"{what}: AWS rejects the request ({_quoted(error)})")
    return Unavailable(f"{what}: {code}")


def _quoted(error: ClientError) -> str:
    return f"{code_of(error)}: {error.response.get('Error', {}).get('Message', '')}"
