"""Looks at the accounts that are due, decides, writes it down, and makes the SMTP credential agree with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from permille.domain.account import Account, Evidence, Mode, complaints_needed_since, decide
from permille.domain.policy import Policy
from permille.domain.reputation import first_day
from permille.domain.switch import ACTIVE, SenderState, changes
from permille.domain.timeline import Kind
from permille.errors import Conflict, Unavailable
from permille.observability import record
from permille.ports import Accounts, Leases, Switch, Tallies, Timeline

AT_MOST = 500
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Enforcement:
    """The world as enforcing needs it."""

    accounts: Accounts
    leases: Leases
    tallies: Tallies
    timeline: Timeline
    switch: Switch
    policy: Policy
    mode: Mode


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: accounts looked at, decisions written as entries, and those that could not be seen to."""

    looked_at: int
    entries: int
    failed: int


def enforce_due(world: Enforcement, now: datetime) -> Run:
    """The schedule's run: whoever is due, the longest due first."""
    return enforce(world, world.accounts.due(now, AT_MOST), now)


def enforce(world: Enforcement, account_ids: Iterable[str], now: datetime) -> Run:
    """Sees to these accounts. One that cannot be seen to stays due and does not keep the others waiting."""
    looked_at = entries = failed = 0
    for account_id in account_ids:
        looked_at += 1
        try:
            entries += _see_to(world, account_id, now)
        except Unavailable as error:
            record("account.enforce_failed", account=account_id, why=str(error))
            failed += 1
    record("enforcement.run", looked_at=looked_at, entries=entries, failed=failed)
    return Run(looked_at, entries, failed)


def _see_to(world: Enforcement, account_id: str, now: datetime) -> int:
    for _ in range(ATTEMPTS):
        account = world.accounts.get(account_id)
        if account is None:
            return 0
        try:
            return _decide_and_switch(world, account, now)
        except Conflict as conflict:  # somebody wrote in between: what was decided may no longer be right
            record("account.conflict", account=account_id, why=str(conflict))
    raise Unavailable(f"{account_id}: others kept writing")


def _decide_and_switch(world: Enforcement, account: Account, now: datetime) -> int:
    now = account.not_before_last_decision(now)
    evidence = _gather(world, account, now)

    outcome = decide(account, evidence, world.policy, world.mode, now)

    saved = world.accounts.save(account, outcome.account, outcome.entries)
    for entry in outcome.entries:
        record(f"account.{entry.kind}", account=account.id, entry=entry.id)
    if not saved.settled:
        _settle(world, saved, now)
    return len(outcome.entries)


def _gather(world: Enforcement, account: Account, now: datetime) -> Evidence:
    days = world.tallies.days(account.id, account.epoch, first_day(now.date(), world.policy.window_days))
    since = complaints_needed_since(account, days, world.policy, now)
    entries = world.timeline.since(account.id, since) if since else []
    return Evidence(days, [entry for entry in entries if entry.kind is Kind.COMPLAINT])


def _settle(world: Enforcement, account: Account, now: datetime) -> None:
    """Makes every key of every sender agree with the status. Which keys are put to sleep is written before the first is
    touched, so that a run that is cut off leaves nobody asleep for good. What was done is believed when read back."""
    may_send = account.status.may_send
    before = _read(world, account)
    asleep = account.asleep if may_send else _and_active(account.asleep, before)
    world.leases.take(account, asleep, now)
    try:
        for caller, state in before.items():
            if todo := changes(state, asleep.get(caller, frozenset()), may_send=may_send):
                world.switch.apply(caller, todo)
        settled = _agrees(_read(world, account), asleep, may_send=may_send)
    except Unavailable:
        world.leases.release(account, asleep, settled=False)
        raise
    world.leases.release(account, {} if may_send and settled else asleep, settled=settled)
    record("switch.settled" if settled else "switch.disagrees", account=account.id, may_send=may_send)


def _read(world: Enforcement, account: Account) -> dict[str, SenderState]:
    """A user that is gone cannot send: it is reported, not waited for."""
    states = {caller: world.switch.read(caller) for caller in account.senders}
    for caller, state in states.items():
        if state is None:
            record("sender.missing", account=account.id, caller=caller)
    return {caller: state for caller, state in states.items() if state is not None}


def _and_active(asleep: Mapping[str, frozenset[str]], states: Mapping[str, SenderState]) -> dict[str, frozenset[str]]:
    active = {caller: state.with_status(ACTIVE) for caller, state in states.items()}
    return {caller: asleep.get(caller, frozenset()) | active.get(caller, frozenset()) for caller in {*asleep, *active}}


def _agrees(states: Mapping[str, SenderState], asleep: Mapping[str, frozenset[str]], *, may_send: bool) -> bool:
    return not any(
        changes(state, asleep.get(caller, frozenset()), may_send=may_send) for caller, state in states.items()
    )
