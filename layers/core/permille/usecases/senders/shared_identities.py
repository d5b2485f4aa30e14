"""Identities that another account sends from already: by them an account that is off could go on sending as another
account."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.values.errors import ConfirmationNeeded
from permille.domain.values.status import Status
from permille.domain.words import wording
from permille.ports.operator import AllAccounts
from permille.usecases.senders.identities import identities_below

MOST_NAMED = 10  # identities, in an error message


@dataclass(frozen=True, slots=True)
class SharedIdentity:
    """An identity that two accounts would share.

    identity: the one that is to be added
    theirs: an identity of the other account: the same one, or one that is below or above it
    account: the other account
    """

    identity: str
    theirs: str
    account: Account

    @property
    def is_unusual(self) -> bool:
        """Whether the other account is not active, or denied by hand."""
        return self.account.status is not Status.ACTIVE or self.account.denied_by_hand

    def __str__(self) -> str:
        """A sentence without its full stop."""
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


class IdentityOwners:
    """Which accounts have which identities, and those above and below them."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._at: dict[str, list[tuple[str, Account]]] = defaultdict(list)
        self._below: dict[str, list[tuple[str, Account]]] = defaultdict(list)
        for account in accounts:
            for identity in account.identities:
                self._at[identity].append((identity, account))
                for domain in _above(identity):
                    self._below[domain].append((identity, account))

    def shared(self, names: Collection[str], own: str) -> tuple[SharedIdentity, ...]:
        """The identities among `names` that other accounts than `own` have, unusual ones first."""
        pairs = [
            SharedIdentity(name, theirs, account)
            for name in names
            for found in (*(self._at.get(upper, []) for upper in (name, *_above(name))), self._below.get(name, []))
            for theirs, account in found
            if account.id != own
        ]
        return tuple(
            sorted(pairs, key=lambda shared: (not shared.is_unusual, shared.account.id, shared.identity, shared.theirs))
        )


def shared_with_others(accounts: AllAccounts, names: Collection[str], own: str = "") -> tuple[SharedIdentity, ...]:
    """The same, of all accounts, which are read unless `names` is empty."""
    return IdentityOwners(accounts.all() if names else ()).shared(names, own)


def refuse_unusual(shared: Collection[SharedIdentity], *, confirmed: bool) -> None:
    """Raises ConfirmationNeeded where an identity is also one of an account that is not active, unless that is
    confirmed."""
    unusual = [str(identity) for identity in shared if identity.is_unusual]
    if unusual and not confirmed:
        raise ConfirmationNeeded(f"{'; '.join(unusual[:MOST_NAMED])}; nothing was done: confirm it to do it")


def _above(identity: str) -> Iterator[str]:
    """The domains that an address or a domain lies below."""
    _, at, domain = identity.rpartition("@")
    if at:
        yield domain
    while domain := domain.partition(".")[2]:
        yield domain
