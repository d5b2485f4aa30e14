"""How reports arrive: the order of arrival, and what SNS and SQS may do on the way."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from permille_cli.simulation.feedback import Report

REDELIVERED_WITHIN = 3_600_000  # milliseconds


def in_order(groups: Iterable[tuple[int, Iterable[Report]]]) -> Iterator[Report]:
    """The reports in order of arrival. Each group has the time before which nothing in it, nor in any later group,
    arrives; a report is kept no longer than until then."""
    waiting: list[Report] = []
    for earliest, reports in groups:
        while waiting and waiting[0].arrives_at < earliest:
            yield heappop(waiting)
        for report in reports:
            heappush(waiting, report)
    while waiting:
        yield heappop(waiting)


@dataclass(frozen=True, slots=True)
class Transport:
    """What standard topics and queues do: they may deliver an event twice, and in another order.

    duplicates: the share of events that arrive a second time, within an hour
    disorder: milliseconds by which events are late at most
    """

    duplicates: float = 0.0
    disorder: int = 0

    def transported(self, reports: Iterator[Report], chance: random.Random) -> Iterator[Report]:
        """The reports as they arrive, of reports in the order in which they happen."""
        return in_order((report.at, self._arriving(report, chance)) for report in reports)

    def _arriving(self, report: Report, chance: random.Random) -> Iterator[Report]:
        at = report.at + int(chance.random() * self.disorder)
        yield report._replace(arrives_at=at)
        if chance.random() < self.duplicates:
            yield report._replace(arrives_at=at + int(chance.random() * REDELIVERED_WITHIN))


DIRECT = Transport()
