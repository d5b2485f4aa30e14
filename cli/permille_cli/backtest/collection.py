"""Collects an archive's feedback by account, as Ingest would count it, whatever the order of its lines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from permille.aws.ses_archive import Archived, read_archived
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback, Ignored, Unreadable
from permille.domain.people.validation import LAST_YEAR
from permille.ports.feedback import Sender
from permille.usecases.feedback.attribution import attribute
from permille_cli.backtest.deliveries import DeliveryLog
from permille_cli.backtest.history import Arrivals, ArrivedComplaint, FeedbackHistory, second_of

FIRST_YEAR = 2000  # SES began in 2011
_FIRST, _END = (datetime(year, 1, 1, tzinfo=UTC) for year in (FIRST_YEAR, LAST_YEAR + 1))
MOST_NAMED = 10  # lines that cannot be counted are named, the others only counted


class ArchiveLine(NamedTuple):  # made more quickly than a dataclass, and there are millions
    """A line of a file.

    number: from 1
    """

    file: str
    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A line that could not be read or attributed."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class LineCounts:
    """What became of the lines.

    events: of SES; a line may have several
    counted: deliveries, bounces and complaints of known senders, also repeated ones
    ignored: how many of each kind are never counted
    uncounted: how many could not be read or attributed, by reason
    named: the first of these
    """

    events: int = 0
    counted: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    uncounted: Counter[str] = field(default_factory=Counter)
    named: list[Uncounted] = field(default_factory=list)


@dataclass(slots=True)
class _OfAccount:
    """What was collected for an account: complaints and bounces by their identities, each at its first arrival."""

    number: int
    bounces: dict[str, tuple[int, int]] = field(default_factory=dict)
    complaints: dict[str, ArrivedComplaint] = field(default_factory=dict)


class EachCallerIsAnAccount(Mapping[str, Sender]):
    """The senders where nobody says whose they are: each caller is an account of its own name."""

    def __init__(self) -> None:
        self._senders: dict[str, Sender] = {}

    def __getitem__(self, name: str) -> Sender:
        sender = self._senders.get(name)
        if sender is None:
            if not name:
                raise KeyError(name)
            sender = self._senders[name] = Sender(name, name)
        return sender

    def __iter__(self) -> Iterator[str]:
        return iter(self._senders)

    def __len__(self) -> int:
        return len(self._senders)


class Collection:
    """The feedback of an archive. Deliveries are told apart by digests, bounces and complaints exactly.

    senders: the known senders, by caller identity
    """

    def __init__(self, senders: Mapping[str, Sender], deliveries: DeliveryLog | None = None) -> None:
        self._senders, self._deliveries = senders, deliveries or DeliveryLog()
        self._accounts: dict[str, _OfAccount] = {}
        self.counts = LineCounts()
        self.begins_at = self.ends_at = 0  # of the counted feedback, in seconds

    def close(self) -> None:
        """Removes temporary files."""
        self._deliveries.close()

    def add(self, line: ArchiveLine) -> None:
        """Adds the feedback of a line. Never raises for what the line holds."""
        try:
            text = line.text.decode()
        except UnicodeDecodeError:
            self._reject(line, "the line is not UTF-8")
            return
        if text and not text.isspace():
            for archived in read_archived(text):
                self._add_event(line, archived)

    def _add_event(self, line: ArchiveLine, archived: Archived) -> None:
        self.counts.events += 1
        match archived:
            case Archived(Delivery() | Bounce() | Complaint() as feedback, datetime() as at):
                self._attribute(line, feedback, at)
            case Archived(Ignored(what)):
                self.counts.ignored[what] += 1
            case Archived(Unreadable(reason)):
                self._reject(line, reason)

    def _attribute(self, line: ArchiveLine, feedback: Feedback, at: datetime) -> None:
        if not _FIRST <= at < _END:
            self._reject(line, f"arrived before {FIRST_YEAR} or after {LAST_YEAR}")
            return
        match attribute(feedback, self._senders, "", at):
            case Sender() as sender:
                self.counts.counted += 1
                self._add(sender.account_id, feedback, second_of(at))
            case Ignored(what):
                self.counts.ignored[what] += 1
            case Unreadable(reason):
                self._reject(line, reason)

    def _reject(self, line: ArchiveLine, reason: str) -> None:
        self.counts.uncounted[reason] += 1
        if len(self.counts.named) < MOST_NAMED:
            self.counts.named.append(Uncounted(line.file, line.number, reason))

    def _add(self, account_id: str, feedback: Feedback, at: int) -> None:
        account = self._accounts.get(account_id)
        if account is None:
            account = self._accounts[account_id] = _OfAccount(len(self._accounts))
        self.begins_at = min(self.begins_at or at, at)
        self.ends_at = max(self.ends_at, at)
        match feedback:
            case Delivery():
                sent = second_of(feedback.message.sent_at)
                for identity in feedback.identities():
                    self._deliveries.add(account.number, identity, at, sent)
            case Bounce():
                _add_bounces(account, feedback, at)
            case Complaint():
                _add_complaint(account, ArrivedComplaint(at, feedback))

    def histories(self) -> Iterator[FeedbackHistory]:
        """The history of each account."""
        for account_id, account in self._accounts.items():
            yield FeedbackHistory(
                account_id,
                deliveries=self._deliveries.of(account.number),
                bounces=Arrivals.of(_numbered(account.bounces.values())),
                complaints=sorted(account.complaints.values(), key=_order),
            )

    @property
    def number_of_accounts(self) -> int:
        """How many accounts there are."""
        return len(self._accounts)


def _add_bounces(account: _OfAccount, bounce: Bounce, at: int) -> None:
    sent = second_of(bounce.message.sent_at)
    for identity in bounce.identities():
        account.bounces[identity] = min(account.bounces.get(identity, (at, sent)), (at, sent))


def _add_complaint(account: _OfAccount, arrived: ArrivedComplaint) -> None:
    identity = arrived.report.identity
    other = account.complaints.get(identity)
    if other is None or arrived.at < other.at:
        account.complaints[identity] = arrived


def _numbered(instants: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    for (at, sent), number in Counter(instants).items():
        yield at, sent, number


def _order(arrived: ArrivedComplaint) -> tuple[int, str]:
    return arrived.at, arrived.report.identity
