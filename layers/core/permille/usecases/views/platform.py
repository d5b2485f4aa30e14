"""The whole platform: its rates as SES has them, and the accounts that contribute the most to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from permille.domain.account.account import Account
from permille.domain.policy.policy import DEFAULT
from permille.domain.policy.ses_review import Harm
from permille.domain.policy.verdict import Verdict
from permille.domain.values.tally import first_day
from permille.ports.accounts import Policies
from permille.ports.desk import AccountIndex, SesFigures, SesReputation
from permille.ports.history import Tallies
from permille.usecases.views.availability import or_none
from permille.usecases.views.verdict import current_verdict

SHOWN = 10  # each takes a query of its tallies
LOOKED_AT = 25  # of whom some may have been last judged before the window


class PlatformServices(Protocol):
    @property
    def account_index(self) -> AccountIndex: ...

    @property
    def policies(self) -> Policies: ...

    @property
    def tallies(self) -> Tallies: ...

    @property
    def ses(self) -> SesReputation: ...


@dataclass(frozen=True, slots=True)
class Contributor:
    """`verdict`: what the policy says of its counts now."""

    account: Account
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Ranking:
    """Those with the most first, whether they may send or not. `counted`: how many SES has counted of all mail, 0 where
    that is not known."""

    harm: Harm
    contributors: Sequence[Contributor]
    counted: int

    def number(self, one: Contributor) -> int:
        return self.harm.of(one.verdict.counts)

    def share(self, one: Contributor) -> Decimal | None:
        """Its part of all that SES has counted, in percent. None where that is not known, or where SES has counted
        fewer than these have together."""
        if self.counted < max(sum(map(self.number, self.contributors)), 1):
            return None
        return (Decimal(100 * self.number(one)) / self.counted).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Platform:
    """What cannot be known now is None. `days`: of the window."""

    days: int
    figures: SesFigures | None
    complaints: Ranking | None
    bounces: Ranking | None


def platform(services: PlatformServices, now: datetime) -> Platform:
    policy = or_none("the policy", services.policies.current)
    days = (policy or DEFAULT).window_days
    first = first_day(now.date(), days)
    figures = or_none("SES's figures", lambda: services.ses.figures(first, now))

    def ranking(harm: Harm) -> Ranking | None:
        found = or_none(f"who has the most {harm}", lambda: _contributors(services, harm, first, now))
        return None if found is None else Ranking(harm, found, harm.of(figures.counted) if figures else 0)

    return Platform(days, figures, ranking(Harm.COMPLAINTS), ranking(Harm.BOUNCES))


def _contributors(services: PlatformServices, harm: Harm, first: date, now: datetime) -> list[Contributor]:
    """By their counts as they are now: those of the last look only say whom to read."""
    accounts = services.account_index.with_most(harm, LOOKED_AT, first, now.date())
    recent = [account for account in accounts if account.assessment and account.assessment.day >= first][:SHOWN]
    judged = [
        Contributor(one, current_verdict(services.policies, services.tallies, one, now).verdict) for one in recent
    ]
    contributing = [one for one in judged if harm.of(one.verdict.counts)]
    return sorted(contributing, key=lambda one: (-harm.of(one.verdict.counts), one.account.id))
