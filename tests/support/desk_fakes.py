"""Fakes of the ports of the support desk, in memory."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from tests.support.fakes import Faults, Rows

from permille.domain.account.account import Account
from permille.domain.account.account_search import AccountSearch
from permille.domain.account.listed_account import ListedAccount
from permille.domain.policy.ses_review import Harm
from permille.domain.timeline.kinds.system import BreakerReset
from permille.domain.timeline.timeline import TimelineEntry
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import MalformedRequest
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.desk import CONSUMED_QUEUES, QueueStatus, SesFigures
from permille.ports.paging import Page

T = TypeVar("T")
NOTHING_TOLD = SesFigures(None, None, Tally())
_POSITIONS = {"asks": r"\d{4}-.*T.*#[a-z0-9-]+", "risk": r"\d{7}#[a-z0-9-]+", "id": ACCOUNT_ID.pattern}


class FakeAccountIndex:
    """Implements `AccountIndex`, `AccountCounts` and `AccountList`.

    lags: accounts as the index of those that ask still has them
    read_at_most: how many accounts one search reads
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.lags: list[Account] = []
        self.read_at_most = 30_000

    def awaiting_support(self, limit: int, after: str = "") -> Page[Account]:
        with self._rows.faults.call("account_index.awaiting_support"):
            known = self._accounts() | {account.id: account for account in self.lags}
            indexed = [account for account in known.values() if account.waiting_for_support_since]
            page = _page(
                "asks",
                indexed,
                lambda one: f"{one.waiting_for_support_since:%Y-%m-%dT%H:%M:%S.%f}#{one.id}",
                limit,
                after,
            )
            now = [self._rows.accounts[account.id] for account in page.items]
            return replace(page, items=[account for account in now if account.waiting_for_support_since])

    def by_risk(self, limit: int, after: str = "", *, sending: bool) -> Page[ListedAccount]:
        with self._rows.faults.call("account_index.by_risk"):
            found = [one for one in self._accounts().values() if one.may_send is sending]
            page = _page("risk", found, lambda one: f"{2_000_000 - _risk(one):07d}#{one.id}", limit, after)
            return Page([ListedAccount.of(account) for account in page.items], page.next)

    def with_most(self, harm: Harm, limit: int, first: date, last: date) -> Sequence[Account]:
        with self._rows.faults.call(f"account_index.with_most.{harm}"):
            found = [
                (-harm.of(one.assessment.counts), one.id, one)
                for one in self._accounts().values()
                if one.assessment
                and harm.of(one.assessment.counts)
                and first.replace(day=1) <= one.assessment.day.replace(day=1) <= last
            ]
            return [account for _, _, account in sorted(found, key=lambda one: one[:2])][:limit]

    def find(self, search: AccountSearch, limit: int, now: datetime, after: str = "") -> Page[ListedAccount]:
        with self._rows.faults.call("account_index.find"):
            read = _page("id", list(self._accounts().values()), lambda one: one.id, self.read_at_most, after)
            found = [account for account in read.items if search.matches(account, now)]
            page = _page("id", found, lambda one: one.id, limit, after)
            return Page([ListedAccount.of(account) for account in page.items], page.next or read.next)

    def by_id(self, limit: int, after: str = "", status: Status | None = None) -> Page[Account]:
        with self._rows.faults.call("account_list.by_id"):
            read = _page("id", list(self._accounts().values()), lambda one: one.id, self.read_at_most, after)
            found = [account for account in read.items if status in (None, account.status)]
            page = _page("id", found, lambda one: one.id, limit, after)
            return Page(page.items, page.next or read.next)

    def count_awaiting_support(self, limit: int) -> int:
        with self._rows.faults.call("account_counts.count_awaiting_support"):
            return min(limit, sum(account.awaits_support for account in self._accounts().values()))

    def count_held(self, limit: int) -> int:
        with self._rows.faults.call("account_counts.count_held"):
            return min(limit, sum(_is_held(account) for account in self._accounts().values()))

    def _accounts(self) -> dict[str, Account]:
        return dict(self._rows.accounts)


def _is_held(account: Account) -> bool:
    breaks_rule = account.assessment is not None and account.assessment.breaks_rule
    return account.may_send and breaks_rule and account.hold_reason.needs_staff


def _risk(account: Account) -> int:
    return account.assessment.risk if account.assessment else 0


def _page(of: str, accounts: Sequence[Account], key: Callable[[Account], str], limit: int, after: str) -> Page[Account]:
    if after and not re.fullmatch(_POSITIONS[of], after):
        raise MalformedRequest(after)
    behind = sorted((account for account in accounts if key(account) > after), key=key)
    return Page.of(behind, limit, key)


@dataclass(slots=True)
class FakeQueues:
    """Implements `Queues`."""

    queues: list[QueueStatus] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def statuses(self, now: datetime) -> Sequence[QueueStatus]:  # noqa: ARG002
        with self.faults.call("queues.statuses"):
            return self.queues

    def dead_letters(self) -> int:
        with self.faults.call("queues.dead_letters"):
            return sum(queue.messages for queue in self.queues if queue.name not in CONSUMED_QUEUES)


@dataclass(slots=True)
class FakeQuarantineCount:
    """Implements `QuarantineCount`."""

    rests: int = 0
    faults: Faults = field(default_factory=Faults)

    def count(self, limit: int) -> int:
        with self.faults.call("quarantine_count.count"):
            return min(self.rests, limit)


@dataclass(slots=True)
class FakeSes:
    """Implements `SesReputation`. `asked`: from which days on."""

    told: SesFigures = NOTHING_TOLD
    asked: list[date] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def figures(self, first: date, now: datetime) -> SesFigures:  # noqa: ARG002
        with self.faults.call("ses.figures"):
            self.asked.append(first)
            return self.told


@dataclass(slots=True)
class FakeBreakerAdmin:
    """Implements `BreakerAdmin`."""

    rows: Rows
    last: Mapping[str, str] | None = None

    def reset_breaker(self, hour: str, granted: int, entry: TimelineEntry[BreakerReset]) -> None:  # noqa: ARG002
        with self.rows.faults.call("breaker_admin.reset_breaker"):
            self.rows.append(entry)
            self.rows.breaker = replace(self.rows.breaker, opened_at=None, granted=granted)
            at = entry.at.isoformat(timespec="microseconds")
            self.last = {"at": at, "by": entry.facts.by, "reason": entry.facts.reason}

    def last_reset(self) -> Mapping[str, str] | None:
        with self.rows.faults.call("breaker_admin.last_reset"):
            return self.last


@dataclass(slots=True)
class FakeAccessKeys:
    """Implements `AccessKeys`. `users`: by the id of a key."""

    users: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def user_of(self, key_id: str) -> str:
        with self.faults.call("access_keys.user_of"):
            return self.users.get(key_id, "")
