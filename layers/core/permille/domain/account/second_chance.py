"""The owner's review request, and the trial that follows an approval."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from permille.domain.values.tally import Tally


class ReviewState(StrEnum):
    """How a review request stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RequestedDay(StrEnum):
    """How far off the day is that the owner asks for."""

    AHEAD = "ahead"
    NEAR = "near"  # begins within a day, or has begun
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Review:
    """The owner's request: the day and size of the next batch, what went wrong, what was changed. `reason` is
    support's: the note of an approval, or why it was declined. `begins_at` and `ends_at` are the day's instants in UTC,
    fixed when it was asked for; None in older rows. `last_reminder`: what was last written on the timeline about an
    unanswered request's day."""

    state: ReviewState
    day: date
    batch: int
    cause: str
    change: str
    requested_at: datetime
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    ask_again_on: date | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    last_reminder: RequestedDay = RequestedDay.AHEAD


class TrialState(StrEnum):
    """How a trial stands."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    OBSERVING = "observing"


@dataclass(frozen=True, slots=True)
class Trial:
    """The single day, as it was fixed at approval: its instants in UTC, and the numbers of the policy.

    confirmation_requested: support was asked to confirm that the account is reinstated
    confirmed: it has
    least_delivered: so many e-mails have to be delivered for a verdict
    most_sent: the day ends early when more were sent; 0 where it does not
    ratio_above: with more delivered than this the rules decide, where it is not 0; else one complaint ends the trial
    denied_by_hand: the account was when the day ended
    """

    state: TrialState
    day: date
    begins_at: datetime
    ends_at: datetime
    verdict_at: datetime
    confirmation_requested: bool = False
    confirmed: bool = False
    least_delivered: int = 1
    most_sent: int = 0
    ratio_above: int = 0
    denied_by_hand: bool = False

    @property
    def ends_at_first_complaint(self) -> bool:
        """Whether one complaint about its mail ends it at once, however much is delivered."""
        return not self.ratio_above

    def is_ended_by(self, counts: Tally) -> bool:
        """Whether its mail, of which this was counted, has ended it at once."""
        return counts.complaints > 0 and self.ends_at_first_complaint

    def one_complaint_ends(self, delivered: int) -> bool:
        """Whether one complaint about its mail is enough to end it, by the verdict at the latest. While the day lasts,
        more of a large batch may be delivered yet, and the rules decide."""
        too_few = self.state is TrialState.OBSERVING and delivered <= self.ratio_above
        return self.ends_at_first_complaint or too_few

    @property
    def numbers(self) -> dict[str, int]:
        """Those of the policy."""
        return {
            "least_delivered": self.least_delivered,
            "most_sent": self.most_sent,
            "ratio_above": self.ratio_above,
        }
