"""A recipient who complained says that it is not spam: they may be mailed again, and the complaint still counts."""

from collections.abc import Callable
from datetime import datetime

from permille.domain.feedback.complaint import Complaint
from permille.domain.sending.suppression import SuppressionReason, lifted
from permille.domain.values.errors import Conflict, Unavailable
from permille.ports.history import Suppressions

ATTEMPTS = 10
THE_RECIPIENT, NOT_SPAM = "the recipient", "they reported that the mail is not spam"


def apply_not_spam_report(
    suppressions: Suppressions, account_id: str, report: Complaint, now: datetime, bounces: Callable[[], bool]
) -> bool:
    """What they complained about that message before suppresses them no more. The timeline says so where nothing else
    suppresses them; returns whether it did. `bounces`: asks whether they suppress, as the policy says."""
    message_id, address, said_at = report.message.id, report.recipient, report.reported_at or now
    for _ in range(ATTEMPTS):
        complained = suppressions.complaints_about(account_id, message_id, address)
        before = [identity for identity, at in complained.items() if at <= said_at]
        if not before:
            return False
        others = set(suppressions.identities_of(account_id, address)) - set(before)
        let_in = all(SuppressionReason.of(one) is SuppressionReason.BOUNCE for one in others) and not (
            others and bounces()
        )
        entry = lifted(account_id, now, address, NOT_SPAM, THE_RECIPIENT) if let_in else None
        try:
            suppressions.lift(account_id, before, entry)
        except Conflict:
            continue
        return let_in
    raise Unavailable(f"{account_id}: others kept taking {address} off; try again")
