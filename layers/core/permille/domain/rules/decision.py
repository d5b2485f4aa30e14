"""What a decision is made of, by what, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.correction import Correction
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.backlog import NOTHING_WAITS, Backlog
from permille.domain.rules.breaker import BreakerChange, BreakerPosition
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.kinds.decision_record import Spared
from permille.domain.timeline.timeline import Entry, TimelineEntry
from permille.domain.values.status import Mode
from permille.domain.values.tally import Days, Tally, total_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision is made of. `needs.judged` begins it with the tallies; the rest is asked for only where `needs`
    says so.

    days: the tallies of the epoch by send day
    complaints: the entries of the counted ones
    backlog: the feedback that waits
    breaker_position: how the breaker stands
    bound: of the disablings in this hour
    second_bound: for those beyond doubt, 0 where no more of them pass
    verdict: what the policy says of `days`; None where nobody is judged
    acts: a rule is broken, and something was counted by which an active account may be disabled
    """

    days: Days = field(default_factory=dict)
    complaints: Sequence[TimelineEntry[CountedComplaint]] = ()
    backlog: Backlog = NOTHING_WAITS
    breaker_position: BreakerPosition = BreakerPosition.FREE
    bound: int = 0
    second_bound: int = 0
    verdict: Verdict | None = None
    acts: bool = False

    @property
    def counts(self) -> Tally:
        return total_of(self.days)

    def is_news_of(self, account: Account) -> bool:
        """Whether staff have not read yet what the rules say of an account that they spare."""
        kept = self.verdict is not None and not self.verdict.breaks
        return kept if account.would_disable else self.acts


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision is made by. Without a policy nobody is judged: it could not be read."""

    policy: Policy | None
    mode: Mode
    code: str = ""

    def spares(self, account: Account, now: datetime) -> Spared:
        """Why no rule disables the account; empty where one may."""
        if self.mode is Mode.MONITOR:
            return "only observed"
        return "exempt" if account.exempt_at(now) else ""


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
