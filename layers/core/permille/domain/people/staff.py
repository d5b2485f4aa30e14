"""What comes of what support decides about an account. Whatever it is, it is on the timeline, with the reason and who
it was; the brakes of the rules never stop it."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.restrictions import Exemption
from permille.domain.login.links import owners_revoked_until
from permille.domain.people.commands import Exempt, StaffCommand
from permille.domain.rules.decision import Outcome
from permille.domain.rules.hold import NEEDS_STAFF
from permille.domain.timeline.kinds import staff as told
from permille.domain.timeline.kinds.trial import TrialCancelled
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words.wording import in_zone, local

LONGEST_EXEMPTION = timedelta(days=366)


def disable(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Cancels the trial of an account that is off and waits for its day."""
    if account.scheduled_trial:
        return cancel_trial(account, command, now)
    if account.status in (Status.DISABLED, Status.CLOSED):
        raise DecisionRefused(f"{account.id} is {account.status} already")
    return _switched(account, Status.DISABLED, told.StaffDisabled(reason=command.reason, by=command.by), now)


def cancel_trial(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Takes back the day that was agreed on, if it has not begun; the owner may ask again at once."""
    trial = account.scheduled_trial
    if trial is None:
        begun = f"the trial of {account.id} has begun; disable the account to end it"
        raise DecisionRefused(begun if account.current_trial else f"no trial of {account.id} is agreed on")
    cancelled = replace(account, review=None, trial=None, decided_at=now, due_at=now)
    return Outcome(
        cancelled, [entry(account.id, now, TrialCancelled(day=trial.day, reason=command.reason, by=command.by))]
    )


def enable(account: Account, command: StaffCommand, now: datetime, *, new_credential: bool = False) -> Outcome:
    """Counting begins anew: what was counted before stays visible, and is judged no more. Of an account that is denied
    by hand, the deny is lifted, and nothing else changes: no rule had switched it off. `new_credential`: it was
    renewed, and the old one never works again."""
    if account.denial:
        facts = told.DenyLifted(
            senders=account.denial.senders,
            reason=command.reason,
            by=command.by,
            new_credential=new_credential,
        )
        return Outcome(account.to_be_switched(decided_at=now, due_at=now), [entry(account.id, now, facts)])
    if account.status is Status.ACTIVE:
        raise DecisionRefused(f"{account.id} is {account.status} already")
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed, and that is final: add an account of another id")
    anew = replace(account, epochs=(*account.epochs, now), look=None)
    return _switched(
        anew,
        Status.ACTIVE,
        told.StaffEnabled(reason=command.reason, by=command.by, new_credential=new_credential),
        now,
    )


def close(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed already")
    return _switched(account, Status.CLOSED, told.Closed(reason=command.reason, by=command.by), now)


def _switched(account: Account, status: Status, facts: told.ByStaff, now: datetime) -> Outcome:
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
    return Outcome(switched, [entry(account.id, now, facts)])


def reset_owner_mail(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """The owner is written to again: the address was mended, or they want our mails after all."""
    if not account.owner_mail:
        raise DecisionRefused(f"mails to the owner of {account.id} are not withheld")
    written_to = replace(account, owner_mail="", decided_at=now)
    return Outcome(written_to, [entry(account.id, now, told.OwnerMailReset(reason=command.reason, by=command.by))])


def revoke_links(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """No link to the account that was made before opens it any more."""
    until = owners_revoked_until(now, account.links_valid_since)
    revoked = replace(account, links_valid_since=until, decided_at=now)
    return Outcome(revoked, [entry(account.id, now, told.LinksRevoked(reason=command.reason, by=command.by))])


def exempt(account: Account, command: Exempt, zone: tzinfo, now: datetime) -> Outcome:
    """No rule disables the account until then, for a year at most. Replaces an exemption that there was. `zone`: the
    account's, for what is said."""
    until = command.until
    if until <= now:
        raise DecisionRefused(f"the exemption would be over already: {local(in_zone(until, zone))}")
    if until > now + LONGEST_EXEMPTION:
        last_day = (now + LONGEST_EXEMPTION - timedelta(days=1)).date()
        longest = f"an exemption lasts at most {LONGEST_EXEMPTION.days} days"
        raise DecisionRefused(f"{longest}, so that its last day is {last_day} at the latest")
    exemption = Exemption(until, command.reason, command.by)
    exempted = replace(account, exemption=exemption, recheck=None, decided_at=now, due_at=now)
    return Outcome(exempted, [entry(account.id, now, told.Exempted(until=until, reason=command.reason, by=command.by))])


def release(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """The next look, at once, disables it if the rule is broken still."""
    hold = account.hold
    if hold is None or hold.why not in NEEDS_STAFF:
        waits = f"{account.id} waits for {hold.why}, which ends by itself" if hold else f"{account.id} is not held"
        raise DecisionRefused(f"{waits}; only a disabling that waits for staff can be let happen")
    if hold.released:
        raise DecisionRefused(f"the disabling of {account.id} is let happen already")
    released = replace(account, hold=replace(hold, released=True), decided_at=now, due_at=now)
    return Outcome(released, [entry(account.id, now, told.HoldReleased(reason=command.reason, by=command.by))])


def unexempt(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    if not account.exempt_at(now):
        raise DecisionRefused(f"{account.id} is not exempt")
    judged = replace(account, exemption=None, recheck=None, decided_at=now, due_at=now)
    return Outcome(judged, [entry(account.id, now, told.Unexempted(reason=command.reason, by=command.by))])
