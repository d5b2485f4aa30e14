"""Decides on an operator's changes of an account. A change that changes nothing writes no entry."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.login.revocation import owners_revoked_until
from permille.domain.people.staff_commands import ChangeIdentities, ChangeOwner, ChangeSenders
from permille.domain.rules.outcome import Outcome
from permille.domain.sending.iam_risk import AcceptedRisk
from permille.domain.timeline.kinds.change import (
    IdentitiesChanged,
    Owner,
    OwnerAddressChanged,
    OwnerAddressDropped,
    OwnerChanged,
    RiskAccepted,
    SendersChanged,
)
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import DecisionRefused


def owner(account: Account, command: ChangeOwner, now: datetime) -> Outcome:
    """Changes the owner. A new address gets mails even if those to the former one were stopped. Earlier links are
    revoked, and the former address gets a mail that says so, unless mails to it were stopped."""
    name = account.owner_name if command.owner_name is None else command.owner_name
    changed = replace(account, owner_name=name, timezone=command.timezone or account.timezone)
    entries: list[Entry] = []
    if command.owner_email is not None and command.owner_email != account.owner_email:
        until = owners_revoked_until(now, account.links_valid_since)
        changed = replace(changed, owner_email=command.owner_email, owner_mail="", links_valid_since=until)
        entries.append(entry(account.id, now, OwnerAddressChanged(address=changed.owner_email)))
        if not account.owner_mail:
            entries.append(entry(account.id, now, OwnerAddressDropped(address=account.owner_email)))
    if changed == account:
        return Outcome(account, [])
    facts = OwnerChanged(before=_owner(account), after=_owner(changed), reason=command.reason, by=command.by)
    return Outcome(replace(changed, decided_at=now), [entry(account.id, now, facts), *entries])


def _owner(account: Account) -> Owner:
    return Owner(address=account.owner_email, name=account.owner_name, timezone=account.timezone)


def identities(account: Account, command: ChangeIdentities, now: datetime) -> Outcome:
    """Changes the identities. The IAM policy of the account's own user follows from them."""
    if command.after == command.before:
        return Outcome(account, [])
    _refuse_closed(account)
    if account.identities not in ((), command.before):
        raise DecisionRefused(f"somebody else has changed the identities of {account.id} just now; look, and try again")
    facts = IdentitiesChanged(before=command.before, after=command.after, reason=command.reason, by=command.by)
    changed = replace(account, identities=command.after, decided_at=now)
    return Outcome(changed, [entry(account.id, now, facts)])


def senders(account: Account, command: ChangeSenders, now: datetime) -> Outcome:
    """Changes the senders. If the account is off, new ones are in the deny group already, and the next reconciliation
    deactivates their keys. If it is on, nothing is switched, so that a deny by hand stays."""
    new = tuple(sender for sender in command.add if sender not in account.senders)
    after = (*(sender for sender in account.senders if sender not in command.remove), *new)
    if after == account.senders:
        return Outcome(account, [])
    _refuse_closed(account)
    if not after:
        raise DecisionRefused(f"{account.id} would have no sender; add another one first")
    facts = SendersChanged(before=account.senders, after=after, reason=command.reason, by=command.by)
    risks = [risk for risk in command.risks if risk.sender in new]
    changed = _with_senders(account, after, risks, now)
    if new and not account.status.may_send:
        changed = changed.to_be_switched(due_at=now)
    else:
        changed = replace(changed, denial=_denial(account, new, command.remove))
    return Outcome(changed, [entry(account.id, now, facts), *accepted_risks(account.id, risks, command.by, now)])


def _with_senders(account: Account, after: tuple[str, ...], risks: list[AcceptedRisk], now: datetime) -> Account:
    accepted = {**account.risks_accepted, **{risk.sender: risk.reason for risk in risks}}
    return replace(
        account,
        senders=after,
        missing=account.missing & {*after},
        risks_accepted={sender: reason for sender, reason in accepted.items() if sender in after},
        decided_at=now,
    )


def accepted_risks(account_id: str, risks: Iterable[AcceptedRisk], by: str, now: datetime) -> list[Entry]:
    """Makes an entry for each accepted risk. `by`: who accepts it."""
    facts = [RiskAccepted(sender=risk.sender, risks=risk.statements, reason=risk.reason, by=by) for risk in risks]
    return [entry(account_id, now, accepted) for accepted in facts]


def _denial(account: Account, new: tuple[str, ...], removed: tuple[str, ...]) -> Denial | None:
    """The deny by hand after the change. Who is added to an account that is denied by hand is denied, too."""
    if account.denial is None:
        return None
    left = tuple(sender for sender in (*account.denial.senders, *new) if sender not in removed)
    return replace(account.denial, senders=left) if left else None


def _refuse_closed(account: Account) -> None:
    if account.is_closed:
        raise DecisionRefused(f"{account.id} is closed")
