"""Complaints: which reports count, and their idempotency keys."""

import json
from dataclasses import dataclass
from datetime import datetime

from permille.domain.feedback.message import Message, digest
from permille.domain.feedback.recipients import NOBODY, Recipients

NOT_SPAM = "not-spam"
SUPPRESSED_BEFORE = "suppressed before sending"
NOT_A_COMPLAINT = frozenset({NOT_SPAM, "auth-failure"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint report.

    candidates: all recipients of the message at the reporting provider; one of them complained
    reported_at: None where the report does not say
    feedback_type: of ARF (`abuse`, `not-spam` ...); may be empty
    sub_type: SES's complaintSubType; may be empty
    feedback_id: SES's id of the report; may be empty
    """

    message: Message
    candidates: Recipients
    reported_at: datetime | None
    feedback_type: str
    sub_type: str
    feedback_id: str

    @property
    def why_not_counted(self) -> str:
        """Empty where the report counts as a complaint."""
        if self.sub_type:
            return f"{SUPPRESSED_BEFORE} ({self.sub_type})"
        if self.feedback_type.lower() in NOT_A_COMPLAINT:
            return f"the report says {self.feedback_type.lower()}"
        who = self.candidates if self.candidates.number else self._destination
        return "mailbox simulator" if who.are_simulated else ""

    @property
    def identity(self) -> str:
        """The same for each copy of one report, whether it comes as an event or as a notification. Reports that do not
        count have identities of their own."""
        space = "report" if self.why_not_counted else "complaint"
        if self._destination.number == 1:
            return f"{space}#{self.message.id}"
        if self.feedback_id:
            return f"{space}#{self.message.id}#{self.feedback_id}"
        candidates = json.dumps([sorted(self.candidates.readable), sorted(self.candidates.unreadable)])
        return f"{space}#{self.message.id}#{digest(candidates)}"

    def marker_of_recipient(self, account_id: str, epoch: int, days: int) -> str:
        """The idempotency key of all complaints of `recipient`, who must be known, about the account's mail of one
        block of send days in one epoch. A block has `days` UTC days, 1 or more, and begins independently of the
        complaints, so that their order does not matter."""
        block = self.message.sent_at.date().toordinal() // days
        return f"recipient#{digest(json.dumps([account_id, epoch, days, block, self.recipient]))}"

    @property
    def recipient(self) -> str:
        """Who complained, where that is certain, else empty: the only candidate or, where no candidate is readable, the
        only recipient of the message. Never a guess."""
        return self.candidates.only if self.candidates.readable else self._destination.only

    @property
    def takes_back(self) -> bool:
        """Whether a known recipient says that the message is not spam, which retracts an earlier complaint."""
        return self.feedback_type.lower() == NOT_SPAM and not self.sub_type and bool(self.recipient)

    @property
    def _destination(self) -> Recipients:
        return self.message.destination or NOBODY
