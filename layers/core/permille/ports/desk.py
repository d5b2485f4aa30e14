"""Ports of support's desk, beyond those of enforcement. A fake and an adapter of each pass the
same contract test. What is found by an index may lag behind what was just written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    from permille.domain.account.account import Account
    from permille.domain.account.listed_account import ListedAccount
    from permille.domain.policy.ses_review import Harm
    from permille.domain.timeline.kinds.system import BreakerReset
    from permille.domain.timeline.timeline import TimelineEntry
    from permille.domain.values.tally import Tally
    from permille.ports.paging import Page

FEEDBACK, AGAIN = "Feedback", "To be handed on again"  # queues whose messages somebody works off by itself
ON_THEIR_WAY = (FEEDBACK, AGAIN)


class AccountIndex(Protocol):
    """All accounts, by index. A page begins behind the position `after`, at the beginning where that is empty; raises
    MalformedRequest where it is none of this list."""

    def awaiting_support(self, limit: int, after: str = "") -> Page[Account]:
        """Those that wait for support, the longest waiting first, each as it is now."""

    def by_risk(self, limit: int, after: str = "", *, sending: bool) -> Page[ListedAccount]:
        """Those that may send, or those that are off; the worst first."""

    def with_most(self, harm: Harm, limit: int, first: date, last: date) -> Sequence[Account]:
        """Those with the most complaints, or bounces, at their last look, if that was from the month of `first` to that
        of `last`; the most first, each as it is now."""

    def by_id_prefix(self, prefix: str, limit: int, after: str = "") -> Page[ListedAccount]:
        """Those whose id begins so, by their ids."""

    def find_by_owner_or_sender(self, name: str, limit: int) -> Sequence[ListedAccount]:
        """Those of an owner with that e-mail address, however it is written, or else the one of that sender."""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """A queue: how many messages it holds, those in flight included, and since when the oldest waits; None where that
    is not known."""

    name: str
    messages: int
    oldest: timedelta | None


class Queues(Protocol):
    def statuses(self, now: datetime) -> Sequence[QueueStatus]:
        """Every queue of the stack, in its order."""


@dataclass(frozen=True, slots=True)
class SesRate:
    """A rate of all the mail of the AWS account in its Region, as SES has worked it out: a share of 1."""

    share: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class SesFigures:
    """A rate is None where SES has told none of late, as while no mail is sent. `counted`: its own counts."""

    complaint_rate: SesRate | None
    bounce_rate: SesRate | None
    counted: Tally


class SesReputation(Protocol):
    def figures(self, first: date, now: datetime) -> SesFigures:
        """What SES says of all the mail of the AWS account in its Region: its latest rates, and what it has counted
        since the beginning of `first` (UTC)."""


class QuarantineCount(Protocol):
    def count(self, limit: int) -> int:
        """How much feedback rests in quarantine: `limit` means so much or more."""


class BreakerAdmin(Protocol):
    """The breaker, in a person's hands."""

    def reset_breaker(self, hour: str, granted: int, entry: TimelineEntry[BreakerReset]) -> None:
        """Closes it, and writes the entry, in one transaction: up to `granted` disablings by the rules may have passed
        in this hour before it opens again."""

    def last_reset(self) -> Mapping[str, str] | None:
        """`at`, `by` and `reason` of it."""
