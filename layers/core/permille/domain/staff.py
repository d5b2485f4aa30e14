"""What comes of what support decides about an account. Whatever it is, it is on the timeline, with the reason and who
it was; the brakes of the rules never stop it."""

from dataclasses import replace
from datetime import datetime, timedelta

from permille.domain import timeline
from permille.domain.account import Account, Exemption, Outcome, Status
from permille.domain.commands import Exempt, StaffCommand
from permille.domain.errors import DecisionRefused
from permille.domain.timeline import Kind

LONGEST_EXEMPTION = timedelta(days=366)


def disable(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Cancels the trial of an account that is off and waits for its day."""
    if account.scheduled_trial:
        return cancel_trial(account, command, now)
    if account.status in (Status.DISABLED, Status.CLOSED):
        raise DecisionRefused(f"{account.id} is {account.status} already")
    return _switched(account, Status.DISABLED, Kind.STAFF_DISABLED, command, now)


def cancel_trial(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Takes back the day that was agreed on, if it has not begun; the owner may ask again at once."""
    trial = account.scheduled_trial
    if trial is None:
        begun = f"the trial of {account.id} has begun; disable the account to end it"
        raise DecisionRefused(begun if account.trial else f"no trial of {account.id} is agreed on")
    cancelled = replace(account, review=None, trial=None, decided_at=now, due_at=now)
    return Outcome(cancelled, [timeline.trial_cancelled(account.id, now, trial.day, command.reason, command.by)])


def enable(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Counting begins anew: what was counted before stays visible, and is judged no more."""
    if account.status is Status.ACTIVE:
        raise DecisionRefused(f"{account.id} is {account.status} already")
    anew = replace(account, epochs=(*account.epochs, now), look=None)
    return _switched(anew, Status.ACTIVE, Kind.STAFF_ENABLED, command, now)


def close(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    if account.status is Status.CLOSED:
        raise DecisionRefused(f"{account.id} is closed already")
    return _switched(account, Status.CLOSED, Kind.CLOSED, command, now)


def _switched(account: Account, status: Status, kind: Kind, command: StaffCommand, now: datetime) -> Outcome:
    """Whatever was agreed on before is over."""
    switched = account.to_be_switched(
        status=status,
        would_disable=False,
        hold=None,
        recheck=None,
        review=None,
        trial=None,
        decided_at=now,
        due_at=now,
    )
    return Outcome(switched, [timeline.by_staff(account.id, kind, now, command.reason, command.by)])


def reset_owner_mail(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """The owner is written to again: the address was mended, or they want our mails after all."""
    if not account.owner_mail:
        raise DecisionRefused(f"mails to the owner of {account.id} are not withheld")
    written_to = replace(account, owner_mail="", decided_at=now)
    return Outcome(written_to, [timeline.by_staff(account.id, Kind.OWNER_MAIL_RESET, now, command.reason, command.by)])


def revoke_links(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """No link to the account that was made before opens it any more."""
    revoked = replace(account, link_generation=account.link_generation + 1, decided_at=now)
    return Outcome(revoked, [timeline.by_staff(account.id, Kind.LINKS_REVOKED, now, command.reason, command.by)])


def exempt(account: Account, command: Exempt, now: datetime) -> Outcome:
    """No rule disables the account until then, for a year at most. Replaces an exemption that there was."""
    until = command.until
    if until <= now:
        raise DecisionRefused(f"the exemption would be over already: {until.isoformat()}")
    if until > now + LONGEST_EXEMPTION:
        last_day = (now + LONGEST_EXEMPTION - timedelta(days=1)).date()
        longest = f"an exemption lasts at most {LONGEST_EXEMPTION.days} days"
        raise DecisionRefused(f"{longest}, so that its last day is {last_day} at the latest")
    exemption = Exemption(until, command.reason, command.by)
    exempted = replace(account, exemption=exemption, recheck=None, decided_at=now, due_at=now)
    entry = timeline.by_staff(account.id, Kind.EXEMPTED, now, command.reason, command.by, until=until.isoformat())
    return Outcome(exempted, [entry])


def unexempt(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    if not account.exempt_at(now):
        raise DecisionRefused(f"{account.id} is not exempt")
    judged = replace(account, exemption=None, recheck=None, decided_at=now, due_at=now)
    return Outcome(judged, [timeline.by_staff(account.id, Kind.UNEXEMPTED, now, command.reason, command.by)])
