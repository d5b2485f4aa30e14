"""The hourly sweep over all accounts: finds credentials that drifted from the status and senders that were denied by
hand, and counts the active accounts. It does not change IAM: drift is written to the timeline, for staff, and the
account is marked as due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from permille.domain.account.account import Account
from permille.domain.account.drift import drift
from permille.domain.rules.denial import noted
from permille.domain.rules.evidence import Rules
from permille.domain.timeline.kinds.credential import Difference, Drift, SenderMissing
from permille.domain.timeline.kinds.system import ModeEntered
from permille.domain.timeline.timeline import Entry, entry, system_entry
from permille.domain.values.calendar import HOUR
from permille.domain.values.errors import ServiceError
from permille.domain.values.status import Mode, Status
from permille.observability import emit, logger
from permille.ports.accounts import Accounts, Control, CredentialSwitch, Lap, UnreadableAccount
from permille.usecases.enforcement.denials import denied_by_hand

PAGE = 100  # accounts
SECOND_LAP_AFTER = timedelta(seconds=90)  # longer than a policy is cached
SENDING = [status for status in Status if status.may_send]  # a status of a newer version is a mere text


@dataclass(frozen=True, slots=True)
class SweepServices:
    """The dependencies of the sweep."""

    accounts: Accounts
    switch: CredentialSwitch
    control: Control


def sweep(services: SweepServices, rules: Rules, now: datetime, in_time: Callable[[], bool]) -> tuple[int, list[str]]:
    """Continues where the last run stopped, as long as there is time. A changed mode or policy begins a lap at once.
    Returns how many accounts were looked at, and the ids of those that are due."""
    last = services.control.lap()
    lap = _lap(last, rules, now)
    if lap != last:
        services.control.enter_mode(system_entry(now, ModeEntered(mode=rules.mode, before=_before(last, rules.mode))))
    if lap.done or not in_time():
        return 0, []
    denied = services.switch.denied_senders()
    looked_at, due = 0, list[str]()
    while not lap.done and in_time():
        page = services.accounts.page(lap.after, PAGE)
        for account in page:
            if not in_time():
                break
            due += [account.id] if _is_due(services, account, denied, rules, now) else []
            looked_at += 1
            lap = replace(lap, after=account.id, active=lap.active + _may_send(account))
        else:
            lap = replace(lap, done=len(page) < PAGE)
    services.control.save_lap(lap)
    emit("sweep.run", looked_at=looked_at, found=len(due), done=lap.done)
    return looked_at, due


def _before(last: Lap, mode: Mode) -> Mode | Literal[""]:
    """The last lap's mode; empty where it is the same, or was written by a newer version."""
    return Mode(last.mode) if last.mode in list(Mode) and last.mode != mode else ""


def _lap(last: Lap, rules: Rules, now: datetime) -> Lap:
    """The lap to continue, or a new one. After a change of the policy a second lap follows soon, since until then other
    runs may judge by the former policy, which they have cached."""
    policy = rules.policy.id if rules.policy else last.policy
    if (last.mode, last.policy) != (rules.mode, policy):
        return Lap((now + SECOND_LAP_AFTER).isoformat(), rules.mode, policy)
    next_at = datetime.fromisoformat(last.next_at) if last.next_at else now
    continues = now < next_at <= now + HOUR  # a later `next_at`: the clock was set back
    return last if continues else hourly(rules.mode, policy, now)


def hourly(mode: Mode, policy: str, now: datetime) -> Lap:
    """A new lap, which ends with the hour."""
    next_at = now.replace(minute=0, second=0, microsecond=0) + HOUR
    return Lap(next_at.isoformat(), mode, policy)


def _may_send(account: Account | UnreadableAccount) -> bool:
    return isinstance(account, Account) and account.status in SENDING


def _is_due(
    services: SweepServices,
    account: Account | UnreadableAccount,
    denied: frozenset[str],
    rules: Rules,
    now: datetime,
) -> bool:
    """Whether the account is due now. One that cannot be read or written, or that nobody understands, is skipped until
    the next hour."""
    if isinstance(account, UnreadableAccount):
        emit("sweep.skipped", account=account.id, why=account.why)
        return False
    try:
        return _check(services, account, denied, rules, now)
    except ServiceError as error:
        emit("sweep.skipped", account=account.id, why=str(error))
    except Exception as error:  # noqa: BLE001 - as in Enforce: one account must not stop the others
        logger.exception("sweep.skipped", account=account.id)
        emit("sweep.skipped", account=account.id, why=repr(error))
    return False


def _check(services: SweepServices, account: Account, denied: frozenset[str], rules: Rules, now: datetime) -> bool:
    """Looks for drift and saves what was found. While a credential is being switched, it cannot drift. Of an account
    that may send, the keys are not looked at: they are up to the owner. `denied` was read before the account."""
    swept, entries = account, list[Entry]()
    if account.in_sync:
        at = account.after_last_decision(now)
        if account.status.may_send:
            swept, entries = noted(account, denied_by_hand(services.switch, account, denied), at)
        else:
            swept, entries = _drift(services.switch, account, at)
    if not account.in_sync or _may_be_judged_otherwise(account, rules):
        swept = replace(swept, due_at=min(now, account.due_at or now))
    services.accounts.save(account, swept, entries)
    for new in entries:
        emit(f"account.{new.kind}", account=account.id, entry=new.id)
    return swept.due_at != account.due_at


def _may_be_judged_otherwise(account: Account, rules: Rules) -> bool:
    """Whether its last assessment was by another policy or in another mode. An account without one has
    nothing to be judged by: each complaint and each permanent bounce makes it due."""
    if account.status in (Status.DISABLED, Status.CLOSED) or rules.policy is None or account.assessment is None:
        return False
    return (account.assessment.policy, account.assessment.mode) != (rules.policy.id, rules.mode)


def _drift(switch: CredentialSwitch, account: Account, now: datetime) -> tuple[Account, list[Entry]]:
    """The drift of an account that may not send."""
    missing, differences = _differences(switch, account)
    entries: list[Entry] = [entry(account.id, now, Drift(found=tuple(differences)))] if differences else []
    if differences:
        account = account.to_be_switched(recheck=None, decided_at=now, due_at=now)  # it may have sent meanwhile
    if (new := sorted(missing - account.missing)) and not account.is_closed:  # whose user is deleted
        entries.append(entry(account.id, now, SenderMissing(senders=tuple(new))))
    return replace(account, missing=frozenset(missing)), entries


def _differences(switch: CredentialSwitch, account: Account) -> tuple[set[str], list[Difference]]:
    """The senders whose users no longer exist, and the differences of the others."""
    missing, differences = set[str](), list[Difference]()
    for sender in account.senders:
        state = switch.state_of(sender)
        if state is None:
            missing.add(sender)
        else:
            differences += drift(sender, state, account.credential.deactivated.get(sender, frozenset()), may_send=False)
    return missing, differences
