import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.aws.ses_events import parse
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback
from permille_cli.simulation.event_lines import line_of
from permille_cli.simulation.feedback import FeedbackKind, Report, Truth
from permille_cli.simulation.mailings import mail_of
from permille_cli.simulation.population import (
    BEGINNING,
    BounceShares,
    Bursts,
    Population,
    account_of,
    chance_of,
    tenant_from,
)
from permille_cli.simulation.simulation import Simulation, truths

MILLISECOND = timedelta(milliseconds=1)

populations = st.builds(
    Population,
    rates=st.dictionaries(st.integers(0, 50_000), st.floats(0.1, 10), min_size=1, max_size=3),
    volumes=st.dictionaries(st.integers(0, 2_000), st.floats(0.1, 10), min_size=1, max_size=3),
    rhythms=st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple),
    spread=st.floats(0, 2),
    bursts=st.builds(Bursts, st.floats(0, 1), st.floats(1, 100)),
    bounces=st.builds(BounceShares, st.floats(0, 0.25), st.floats(0, 0.25), st.floats(0, 2)),
    sending=st.timedeltas(timedelta(0), timedelta(days=1)),
    delivery=st.timedeltas(timedelta(0), timedelta(hours=3)),
)
simulations = st.builds(
    Simulation,
    accounts=st.integers(1, 4),
    days=st.integers(1, 10),
    seed=st.integers(0, 2**64),
    beginning=st.just(BEGINNING),
    population=populations,
)


def simulated(simulation: Simulation) -> tuple[list[Report], list[Truth]]:
    tenants = simulation.tenants()
    return list(simulation.arriving(tenants)), truths(tenants)


def parsed(reports: Sequence[Report]) -> list[Feedback]:
    feedback = [parse(line_of(report)) for report in reports]
    assert all(isinstance(one, Delivery | Bounce | Complaint) for one in feedback)
    return feedback  # type: ignore[return-value]


@given(simulations)
def test_reports_arrive_in_order_and_say_when_they_happened(simulation: Simulation) -> None:
    reports, _ = simulated(simulation)

    assert all(before.arrives_at <= after.arrives_at for before, after in pairwise(reports))
    assert all(report.sent_at < report.at == report.arrives_at for report in reports)


@given(simulations)
def test_what_the_parser_counts_is_the_truth(simulation: Simulation) -> None:
    reports, drawn = simulated(simulation)
    counted: Counter[tuple[str, str]] = Counter()
    identities = set()
    for one in parsed(reports):
        kind = type(one).__name__ if not isinstance(one, Bounce) or one.permanent else "Transient"
        counted[one.message.sender, kind] += 1
        identities.update([one.identity] if isinstance(one, Complaint) else one.identities())
        assert not isinstance(one, Complaint) or not one.why_not_counted

    for number, truth in enumerate(drawn):
        sender = f"permille-{account_of(number)}"
        numbers = (truth.delivered, truth.complaints, truth.permanent_bounces, truth.transient_bounces)
        assert tuple(counted[sender, kind] for kind in ("Delivery", "Complaint", "Bounce", "Transient")) == numbers
    assert len(identities) == sum(one.delivered + one.complaints + one.permanent_bounces for one in drawn)


@given(simulations, st.integers(1, 4))
def test_more_days_change_nothing_of_the_days_before(simulation: Simulation, more: int) -> None:
    reports, _ = simulated(simulation)

    of_more, _ = simulated(replace(simulation, days=simulation.days + more))

    assert set(reports) <= set(of_more)


@given(simulations, st.builds(BounceShares, st.floats(0, 0.25), st.floats(0, 0.25)))
def test_bounces_change_no_number_of_deliveries_and_complaints(simulation: Simulation, bounces: BounceShares) -> None:
    without_bursts = replace(simulation, population=replace(simulation.population, bursts=Bursts()))
    with_others = replace(without_bursts, population=replace(without_bursts.population, bounces=bounces))

    _, before = simulated(without_bursts)
    _, after = simulated(with_others)

    assert [(one.delivered, one.complaints) for one in after] == [(one.delivered, one.complaints) for one in before]


@given(simulations)
def test_bursts_add_complaints(simulation: Simulation) -> None:
    _, without = simulated(replace(simulation, population=replace(simulation.population, bursts=Bursts())))
    _, with_bursts = simulated(simulation)

    for before, after in zip(without, with_bursts, strict=True):
        assert before.complaints <= after.complaints <= after.delivered
        assert after.true_rate >= before.true_rate


def test_bursts_have_the_share_and_the_factor_that_are_asked_for() -> None:
    population = Population(rates={400: 1}, volumes={20_000: 1}, rhythms=(1,), bursts=Bursts(0.5, 2.0))
    _, drawn = simulated(Simulation(12, 30, 1, BEGINNING, population))

    assert sum(one.bursts for one in drawn) / (12 * 30) == pytest.approx(0.5, abs=0.08)
    assert {one.true_rate for one in drawn} == {0.006}  # 0.004, and twice that in half of the mailings
    assert sum(one.complaints for one in drawn) / sum(one.delivered for one in drawn) == pytest.approx(0.006, rel=0.1)


