"""Once an hour over all accounts: finds credentials that drifted from the status, and counts the active accounts. It
flips nothing: what it finds is on the timeline, for staff, and the account is due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from permille.domain import timeline
from permille.domain.account import Account, Mode, Rules, Status
from permille.domain.switch import drift
from permille.domain.timeline import Entry
from permille.errors import Unavailable
from permille.observability import record
from permille.ports import Accounts, Control, Lap, Switch, hour_of

PAGE = 100
MOST_REPEATED = 5  # times within an hour: what cannot be read for long is left for the next
AGAIN = timedelta(seconds=90)  # longer than a policy is cached


@dataclass(frozen=True, slots=True)
class Sweeping:
    """The world as sweeping needs it."""

    accounts: Accounts
    switch: Switch
    control: Control


def sweep(world: Sweeping, rules: Rules, now: datetime, in_time: Callable[[], bool]) -> tuple[int, list[str]]:
    """Goes on where the last run stopped, as far as the time reaches. A changed mode or policy begins anew at once, and
    makes those due that it may concern. Returns how many accounts were looked at, and the ids of those that are due."""
    lap = _lap(world.control.lap(), rules, now)
    if lap.done or not in_time():
        return 0, []
    denied = world.switch.denied()
    looked_at, found = 0, list[str]()
    while not lap.done and in_time():
        page = world.accounts.page(lap.after, PAGE)
        for account in page:
            if not in_time():
                break
            due, lap = _looked(world, account, denied, lap, now)
            found += [account.id] if due else []
            looked_at += 1
            lap = replace(lap, after=account.id, active=lap.active + account.status.may_send)
        else:
            lap = replace(lap, done=len(page) < PAGE)
    world.control.save_lap(lap)
    record("sweep.run", looked_at=looked_at, found=len(found), done=lap.done)
    return looked_at, found


def _lap(last: Lap, rules: Rules, now: datetime) -> Lap:
    policy = rules.policy.id if rules.policy else last.policy
    this = Lap(hour=hour_of(now), mode=rules.mode, policy=policy)
    changed = (last.mode, last.policy) != (this.mode, this.policy)
    anew = changed or (last.anew and (not last.done or bool(last.again_at)))  # what was not swept is not forgotten
    if changed:  # until then a run may still go by a policy that it has cached
        return replace(this, anew=anew, again_at=(now + AGAIN).isoformat())
    if last.done and last.again_at and now >= datetime.fromisoformat(last.again_at):
        return replace(this, anew=anew, repeated=last.repeated + 1)
    return last if last.hour == this.hour else replace(this, anew=anew, again_at=last.again_at)


def _looked(world: Sweeping, account: Account, denied: frozenset[str], lap: Lap, now: datetime) -> tuple[bool, Lap]:
    """Whether the account is due now, and the lap: once more, soon, where somebody is at it or it could not be read."""
    try:
        return _look(world, account, denied, lap, now), lap
    except Unavailable as error:
        record("sweep.passed_over", account=account.id, why=str(error))
    return False, replace(lap, again_at=(now + AGAIN).isoformat()) if lap.repeated < MOST_REPEATED else lap


def _look(world: Sweeping, account: Account, denied: frozenset[str], lap: Lap, now: datetime) -> bool:
    """Whether the account is due now."""
    if not account.settled:  # the switch is at work
        return False
    swept, entries = _drift(world.switch, account, denied, account.after_last_decision(now))
    if _may_be_judged_otherwise(account, lap, now):
        swept = replace(swept, due_at=now)
    world.accounts.save(account, swept, entries)
    for entry in entries:
        record(f"account.{entry.kind}", account=account.id, entry=entry.id)
    return swept.due_at != account.due_at


def _may_be_judged_otherwise(account: Account, lap: Lap, now: datetime) -> bool:
    """Its window holds complaints, so that somebody has to look at some time; or it was only observed so far."""
    waits = lap.anew and account.due_at is not None
    observed = account.would_disable and not account.exempt_at(now) and lap.mode == Mode.ENFORCE
    return account.status is Status.ACTIVE and (waits or observed)


def _drift(switch: Switch, account: Account, denied: frozenset[str], now: datetime) -> tuple[Account, list[Entry]]:
    """Of an active account only the deny group is looked at: there is one list of it for all accounts, and the keys
    are its owner's."""
    missing, found = set[str](), list[dict[str, str]]()
    for caller in account.senders:
        if account.status.may_send:
            found += [{"sender": caller, "what": "denied", "key": ""}] if caller in denied else []
        elif (state := switch.read(caller)) is None:
            missing.add(caller)
        else:
            found += drift(caller, state, account.asleep.get(caller, frozenset()), may_send=False)
    entries = [timeline.drift(account.id, now, found)] if found else []
    if found:
        account = replace(account, settled=False, decided_at=now, due_at=now)
    if new := sorted(missing - account.missing):
        entries.append(timeline.sender_missing(account.id, now, new))
    return account if account.status.may_send else replace(account, missing=frozenset(missing)), entries
