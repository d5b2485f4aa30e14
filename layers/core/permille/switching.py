"""Makes an account's SMTP credential agree with its status, and believes it when it was read back."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account import Account
from permille.domain.switch import ACTIVE, SenderState, changes
from permille.errors import Unavailable
from permille.observability import record
from permille.ports import Leases, Switch

TRIES = 4  # within one run; the next run takes it up again
FIRST_PAUSE = 0.2  # seconds; doubled each time

Asleep = Mapping[str, frozenset[str]]
States = Mapping[str, SenderState]


@dataclass(frozen=True, slots=True)
class Switching:
    """The world as switching needs it. `pause` sleeps for so many seconds."""

    leases: Leases
    switch: Switch
    pause: Callable[[float], None]


def settle(world: Switching, account: Account, now: datetime) -> bool:
    """Makes every key of every sender agree with the status; returns whether it was read back so. Which keys are put to
    sleep is written before the first is touched, so that a run that is cut off leaves nobody asleep for good. Raises
    Conflict where somebody wrote in between."""
    may_send = account.status.may_send
    before, _ = _read(world, account)
    asleep = account.asleep if may_send else _and_active(account.asleep, before)
    world.leases.take(account, asleep, now)
    why = _switch(world, account, asleep)
    world.leases.release(account, {} if may_send and not why else asleep, settled=not why)
    record("switch.disagrees" if why else "switch.settled", account=account.id, may_send=may_send, why=why)
    return not why


def _switch(world: Switching, account: Account, asleep: Asleep) -> str:
    """Tries a few times; returns why it does not agree yet, empty where it does."""
    why = ""
    for tried in range(TRIES):
        if tried:
            world.pause(FIRST_PAUSE * 2 ** (tried - 1) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads runs
        refused = _apply(world, account, asleep, first=not tried)
        states, unread = _read(world, account)
        if not unread and _agrees(states, asleep, may_send=account.status.may_send):
            return ""
        why = "; ".join(refused or unread) or "read back, it does not agree"
    return why


def _apply(world: Switching, account: Account, asleep: Asleep, *, first: bool) -> list[str]:
    """One sender that fails does not keep the others waiting. A key that is not remembered is not put to sleep: the
    deny group stops it, and the next run remembers it first. Remembered keys are woken at `first` whatever was read:
    IAM may still show them as they were before they fell asleep."""
    states, refused = _read(world, account)
    for caller, state in states.items():
        remembered = asleep.get(caller, frozenset())
        todo = changes(state, remembered, may_send=account.status.may_send)
        todo = replace(todo, sleep=todo.sleep & remembered)
        if first and account.status.may_send:
            todo = replace(todo, wake=remembered & state.keys.keys())
        if todo:
            try:
                world.switch.apply(caller, todo)
            except Unavailable as error:
                refused.append(str(error))
    return refused


def _read(world: Switching, account: Account) -> tuple[States, list[str]]:
    """What IAM says of each sender, and what went wrong. A user that is gone cannot send: it is reported, not waited
    for."""
    states, failures = dict[str, SenderState](), list[str]()
    for caller in account.senders:
        try:
            state = world.switch.read(caller)
        except Unavailable as error:
            failures.append(str(error))
            continue
        if state is None:
            record("sender.missing", account=account.id, caller=caller)
        else:
            states[caller] = state
    return states, failures


def _and_active(asleep: Asleep, states: States) -> Asleep:
    active = {caller: state.with_status(ACTIVE) for caller, state in states.items()}
    return {caller: asleep.get(caller, frozenset()) | active.get(caller, frozenset()) for caller in {*asleep, *active}}


def _agrees(states: States, asleep: Asleep, *, may_send: bool) -> bool:
    return not any(
        changes(state, asleep.get(caller, frozenset()), may_send=may_send) for caller, state in states.items()
    )
