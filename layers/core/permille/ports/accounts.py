"""Ports of enforcement: accounts, the control table, the policy, and the switch in IAM."""

from __future__ import annotations

from dataclasses import dataclass
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


class Accounts(Protocol):
    def get(self, account_id: str) -> Account | None:
        """Strongly consistent."""

    def is_voided(self, account_id: str, identity: str) -> bool:
        """Whether the complaint of that identity is taken back; strongly consistent."""

    def due(self, now: datetime, limit: int) -> list[str]:
        """The ids of accounts that are due, the longest due first. May lag behind what was just written."""

    def page(self, after: str, limit: int) -> list[Account]:
        """Some of all accounts, in an order of their own, beginning behind the one of that id; empty at the end."""

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        """Writes the account, its entries, senders that it did not have, a new epoch of its senders, what is due of the
        breaker and what is corrected in one transaction, and returns it with its counters. A sender that it has no more
        stays its own. Keeps by which of the entries its route changed. On condition that the revision is as read:
        since every other write but the switch's raises it, no field can be lost, also where nothing seems to change.
        Never writes `credential`, which is the switch's. Raises Conflict, also where the breaker refuses, the complaint
        is corrected so already, or a new sender is another account's or ignored."""

    def add(self, account: Account, entries: Sequence[Entry]) -> Account:
        """A new account with its senders, and by which of the entries its route came to be. Raises Conflict if the
        account or one of the senders exists."""


@dataclass(frozen=True, slots=True)
class Lap:
    """How far the sweep has come.

    next_at: when the next lap begins, ISO 8601
    mode, policy: what this one goes by, the policy's id; another mode or policy begins a lap at once
    after: the last account that was looked at
    active: how many active ones were met
    """

    next_at: str = ""
    mode: str = ""
    policy: str = ""
    after: str = ""
    active: int = 0
    done: bool = False


class Control(Protocol):
    """What the whole stack has one of."""

    def breaker(self, hour: str) -> BreakerState:
        """Strongly consistent."""

    def lap(self) -> Lap: ...

    def enter_mode(self, entry: TimelineEntry[ModeEntered]) -> None:
        """Remembers the mode, and writes the entry, in one transaction; nothing where that mode was entered last."""

    def save_lap(self, lap: Lap) -> None:
        """One that is done also says how many accounts are active."""


class Policies(Protocol):
    def current(self) -> Policy:
        """The policy in force, a minute old at most. Raises Unavailable, also where it cannot be understood."""


class Leases(Protocol):
    """One run at a time works an account's switch; it alone writes `credential`."""

    def acquire_lease(self, account: Account, deactivated: DeactivatedKeys, now: datetime) -> Account:
        """Takes the lease, and remembers which keys Permille has put or is about to put to sleep. Raises Conflict where
        another run has it, or had it since the account was read, or where something else is to be switched by now."""

    def release_lease(self, account: Account, credential: Credential) -> Account:
        """Gives back the lease that `take` returned the account with, keeps what is known of the credential, and
        returns the account as it is now, whoever decided meanwhile. Raises Conflict where the lease is another's."""


class CredentialSwitch(Protocol):
    def state_of(self, caller: str) -> SenderState | None:
        """All keys of a sender and whether it is denied; None if there is no such user."""

    def denied_senders(self) -> frozenset[str]:
        """Every sender in the deny group."""

    def apply(self, caller: str, changes: Changes) -> None:
        """Can be repeated without harm; a key that is gone is passed over. Each barrier is tried, whatever becomes of
        the others, before Unavailable is raised. To be believed only after reading back."""
