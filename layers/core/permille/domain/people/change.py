"""What comes of what an operator changes of an account. What is so already is no change, and is not told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.login.links import owners_revoked_until
from permille.domain.people.commands import ChangeIdentities, ChangeOwner, ChangeSenders
from permille.domain.rules.decision import Outcome
from permille.domain.sending.iam_risk import TakenRisk
from permille.domain.timeline.kinds import change as told
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import DecisionRefused


def owner(account: Account, command: ChangeOwner, now: datetime) -> Outcome:
    """A new address is written to again, whatever became of mails to the old one; links of before are not valid any
    more, and the old one is told that it is no longer the account's, unless mail to it does not arrive."""
    name = account.owner_name if command.owner_name is None else command.owner_name
    changed = replace(account, owner_name=name, timezone=command.timezone or account.timezone)
    entries: list[Entry] = []
    if command.owner_email is not None and command.owner_email != account.owner_email:
        until = owners_revoked_until(now, account.links_valid_since)
        changed = replace(changed, owner_email=command.owner_email, owner_mail="", links_valid_since=until)
        entries.append(entry(account.id, now, told.OwnerAddressChanged(address=changed.owner_email)))
        if not account.owner_mail:
            entries.append(entry(account.id, now, told.OwnerAddressDropped(address=account.owner_email)))
    if changed == account:
        return Outcome(account, [])
    facts = told.OwnerChanged(before=_owner(account), after=_owner(changed), reason=command.reason, by=command.by)
    return Outcome(replace(changed, decided_at=now), [entry(account.id, now, facts), *entries])


def _owner(account: Account) -> told.Owner:
    return told.Owner(address=account.owner_email, name=account.owner_name, timezone=account.timezone)


def identities(account: Account, command: ChangeIdentities, now: datetime) -> Outcome:
    """What the account's own user may send through follows what is written down."""
    if command.after == command.before:
        return Outcome(account, [])
    _refuse_closed(account)
    if account.identities not in ((), command.before):
        raise DecisionRefused(f"somebody else has changed the identities of {account.id} just now; look, and try again")
    facts = told.IdentitiesChanged(before=command.before, after=command.after, reason=command.reason, by=command.by)
    changed = replace(account, identities=command.after, decided_at=now)
    return Outcome(changed, [entry(account.id, now, facts)])


def senders(account: Account, command: ChangeSenders, now: datetime) -> Outcome:
    """Whoever adds one to an account that is off has denied it before: its keys are put to sleep, and remembered, when
    the credential is made to agree. On an account that is on there is nothing to switch, so that no deny that was put
    in by hand is lifted."""
    new = tuple(one for one in command.add if one not in account.senders)
    after = (*(one for one in account.senders if one not in command.remove), *new)
    if after == account.senders:
        return Outcome(account, [])
    _refuse_closed(account)
    if not after:
        raise DecisionRefused(f"{account.id} would have no sender; add another one first")
    facts = told.SendersChanged(before=account.senders, after=after, reason=command.reason, by=command.by)
    risks = [risk for risk in command.risks if risk.sender in new]
    accepted = {**account.risks_accepted, **{risk.sender: risk.reason for risk in risks}}
    changed = replace(
        account,
        senders=after,
        missing=account.missing & {*after},
        risks_accepted={name: why for name, why in accepted.items() if name in after},
        decided_at=now,
    )
    if new and not account.status.may_send:
        changed = changed.to_be_switched(due_at=now)
    else:
        changed = replace(changed, denial=_denial(account, new, command.remove))
    return Outcome(changed, [entry(account.id, now, facts), *risks_told(account.id, risks, command.by, now)])


def risks_told(account_id: str, risks: Iterable[TakenRisk], by: str, now: datetime) -> list[Entry]:
    facts = [told.RiskAccepted(sender=one.sender, risks=one.found, reason=one.reason, by=by) for one in risks]
    return [entry(account_id, now, one) for one in facts]


def _denial(account: Account, new: tuple[str, ...], removed: tuple[str, ...]) -> Denial | None:
    """One who comes to an account that was denied by hand is denied too."""
    if account.denial is None:
        return None
    left = tuple(one for one in (*account.denial.senders, *new) if one not in removed)
    return replace(account.denial, senders=left) if left else None


def _refuse_closed(account: Account) -> None:
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")
