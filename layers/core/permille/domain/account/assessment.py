"""The result when an account was last judged."""

from dataclasses import dataclass
from datetime import date

from permille.domain.policy.verdict import Verdict
from permille.domain.values.status import Mode
from permille.domain.values.tally import Tally

RISK_PRIOR_DELIVERIES = 5_000  # e-mails, added to the deliveries: of few e-mails one complaint says little
RISK_SCALE = 1_000_000


@dataclass(frozen=True, slots=True)
class Assessment:
    """The counts and the verdict of an account.

    day: the last day of the window
    delivered, complaints, bounces: the counts of the window
    allowance_left: how many more complaints would have been kept
    breaks_rule: whether a rule was broken
    policy: the id of the policy that judged
    mode: the mode in force
    kept: whether the account was kept, since no rule was broken, or time alone had broken one
    """

    day: date
    delivered: int
    complaints: int
    bounces: int
    allowance_left: int
    breaks_rule: bool = False
    policy: str = ""
    mode: str = ""
    kept: bool = False

    @classmethod
    def at(cls, verdict: Verdict, mode: Mode, *, kept: bool | None = None) -> "Assessment":
        """Makes the assessment of a verdict. `kept`: None where it is whether no rule is broken."""
        counts = verdict.counts
        return cls(
            verdict.last_day,
            counts.delivered,
            counts.complaints,
            counts.bounces,
            verdict.allowance_left,
            breaks_rule=verdict.breaks,
            policy=verdict.policy.id,
            mode=str(mode),
            kept=not verdict.breaks if kept is None else kept,
        )

    @property
    def counts(self) -> Tally:
        """The counts of the window."""
        return Tally(self.delivered, self.complaints, self.bounces)

    @property
    def risk(self) -> int:
        """Ranks accounts for support: complaints per RISK_SCALE deliveries, of which RISK_PRIOR_DELIVERIES are added,
        and RISK_SCALE more where a rule is broken."""
        rate = min(self.complaints * RISK_SCALE // (self.delivered + RISK_PRIOR_DELIVERIES), RISK_SCALE - 1)
        return rate + RISK_SCALE * self.breaks_rule
