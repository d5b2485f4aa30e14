"""Applies decisions of staff about an account. Each writes an entry with the reason and who decided; neither holds nor
the breaker stop it."""

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.restrictions import Exemption
from permille.domain.login.revocation import owners_revoked_until
from permille.domain.people.staff_commands import Exempt, StaffCommand
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.staff import (
    ByStaff,
    Closed,
    DenyLifted,
    Exempted,
    HoldReleased,
    LinksRevoked,
    OwnerMailReset,
    StaffDisabled,
    StaffEnabled,
    Unexempted,
)
from permille.domain.timeline.kinds.trial import TrialCancelled
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words.wording import day, in_zone, local

LONGEST_EXEMPTION = timedelta(days=366)


def disable(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Switches the credential off; of a disabled account it cancels the scheduled trial."""
    if account.scheduled_trial:
        return cancel_trial(account, command, now)
    if account.status in (Status.DISABLED, Status.CLOSED):
        raise DecisionRefused(f"{account.id} is {account.status} already")
    return _switched(account, Status.DISABLED, StaffDisabled(reason=command.reason, by=command.by), now)


def cancel_trial(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Cancels a trial that has not begun. The owner may ask again at once."""
    trial = account.scheduled_trial
    if trial is None:
        begun = f"the trial of {account.id} has begun; disable the account to end it"
        raise DecisionRefused(begun if account.current_trial else f"no trial of {account.id} is agreed on")
    cancelled = replace(account, review=None, trial=None, decided_at=now, due_at=now)
    return Outcome(
        cancelled, [entry(account.id, now, TrialCancelled(day=trial.day, reason=command.reason, by=command.by))]
    )


def enable(account: Account, command: StaffCommand, now: datetime, *, new_credential: bool = False) -> Outcome:
    """Switches the credential on, and begins an epoch. Of an account that is denied by hand, it lifts the deny alone:
    the epoch goes on. `new_credential`: it was renewed, and the old one never works again."""
    if account.denial:
        facts = DenyLifted(
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
    anew = replace(account, epochs=(*account.epochs, now), assessment=None)
    return _switched(
        anew,
        Status.ACTIVE,
        StaffEnabled(reason=command.reason, by=command.by, new_credential=new_credential),
        now,
    )


def close(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Switches the credential off for good."""
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed already")
    return _switched(account, Status.CLOSED, Closed(reason=command.reason, by=command.by), now)


def _switched(account: Account, status: Status, facts: ByStaff, now: datetime) -> Outcome:
    """The account in another status, without hold, recheck, review and trial."""
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
    """Resumes mails to the owner, which a bounce or complaint had stopped."""
    if not account.owner_mail:
        raise DecisionRefused(f"mails to the owner of {account.id} are not withheld")
    written_to = replace(account, owner_mail="", decided_at=now)
    return Outcome(written_to, [entry(account.id, now, OwnerMailReset(reason=command.reason, by=command.by))])


def revoke_links(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Revokes all links to the account that were made before."""
    until = owners_revoked_until(now, account.links_valid_since)
    revoked = replace(account, links_valid_since=until, decided_at=now)
    return Outcome(revoked, [entry(account.id, now, LinksRevoked(reason=command.reason, by=command.by))])


def exempt(account: Account, command: Exempt, zone: tzinfo, now: datetime) -> Outcome:
    """Exempts the account from disabling by rules, for a year at most. It replaces an earlier exemption. `zone`: of the
    instants in messages."""
    until = command.until
    if until <= now:
        raise DecisionRefused(f"the exemption would be over already: {local(in_zone(until, zone))}")
    if until > now + LONGEST_EXEMPTION:
        last_day = (now + LONGEST_EXEMPTION - timedelta(days=1)).date()
        longest = f"an exemption lasts at most {LONGEST_EXEMPTION.days} days"
        raise DecisionRefused(f"{longest}, so that its last day is {day(last_day)} at the latest")
    exemption = Exemption(until, command.reason, command.by)
    exempted = replace(account, exemption=exemption, recheck=None, decided_at=now, due_at=now)
    return Outcome(exempted, [entry(account.id, now, Exempted(until=until, reason=command.reason, by=command.by))])


def release(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Releases a hold that waits for staff. Enforce then disables the account at once, if the rule is still broken."""
    hold = account.hold
    if hold is None or not hold.why.needs_staff:
        waits = f"{account.id} waits for {hold.why}, which ends by itself" if hold else f"{account.id} is not held"
        raise DecisionRefused(f"{waits}; only a disabling that waits for staff can be released")
    if hold.released:
        raise DecisionRefused(f"the disabling of {account.id} was released already")
    released = replace(account, hold=replace(hold, released=True), decided_at=now, due_at=now)
    return Outcome(released, [entry(account.id, now, HoldReleased(reason=command.reason, by=command.by))])


def unexempt(account: Account, command: StaffCommand, now: datetime) -> Outcome:
    """Ends the exemption. The account is judged at once."""
    if not account.exempt_at(now):
        raise DecisionRefused(f"{account.id} is not exempt")
    judged = replace(account, exemption=None, recheck=None, decided_at=now, due_at=now)
    return Outcome(judged, [entry(account.id, now, Unexempted(reason=command.reason, by=command.by))])
