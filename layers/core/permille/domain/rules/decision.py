"""What a decision is made of, by what, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.account.correction import Correction
from permille.domain.policy.policy import Policy
from permille.domain.rules.backlog import NOTHING_WAITS, Backlog
from permille.domain.rules.breaker import BreakerChange, BreakerPosition
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import Entry, TimelineEntry
from permille.domain.values.status import Mode
from permille.domain.values.tally import Days


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision is made of: the send days of the epoch, and the entries of the counted complaints. `backlog` and
    `breaker_position`, how the breaker stands, are asked for only where `needs` says so.
    `bound`: of the disablings in this hour;
    `second_bound`: for those beyond doubt, 0 where no more of them pass."""

    days: Days
    complaints: Sequence[TimelineEntry[CountedComplaint]]
    backlog: Backlog = NOTHING_WAITS
    breaker_position: BreakerPosition = BreakerPosition.FREE
    bound: int = 0
    second_bound: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision is made by. Without a policy nobody is judged: it could not be read."""

    policy: Policy | None
    mode: Mode
    code: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account and what is told of it, to be written in one transaction with these changes of the breaker, and with
    the correction."""

    account: Account
    entries: list[Entry]
    breaker: Sequence[BreakerChange] = ()
    correction: Correction | None = None

    @property
    def changes(self) -> Sequence[BreakerChange | Correction]:
        """What is written beside account and entries."""
        return [*self.breaker, *([self.correction] if self.correction else [])]
