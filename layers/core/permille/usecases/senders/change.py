"""Changes an account: its owner, its identities, its senders. Everything is checked before the first step. Each step is
idempotent, so the same command completes a change that was cut off."""

from dataclasses import dataclass, replace
from datetime import datetime

from permille.addresses.mailbox import is_same_mailbox
from permille.domain.account.account import Account
from permille.domain.people.staff_commands import ChangeOwner
from permille.domain.values.errors import InvalidInput
from permille.usecases.decisions import decisions
from permille.usecases.decisions.find_account import find_account
from permille.usecases.senders import change_identities, change_senders
from permille.usecases.senders.change_identities import IdentityPlan
from permille.usecases.senders.change_senders import SenderPlan
from permille.usecases.senders.change_services import ChangeContext, ChangeServices
from permille.usecases.senders.identities import PreparedIdentities
from permille.usecases.senders.new_account import (
    check_risk_is_about,
    check_users,
    owner_address,
    risk_reason,
    sending_identity,
)
from permille.usecases.senders.shared_identities import SharedIdentity, shared_with_others
from permille.zones import zone_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be changed, why, and by whom. None: unchanged. Addresses and domains are normalised to what SES
    accepts. Raises InvalidInput.

    timezone: a name of the IANA database
    add_senders: existing IAM users that are adopted
    accept_risk: why users that could evade Permille are adopted all the same; None: they are refused
    """

    account_id: str
    reason: str
    by: str
    owner_email: str | None = None
    owner_name: str | None = None
    timezone: str | None = None
    add_identities: tuple[str, ...] = ()
    remove_identities: tuple[str, ...] = ()
    add_senders: tuple[str, ...] = ()
    remove_senders: tuple[str, ...] = ()
    accept_risk: str | None = None

    def __post_init__(self) -> None:
        owner = (self.owner_email, self.owner_name, self.timezone)
        names = (*self.add_identities, *self.remove_identities, *self.add_senders, *self.remove_senders)
        if not names and owner == (None, None, None):
            raise InvalidInput("name what is to be changed, as with --owner-email or --add-sender")
        if self.owner_email is not None:
            object.__setattr__(self, "owner_email", owner_address(self.owner_email))
        if self.timezone is not None:
            zone_named(self.timezone)
        for name in ("add_identities", "remove_identities"):
            object.__setattr__(self, name, tuple(dict.fromkeys(map(sending_identity, getattr(self, name)))))
        object.__setattr__(self, "accept_risk", risk_reason(self.accept_risk))
        check_risk_is_about(self.accept_risk, self.add_senders, "--add-sender")
        check_users((*self.add_senders, *self.remove_senders))


@dataclass(frozen=True, slots=True)
class ChangedAccount:
    """The account before and after, and what was done to its identities."""

    before: Account
    account: Account
    prepared: PreparedIdentities


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What a change would do. Nothing is changed yet.

    account: as it is now
    leaves_no_key: no sender of the changed account would have a key that could send
    shared: new identities that other accounts have
    """

    account: Account
    identities: IdentityPlan
    senders: SenderPlan
    leaves_no_key: bool = False
    shared: tuple[SharedIdentity, ...] = ()


def plan(services: ChangeServices, change: Change) -> ChangePlan:
    """Checks a change without making it. Raises NotFound, InvalidInput or DecisionRefused."""
    account = find_account(services.accounts, change.account_id)
    identities = change_identities.plan(services, account, change.add_identities, change.remove_identities)
    senders = change_senders.plan(
        services,
        account,
        change.add_senders,
        change.remove_senders,
        services.onboarding.resources(identities.after),
        accept_risk=change.accept_risk,
    )
    leaves_no_key = bool(senders.remove) and not change_senders.has_key(services, account, senders.after)
    new = [name for name in identities.add if name not in identities.before]
    shared = shared_with_others(services.accounts, new, account.id)
    return ChangePlan(account, identities, senders, leaves_no_key, shared)


def apply(services: ChangeServices, change: Change, planned: ChangePlan, now: datetime) -> ChangedAccount:
    """Makes the change. Senders are added before others are removed, so that one can replace another."""
    order = ChangeContext(change.reason, change.by, now)
    account = decisions.apply(services, change.account_id, _owner(change, planned.account), now)
    account, prepared = change_identities.apply(services, account, planned.identities, order)
    account = change_senders.add(services, account.id, planned.senders, order)
    account = change_senders.remove(services, account.id, planned.senders.remove, order)
    return ChangedAccount(planned.account, account, prepared)


def _owner(change: Change, account: Account) -> ChangeOwner:
    """Another spelling of the same mailbox is no change."""
    command = ChangeOwner(
        owner_email=change.owner_email,
        owner_name=change.owner_name,
        timezone=change.timezone,
        reason=change.reason,
        by=change.by,
    )
    if change.owner_email is not None and is_same_mailbox(change.owner_email, account.owner_email):
        return replace(command, owner_email=None)
    return command
