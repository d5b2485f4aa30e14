"""Makes an account's SMTP credential in IAM agree with its status. IAM is changed at once, and read back later, when it
shows the changes for sure; only then is the account in sync."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import (
    ACTIVE,
    Changes,
    Credential,
    DeactivatedKeys,
    SenderState,
    assertion,
    changes,
)
from permille.domain.values.errors import Conflict, ServiceError, Unavailable
from permille.observability import emit
from permille.ports.accounts import CredentialSwitch, Leases

TRIES = 3  # within one run, where IAM refuses; the next run tries again
FIRST_PAUSE = 0.5  # seconds; doubled each time
LOOKS, PAUSE = 15, 1.0  # reads of what was changed, and seconds between them: IAM shows it after 3 to 4
States = Mapping[str, SenderState]


@dataclass(frozen=True, slots=True)
class CredentialServices:
    """The dependencies of switching. `pause` sleeps for so many seconds."""

    leases: Leases
    switch: CredentialSwitch
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done to the senders of an account.

    unread: why senders could not be read, by sender
    deactivated: the keys that are to be remembered as deactivated by Permille, by sender
    todo: the changes, by sender
    asserts: all changes are made, whatever IAM shows
    """

    unread: Mapping[str, str]
    deactivated: DeactivatedKeys
    todo: Mapping[str, Changes]
    asserts: bool

    @property
    def agrees(self) -> bool:
        """Whether IAM shows what it has to show."""
        return not (self.asserts or self.todo or self.unread)


def sync_credential(services: CredentialServices, account: Account, clock: Callable[[], datetime]) -> Account:
    """Makes every key of every sender, and the deny group, agree with the status. Returns the account; it is in sync
    once IAM was read back PROPAGATION after the last change. Until then it stays due, which is no failure.

    The keys that are to be deactivated are written down before IAM is changed, so that a run that is cut off leaves no
    key deactivated for good. Raises Conflict where the account was written meanwhile, and Unavailable where IAM refuses
    or did not keep a change.

    clock: returns the current time
    """
    refused = list[str]()
    for tried in range(TRIES):
        if tried:
            services.pause(FIRST_PAUSE * 2 ** (tried - 1) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads runs
        account, refused = _try(services, account, clock)
        if not refused:
            return account
    raise Unavailable(f"{account.id}: {'; '.join(refused)}")


def _try(services: CredentialServices, account: Account, clock: Callable[[], datetime]) -> tuple[Account, list[str]]:
    """The account afterwards, and what IAM refused."""
    now = clock()  # before IAM is read, so that what it shows is at least as new
    plan = _plan(services, account)
    if plan.agrees and not account.credential.is_propagated(now):
        return account, []
    leased = services.leases.acquire_lease(account, plan.deactivated, now)
    refused = _apply(services, plan)
    after = services.leases.release_lease(leased, _credential_after(leased, plan, refused, clock))
    if after.switch_generation != account.switch_generation:
        raise Conflict(f"{account.id}: there was a decision while it was switched")
    _report(account, plan, refused, now)
    return after, refused


def _plan(services: CredentialServices, account: Account) -> _Plan:
    """After a new decision everything is asserted, since IAM may still show an older state. Later only differences are
    changed."""
    may_send, credential = account.status.may_send, account.credential
    states, unread = _read(services, account)
    deactivated = credential.deactivated if may_send else _with_active(credential.deactivated, states)
    asserts = credential.applied != account.switch_generation

    def todo(sender: str) -> Changes:
        remembered = deactivated.get(sender, frozenset())
        remembered = account.may_reactivate(remembered) if may_send else remembered
        if asserts or sender in unread:
            return assertion(remembered, may_send=may_send)
        return changes(states[sender], remembered, may_send=may_send)

    planned = {sender: todo(sender) for sender in (*states, *unread)}
    return _Plan(unread, deactivated, {sender: changes for sender, changes in planned.items() if changes}, asserts)


def _read(services: CredentialServices, account: Account) -> tuple[States, dict[str, str]]:
    """The state of each sender, and why others could not be read. A user that no longer exists cannot send; it is
    reported and not waited for."""
    states, unread = dict[str, SenderState](), dict[str, str]()
    for sender in account.senders:
        try:
            state = services.switch.state_of(sender)
        except ServiceError as error:
            unread[sender] = str(error)
            continue
        if state:
            states[sender] = state
        elif not account.is_closed:  # whose user is deleted
            emit("sender.missing", account=account.id, sender=sender)
    return states, unread


def _with_active(deactivated: DeactivatedKeys, states: States) -> dict[str, frozenset[str]]:
    active = {sender: state.with_status(ACTIVE) for sender, state in states.items()}
    return {
        sender: deactivated.get(sender, frozenset()) | active.get(sender, frozenset())
        for sender in {*deactivated, *active}
    }


def _apply(services: CredentialServices, plan: _Plan) -> list[str]:
    """Applies the plan, and returns what was refused. A sender that fails does not stop the others."""
    refused = list(plan.unread.values())
    for sender, todo in plan.todo.items():
        try:
            services.switch.apply(sender, todo)
        except ServiceError as error:
            refused.append(str(error))
    return refused


def _credential_after(leased: Account, plan: _Plan, refused: list[str], clock: Callable[[], datetime]) -> Credential:
    """The credential to be written. Where something was refused, the next try asserts everything again. Activated keys
    are remembered until IAM was read back."""
    credential, generation = leased.credential, leased.switch_generation
    if plan.agrees:
        return replace(credential, deactivated={} if leased.status.may_send else plan.deactivated, observed=generation)
    return replace(credential, applied=credential.applied if refused else generation, applied_at=clock())


def _report(account: Account, plan: _Plan, refused: list[str], now: datetime) -> None:
    """Logs what was done. Raises Unavailable where IAM did not keep what was switched before."""
    about = {"account": account.id, "may_send": account.status.may_send}
    if plan.agrees:
        emit("credential.in_sync", **about)
        return
    emit("credential.applied", **about, refused=refused)
    if not plan.asserts and not plan.unread and account.credential.is_propagated(now):
        emit("credential.disagrees", **about)
        raise Unavailable(f"{account.id}: its credential did not stay as it was switched, and was switched again")
