"""Decides on the request for a new link by the holder of an expired one."""

from dataclasses import replace
from datetime import datetime, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.owner_acts import AskedMail
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.owner_contact import LinkRequested
from permille.domain.timeline.timeline import entry


def request(account: Account, zone: tzinfo, now: datetime) -> Outcome:
    """Writes the entry by which a link is mailed to the owner, once a day at most. `zone`: the account's."""
    acts = account.owner_acts.mailed(AskedMail.LINK, zone, now)
    if acts == account.owner_acts:
        return Outcome(account, [])
    return Outcome(replace(account, owner_acts=acts, decided_at=now), [entry(account.id, now, LinkRequested())])
