"""Decides whether the owner gets the monthly mail."""

from dataclasses import replace
from datetime import datetime, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.owner_acts import CountedAct
from permille.domain.people.owner_commands import SwitchMonthlyMail
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.monthly import MonthlyMailResumed, MonthlyMailStopped
from permille.domain.timeline.timeline import entry


def switch(account: Account, command: SwitchMonthlyMail, zone: tzinfo, now: datetime) -> Outcome:
    """Stops the monthly mail, which is never refused, or resumes it, so many times a day. `zone`: the account's, or UTC
    where that is unknown."""
    mail = account.monthly_mail
    if mail.stopped is not command.on:
        return Outcome(account, [])
    acts = account.owner_acts.counted(CountedAct.SWITCH, zone, now) if command.on else account.owner_acts
    switched = replace(account, monthly_mail=replace(mail, stopped=not command.on), owner_acts=acts, decided_at=now)
    kind = MonthlyMailResumed if command.on else MonthlyMailStopped
    return Outcome(switched, [entry(account.id, now, kind(by=command.by))])
