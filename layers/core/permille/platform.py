"""The whole platform: its rates as SES has them, and the accounts that contribute the most complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from permille.desk import known
from permille.desk_ports import Directory, SesFigures, SesReputation
from permille.domain.account import Account
from permille.domain.policy import SEED, Verdict
from permille.domain.reputation import first_day
from permille.ports import Policies, Tallies
from permille.verdict import current

SHOWN = 10  # each takes a query of its tallies
LOOKED_AT = 25  # of whom some may have been last judged before the window


class Overseeing(Protocol):
    @property
    def directory(self) -> Directory: ...

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
class Platform:
    """`figures` and `contributors` are None where they cannot be known now. `days`: of the window, which began with
    `first`. Contributors come with the most complaints first, whether they may send or not."""

    days: int
    first: date
    figures: SesFigures | None
    contributors: Sequence[Contributor] | None

    def share(self, one: Contributor) -> Decimal | None:
        """Its part of all complaints that SES has counted, in percent. None where that is not known, or where SES has
        counted fewer than the contributors have together."""
        counted = self.figures.counted.complaints if self.figures else 0
        together = sum(each.verdict.counts.complaints for each in self.contributors or [])
        if counted < max(together, 1):
            return None
        return (Decimal(100 * one.verdict.counts.complaints) / counted).quantize(Decimal("0.1"))


def platform(world: Overseeing, now: datetime) -> Platform:
    policy = known("the policy", world.policies.current)
    days = (policy or SEED).window_days
    first = first_day(now.date(), days)
    return Platform(
        days=days,
        first=first,
        figures=known("SES's figures", lambda: world.ses.figures(first, now)),
        contributors=known("who contributes the most complaints", lambda: _contributors(world, first, now)),
    )


def _contributors(world: Overseeing, first: date, now: datetime) -> list[Contributor]:
    """By their counts as they are now: those of the last look only say whom to read."""
    accounts = world.directory.most_complaints(LOOKED_AT, first, now.date())
    recent = [account for account in accounts if account.look and account.look.day >= first][:SHOWN]
    judged = [Contributor(one, current(world.policies, world.tallies, one, now).verdict) for one in recent]
    complained_about = [one for one in judged if one.verdict.counts.complaints]
    return sorted(complained_about, key=lambda one: (-one.verdict.counts.complaints, one.account.id))
