"""Bounces as their senders may see them: a card for each recipient whose mail server refused a mail for good."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from permille.domain.feedback.feedback import Bounce, Bounced
from permille.domain.feedback.smtp_status import in_words
from permille.domain.values.entry_id import id_among_many
from permille.domain.words.wording import campaign_name, plain

LONGEST_SUBJECT = 100
LONGEST_DIAGNOSTIC = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is kept of a bounce. `status`: the enhanced status code, empty where none was told. `diagnostic`: what the
    mail server said, on one line."""

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
class Card:
    """`id` sorts by the instant of counting, `at`. `recipient`: in the bare form, empty where it is not certain who it
    was, or where that is no address; else it is suppressed."""

    id: str
    at: datetime
    recipient: str
    told: Told


@dataclass(frozen=True, slots=True)
class Campaign:
    """What bounced of the mails of one campaign, the newest first."""

    name: str
    cards: tuple[Card, ...]


def card(bounce: Bounce, one: Bounced, at: datetime, epoch: int) -> Card:
    """A bounce that does not say when it happened happened when it is counted."""
    message = bounce.message
    told = Told(
        message_id=message.id,
        subject=plain(message.subject, LONGEST_SUBJECT),
        campaign=message.campaign,
        status=one.refusal.status,
        diagnostic=plain(one.refusal.diagnostic, LONGEST_DIAGNOSTIC),
        sent_at=message.sent_at,
        bounced_at=bounce.bounced_at or at,
        epoch=epoch,
    )
    return Card(id_among_many(at, one.identity), at, one.recipient, told)


def campaigns(cards: Iterable[Card]) -> list[Campaign]:
    """The cards, newest first, by campaign: those with the most bounces come first, then the newest."""
    groups: dict[str, list[Card]] = defaultdict(list)
    for one in cards:
        groups[campaign_name(one.told.campaign, one.told.subject)].append(one)
    found = [Campaign(name, tuple(of_it)) for name, of_it in groups.items()]
    return sorted(found, key=lambda one: (len(one.cards), one.cards[0].id), reverse=True)
