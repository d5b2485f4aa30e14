"""Enforce on fakes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.support.builders import ACCOUNT, NOW, TODAY, a_sender, an_account, complaint_entries
from tests.support.fakes import (
    FakeBounces,
    FakeControl,
    FakeFeedbackBacklog,
    FakeHeartbeat,
    FakePolicies,
    FakeQuarantine,
    FakeSwitch,
    FakeTallies,
    FakeTimeline,
    Faults,
    Rows,
    User,
)
from tests.support.within_role import AccountsWithinRole

from permille.aws.account_rows import account_row
from permille.aws.stored_accounts import account_of
from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally
from permille.ports.accounts import LEASED_FOR
from permille.usecases.enforcement.enforce import Run, enforce, enforce_due
from permille.usecases.enforcement.enforce_services import EnforceServices
from permille.usecases.enforcement.sweep import hourly
from permille.usecases.enforcement.switching import CredentialServices

A_MINUTE = timedelta(minutes=1)
AFTER_THE_LEASE = NOW + LEASED_FOR + timedelta(seconds=1)


class NewerRows(AccountsWithinRole):
    """Each account is read from a row as a newer version wrote it, with names that nobody here knows."""

    def get(self, account_id: str) -> Account | None:
        account = super().get(account_id)
        return account_of(_as_newer(account)) if account else None


def _as_newer(account: Account) -> dict[str, Any]:
    parts = (
        "assessment",
        "review",
        "trial",
        "provider",
        "route_changes",
        "recheck",
        "exemption",
        "denial",
        "renewal",
        "hold",
        "owner_acts",
    )
    row = account_row(account) | {"of_a_newer_version": 1}
    return row | {part: row[part] | {"of_a_newer_version": 1} for part in parts if row[part]}


class FakeEnforcement:
    """Enforce's services on fakes: accounts with counts, and IAM users with keys."""

    def __init__(self, mode: Mode = Mode.ENFORCE, *, newer_rows: bool = False) -> None:
        self.faults = Faults()
        self.rows = Rows(faults=self.faults)
        self.switch = FakeSwitch(faults=self.faults)
        self.rows.lap = replace(hourly(mode, DEFAULT.id, NOW), done=True)  # of this hour
        kept_by = NewerRows if newer_rows else AccountsWithinRole
        accounts = kept_by(self.rows, "Enforce")
        self.policies, self.feed = FakePolicies(faults=self.faults), FakeFeedbackBacklog(faults=self.faults)
        self.pauses: list[float] = []
        self.enforcement = EnforceServices(
            accounts=accounts,
            switching=CredentialServices(accounts, self.switch, self.pauses.append),
            tallies=FakeTallies(self.rows),
            timeline=FakeTimeline(self.rows),
            bounces=FakeBounces(self.rows),
            policies=self.policies,
            control=FakeControl(self.rows),
            feedback_backlog=self.feed,
            heartbeat=FakeHeartbeat(self.rows),
            quarantine=FakeQuarantine(self.faults),
            mode=mode,
            code="1.0",
        )
        self.deciding = replace(self.enforcement, accounts=kept_by(self.rows, "Console"))  # people decide by the pages

    def open(self, account: Account, *keys: str, active: bool = True) -> None:
        """An account that is due, each of its senders with these keys (its own name in front)."""
        self.rows.accounts[account.id] = account
        for caller in account.senders:
            self.rows.senders[caller] = a_sender(caller, account.id)
            self.switch.users[caller] = User({f"{caller}-{key}": ACTIVE for key in keys or ("k1",)}, denied=not active)

    def counted(self, delivered: int, complaints: int, account_id: str = ACCOUNT) -> None:
        self.rows.tallies[account_id, 1, TODAY] = Tally(delivered, complaints)
        self.rows.counted_at = NOW
        self.rows.put(*(replace(entry, account_id=account_id) for entry in complaint_entries(complaints)))

    def breaks_the_rule(self, *ids: str) -> None:
        """Accounts that are due and have two complaints on a thousand e-mails."""
        for account_id in ids or (ACCOUNT,):
            self.open(an_account(account_id, due_at=NOW))
            self.counted(1000, 2, account_id)

    def enter(self, mode: Mode) -> None:
        """Deploys the stack again, with another mode."""
        self.enforcement = replace(self.enforcement, mode=mode)

    def run(self, now: datetime = NOW, time_left: Callable[[], timedelta] = lambda: A_MINUTE) -> Run:
        self.switch.advance(now)
        return enforce_due(self.enforcement, now, time_left)

    def process(self, *ids: str, now: datetime = NOW) -> Run:
        self.switch.advance(now)
        return enforce(self.enforcement, ids or (ACCOUNT,), now, lambda: A_MINUTE)

    def settles(self, now: datetime = NOW) -> datetime:
        """The runs of the next two minutes, which read IAM; returns the time of the last."""
        for _ in range(2):
            now += A_MINUTE
            self.run(now)
        return now

    def account(self, account_id: str = ACCOUNT) -> Account:
        return self.rows.accounts[account_id]

    def told(self, kind: str, account_id: str = ACCOUNT) -> list[Entry]:
        return self.rows.told(account_id, kind)

    def can_send(self, account_id: str = ACCOUNT) -> list[bool]:
        """For every key of every sender, whether mail goes out with it."""
        callers = [caller for caller in self.account(account_id).senders if caller in self.switch.users]
        return [self.switch.can_send(caller, key) for caller in callers for key in self.switch.users[caller].keys]

    def agrees(self, account_id: str = ACCOUNT) -> bool:
        """The credential says what the status says, and nobody is at it."""
        switched = set(self.can_send(account_id)) <= {self.account(account_id).status is Status.ACTIVE}
        return switched and account_id not in self.rows.leased_until
