"""Makes an account's SMTP credential agree with its status. It flips at once, and believes it later: when IAM was read
back to agree at a time at which it shows the flips for sure."""

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

TRIES = 3  # within one run, where IAM refuses; the next run takes it up again
FIRST_PAUSE = 0.5  # seconds; doubled each time
LOOKS, PAUSE = 15, 1.0  # at what was changed, seconds between: IAM shows it after 3 to 4
States = Mapping[str, SenderState]


@dataclass(frozen=True, slots=True)
class CredentialServices:
    """What switching needs of the outside. `pause` sleeps for so many seconds."""

    leases: Leases
    switch: CredentialSwitch
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Why senders could not be read; which keys are to be remembered as put to sleep; what is to be done to each
    sender. `asserts`: everything is done, whatever IAM shows."""

    unread: Mapping[str, str]
    deactivated: DeactivatedKeys
    todo: Mapping[str, Changes]
    asserts: bool

    @property
    def agrees(self) -> bool:
        return not (self.asserts or self.todo or self.unread)


def sync_credential(services: CredentialServices, account: Account, clock: Callable[[], datetime]) -> Account:
    """Makes every key of every sender, and the deny group, agree with the status; returns the account, in_sync once IAM
    was read back to agree PROPAGATION after the last change. Waiting for that is no failure.

    Which keys are put to sleep is written before the first is touched, so that a run that is cut off leaves nobody
    deactivated for good. `clock`: the time as the run goes on.
    Raises Conflict where somebody wrote in between, Unavailable
    where IAM refuses, or did not keep what was switched.
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
    """The account as it is afterwards, and what was refused."""
    now = clock()  # before IAM is read: what it shows is at least as new
    plan = _plan(services, account)
    if plan.agrees and not account.credential.is_propagated(now):
        return account, []
    leased = services.leases.acquire_lease(account, plan.deactivated, now)
    refused = _apply(services, plan)
    after = services.leases.release_lease(leased, _learned(leased, plan, refused, clock))
    if after.switch_generation != account.switch_generation:
        raise Conflict(f"{account.id}: somebody decided while it was switched")
    _report(account, plan, refused, now)
    return after, refused


def _plan(services: CredentialServices, account: Account) -> _Plan:
    """At first everything is asserted: IAM may still show what was before the decision. Later only what IAM shows not
    to agree is changed."""
    may_send, credential = account.status.may_send, account.credential
    states, unread = _read(services, account)
    deactivated = credential.deactivated if may_send else _and_active(credential.deactivated, states)
    asserts = credential.applied != account.switch_generation

    def todo(caller: str) -> Changes:
        remembered = deactivated.get(caller, frozenset())
        remembered = account.may_reactivate(remembered) if may_send else remembered
        if asserts or caller in unread:
            return assertion(remembered, may_send=may_send)
        return changes(states[caller], remembered, may_send=may_send)

    planned = {caller: todo(caller) for caller in (*states, *unread)}
    return _Plan(unread, deactivated, {caller: one for caller, one in planned.items() if one}, asserts)


def _read(services: CredentialServices, account: Account) -> tuple[States, dict[str, str]]:
    """What IAM says of each sender, and why it could not be asked. A user that is gone cannot send: it is reported, not
    waited for."""
    states, unread = dict[str, SenderState](), dict[str, str]()
    for caller in account.senders:
        try:
            state = services.switch.state_of(caller)
        except ServiceError as error:
            unread[caller] = str(error)
            continue
        if state:
            states[caller] = state
        elif not account.is_closed:  # whose user is deleted
            emit("sender.missing", account=account.id, caller=caller)
    return states, unread


def _and_active(deactivated: DeactivatedKeys, states: States) -> dict[str, frozenset[str]]:
    active = {caller: state.with_status(ACTIVE) for caller, state in states.items()}
    return {
        caller: deactivated.get(caller, frozenset()) | active.get(caller, frozenset())
        for caller in {*deactivated, *active}
    }


def _apply(services: CredentialServices, plan: _Plan) -> list[str]:
    """Returns what was refused. One sender that fails does not keep the others waiting."""
    refused = list(plan.unread.values())
    for caller, todo in plan.todo.items():
        try:
            services.switch.apply(caller, todo)
        except ServiceError as error:
            refused.append(str(error))
    return refused


def _learned(leased: Account, plan: _Plan, refused: list[str], clock: Callable[[], datetime]) -> Credential:
    """What is known of the credential now. An assertion of which something was refused is made again by the next try;
    keys that were woken are remembered until IAM was read back."""
    credential, generation = leased.credential, leased.switch_generation
    if plan.agrees:
        return replace(credential, deactivated={} if leased.status.may_send else plan.deactivated, observed=generation)
    return replace(credential, applied=credential.applied if refused else generation, applied_at=clock())


def _report(account: Account, plan: _Plan, refused: list[str], now: datetime) -> None:
    """Raises Unavailable where IAM shows what it should not show any more."""
    about = {"account": account.id, "may_send": account.status.may_send}
    if plan.agrees:
        emit("credential.in_sync", **about)
        return
    emit("credential.applied", **about, refused=refused)
    if not plan.asserts and not plan.unread and account.credential.is_propagated(now):
        emit("credential.disagrees", **about)
        raise Unavailable(f"{account.id}: its credential did not stay as it was switched, and was switched again")
