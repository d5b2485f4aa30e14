"""What owners, and platforms and staff in their place, can decide: one command for each, valid once it is made."""

from dataclasses import dataclass

from permille.domain.account.provider import Provider, ProviderRequest
from permille.domain.people.validated import (
    Batch,
    Cause,
    Change,
    Day,
    Decider,
    Validated,
)
from permille.domain.sending.smtp_server import Server
from permille.domain.words.wording import acts_as_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOwner(Validated):
    """Base of decisions of the owner.

    by: who decides: the owner, or a platform or staff in the owner's place
    """

    by: Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest(_OfOwner):
    """A request for a trial.

    day: of the next batch, in the account's time zone
    batch: how many e-mails it has
    cause: what went wrong
    change: what was changed
    """

    needs_zone = True

    day: Day
    batch: Batch
    cause: Cause
    change: Change

    @property
    def by_staff(self) -> bool:
        """Whether staff request in the owner's place; the daily limit of an owner's changes is not for them."""
        return acts_as_staff(self.by)


class RequestReview(ReviewRequest):
    """Opens a review request."""

    __slots__ = ()


class AmendReview(ReviewRequest):
    """Changes the open request."""

    __slots__ = ()


class PutReview(ReviewRequest):
    """Opens a request, or changes the open one. Idempotent."""

    __slots__ = ()


class WithdrawReview(_OfOwner):
    """Withdraws the open request, or the trial that was agreed on, if it has not begun."""

    __slots__ = ()


class DeleteReview(_OfOwner):
    """As WithdrawReview, but idempotent."""

    __slots__ = ()


class RequestLink(Validated):
    """Mails a new link to the report to the owner, at most once a day."""

    __slots__ = ()
    needs_zone = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchMonthlyMail(_OfOwner):
    """Stops the monthly mail, or resumes it. Idempotent.

    on: whether the owner wants it
    """

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TryProvider(_OfOwner):
    """Notes, before it is tried, a login to a third-party SMTP server that was asked for on the owner's page."""

    server: Server


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestProvider(_OfOwner):
    """Asks for a third-party SMTP server, to which a login has succeeded. It takes the place of an earlier request."""

    provider_request: ProviderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class EndProviderRequest(_OfOwner):
    """Ends a request for a provider that was not confirmed. Idempotent.

    version: of the request
    expired: nobody confirmed it in time
    refused: by the link in the mail; where neither is so, it was withdrawn
    """

    version: str
    expired: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectProvider(_OfOwner):
    """Connects a third-party SMTP server, to which a login has succeeded.

    provider: the server, and where its password is stored
    replaces: the provider that was connected when the login was tried; None where there was none
    request: the version of the request that the owner confirmed; empty where staff connect it
    """

    provider: Provider
    replaces: Provider | None
    request: str = ""


class DisconnectProvider(_OfOwner):
    """Disconnects the third-party SMTP server, and ends a request for one."""

    __slots__ = ()
