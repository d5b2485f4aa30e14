import random
import statistics
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from permille_cli.simulation.mailings import Mail, mail_of
from permille_cli.simulation.population import PLATFORM, RATES, STEADY, VOLUMES, WEEKLY, Tenant, chance_of, tenant_from

SEED = 4711
MANY = 4_000
WITHIN = 2.5  # percentage points: more than three standard deviations of the largest share


def some_mail(tenant: Tenant, number: int = 1, days: int = 30) -> Mail:
    return mail_of(tenant, chance_of(SEED, number), days)


def test_a_tenant_is_drawn_from_its_seed_and_number_alone() -> None:
    def drawn(seed: int, number: int) -> tuple[Tenant, Mail]:
        chance = chance_of(seed, number)
        return (tenant := tenant_from(chance)), mail_of(tenant, chance)

    first = [drawn(SEED, number) for number in range(20)]

    assert [drawn(SEED, number) for number in reversed(range(20))] == first[::-1]
    assert [drawn(SEED + 1, number) for number in range(20)] != first


def test_the_tenants_have_their_shares() -> None:
    tenants = [tenant_from(chance_of(SEED, number)) for number in range(MANY)]

    def shares(values: list[int]) -> dict[int, float]:
        return {value: 100 * number / MANY for value, number in Counter(values).items()}

    assert shares([one.rate for one in tenants]) == pytest.approx(RATES, abs=WITHIN)
    assert shares([one.monthly for one in tenants]) == pytest.approx(VOLUMES, abs=WITHIN)
    assert shares([one.rhythm for one in tenants]) == pytest.approx(dict.fromkeys(PLATFORM.rhythms, 50), abs=WITHIN)


@pytest.mark.parametrize("monthly", VOLUMES)
def test_who_sends_daily_sends_its_volume_each_month(monthly: int) -> None:
    mail = some_mail(Tenant(0, monthly, STEADY), days=90)

    assert [len(mail), sum(mailing.delivered for mailing in mail[:30]), sum(mailing.delivered for mailing in mail)] == [
        90,
        monthly,
        3 * monthly,
    ]


@pytest.mark.parametrize("monthly", VOLUMES)
def test_who_sends_weekly_sends_its_volume_in_the_long_run(monthly: int) -> None:
    mail = some_mail(Tenant(0, monthly, WEEKLY), days=210)  # 30 weeks are 7 months

    apart = {after.sent_at - before.sent_at for before, after in pairwise(mail)}
    assert (len(mail), apart) == (30, {timedelta(days=7)})
    assert sum(mailing.delivered for mailing in mail) == pytest.approx(7 * monthly, abs=1)


def test_the_rates_of_mailings_spread_around_their_tenants() -> None:
    tenant = Tenant(3_000, 100_000, STEADY)
    rates = [
        len(mailing.complaints) / mailing.delivered for number in range(40) for mailing in some_mail(tenant, number)
    ]

    mean = statistics.mean(rates)
    assert mean == pytest.approx(0.03, rel=0.06)
    assert statistics.stdev(rates) / mean == pytest.approx(0.51, abs=0.04)  # 0.5, and what chance adds to 3,333 e-mails


@pytest.mark.parametrize("rate", [20, 3_000])
def test_small_mailings_have_as_many_complaints_as_their_rate_says(rate: int) -> None:
    tenant, months = Tenant(rate, 1_000, STEADY), 3_000 if rate == 20 else 60
    complaints = sum(len(mailing.complaints) for number in range(months) for mailing in some_mail(tenant, number))

    assert complaints == pytest.approx(months * 1_000 * rate / 100_000, rel=0.12)


def test_of_a_rate_of_nothing_come_no_complaints_and_of_everything_not_more_than_e_mails() -> None:
    none, all_ = some_mail(Tenant(0, 1_000_000, WEEKLY)), some_mail(Tenant(10**7, 1_000, WEEKLY))

    assert [len(mailing.complaints) for mailing in none] == [0] * len(none)
    assert [len(mailing.complaints) for mailing in all_] == [mailing.delivered for mailing in all_]


def test_complaints_are_late_by_hours_to_days() -> None:
    mail = some_mail(Tenant(3_000, 1_000_000, WEEKLY))
    late = sorted(at - mailing.sent_at for mailing in mail for at in mailing.complaints)

    tenth = len(late) // 10
    assert late[0] > timedelta(0)
    assert late[-1] <= PLATFORM.complaint_delay.at_most
    assert late[tenth] / timedelta(hours=1) == pytest.approx(3, abs=0.5)
    assert late[len(late) // 2] / PLATFORM.complaint_delay.median == pytest.approx(1, abs=0.1)
    assert late[-tenth] / timedelta(days=1) == pytest.approx(2, abs=0.25)


def test_drawing_leaves_the_global_generator_alone() -> None:
    state = random.getstate()

    some_mail(Tenant(3_000, 1_000, STEADY))

    assert random.getstate() == state
