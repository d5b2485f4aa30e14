"""What was found when an account was last judged."""

from dataclasses import dataclass
from datetime import date

from permille.domain.policy.verdict import Verdict
from permille.domain.values.status import Mode
from permille.domain.values.tally import Tally

RISK_PRIOR_DELIVERIES = 5_000  # e-mails: below so many, one complaint says little of a sender
RISK_SCALE = 1_000_000


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the last look that judged the account found in the window that ended on `day`. `over`: a rule was broken.
    `kept`: it left the account as it was, because no rule was broken or time alone had broken it. `policy` is the id of
    the policy that it was judged by, `mode` the mode that was in force."""

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
        """`kept` is whether the rules are, unless it is named."""
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
        return Tally(self.delivered, self.complaints, self.bounces)

    @property
    def risk(self) -> int:
        """For support to look at the worst first: complaints per million, as if some thousand e-mails more had been
        delivered without one. Whoever breaks a rule comes before all who break none."""
        rate = min(self.complaints * RISK_SCALE // (self.delivered + RISK_PRIOR_DELIVERIES), RISK_SCALE - 1)
        return rate + RISK_SCALE * self.breaks_rule
