"""Renews an account's SMTP credential: creates another access key of the IAM user that was created for the account.

The order matters. First the intention is written, with the keys that exist, so that a key whose secret nobody was shown
can be recognised and is deleted by the next try. Then one transaction makes the new key the account's, and sets when
the old one ends. Only then is the secret returned. If the account is off, the new key is deactivated before that, and
remembered; until then the deny group keeps it from sending.
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
PAUSE = 0.5  # seconds before the second attempt, as many more before each further one: another run may hold the lease


@dataclass(frozen=True, slots=True)
class RenewServices:
    """The dependencies of renewing.

    tag: returns the tag of the IAM user that was created for an account
    pause: sleeps for so many seconds
    """

    accounts: AllAccounts
    leases: Leases
    users: IamUsers
    switch: CredentialSwitch
    tag: Callable[[str], str]
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Renewed:
    """The account afterwards, and its new key."""

    account: Account
    key: AccessKey


def renew_credential(services: RenewServices, account_id: str, renew: Renew, now: datetime) -> Renewed:
    """Renews the credential. A run that was cut off can be repeated. Raises NotFound; DecisionRefused where the
    credential cannot be renewed; a ServiceError where nothing was renewed; and Failed where that is not known."""
    renewal = _begin(services, account_id, renew, now)
    for dropped in renewal.dropped:
        services.users.delete_key(renewal.sender, dropped)
    try:
        key = services.users.create_key(renewal.sender)
    except (PermissionDenied, RequestRejected):  # none was created
        with suppress(ServiceError):
            _forget(services, account_id, renewal)
        raise
    try:
        return Renewed(_keep(services, account_id, renewal, key, renew, now), key)
    except PermilleError as error:
        _delete_new_key(services, account_id, renewal, key, error)
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
    if not services.users.has_tag(account.own_sender, services.tag(account.id)):
        raise adopted(account)
    return frozenset(state.keys)


def _keep(
    services: RenewServices, account_id: str, renewal: Renewal, key: AccessKey, renew: Renew, now: datetime
) -> Account:
    """Writes the new key to the account. Where an answer was lost, the account says whether it was written."""
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
            account = _deactivated_if_off(services, account, key, now)
            outcome = renewed(account, key.id, renew, account.after_last_decision(now))
            return services.accounts.save(account, outcome.account, outcome.entries)
        except Unavailable as error:
            why = str(error)
    raise Unavailable(why)


def _deactivated_if_off(services: RenewServices, account: Account, key: AccessKey, now: datetime) -> Account:
    """Deactivates the key if the account is off. That is written down first, under the lease."""
    if account.status.may_send:
        return account
    sender, deactivated = account.own_sender, account.credential.deactivated
    remembered = deactivated.get(sender, frozenset()) | {key.id}
    leased = services.leases.acquire_lease(account, {**deactivated, sender: remembered}, now)
    try:
        services.switch.apply(sender, Changes(deactivate=frozenset({key.id})))
    finally:
        after = services.leases.release_lease(leased, leased.credential)
    return after


def _delete_new_key(services: RenewServices, account_id: str, renewal: Renewal, key: AccessKey, why: Exception) -> None:
    """Deletes the key. Raises Failed where the account has it, or that cannot be read."""
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
    """Removes the intention. It stays where the key was to replace a lost one, since the old key works until there is
    another."""
    account = find_account(services.accounts, account_id)
    if account.renewal == renewal and renewal.until is None:
        services.accounts.save(account, replace(account, renewal=None), [])
