"""`permille simulate`: writes the feedback of a simulated platform to a file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from permille.domain.people import validation
from permille.domain.values.calendar import midnight
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import times
from permille_cli.simulation.event_lines import line_of
from permille_cli.simulation.feedback import FeedbackKind, Report
from permille_cli.simulation.output import SUFFIXES, replacing, truth_file, write_truths
from permille_cli.simulation.population import BEGINNING
from permille_cli.simulation.simulation import Simulation, by_hour, truths
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

app = Commands()
MOST_ACCOUNTS, MOST_DAYS = 100_000, 3660
HOURS = 24
EARLIEST = date(2000, 1, 1)  # SES began in 2011


@app.command()
def simulate(
    accounts: Annotated[int, typer.Option(min=1, max=MOST_ACCOUNTS, help="Number of accounts.")],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Days of sending. Complaints come later, too.")],
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write: .jsonl, or .jsonl.gz.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 1,
    start: Annotated[str, typer.Option(metavar="DATE", help="First UTC day of sending.")] = f"{BEGINNING:%Y-%m-%d}",
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the feedback of a simulated platform to a file.

    Accounts, their mail and the complaints about it are drawn at random, and written as the events that SES would
    publish: one JSON object per line, in order of arrival. Use it to try policies and programs on feedback of which
    the truth is known. Nothing is sent, and no stack is needed.

    Beside FILE it writes FILE.truth.csv with what was drawn: for each account the true complaint rate (complaints per
    1,000 delivered e-mails), and the numbers of mails, complaints and bounces.

    Example:
        permille simulate --accounts 1000 --days 45 --out feedback.jsonl.gz

    JSON fields: file, truth_file, accounts, days, seed, start, events, delivery, permanent_bounce, transient_bounce,
    complaint
    """
    _check_files(file, force=force)
    simulation = Simulation(accounts, days, seed, _beginning(start))
    counts = _write(simulation, file)
    _answer(simulation, file, counts, as_json=as_json)


def _beginning(start: str) -> datetime:
    day = validation.of_field("start", validation.day_from, start)
    if day < EARLIEST:
        raise InvalidInput(f"takes a day from {EARLIEST} on", "start")
    return midnight(day, UTC)


def _check_files(file: Path, *, force: bool) -> None:
    if not file.name.endswith(SUFFIXES):
        raise InvalidInput(f"takes a name that ends in {' or '.join(SUFFIXES)}, not {str(file)!r}", "out")
    for path in (file, truth_file(file)):
        if path.exists() and not force:
            raise InvalidInput(f"{path} exists: give another name, or --force to overwrite it", "out")


def _write(simulation: Simulation, file: Path) -> Mapping[FeedbackKind, int]:
    """Writes both files. Returns the number of events by kind."""
    tenants = simulation.tenants()
    counts: Counter[FeedbackKind] = Counter()
    hours = progress(by_hour(simulation.arriving(tenants)), "Simulating", simulation.days * HOURS)
    with replacing(file) as events, replacing(truth_file(file)) as truth:
        for hour in hours:
            events.writelines(line_of(report) for report in _counting(hour, counts))
        write_truths(truth, truths(tenants))
    return counts


def _counting(reports: Iterable[Report], counts: Counter[FeedbackKind]) -> Iterator[Report]:
    for report in reports:
        counts[report.kind] += 1
        yield report


def _answer(simulation: Simulation, file: Path, counts: Mapping[FeedbackKind, int], *, as_json: bool) -> None:
    by_kind = {kind.value: counts.get(kind, 0) for kind in FeedbackKind}
    if as_json:
        drawn = {"accounts": simulation.accounts, "days": simulation.days, "seed": simulation.seed}
        start = simulation.beginning.date().isoformat()
        files = {"file": str(file), "truth_file": str(truth_file(file))}
        emit_json({**files, **drawn, "start": start, "events": sum(by_kind.values()), **by_kind})
        return
    words = ", ".join(f"{kind.replace('_', ' ')} {number:,}" for kind, number in by_kind.items())
    out.print(f"{literal(file)} has {times(sum(by_kind.values()), 'event')} ({words}).")
    out.print(f"{literal(truth_file(file))} has what was drawn for {times(simulation.accounts, 'account')}.")
