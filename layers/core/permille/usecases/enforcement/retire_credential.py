"""The old keys of a renewed credential are made Inactive once their time is over, and that is believed later: when IAM
was read back to agree at a time at which it shows the change for sure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE, Changes, Renewal, SenderState
from permille.domain.timeline.kinds.credential import OldCredentialEnded
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import Conflict
from permille.observability import emit
from permille.ports.accounts import Accounts
from permille.usecases.enforcement.switching import CredentialServices


def retire_credential(
    accounts: Accounts, services: CredentialServices, account: Account, clock: Callable[[], datetime]
) -> None:
    """Deactivates the old keys of a renewed credential when their time is over, and nothing else: a deny by hand stays.
    It holds the lease, so that no run that read the account before the renewal can activate them. Until IAM was read
    back the account stays due. Raises Conflict where the account was written meanwhile, and Unavailable where IAM
    refuses."""
    now = account.after_last_decision(clock())
    renewal = account.renewal
    if renewal is None or not account.ends_renewal(now):
        return
    state = services.switch.state_of(renewal.sender)
    if state is None or (renewal.is_propagated(now) and not _active_old_keys(state, renewal)):
        _end(accounts, account, renewal, now)
    else:
        _deactivate(accounts, services, account, renewal, clock)


def _active_old_keys(state: SenderState, renewal: Renewal) -> frozenset[str]:
    return state.with_status(ACTIVE) & frozenset(renewal.old)


def _end(accounts: Accounts, account: Account, renewal: Renewal, now: datetime) -> None:
    ended = replace(renewal, ended=True, until=min(renewal.until or now, now))
    ended_entry = entry(account.id, now, OldCredentialEnded(sender=renewal.sender, access_key_ids=renewal.old))
    accounts.save(account, replace(account, renewal=ended, decided_at=now), [ended_entry] if renewal.old else [])
    emit("credential.retired", account=account.id, sender=renewal.sender)


def _deactivate(
    accounts: Accounts, services: CredentialServices, account: Account, renewal: Renewal, clock: Callable[[], datetime]
) -> None:
    leased = services.leases.acquire_lease(account, account.credential.deactivated, clock())
    try:
        services.switch.apply(renewal.sender, Changes(deactivate=frozenset(renewal.old)))
    finally:
        after = services.leases.release_lease(leased, leased.credential)
    if after.renewal != renewal:
        raise Conflict(f"{account.id}: somebody renewed its credential meanwhile")
    accounts.save(after, replace(after, renewal=replace(renewal, put_off_at=clock())), [])
    emit("credential.old_keys_deactivated", account=account.id, sender=renewal.sender)
