"""A simulated platform: the feedback about all its tenants, merged in order of arrival."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import groupby

from permille_cli.simulation.arrival import DIRECT, Transport
from permille_cli.simulation.feedback import Report, Truth
from permille_cli.simulation.population import MONTH, PLATFORM, Population, chance_of
from permille_cli.simulation.tenant_feedback import TenantFeedback

HOUR = 3_600_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is simulated: so many tenants of a population for so many days, and how feedback arrives."""

    accounts: int
    days: int
    seed: int
    beginning: datetime
    population: Population = PLATFORM
    transport: Transport = DIRECT

    def tenants(self) -> Sequence[TenantFeedback]:
        """The tenants, none of whose mail has been drawn."""
        return [TenantFeedback(self.seed, number, self.population) for number in range(self.accounts)]

    def expected_mails(self, tenants: Sequence[TenantFeedback]) -> int:
        """About how many mails will be delivered: the volumes of these tenants over the days."""
        return sum(tenant.truth.tenant.monthly for tenant in tenants) * self.days // MONTH

    def arriving(self, tenants: Sequence[TenantFeedback]) -> Iterator[Report]:
        """All reports in order of arrival, each drawn shortly before it arrives."""
        return merge(*(self._arriving(number, tenant) for number, tenant in enumerate(tenants)))

    def _arriving(self, number: int, tenant: TenantFeedback) -> Iterator[Report]:
        reports = tenant.reports(self.days, self.beginning)
        if self.transport == DIRECT:
            return reports
        return self.transport.transported(reports, chance_of(self.seed, number, "transport"))


def by_hour(reports: Iterator[Report]) -> Iterator[Iterator[Report]]:
    """The reports of each hour in which any arrive. Each hour has to be read before the next."""
    return (hour for _, hour in groupby(reports, lambda report: report.arrives_at // HOUR))


def truths(tenants: Sequence[TenantFeedback]) -> list[Truth]:
    """What was drawn, by the tenants' numbers."""
    return [tenant.truth for tenant in tenants]
