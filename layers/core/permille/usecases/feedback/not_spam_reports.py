"""Applies "not spam" reports: a recipient who complained may be mailed again. The complaint still counts."""

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
    """Ends the suppression by earlier complaints about that message. Where nothing else suppresses the recipient, an
    entry says so. Returns whether it does.

    bounces: returns whether bounces suppress, as the policy says; called where the address bounced too
    """
    message_id, address, said_at = report.message.id, report.recipient, report.reported_at or now
    for _ in range(ATTEMPTS):
        complaints = suppressions.complaints_about(account_id, message_id, address)
        before = [identity for identity, at in complaints.items() if at <= said_at]
        if not before:
            return False
        others = set(suppressions.identities_of(account_id, address)) - set(before)
        may_be_mailed = all(SuppressionReason.of(other) is SuppressionReason.BOUNCE for other in others) and not (
            others and bounces()
        )
        entry = lifted(account_id, now, address, NOT_SPAM, THE_RECIPIENT) if may_be_mailed else None
        try:
            suppressions.lift(account_id, before, entry)
        except Conflict:
            continue
        return may_be_mailed
    raise Unavailable(f"{account_id}: others kept removing suppressions; try again")
