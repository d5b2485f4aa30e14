"""The input of a decision by the rules: evidence and rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Verdict
from permille.domain.rules.backlog import NOTHING_WAITS, Backlog
from permille.domain.rules.breaker import BreakerPosition
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.kinds.decision_record import NotEnforced
from permille.domain.timeline.timeline import TimelineEntry
from permille.domain.values.status import Mode
from permille.domain.values.tally import Days, Tally, total_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of a decision. `needs.evidence_of_tallies` makes it; what `needs` does not demand is not read.

    days: the tallies of the epoch by send day
    complaints: the entries of counted complaints
    backlog: the feedback backlog
    breaker_position: the breaker's answer to one more disabling
    bound: of disablings in this hour
    second_bound: of those with evidence beyond doubt; 0 where no more of them pass
    verdict: the policy's on `days`; None where the account is not judged
    acts: whether a rule is broken that may disable an active account: it is not broken by time alone
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
        """The sum of all send days."""
        return total_of(self.days)

    def is_news_of(self, account: Account) -> bool:
        """Whether staff have no entry yet about this verdict on an account for which the rules are not enforced."""
        kept = self.verdict is not None and not self.verdict.breaks
        return kept if account.would_disable else self.acts


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a decision.

    policy: None where it could not be read; then no account is judged
    mode: whether the rules are enforced
    code: the version of the program, for decision records
    """

    policy: Policy | None
    mode: Mode
    code: str = ""

    def not_enforced(self, account: Account, now: datetime) -> NotEnforced:
        """Why the rules are not enforced for the account; empty where they are."""
        if self.mode is Mode.MONITOR:
            return "monitor"
        return "exempt" if account.exempt_at(now) else ""
