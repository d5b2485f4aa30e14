"""Identities that another account sends from already: so an account that is off would send on under another id."""

from collections.abc import Collection
from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.values.status import Status
from permille.domain.words import wording
from permille.ports.operator import AllAccounts
from permille.usecases.senders.identities import identities_below


@dataclass(frozen=True, slots=True)
class SharedIdentity:
    """`identity` is to be added; `theirs` is an identity of the other `account`: the same one, or one of the two lies
    below the other."""

    identity: str
    theirs: str
    account: Account

    @property
    def is_unusual(self) -> bool:
        """Whether the other account is not simply on."""
        return self.account.status is not Status.ACTIVE or self.account.denied_by_hand

    def __str__(self) -> str:
        """Without a full stop."""
        by_hand = f", {wording.BY_HAND}" if self.account.denied_by_hand else ""
        whose = f"an identity of the account {self.account.id}, which is {self.account.status}{by_hand}"
        if self.identity == self.theirs:
            return f"{self.identity} is {whose}"
        lower, upper = (
            (self.identity, self.theirs)
            if identities_below([self.theirs], [self.identity])
            else (self.theirs, self.identity)
        )
        return f"{lower} lies below {upper}, and {self.theirs} is {whose}"


def shared_with_others(accounts: AllAccounts, names: Collection[str], own: str = "") -> tuple[SharedIdentity, ...]:
    """Which of the identities other accounts have than `own`, by account. Reads all accounts where one is named."""
    found = [
        SharedIdentity(name, theirs, account)
        for account in (accounts.all() if names else ())
        if account.id != own
        for theirs in account.identities
        for name in names
        if name == theirs or identities_below([name], [theirs]) or identities_below([theirs], [name])
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_unusual, one.account.id, one.identity, one.theirs)))
