from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from bench.preset_run import POLICIES, stops
from bench.tenant_history import suspension

from permille.domain.policy.policy import CONSERVATIVE, DEFAULT, Policy
from permille_cli.simulation.mailings import Mail, Mailing, mail_of
from permille_cli.simulation.population import BEGINNING, PLATFORM, Tenant, chance_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EACH = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)


def a_mailing(day: int, delivered: int, *complaints: timedelta) -> Mailing:
    """`complaints`: how long after it was sent."""
    sent_at = BEGINNING + day * DAY
    return Mailing(sent_at, delivered, tuple(sent_at + late for late in complaints))


def mails(*tenants: Tenant, each: int) -> Iterator[Mail]:
    """Of so many tenants of each kind."""
    for tenant in tenants:
        yield from (mail_of(tenant, chance_of(7, number)) for number in range(each))


BORDERLINE = [
    Tenant(rate, monthly, rhythm)
    for rate in (80, 120, 500)
    for monthly in (1_000, 5_000)
    for rhythm in PLATFORM.rhythms
]


@EACH
def test_whom_nobody_complains_about_is_never_disabled(policy: Policy) -> None:
    everybody = mails(
        *(Tenant(0, monthly, rhythm) for monthly in (50, 1_000_000) for rhythm in PLATFORM.rhythms), each=3
    )

    assert [suspension(mail, policy) for mail in everybody] == [None] * 12


@EACH
def test_who_sends_20_000_a_month_at_3_per_cent_is_always_disabled(policy: Policy) -> None:
    bad = mails(*(Tenant(3_000, 20_000, rhythm) for rhythm in PLATFORM.rhythms), each=10)

    assert None not in [suspension(mail, policy) for mail in bad]


@pytest.mark.parametrize(
    ("delivered", "complaints", "disabled"),
    [(1_000, 1, False), (1_000, 2, True), (2_000, 2, False), (1_999, 2, True)],
)
def test_the_default_rule_decides(delivered: int, complaints: int, *, disabled: bool) -> None:
    mail = (a_mailing(0, delivered, *[HOUR] * complaints),)

    assert (suspension(mail, DEFAULT) is not None) == disabled


def test_mail_that_was_sent_meanwhile_is_counted_when_a_complaint_comes() -> None:
    first, second = a_mailing(0, 1_000, HOUR, 3 * DAY), a_mailing(2, 1_000)

    assert suspension((first,), DEFAULT) is not None
    assert suspension((first, second), DEFAULT) is None


def test_a_stop_tells_what_was_let_out_and_all_complaints_about_it() -> None:
    mail = (a_mailing(0, 600, HOUR), a_mailing(1, 400, HOUR, 9 * DAY), a_mailing(2, 5_000, HOUR))

    stop = suspension(mail, DEFAULT)

    assert stop is not None
    assert (stop.at, stop.delivered, stop.complaints, stop.by_time) == (BEGINNING + DAY + HOUR, 1_000, 3, False)


def test_default_disables_at_the_first_complaint_that_finds_the_ratio_broken() -> None:
    def breaks(mail: Mail, at: datetime) -> bool:
        delivered = sum(batch.delivered for batch in mail if batch.sent_at <= at)
        complaints = sum(came <= at for batch in mail for came in batch.complaints)
        return complaints >= 2 and complaints * 1000 > delivered

    for mail in mails(*BORDERLINE, each=10):
        came = sorted(at for batch in mail for at in batch.complaints)
        stop = suspension(mail, DEFAULT)

        first = next((at for at in came if breaks(mail, at)), None)
        assert (stop and stop.at) == (first and first.replace(microsecond=0))


def test_that_the_window_leaves_clean_mail_behind_disables_nobody() -> None:
    """Until something is counted: 2 in 500 are left."""
    mail = (a_mailing(0, 5_000), a_mailing(20, 500, HOUR, HOUR), a_mailing(40, 100))
    complained_about = (*mail[:2], a_mailing(40, 100, 6 * DAY))

    assert suspension(mail, DEFAULT) is None
    assert suspension(complained_about, DEFAULT) is not None


def test_conservative_keeps_whom_default_keeps() -> None:
    everybody = list(mails(*BORDERLINE, each=6))
    kept = [mail for mail in everybody if suspension(mail, DEFAULT) is None]

    assert [suspension(mail, CONSERVATIVE) for mail in kept] == [None] * len(kept)
    assert 0 < len(kept) < len(everybody)


def test_each_preset_judges_the_same_mail() -> None:
    mail = (a_mailing(0, 2_000, HOUR, HOUR), a_mailing(1, 2_000, HOUR, HOUR))

    found = stops(mail)

    assert [name for name, stop in found.items() if stop] == ["allprowebtools"]
