"""What comes of it that the holder of an expired link asks for a new one."""

from dataclasses import replace
from datetime import datetime, tzinfo

from permille.domain.account import Account, Outcome
from permille.domain.entries.owner_link import LinkRequested
from permille.domain.owner_acts import AskedMail
from permille.domain.timeline import entry


def request(account: Account, zone: tzinfo, now: datetime) -> Outcome:
    """It is mailed to the owner; nothing happens where the day has had its one."""
    acts = account.owner_acts.mailed(AskedMail.LINK, zone, now)
    if acts == account.owner_acts:
        return Outcome(account, [])
    return Outcome(replace(account, owner_acts=acts, decided_at=now), [entry(account.id, now, LinkRequested())])
