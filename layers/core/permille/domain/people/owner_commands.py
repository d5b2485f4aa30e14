"""What owners, and platforms and staff in their place, can decide: one command for each, valid once it is made."""

from dataclasses import dataclass

from permille.domain.account.provider import Provider
from permille.domain.people.validated import (
    Batch,
    Cause,
    Change,
    Day,
    Decider,
    Validated,
)
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
class ConnectProvider(_OfOwner):
    """Connects a third-party SMTP server, to which a login has succeeded.

    provider: the server, and where its password is stored
    replaces: the provider that was connected when the login was tried; None where there was none
    """

    provider: Provider
    replaces: Provider | None


class DisconnectProvider(_OfOwner):
    """Disconnects the third-party SMTP server."""

    __slots__ = ()
