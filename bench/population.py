"""The tenants of a simulated platform and their mail, drawn at random. Each depends only on the seed and its number,
not on the policy or the version of Permille.

A tenant's rate is the expected number of complaints per e-mail. It is the mean of its batches' rates,
which are gamma-distributed: some mailings annoy more than others. Everything is delivered and counted at once, nothing
bounces, and complaints come hours to days later.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

MONTH = 30  # days
OF = 100_000  # e-mails, of which a rate counts the complaints
RATES = {20: 90, 80: 5, 120: 2, 500: 2, 3_000: 1}  # and per cent of the tenants
VOLUMES = {50: 25, 200: 25, 1_000: 20, 5_000: 15, 20_000: 10, 100_000: 4.5, 1_000_000: 0.5}  # a month, and per cent
SPREAD = 0.5  # coefficient of variation of a batch's rate
LATE, LATE_SIGMA = timedelta(hours=12), 1.1  # log-normal: median; a tenth within 3 hours, a tenth after 2 days
LATE_AT_MOST = timedelta(days=14)
BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday


class Rhythm(IntEnum):
    """The days from one batch to the next. Half of the tenants have either."""

    STEADY = 1
    WEEKLY = 7


@dataclass(frozen=True, slots=True)
class Tenant:
    rate: int
    monthly: int
    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class Batch:
    """Mail that is sent, delivered and counted at one instant, and when the complaints about it are counted."""

    sent_at: datetime
    delivered: int
    complaints: tuple[datetime, ...]


Mail = tuple[Batch, ...]


def chance_of(seed: int, number: int) -> random.Random:
    """The random generator of a tenant. The same in every version of Python."""
    return random.Random(f"permille {seed} {number}")


def tenant_from(chance: random.Random) -> Tenant:
    (rate,) = chance.choices(list(RATES), list(RATES.values()))
    (monthly,) = chance.choices(list(VOLUMES), list(VOLUMES.values()))
    return Tenant(rate, monthly, chance.choice(list(Rhythm)))


def mail_of(tenant: Tenant, chance: random.Random, days: int = MONTH) -> Mail:
    """What it sends in so many days from BEGINNING, at an hour and, where it is weekly, on a weekday of its own."""
    starts = BEGINNING + chance.random() * timedelta(days=1)
    first = chance.randrange(tenant.rhythm)
    return tuple(
        _batch(starts + timedelta(days=day), _sent(tenant, day), tenant.rate / OF, chance)
        for day in range(first, days, tenant.rhythm)
    )


def _sent(tenant: Tenant, day: int) -> int:
    """Whole e-mails per batch; the rounding loses none over the month."""
    return tenant.monthly * (day + tenant.rhythm) // MONTH - tenant.monthly * day // MONTH


def _batch(sent_at: datetime, delivered: int, mean: float, chance: random.Random) -> Batch:
    shape = SPREAD**-2
    rate = min(mean * chance.gammavariate(shape, 1 / shape), 1.0)
    number = sum(1 for _ in _complained_about(delivered, rate, chance))
    return Batch(sent_at, delivered, tuple(sorted(sent_at + _late(chance) for _ in range(number))))


def _complained_about(delivered: int, rate: float, chance: random.Random) -> Iterator[int]:
    """Which of the e-mails: between two of them lies a geometrically distributed number of others, so that their number
    is binomially distributed, and large batches are drawn as quickly as small ones."""
    if rate <= 0:
        return
    log_none = math.log1p(-rate) if rate < 1 else -math.inf
    which = -1
    while True:
        which += 1 + int(math.log(1 - chance.random()) / log_none)
        if which >= delivered:
            return
        yield which


def _late(chance: random.Random) -> timedelta:
    return min(LATE * chance.lognormvariate(0, LATE_SIGMA), LATE_AT_MOST)
