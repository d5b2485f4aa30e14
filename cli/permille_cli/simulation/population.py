"""The tenants of a simulated platform, drawn at random. Each depends on the seed and its own number alone: neither on
the other tenants, nor on the policy or the version of Permille.

Which numbers have a source, and which are assumptions, is in docs/simulation.md.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MONTH = 30  # days
OF = 100_000  # delivered e-mails, of which a rate counts the complaints
RATES: Mapping[int, float] = {20: 90, 80: 5, 120: 2, 500: 2, 3_000: 1}  # and per cent of the tenants
VOLUMES: Mapping[int, float] = {50: 25, 200: 25, 1_000: 20, 5_000: 15, 20_000: 10, 100_000: 4.5, 1_000_000: 0.5}
FEEDBACK_TYPES: Mapping[str, float] = {"abuse": 97, "fraud": 1, "virus": 1, "other": 1}  # of RFC 5965
STEADY, WEEKLY = 1, 7  # days from one mailing to the next
BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday


@dataclass(frozen=True, slots=True)
class ComplaintDelay:
    """The time from the delivery of a mail to the complaint about it: log-normally distributed, and cut at `at_most`.
    By default a tenth of the complaints come within 3 hours, and a tenth after 2 days."""

    median: timedelta = timedelta(hours=12)
    sigma: float = 1.1
    at_most: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Bursts:
    """Mailings about which far more recipients complain, such as one to a bought list. They come on top: without them
    the same tenants have the same complaints, and these are fewer.

    share: of the mailings, from 0 to 1
    factor: by which the expected number of complaints is multiplied
    """

    share: float = 0.0
    factor: float = 10.0

    @property
    def mean(self) -> float:
        """The factor of all mailings, on average."""
        return 1 + self.share * (self.factor - 1)


@dataclass(frozen=True, slots=True)
class BounceShares:
    """Mail that is not delivered. It is sent on top: without it the same tenants have the same deliveries.

    permanent, transient: shares of all mail sent, on average over the tenants
    spread: coefficient of variation of the tenants' own shares
    retried: how long SES tries before it gives up, and reports a transient bounce
    """

    permanent: float = 0.0
    transient: float = 0.0
    spread: float = 1.0
    retried: timedelta = timedelta(minutes=840)

    @property
    def share(self) -> float:
        """Of all mail sent, of either kind."""
        return self.permanent + self.transient


@dataclass(frozen=True, slots=True)
class Population:
    """What tenants and their mail are drawn from.

    rates: the weight of each true rate, in complaints per 100,000 delivered e-mails
    volumes: the weight of each number of delivered e-mails in 30 days
    rhythms: days from one mailing to the next, all equally likely
    spread: coefficient of variation of the rates of one tenant's mailings
    sending: how long a mailing takes to be sent, one mail after the other
    delivery: mean time from sending to delivery, which is exponentially distributed
    feedback_types: the weight of each `Feedback-Type` of complaints
    """

    rates: Mapping[int, float] = field(default_factory=lambda: RATES)
    volumes: Mapping[int, float] = field(default_factory=lambda: VOLUMES)
    rhythms: tuple[int, ...] = (STEADY, WEEKLY)
    spread: float = 0.5
    complaint_delay: ComplaintDelay = ComplaintDelay()
    bursts: Bursts = Bursts()
    bounces: BounceShares = BounceShares()
    sending: timedelta = timedelta(hours=1)
    delivery: timedelta = timedelta(seconds=3)
    feedback_types: Mapping[str, float] = field(default_factory=lambda: FEEDBACK_TYPES)


PLATFORM = Population()  # on which the presets are measured


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant: its true rate, its delivered e-mails in 30 days, and the days from one mailing to the next."""

    rate: int
    monthly: int
    rhythm: int


def chance_of(seed: int, number: int, *purpose: str) -> random.Random:
    """The random generator of a tenant, the same in every version of Python. A purpose has one of its own, so that
    what is drawn for it changes nothing else."""
    return random.Random(" ".join(("permille", str(seed), str(number), *purpose)))  # noqa: S311 - no secret


def tenant_from(chance: random.Random, population: Population = PLATFORM) -> Tenant:
    """Draws a tenant."""
    (rate,) = chance.choices(list(population.rates), list(population.rates.values()))
    (monthly,) = chance.choices(list(population.volumes), list(population.volumes.values()))
    return Tenant(rate, monthly, chance.choice(population.rhythms))


def account_of(tenant: int) -> str:
    """The account's id of a tenant's number."""
    return f"account-{tenant:06}"


def caller_of(account: str) -> str:
    """The IAM user that an account sends with."""
    return f"permille-{account}"
