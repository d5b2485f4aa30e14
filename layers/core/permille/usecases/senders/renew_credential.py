"""Renewing an account's SMTP credential: another access key of the IAM user that was made for it.

The order matters. That a key is going to be made is written first, with the keys that there were, so that a key which
nobody was shown can be told from the others and is deleted by the next try. The new key is the account's, and the old
one is going to be Inactive, by one transaction. Only then is the secret handed out. Of an account that is off the new
key is Inactive, and remembered to be woken, before that; until then the deny group keeps it from sending.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import Changes, Renewal
from permille.domain.people.renewal import Renew, adopted, begun, renewed
from permille.domain.values.errors import (
    Conflict,
    DecisionRefused,
    Failed,
    PermilleError,
    PermissionDenied,
    RequestRejected,
    ServiceError,
    Unavailable,
)
from permille.ports.accounts import CredentialSwitch, Leases
from permille.ports.iam_users import AccessKey, IamUsers
from permille.ports.operator import AllAccounts
from permille.usecases.decisions.find_account import find_account
from permille.zones import shown_zone_of

ATTEMPTS = 10
PAUSE = 0.5  # seconds more before each further one: another run may have the lease


@dataclass(frozen=True, slots=True)
class RenewServices:
    """What renewing a credential needs. `mark`: what the users that the stack made bear, by account."""

    accounts: AllAccounts
    leases: Leases
    users: IamUsers
    switch: CredentialSwitch
    mark: Callable[[str], str]
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Renewed:
    account: Account
    key: AccessKey


def renew_credential(services: RenewServices, account_id: str, renew: Renew, now: datetime) -> Renewed:
    """Can be repeated wherever it was cut off. Raises NotFound, DecisionRefused where the account's credential cannot
    be renewed, a ServiceError where nothing was renewed, and Failed where that is not known."""
    renewal = _begin(services, account_id, renew, now)
    for dropped in renewal.dropped:
        services.users.delete_key(renewal.sender, dropped)
    try:
        key = services.users.create_key(renewal.sender)
    except (PermissionDenied, RequestRejected):  # none was made
        with suppress(ServiceError):
            _forget(services, account_id, renewal)
        raise
    try:
        return Renewed(_keep(services, account_id, renewal, key, renew, now), key)
    except PermilleError as error:
        _take_back(services, account_id, renewal, key, error)
        raise


def _begin(services: RenewServices, account_id: str, renew: Renew, now: datetime) -> Renewal:
    for _ in range(ATTEMPTS):
        account = find_account(services.accounts, account_id)
        after = begun(
            account, _keys(services, account), renew, shown_zone_of(account), account.after_last_decision(now)
        )
        assert after.renewal is not None, "has begun"
        try:
            services.accounts.save(account, after, [])
        except Conflict:
            continue
        return after.renewal
    raise Unavailable(f"{account_id}: others kept writing; try again")


def _keys(services: RenewServices, account: Account) -> frozenset[str]:
    if account.own_sender not in account.senders:
        raise adopted(account)
    state = services.switch.state_of(account.own_sender)
    if state is None:
        raise DecisionRefused(f"IAM does not know the user {account.own_sender} any more")
    if not services.users.is_marked(account.own_sender, services.mark(account.id)):
        raise adopted(account)
    return frozenset(state.keys)


def _keep(
    services: RenewServices, account_id: str, renewal: Renewal, key: AccessKey, renew: Renew, now: datetime
) -> Account:
    """Where an answer is lost, the account says whether the key was kept."""
    why = ""
    for tried in range(ATTEMPTS):
        if tried:
            services.pause(PAUSE * tried)
        try:
            account = find_account(services.accounts, account_id)
            if account.renewal and account.renewal.new == key.id:
                return account
            if account.renewal != renewal:
                raise DecisionRefused(f"{account_id} was renewed by somebody else meanwhile; nothing was renewed here")
            account = _asleep_if_off(services, account, key, now)
            outcome = renewed(account, key.id, renew, account.after_last_decision(now))
            return services.accounts.save(account, outcome.account, outcome.entries)
        except Unavailable as error:
            why = str(error)
    raise Unavailable(why)


def _asleep_if_off(services: RenewServices, account: Account, key: AccessKey, now: datetime) -> Account:
    """What is put to sleep is written down before, under the lease of the switch."""
    if account.status.may_send:
        return account
    sender, deactivated = account.own_sender, account.credential.deactivated
    remembered = deactivated.get(sender, frozenset()) | {key.id}
    leased = services.leases.acquire_lease(account, {**deactivated, sender: remembered}, now)
    try:
        services.switch.apply(sender, Changes(sleep=frozenset({key.id})))
    finally:
        after = services.leases.release_lease(leased, leased.credential)
    return after


def _take_back(services: RenewServices, account_id: str, renewal: Renewal, key: AccessKey, why: Exception) -> None:
    """Deletes the key, unless it is kept or that cannot be told."""
    try:
        account = find_account(services.accounts, account_id)
        if account.renewal and account.renewal.new == key.id:
            raise Unavailable(f"the key {key.id} is the account's")
        services.users.delete_key(renewal.sender, key.id)
        _forget(services, account_id, renewal)
    except ServiceError as error:
        raise Failed(
            f"{why}; what became of the new key {key.id} is not known, and its password is not shown ({error}): repeat "
            "the command, with --lost where it says that the credential was renewed"
        ) from why


def _forget(services: RenewServices, account_id: str, renewal: Renewal) -> None:
    """No key is going to be made. Of one that was to replace a lost one it stays written, since an old key works on
    until there is another."""
    account = find_account(services.accounts, account_id)
    if account.renewal == renewal and renewal.until is None:
        services.accounts.save(account, replace(account, renewal=None), [])
