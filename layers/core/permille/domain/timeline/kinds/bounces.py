"""What bounced of the account's mails, an hour at a time."""

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
TOLD_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReason:
    why: str
    bounces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncedRecipient:
    recipient: Annotated[str, "In its bare form."]
    status: Annotated[str, "The enhanced status code; empty where none was told."]
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
        reasons = Counter(record.details.why for record in records).most_common(LISTED_REASONS)
        known = {record.recipient: record for record in records if record.recipient}
        return cls(
            bounces=len(records),
            more=more,
            since=since,
            until=until,
            reasons=tuple(BounceReason(why=why, bounces=count) for why, count in reasons),
            listed=tuple(
                BouncedRecipient(recipient=recipient, status=record.details.status, why=record.details.why)
                for recipient, record in list(known.items())[:LISTED_BOUNCES]
            ),
        )

    def headline(self, platform: str) -> str:
        return f"{'More than ' if self.more else ''}{times(self.bounces, 'e-mail')} bounced for good"

    def sentence(self) -> str:
        reasons = "; ".join(f"{plain(one.why)} ({one.bounces:,})" for one in self.reasons[:TOLD_REASONS])
        said = f"Why: {reasons}."
        if not self.listed:
            return said
        named = ", ".join(plain(one.recipient) for one in self.listed[:TOLD_REASONS])
        more = " and others" if len(self.listed) > TOLD_REASONS else ""
        return f"{said} Take off your list: {named}{more}."
