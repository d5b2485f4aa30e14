"""The mailings of a simulated tenant, and the complaints about them.

A tenant's rate is the expected number of complaints per delivered e-mail. It is the mean of its mailings' rates,
which are gamma-distributed: some mailings annoy more than others.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille_cli.simulation.population import BEGINNING, MONTH, OF, PLATFORM, ComplaintDelay, Population, Tenant

LEAST_SPREAD = 0.01  # below, there is none
NEGLIGIBLE = 1e-12  # a probability: below, it never happens


@dataclass(frozen=True, slots=True)
class Mailing:
    """Mail that is sent and delivered at one instant, and when the complaints about it come, in order."""

    sent_at: datetime
    delivered: int
    complaints: tuple[datetime, ...]


Mail = tuple[Mailing, ...]


def mail_of(
    tenant: Tenant,
    chance: random.Random,
    days: int = MONTH,
    population: Population = PLATFORM,
    beginning: datetime = BEGINNING,
) -> Mail:
    """All mailings of so many days."""
    return tuple(mailings(tenant, chance, days, population, beginning))


def mailings(
    tenant: Tenant, chance: random.Random, days: int, population: Population, beginning: datetime
) -> Iterator[Mailing]:
    """The mailings of so many days from `beginning`, each drawn when it is asked for: at an hour, and on a day of its
    rhythm, that are the tenant's own."""
    starts = beginning + chance.random() * timedelta(days=1)
    first = chance.randrange(tenant.rhythm)
    for day in range(first, days, tenant.rhythm):
        sent_at, delivered = starts + timedelta(days=day), _size(tenant, day)
        rate = tenant.rate / OF * variation(population.spread, chance)
        delays = complaint_delays(delivered, rate, population.complaint_delay, chance)
        yield Mailing(sent_at, delivered, tuple(sorted(sent_at + delay for delay in delays)))


def _size(tenant: Tenant, day: int) -> int:
    """Whole e-mails; the rounding loses none over the month."""
    return tenant.monthly * (day + tenant.rhythm) // MONTH - tenant.monthly * day // MONTH


def variation(spread: float, chance: random.Random) -> float:
    """A factor with the mean 1 and the coefficient of variation `spread`."""
    return chance.gammavariate(spread**-2, spread**2) if spread >= LEAST_SPREAD else 1.0


def complaint_delays(mails: int, rate: float, delay: ComplaintDelay, chance: random.Random) -> list[timedelta]:
    """One delay for each of the mails that is complained about, in no order."""
    number = sum(1 for _ in chosen(mails, rate, chance))
    most = delay.at_most / delay.median
    return [delay.median * min(chance.lognormvariate(0, delay.sigma), most) for _ in range(number)]


def chosen(mails: int, probability: float, chance: random.Random) -> Iterator[int]:
    """The numbers of those mails to which something happens that has the same probability for each. Between two of
    them lies a geometrically distributed number of others, so that large mailings are drawn as quickly as small ones.
    """
    if probability < NEGLIGIBLE:
        return
    log_none = math.log1p(-probability) if probability < 1 else -math.inf
    which = -1
    while True:
        which += 1 + int(math.log(1 - chance.random()) / log_none)
        if which >= mails:
            return
        yield which
