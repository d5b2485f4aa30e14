"""The owner's review request, and the trial that follows an approval."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from permille.domain.values.tally import Tally

FURTHEST_DAY = timedelta(days=60)  # from today to the requested day


class ReviewState(StrEnum):
    """How a review request stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RequestedDay(StrEnum):
    """How far off the requested day is."""

    AHEAD = "ahead"
    NEAR = "near"  # begins within a day, or has begun
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Review:
    """A review request.

    state: how it stands
    day: of the next batch, in the account's time zone
    batch: its size, in e-mails
    cause: what went wrong
    change: what the owner changed
    requested_at: when it was made
    decided_at: when it was answered or withdrawn
    decided_by: who of the staff answered; empty else
    reason: support's note, or why the request was declined
    ask_again_on: of a declined one, when the cooldown is over
    begins_at, ends_at: the day's instants in UTC, fixed when it was requested; None in older rows
    last_reminder: which reminder about the day was written last
    """

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
    """One day of sending on probation. Instants and numbers are fixed at approval.

    state: how it stands
    day: in the account's time zone
    begins_at, ends_at: its instants in UTC
    verdict_at: when the observing ends
    confirmation_requested: support was asked to confirm it
    confirmed: support confirmed it
    least_delivered: so many e-mails have to be delivered for a verdict
    most_sent: the day ends early when more were sent; 0: it does not
    ratio_above: with more delivered than this the rules decide, else one complaint ends the trial; 0: one always
    denied_by_hand: whether the account was denied by hand when the day ended
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
        """The numbers that were taken from the policy."""
        return {
            "least_delivered": self.least_delivered,
            "most_sent": self.most_sent,
            "ratio_above": self.ratio_above,
        }
