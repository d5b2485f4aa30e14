"""What arrived about one account's mail, in the order of arrival. Instants are whole seconds since 1970 (UTC): feedback
of the same second is counted before the account is judged."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from permille.domain.feedback.complaint import Complaint

SECONDS_OF_A_DAY = 24 * 60 * 60
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def second_of(instant: datetime) -> int:
    """The second that an instant is in."""
    return int(instant.timestamp() // 1)


def instant_of(second: int) -> datetime:
    """The beginning of a second."""
    return datetime.fromtimestamp(second, UTC)


def send_day(second: int) -> date:
    """The UTC day that a second is in."""
    return date.fromordinal(_EPOCH_DAY + second // SECONDS_OF_A_DAY)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Deliveries or bounces, each counted once. Row by row: `at`, when they arrived; `sent`, when their mail was sent;
    `number`, how many recipients. Ascending by `at`."""

    at: "array[int]" = field(default_factory=lambda: array("q"))
    sent: "array[int]" = field(default_factory=lambda: array("q"))
    number: "array[int]" = field(default_factory=lambda: array("q"))

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]]) -> "Arrivals":
        """Of rows of `at`, `sent` and `number`, in any order."""
        columns = zip(*sorted(rows), strict=True)
        return cls(*(array("q", column) for column in columns))

    @property
    def total(self) -> int:
        """The number of recipients."""
        return sum(self.number)


@dataclass(frozen=True, slots=True)
class ArrivedComplaint:
    """A complaint report, and the second in which it arrived."""

    at: int
    report: Complaint

    @property
    def sent(self) -> int:
        """When the mail was sent."""
        return second_of(self.report.message.sent_at)


@dataclass(frozen=True, slots=True)
class FeedbackHistory:
    """Everything that arrived about one account's mail.

    complaints: those that count and those that do not, each report once, in the order of arrival
    """

    account_id: str
    deliveries: Arrivals = field(default_factory=Arrivals)
    bounces: Arrivals = field(default_factory=Arrivals)
    complaints: Sequence[ArrivedComplaint] = ()

    @property
    def counting_complaints(self) -> Iterator[ArrivedComplaint]:
        """The complaints that count."""
        return (arrived for arrived in self.complaints if not arrived.report.why_not_counted)

    @property
    def ends_at(self) -> int:
        """When the last feedback arrived; 0 where there is none."""
        last_complaint = self.complaints[-1].at if self.complaints else 0
        return max([last_complaint, *self.deliveries.at[-1:], *self.bounces.at[-1:]])
