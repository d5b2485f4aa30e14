"""What an endpoint answered, and when a failed request is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

_HOUR: Final = timedelta(hours=1)
# Of Standard Webhooks; the last ones are 11 hours instead of 14 to 24, since SQS hides no message for longer than 12.
DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    *[11 * _HOUR] * 5,
)
MOST_ATTEMPTS: Final = len(DELAYS) + 1  # then it is a dead letter; the queue's maxReceiveCount
LATE_FROM: Final = 4  # the attempt that is half an hour after the first one


def delay_after(attempt: int) -> timedelta:
    """How long to wait after the attempt of this number, the first being 1; nothing after the last one."""
    return DELAYS[attempt - 1] if attempt < MOST_ATTEMPTS else timedelta()


class PostFailure(StrEnum):
    """Why an endpoint did not take an event."""

    NO_HOST = "no_such_host"
    NOT_PUBLIC = "not_public"
    REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls_failed"
    CERTIFICATE = "certificate"
    NO_HTTP = "no_http"
    STATUS = "status"
    GONE = "gone"


_SENTENCES: Final[Mapping[PostFailure, str]] = {
    PostFailure.NO_HOST: "there is no such host",
    PostFailure.NOT_PUBLIC: "the host is not on the public internet",
    PostFailure.REFUSED: "the host takes no connection on this port",
    PostFailure.UNREACHABLE: "the host cannot be reached",
    PostFailure.TIMEOUT: "the endpoint did not answer in time",
    PostFailure.TLS: "no TLS connection could be made",
    PostFailure.CERTIFICATE: "the certificate is not trusted, or is for another host",
    PostFailure.NO_HTTP: "the answer is not HTTP",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome of one request.

    status: the HTTP status; 0 where none came
    without_status: why none came; None where one did
    """

    status: int = 0
    without_status: PostFailure | None = None

    @property
    def failure(self) -> PostFailure | None:
        """Why the event was not taken; None where it was. A redirect is a failure, and is not followed."""
        if self.without_status or 200 <= self.status < 300:
            return self.without_status
        return PostFailure.GONE if self.status == HTTPStatus.GONE else PostFailure.STATUS

    def sentence(self) -> str:
        """What happened, without capital and full stop."""
        if self.without_status:
            return _SENTENCES[self.without_status]
        phrase = HTTPStatus(self.status).phrase if self.status in list(HTTPStatus) else ""
        return f"the endpoint answered {self.status} {phrase}".rstrip()
