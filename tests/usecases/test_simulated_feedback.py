"""Ingest counts the feedback of a simulated platform as it was drawn, whatever the transport does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from tests.support.builders import OWNER_MAIL_SENDER, a_sender, an_account
from tests.support.fakes import FakeLedger, FakeQuarantine, Faults, Rows

from permille.aws.events import as_received
from permille.domain.policy.policy import DEFAULT
from permille.domain.values.tally import Tally
from permille.usecases.feedback.ingest import IngestServices, ingest
from permille_cli.simulation.arrival import Transport
from permille_cli.simulation.event_lines import line_of
from permille_cli.simulation.feedback import Report
from permille_cli.simulation.population import BEGINNING, BounceShares, Bursts, Population, account_of, caller_of
from permille_cli.simulation.simulation import Simulation, truths

BUSY = Population(
    rates={100: 1, 3_000: 1}, volumes={500: 1, 2_000: 1}, bursts=Bursts(0.2, 5), bounces=BounceShares(0.03, 0.01)
)
BATCH = 500


def test_every_account_gets_its_true_counts() -> None:
    simulation = Simulation(6, 20, 1, BEGINNING, BUSY, Transport(duplicates=0.1, disorder=120_000))
    tenants, rows, quarantine = simulation.tenants(), Rows(faults=Faults()), FakeQuarantine(Faults())
    for account in map(account_of, range(6)):
        rows.accounts[account] = an_account(account)
        rows.senders[caller_of(account)] = a_sender(caller_of(account), account)
    services = IngestServices(FakeLedger(rows), quarantine, lambda: DEFAULT, OWNER_MAIL_SENDER)

    for batch in _batches(simulation.arriving(tenants)):
        received = [as_received(f"r-{number}", line_of(report)) for number, report in enumerate(batch)]
        now = datetime.fromtimestamp(batch[-1].arrives_at / 1000, UTC)
        assert ingest(services, received, now, lambda: timedelta(minutes=1)) == []

    counted = dict.fromkeys(map(account_of, range(6)), Tally())
    for (account, _, _), tally in rows.tallies.items():
        counted[account] += tally
    assert list(counted.values()) == [
        Tally(one.delivered, one.complaints, one.permanent_bounces) for one in truths(tenants)
    ]
    assert sum(one.complaints for one in counted.values()) > 50
    assert quarantine.kept == {}


def _batches(reports: Iterator[Report]) -> Iterator[list[Report]]:
    while batch := list(islice(reports, BATCH)):
        yield batch
