"""Denials by hand. The hourly sweep finds them; one that it has not found yet is looked for before a decision of the
rules switches an account off, since afterwards nobody can tell it from Permille's own."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from permille.domain.account.account import TICK, Account
from permille.domain.account.denial import is_denied_by_hand
from permille.domain.rules.decide import decide
from permille.domain.rules.denial import noted
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.outcome import Outcome
from permille.domain.values.errors import ServiceError
from permille.observability import emit
from permille.ports.accounts import CredentialSwitch


def denied_by_hand(switch: CredentialSwitch, account: Account, among: Iterable[str]) -> frozenset[str]:
    """The senders of an account that may send that somebody denied, as IAM says now. One whose user no longer exists
    stays as it was. `among`: those that may be denied; those that were denied before are read as well."""
    before = account.denial.senders if account.denial else ()

    def is_denied(sender: str) -> bool:
        state = switch.state_of(sender)
        return is_denied_by_hand(account, state) if state else sender in before

    looked_at = {*among, *before}
    return frozenset(sender for sender in account.senders if sender in looked_at and is_denied(sender))


def decide_with_denial(
    switch: CredentialSwitch, account: Account, evidence: Evidence, rules: Rules, now: datetime
) -> Outcome:
    """As decide(); a decision that switches the account off knows of a deny by hand. Where IAM does not answer, it is
    as the sweep left it."""
    outcome = decide(account, evidence, rules, now)
    goes_off = account.status.may_send and not outcome.account.status.may_send
    if not (goes_off and account.in_sync):
        return outcome
    try:
        known, entries = noted(account, denied_by_hand(switch, account, account.senders), now - TICK)
    except ServiceError as error:
        emit("denial.unread", account=account.id, why=str(error))
        return outcome
    if not entries:
        return outcome
    again = decide(known, evidence, rules, now)
    return replace(again, entries=[*entries, *again.entries])
