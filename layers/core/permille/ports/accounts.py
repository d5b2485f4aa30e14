"""Ports of enforcement: accounts, the control table, the policy, and the switch in IAM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from permille.domain.account.account import Account
    from permille.domain.account.correction import Correction
    from permille.domain.account.credential import Changes, Credential, DeactivatedKeys, SenderState
    from permille.domain.policy.policy import Policy
    from permille.domain.rules.breaker import BreakerChange, BreakerState
    from permille.domain.timeline.kinds.system import ModeEntered
    from permille.domain.timeline.timeline import Entry, TimelineEntry
    from permille.domain.values.status import Status
    from permille.ports.paging import Page


@dataclass(frozen=True, slots=True)
class UnreadableAccount:
    """A row that is no account, as after a change by hand.

    id: the account's
    why: what is wrong with it
    """

    id: str
    why: str


class Accounts(Protocol):
    """The accounts, with their entries and senders."""

    def get(self, account_id: str) -> Account | None:
        """Strongly consistent; None where there is no such account."""

    def is_voided(self, account_id: str, identity: str) -> bool:
        """Whether staff voided the complaint of that identity. Strongly consistent."""

    def due(self, now: datetime, limit: int) -> list[str]:
        """The ids of accounts that are due at `now`, longest due first. May lag behind what was just written."""

    def page(self, after: str, limit: int) -> list[Account | UnreadableAccount]:
        """A part of all accounts, in a fixed order, after the account `after`; empty at the end. A row that cannot be
        read hides no other. Strongly consistent."""

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        """Writes the account, its entries, its new senders, a new epoch for all its senders, and the changes of breaker
        and tallies, in one transaction. Returns the account as it is written: with its new revision and version, and
        the id of the entry that changed its route.

        The optimistic lock is the revision of `read`: every write but those of a lease raises it, so no field can be
        lost. `credential` is never written: it is written under a lease. A sender that was removed stays the account's.
        Raises Conflict where the account was written since it was read, the breaker refuses, the complaint was
        corrected already, or a new sender is ignored or belongs to another account.

        read: the account as it was read
        account: the account as it is to be
        """

    def add(self, account: Account, entries: Sequence[Entry]) -> Account:
        """Writes a new account with its senders and entries, in one transaction. Returns it with the id of the entry by
        which it got its route. Raises Conflict where the account or one of the senders exists."""


class AccountList(Protocol):
    """Lists accounts by an index, which may lag behind what was just written."""

    def by_id(self, limit: int, after: str = "", status: Status | None = None) -> Page[Account]:
        """Accounts in the order of their ids, behind the id `after`, each as it is now (strongly consistent). What one
        call reads is bounded: a page may have fewer than `limit` accounts, or none, although more follow.

        status: only accounts in it; None: all
        """


@dataclass(frozen=True, slots=True)
class Lap:
    """The progress of the sweep: a lap is one pass over all accounts.

    next_at: when the next lap begins, ISO 8601; empty before the first one
    mode: the mode of this lap; another mode begins a new lap at once
    policy: the id of this lap's policy; another policy begins a new lap at once
    after: the id of the last account that was checked; empty at the beginning of a lap
    active: how many active accounts were checked so far
    done: whether all accounts were checked; nothing is done until `next_at` then
    """

    next_at: str = ""
    mode: str = ""
    policy: str = ""
    after: str = ""
    active: int = 0
    done: bool = False


class Control(Protocol):
    """The state of the whole stack: breaker, sweep and mode."""

    def breaker(self, hour: str) -> BreakerState:
        """The breaker in a UTC hour, as of `hour_of`. Strongly consistent."""

    def lap(self) -> Lap:
        """The progress of the sweep; the empty Lap before the first one. Strongly consistent."""

    def enter_mode(self, entry: TimelineEntry[ModeEntered]) -> None:
        """Writes the mode and the entry, in one transaction; does nothing where that mode was entered last."""

    def save_lap(self, lap: Lap) -> None:
        """Writes the progress. A lap that is done also writes the number of active accounts."""


class Policies(Protocol):
    """The policy in force."""

    def current(self) -> Policy:
        """The policy, at most a minute old. Raises PolicyNotValid where the stored document cannot be understood."""


LEASED_FOR = timedelta(seconds=75)  # longer than the function's time limit: whoever holds an expired lease has ended


class Leases(Protocol):
    """Leases of accounts: one run at a time changes an account's credential in IAM, and it alone writes
    `credential`."""

    def acquire_lease(self, account: Account, deactivated: DeactivatedKeys, now: datetime) -> Account:
        """Acquires the lease, and writes which keys Permille has deactivated or is about to deactivate. Returns the
        leased account. Raises Conflict where another run holds the lease, or held it since the account was read, or
        where another decision has to be switched by now.

        deactivated: the ids of the keys, by sender
        """

    def release_lease(self, account: Account, credential: Credential) -> Account:
        """Releases the lease of the account that `acquire_lease` returned, and writes the credential. Returns the
        account as it is now, with decisions made meanwhile. Raises Conflict where another run holds the lease."""


class CredentialSwitch(Protocol):
    """The access keys of senders, and the deny group, in IAM. IAM shows a change some seconds late."""

    def state_of(self, sender: str) -> SenderState | None:
        """All keys of the sender, and whether it is in the deny group; None where there is no such user."""

    def denied_senders(self) -> frozenset[str]:
        """All members of the deny group."""

    def apply(self, sender: str, changes: Changes) -> None:
        """Applies the changes; idempotent. A key that no longer exists is skipped. Each key and the group are tried,
        even if others fail, before the first failure is raised. The result has to be verified by reading the state
        later."""
