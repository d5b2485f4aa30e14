"""The whole platform: its rates by SES, and the accounts that contribute most to each."""

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

SHOWN = 10  # accounts: each takes a query of its tallies
LOOKED_AT = 25  # accounts: some may have been judged last before the window


class PlatformServices(Protocol):
    """The dependencies of this view."""

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
    """An account, and what the policy says of its counts now."""

    account: Account
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Ranking:
    """The accounts with the most complaints, or bounces, most first, whether they may send or not.

    counted: how many SES counted of all mail; 0 where that is not known
    """

    harm: Harm
    contributors: Sequence[Contributor]
    counted: int

    def number(self, contributor: Contributor) -> int:
        """How many the account has in the window."""
        return self.harm.of(contributor.verdict.counts)

    def share(self, contributor: Contributor) -> Decimal | None:
        """The account's percentage of what SES counted. None where that is not known, or SES counted fewer than these
        accounts have together."""
        if self.counted < max(sum(map(self.number, self.contributors)), 1):
            return None
        return (Decimal(100 * self.number(contributor)) / self.counted).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Platform:
    """The rates and rankings; None where one is not available now. `days`: of the window."""

    days: int
    figures: SesFigures | None
    complaints: Ranking | None
    bounces: Ranking | None


def platform(services: PlatformServices, now: datetime) -> Platform:
    """Reads the view; a part that fails is None."""
    policy = or_none("the policy", services.policies.current)
    days = (policy or DEFAULT).window_days
    first = first_day(now.date(), days)
    figures = or_none("SES's figures", lambda: services.ses.figures(first, now))

    def ranking(harm: Harm) -> Ranking | None:
        contributors = or_none(f"who has the most {harm}", lambda: _contributors(services, harm, first, now))
        if contributors is None:
            return None
        return Ranking(harm, contributors, harm.of(figures.counted) if figures else 0)

    return Platform(days, figures, ranking(Harm.COMPLAINTS), ranking(Harm.BOUNCES))


def _contributors(services: PlatformServices, harm: Harm, first: date, now: datetime) -> list[Contributor]:
    """The contributors by their present counts. The counts of the last assessment only say which accounts to read."""
    accounts = services.account_index.with_most(harm, LOOKED_AT, first, now.date())
    recent = [account for account in accounts if account.assessment and account.assessment.day >= first][:SHOWN]
    judged = [
        Contributor(account, current_verdict(services.policies, services.tallies, account, now).verdict)
        for account in recent
    ]
    contributing = [contributor for contributor in judged if harm.of(contributor.verdict.counts)]
    return sorted(contributing, key=lambda contributor: (-harm.of(contributor.verdict.counts), contributor.account.id))