def test_each_mail_and_each_report_has_an_id_of_its_own() -> None:
    population = Population(rates={5_000: 1}, volumes={2_000: 1}, bounces=BounceShares(0.1, 0.1))
    reports, drawn = simulated(Simulation(3, 10, 1, BEGINNING, population))
    events = [json.loads(line_of(report)) for report in reports]

    mails = {event["mail"]["messageId"] for event in events}
    ids = [event[kind]["feedbackId"] for event in events for kind in ("bounce", "complaint") if kind in event]
    assert len(mails) == sum(one.mails for one in drawn)
    assert len(set(ids)) == len(ids) > 100
    assert {one.partition("-")[2] for one in ids} & {one.partition("-")[2] for one in mails} == set()


def test_bounces_have_the_shares_that_are_asked_for() -> None:
    population = Population(volumes={3_000: 1}, rhythms=(1,), bounces=BounceShares(0.06, 0.02, 0.5))
    _, drawn = simulated(Simulation(60, 10, 1, BEGINNING, population))

    mails = sum(one.mails for one in drawn)
    assert sum(one.permanent_bounces for one in drawn) / mails == pytest.approx(0.06, rel=0.15)
    assert sum(one.transient_bounces for one in drawn) / mails == pytest.approx(0.02, rel=0.15)


def test_a_mailing_is_drawn_when_what_comes_before_it_was_read() -> None:
    """Else the memory that is used grows with the days."""
    population = Population(rates={500: 1}, volumes={300: 1})
    tenants = (simulation := Simulation(6, 60, 1, BEGINNING, population)).tenants()

    for report in simulation.arriving(tenants):
        passed = (report.arrives_at / 1000 - BEGINNING.timestamp()) / 86_400
        for truth in truths(tenants):
            assert truth.mailings <= passed // truth.tenant.rhythm + 2


@given(simulations, st.integers(1, 4))
def test_more_accounts_change_nothing_for_the_others(simulation: Simulation, more: int) -> None:
    reports, _ = simulated(simulation)
    simulation_of_more = Simulation(
        simulation.accounts + more, simulation.days, simulation.seed, simulation.beginning, simulation.population
    )

    of_more, _ = simulated(simulation_of_more)

    assert [report for report in of_more if report.tenant < simulation.accounts] == reports


def test_an_account_has_the_deliveries_and_complaints_that_policies_are_simulated_on() -> None:
    with_bounces = Population(bounces=BounceShares(0.02, 0.01))
    _, drawn = simulated(Simulation(40, 9, 7, BEGINNING, with_bounces))

    for number, truth in enumerate(drawn):
        chance = chance_of(7, number)
        mail = mail_of(tenant_from(chance), chance, 9)
        assert truth.delivered == sum(mailing.delivered for mailing in mail)
        assert truth.complaints == sum(len(mailing.complaints) for mailing in mail)


def test_a_complaint_is_as_late_as_policies_are_simulated_on() -> None:
    population = Population(rates={1_000: 1}, volumes={2_000: 1})
    reports, _ = simulated(Simulation(10, 28, 7, BEGINNING, population))
    delivered = {report.unique: report.at for report in reports if report.kind is FeedbackKind.DELIVERY}
    complaints = [report for report in reports if report.kind is FeedbackKind.COMPLAINT]

    expected = []
    for number in range(10):
        chance = chance_of(7, number)
        mail = mail_of(tenant_from(chance, population), chance, 28)
        expected += [(at - mailing.sent_at) // MILLISECOND for mailing in mail for at in mailing.complaints]
    assert sorted(one.at - delivered[one.unique] for one in complaints) == sorted(expected)
    assert len(expected) > 100


SAMPLES = Path(__file__).parents[1] / "ses_events"
DOCUMENTED_BESIDE = {"complaintSubType"}  # in the text of the page, and in no example
LEFT_OUT = {"myCustomTag1", "myCustomTag2"}  # of the examples


@pytest.mark.parametrize("kind", FeedbackKind)
def test_an_event_has_the_fields_of_the_documented_example(kind: FeedbackKind) -> None:
    always = Population(rates={50_000: 1}, volumes={3_000: 1}, rhythms=(1,), bounces=BounceShares(0.1, 0.1, 0))
    reports, _ = simulated(Simulation(1, 2, 1, BEGINNING, always))
    event = json.loads(line_of(next(report for report in reports if report.kind is kind)))
    example = json.loads((SAMPLES / f"doc_event_{event['eventType'].lower()}.json").read_text(encoding="utf-8"))

    assert fields(example) - LEFT_OUT <= fields(event)
    about = event["eventType"].lower()
    assert set(event[about]) - set(example[about]) <= DOCUMENTED_BESIDE


def fields(event: object) -> set[str]:
    """The names of all fields, but for those of headers."""
    if isinstance(event, list):
        return set().union(*map(fields, event))
    return set(event).union(*map(fields, event.values())) if isinstance(event, dict) else set()


def test_a_line_is_the_event_that_its_placeholders_stand_for() -> None:
    """Each text of the event is in its place, and each number is one."""
    report = next(iter(simulated(Simulation(1, 1, 1, BEGINNING, Population(rhythms=(1,))))[0]))

    event = json.loads(line_of(report))

    sent_at = datetime.fromisoformat(event["mail"]["timestamp"])
    at = datetime.fromisoformat(event["delivery"]["timestamp"])
    assert event["delivery"]["processingTimeMillis"] == (at - sent_at) // MILLISECOND
    assert event["mail"]["tags"]["ses:caller-identity"] == ["permille-account-000000"]
    assert event["mail"]["destination"] == event["delivery"]["recipients"] == ["reader-0@inbox.example"]
    assert "%" not in line_of(report)
