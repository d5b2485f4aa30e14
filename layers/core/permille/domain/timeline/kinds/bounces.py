"""The hourly entry about the account's bounces."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from permille.domain.feedback.bounces import BounceRecord
from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.words.wording import plain, times

LISTED_BOUNCES = 20
LISTED_REASONS = 10
REASONS_IN_SENTENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReason:
    """A reason, and how many mails bounced for it."""

    why: str
    bounces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncedRecipient:
    """A recipient whose mail bounced, and why."""

    recipient: Annotated[str, "In its bare form."]
    status: Annotated[str, "The enhanced status code; empty where there is none."]
    why: str


@declared("bounces", Audience.OWNER)
class Bounced(Facts):
    """E-mails bounced for good: those that were counted within an hour."""

    bounces: int
    more: Annotated[bool, "There were more than these, which nobody added up."] = False
    since: datetime
    until: datetime
    reasons: Annotated[tuple[BounceReason, ...], "The most frequent first."]
    listed: Annotated[tuple[BouncedRecipient, ...], "Some of those whose address is known."]

    @classmethod
    def of(cls, records: Sequence[BounceRecord], since: datetime, until: datetime, *, more: bool) -> "Bounced":
        """`records`: those of the hour, oldest first. `more`: there were more than these."""
        reasons = Counter(record.details.why for record in records).most_common(LISTED_REASONS)
        by_recipient = {record.recipient: record for record in records if record.recipient}
        return cls(
            bounces=len(records),
            more=more,
            since=since,
            until=until,
            reasons=tuple(BounceReason(why=why, bounces=count) for why, count in reasons),
            listed=tuple(
                BouncedRecipient(recipient=recipient, status=record.details.status, why=record.details.why)
                for recipient, record in list(by_recipient.items())[:LISTED_BOUNCES]
            ),
        )

    def headline(self, platform: str) -> str:
        return f"{'More than ' if self.more else ''}{times(self.bounces, 'e-mail')} bounced for good"

    def sentence(self) -> str:
        frequent = (f"{plain(reason.why)} ({reason.bounces:,})" for reason in self.reasons[:REASONS_IN_SENTENCE])
        why = f"Why: {'; '.join(frequent)}."
        if not self.listed:
            return why
        addresses = ", ".join(plain(bounced.recipient) for bounced in self.listed[:REASONS_IN_SENTENCE])
        more = " and others" if len(self.listed) > REASONS_IN_SENTENCE else ""
        return f"{why} Take off your list: {addresses}{more}."
