import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from permille.aws.ses_events import parse
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback
from permille_cli.simulation.event_lines import account_of, line_of
from permille_cli.simulation.feedback import Report, Truth
from permille_cli.simulation.mailings import mail_of
from permille_cli.simulation.population import (
    BEGINNING,
    PLATFORM,
    BounceShares,
    Bursts,
    Population,
    chance_of,
    tenant_from,
)
from permille_cli.simulation.simulation import Simulation, truths

SMALL = {3: 2, 50: 1, 2_000: 1}  # volumes

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
def test_more_accounts_change_nothing_for_the_others(simulation: Simulation, more: int) -> None:
    reports, _ = simulated(simulation)
    simulation_of_more = Simulation(
        simulation.accounts + more, simulation.days, simulation.seed, simulation.beginning, simulation.population
    )

    of_more, _ = simulated(simulation_of_more)

    assert [report for report in of_more if report.tenant < simulation.accounts] == reports


def test_an_account_has_the_deliveries_and_complaints_that_policies_are_simulated_on() -> None:
    with_bounces = Population(bounces=BounceShares(0.02, 0.01))
    _, drawn = simulated(Simulation(60, 20, 7, BEGINNING, with_bounces))

    for number, truth in enumerate(drawn):
        chance = chance_of(7, number)
        mail = mail_of(tenant_from(chance), chance, 20)
        assert truth.delivered == sum(mailing.delivered for mailing in mail)
        assert truth.complaints == sum(len(mailing.complaints) for mailing in mail)


def test_a_complaint_is_as_late_as_policies_are_simulated_on() -> None:
    reports, _ = simulated(Simulation(300, 7, 7, BEGINNING))
    delivered = {report.unique: report.at for report in reports if report.kind == "delivery"}
    late = sorted(report.at - delivered[report.unique] for report in reports if report.kind == "complaint")

    expected = []
    for number in range(300):
        chance = chance_of(7, number)
        mail = mail_of(tenant_from(chance), chance, 7)
        expected += [at - mailing.sent_at for mailing in mail for at in mailing.complaints]
    assert late == sorted(delay // timedelta(milliseconds=1) for delay in expected)
    assert len(late) > 100
    assert late[-1] <= PLATFORM.complaint_delay.at_most / timedelta(milliseconds=1)


def test_a_line_is_the_event_that_its_placeholders_stand_for() -> None:
    """Each text of the event is in its place, and each number is one."""
    report = next(iter(simulated(Simulation(1, 1, 1, BEGINNING, Population(rhythms=(1,))))[0]))

    event = json.loads(line_of(report))

    sent_at = datetime.fromisoformat(event["mail"]["timestamp"])
    at = datetime.fromisoformat(event["delivery"]["timestamp"])
    assert event["delivery"]["processingTimeMillis"] == (at - sent_at) // timedelta(milliseconds=1)
    assert event["mail"]["tags"]["ses:caller-identity"] == ["permille-account-000000"]
    assert event["mail"]["destination"] == event["delivery"]["recipients"] == ["reader-0@inbox.example"]
    assert "%" not in line_of(report)
