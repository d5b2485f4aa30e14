from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from permille.aws.ses_events import parse
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery
from permille_cli.simulation.arrival import DIRECT, REDELIVERED_WITHIN, Transport, in_order
from permille_cli.simulation.event_lines import line_of
from permille_cli.simulation.feedback import FeedbackKind, Report
from permille_cli.simulation.population import BEGINNING, BounceShares, Population, chance_of
from permille_cli.simulation.simulation import Simulation

BUSY = Population(volumes={3_000: 1}, rates={2_000: 1}, bounces=BounceShares(0.05, 0.02))
transports = st.builds(Transport, duplicates=st.floats(0, 1), disorder=st.integers(0, 86_400_000))


def arriving(transport: Transport) -> list[Report]:
    simulation = Simulation(3, 4, 1, BEGINNING, BUSY, transport)
    return list(simulation.arriving(simulation.tenants()))


AS_THEY_HAPPEN = arriving(DIRECT)


def as_they_happened(reports: Iterable[Report]) -> Counter[Report]:
    return Counter(report._replace(arrives_at=report.at) for report in reports)


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 99)))))
def test_what_arrives_is_in_order_whatever_is_drawn(steps: list[tuple[int, list[int]]]) -> None:
    groups, earliest = [], 0
    for step, delays in steps:
        earliest += step
        times = [earliest + delay for delay in delays]
        groups.append((earliest, [Report(at, 0, at, FeedbackKind.DELIVERY, at, 1, 1) for at in times]))

    ordered = list(in_order(groups))

    assert ordered == sorted(report for _, reports in groups for report in reports)


@given(transports)
def test_the_file_is_in_order_of_arrival_and_loses_nothing(transport: Transport) -> None:
    reports = arriving(transport)

    assert all(before.arrives_at <= after.arrives_at for before, after in pairwise(reports))
    assert all(0 <= one.arrives_at - one.at <= transport.disorder + REDELIVERED_WITHIN for one in reports)
    assert set(as_they_happened(reports)) == set(AS_THEY_HAPPEN)
    assert set(as_they_happened(reports).values()) <= {1, 2}


@settings(max_examples=10)
@given(transports)
def test_a_copy_counts_as_the_same_feedback(transport: Transport) -> None:
    def identities(reports: Iterable[Report]) -> set[str]:
        found = set()
        for one in map(parse, map(line_of, reports)):
            assert isinstance(one, Delivery | Bounce | Complaint)
            found.update([one.identity] if isinstance(one, Complaint) else one.identities())
        return found

    assert identities(arriving(transport)) == identities(AS_THEY_HAPPEN)


def test_every_event_can_arrive_twice_or_none() -> None:
    assert set(as_they_happened(arriving(Transport(duplicates=1.0))).values()) == {2}
    assert set(as_they_happened(arriving(Transport(disorder=60_000))).values()) == {1}


def test_events_arrive_in_another_order_than_they_happen() -> None:
    reports = arriving(Transport(disorder=60_000))

    assert [one.at for one in reports] != sorted(one.at for one in reports)


def test_the_transport_changes_nothing_that_is_drawn() -> None:
    simulation = Simulation(3, 4, 1, BEGINNING, BUSY, Transport(0.5, 1000))
    direct = simulation.tenants()[0].reports(4, BEGINNING)

    lossless = {report.unique for report in Transport(0.0, 1000).transported(direct, chance_of(1, 0))}

    assert lossless == {report.unique for report in AS_THEY_HAPPEN if report.tenant == 0}
