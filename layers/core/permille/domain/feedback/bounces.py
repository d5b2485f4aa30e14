"""Records of bounces, as senders may see them: one for each recipient of a permanent bounce."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from permille.domain.feedback.feedback import Bounce, FailedRecipient
from permille.domain.feedback.smtp_status import in_words
from permille.domain.values.entry_id import id_among_many
from permille.domain.words.wording import campaign_name, plain

LONGEST_SUBJECT = 100
LONGEST_DIAGNOSTIC = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceDetails:
    """What is stored of a bounce beside its recipient.

    message_id: SES's message id
    subject, campaign: of the mail; may be empty
    status: the enhanced status code; empty where there was none
    diagnostic: the mail server's words, on one line; may be empty
    sent_at: when the mail was sent
    bounced_at: when it bounced or, where that is unknown, when the bounce was counted
    epoch: in which it counts
    """

    message_id: str
    subject: str
    campaign: str
    status: str
    diagnostic: str
    sent_at: datetime
    bounced_at: datetime
    epoch: int

    @property
    def why(self) -> str:
        """`the address does not exist`"""
        return in_words(self.status)

    @property
    def why_with_code(self) -> str:
        """`the address does not exist (5.1.1)`"""
        return f"{self.why} ({self.status})" if self.status else self.why


@dataclass(frozen=True, slots=True)
class BounceRecord:
    """One bounced recipient.

    id: sorts by `at`
    at: when the bounce was counted
    recipient: the address in its bare form, which is suppressed; empty where it is unknown or unreadable
    details: what is known of the bounce
    """

    id: str
    at: datetime
    recipient: str
    details: BounceDetails


@dataclass(frozen=True, slots=True)
class BouncedCampaign:
    """The bounces of the mails of one campaign.

    name: of the campaign or, without one, the subject
    records: newest first
    """

    name: str
    records: tuple[BounceRecord, ...]


def bounce_record(bounce: Bounce, failed: FailedRecipient, at: datetime, epoch: int) -> BounceRecord:
    """Makes the record of one recipient of a bounce. `at`: when it is counted."""
    message = bounce.message
    details = BounceDetails(
        message_id=message.id,
        subject=plain(message.subject, LONGEST_SUBJECT),
        campaign=message.campaign,
        status=failed.rejection.status,
        diagnostic=plain(failed.rejection.diagnostic, LONGEST_DIAGNOSTIC),
        sent_at=message.sent_at,
        bounced_at=bounce.bounced_at or at,
        epoch=epoch,
    )
    return BounceRecord(id_among_many(at, failed.identity), at, failed.recipient, details)


def campaigns(records: Iterable[BounceRecord]) -> list[BouncedCampaign]:
    """Groups records, newest first, by campaign: those with the most bounces come first, then the newest."""
    groups: dict[str, list[BounceRecord]] = defaultdict(list)
    for record in records:
        groups[campaign_name(record.details.campaign, record.details.subject)].append(record)
    by_name = [BouncedCampaign(name, tuple(group)) for name, group in groups.items()]
    return sorted(by_name, key=lambda campaign: (len(campaign.records), campaign.records[0].id), reverse=True)
