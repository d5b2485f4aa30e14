"""`python -m bench.simulating`: what a simulated event costs, beside `json.dumps` of the same event alone.

Writes bench/results/simulating.json."""

import json
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.results import keep

from permille_cli.simulation.event_lines import line_of
from permille_cli.simulation.feedback import Report
from permille_cli.simulation.output import replacing
from permille_cli.simulation.population import BEGINNING
from permille_cli.simulation.simulation import Simulation

ACCOUNTS, DAYS, SEED = 1_000, 30, 1
EVENTS, SAMPLE = 1_000_000, 50_000


def measure(events: int = EVENTS, sample: int = SAMPLE) -> dict[str, object]:
    """Microseconds of CPU for an event. The memory is the whole process's, at most, before the events are kept that the
    comparison needs."""
    simulation = Simulation(ACCOUNTS, DAYS, SEED, BEGINNING)
    with TemporaryDirectory() as folder:
        written = {
            name: _written(simulation, events, Path(folder, name)) for name in ("events.jsonl", "events.jsonl.gz")
        }
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reports = list(_arriving(simulation, sample))
    made = [json.loads(line_of(report)) for report in reports]
    return {
        "events": events,
        "accounts": ACCOUNTS,
        "cpu_microseconds": {
            "whole": written["events.jsonl"][0],
            "whole_compressed": written["events.jsonl.gz"][0],
            "drawing": _each(lambda: deque(_arriving(simulation, events), maxlen=0), events),
            "line": _each(lambda: [line_of(report) for report in reports], sample),
            "json_dumps": _each(lambda: [json.dumps(event, separators=(",", ":")) for event in made], sample),
        },
        "bytes_of_an_event": written["events.jsonl"][1],
        "bytes_of_an_event_compressed": written["events.jsonl.gz"][1],
        "peak_memory_megabytes": round(megabytes),
    }


def _arriving(simulation: Simulation, events: int) -> Iterator[Report]:
    return islice(simulation.arriving(simulation.tenants()), events)


def _written(simulation: Simulation, events: int, path: Path) -> tuple[float, int]:
    """The CPU for each event, and its bytes in the file."""

    def write() -> None:
        with replacing(path) as file:
            file.writelines(map(line_of, _arriving(simulation, events)))

    return _each(write, events), round(path.stat().st_size / events)


def _each(work: Callable[[], Iterable[object] | None], number: int) -> float:
    begun = time.process_time()
    work()
    return round((time.process_time() - begun) * 1e6 / number, 1)


if __name__ == "__main__":
    found = measure()
    keep("simulating", found)
    print(json.dumps(found, indent=2))
