"""Ports of the support desk, beyond those of enforcement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    from permille.domain.account.account import Account
    from permille.domain.account.account_search import AccountSearch
    from permille.domain.account.listed_account import ListedAccount
    from permille.domain.policy.ses_review import Harm
    from permille.domain.timeline.kinds.system import BreakerReset
    from permille.domain.timeline.timeline import TimelineEntry
    from permille.domain.values.tally import Tally
    from permille.ports.paging import Page

# Queues that a function works off.
FEEDBACK, RETRIES, EVENTS = "Feedback", "Notifications to be retried", "Events for the webhook"
CONSUMED_QUEUES = (FEEDBACK, RETRIES, EVENTS)


class AccountIndex(Protocol):
    """Finds accounts by indexes, which may lag behind what was just written.

    `after` is the cursor of a page, empty for the first one. A cursor that is none of the list raises MalformedRequest.
    """

    def awaiting_support(self, limit: int, after: str = "") -> Page[Account]:
        """Accounts that wait for support, longest waiting first. Each is read again, strongly consistent."""

    def by_risk(self, limit: int, after: str = "", *, sending: bool) -> Page[ListedAccount]:
        """Accounts that may send, or those that are off; highest risk first."""

    def with_most(self, harm: Harm, limit: int, first: date, last: date) -> Sequence[Account]:
        """Accounts with the most complaints, or bounces, at their last assessment, most first. Only assessments from
        the month of `first` to that of `last` are found. Each account is read again, strongly consistent."""

    def find(self, search: AccountSearch, limit: int, now: datetime, after: str = "") -> Page[ListedAccount]:
        """Accounts that match, in the order of their ids, each as it is now. What one call reads is bounded: a page may
        have fewer than `limit` accounts, or none, although more follow."""


class AccountCounts(Protocol):
    """Counts accounts by indexes. Counting stops at `limit`, which means so many or more."""

    def count_awaiting_support(self, limit: int) -> int:
        """How many accounts wait for support."""

    def count_held(self, limit: int) -> int:
        """How many accounts are held for staff."""


class AccessKeys(Protocol):
    """The access keys in IAM."""

    def user_of(self, key_id: str) -> str:
        """The name of the IAM user whose key it is, active or not; empty where no sender has such a key."""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How full a queue is.

    name: what people know it by
    messages: how many it holds, those in flight included
    oldest: how long the oldest message has waited; None where that is not known
    """

    name: str
    messages: int
    oldest: timedelta | None


class Queues(Protocol):
    """The queues of the stack."""

    def statuses(self, now: datetime) -> Sequence[QueueStatus]:
        """Every queue, in the order in which people are shown them."""

    def dead_letters(self) -> int:
        """How many messages wait in the queues that no function works off."""


@dataclass(frozen=True, slots=True)
class SesRate:
    """A rate that SES has computed for all mail of the AWS account in its Region.

    share: from 0 to 1
    at: when SES computed it
    """

    share: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class SesFigures:
    """What SES says of all mail of the AWS account in its Region.

    complaint_rate, bounce_rate: the latest ones; None where there is no recent one, as while no mail is sent
    counted: SES's own counts
    """

    complaint_rate: SesRate | None
    bounce_rate: SesRate | None
    counted: Tally


class SesReputation(Protocol):
    """SES's reputation metrics."""

    def figures(self, first: date, now: datetime) -> SesFigures:
        """The latest rates, and the counts since the beginning of `first` (UTC)."""


class QuarantineCount(Protocol):
    """How much feedback is in quarantine."""

    def count(self, limit: int) -> int:
        """The number of bodies; counting stops at `limit`, which means so many or more."""


class BreakerAdmin(Protocol):
    """The breaker, as people reset it."""

    def reset_breaker(self, hour: str, granted: int, entry: TimelineEntry[BreakerReset]) -> None:
        """Closes the breaker, and writes the entry, in one transaction.

        hour: the UTC hour, as of `hour_of`
        granted: how many disablings by rules may pass in that hour, those before included, until it opens again
        """

    def last_reset(self) -> Mapping[str, str] | None:
        """`at` (ISO 8601), `by` and `reason` of the last reset; None if there was none."""
