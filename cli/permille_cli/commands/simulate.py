"""`permille simulate`: writes the feedback of a simulated platform to a file."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.calendar import midnight
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import times
from permille_cli.simulation.feedback import FeedbackKind
from permille_cli.simulation.population import BEGINNING
from permille_cli.simulation.population_file import MOST_BOUNCES
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, err, literal, out, progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from permille_cli.simulation.feedback import Report
    from permille_cli.simulation.population import Population
    from permille_cli.simulation.simulation import Simulation

app = Commands()
MOST_ACCOUNTS, MOST_DAYS = 100_000, 3660
NAMES = {
    FeedbackKind.DELIVERY: "deliveries",
    FeedbackKind.PERMANENT_BOUNCE: "permanent_bounces",
    FeedbackKind.TRANSIENT_BOUNCE: "transient_bounces",
    FeedbackKind.COMPLAINT: "complaints",
}
HOURS, DAY_SECONDS = 24, 86_400
MB, GB = 1_000_000, 1_000_000_000
EARLIEST = date(2000, 1, 1)  # SES began in 2011


@app.command()
def simulate(
    accounts: Annotated[int, typer.Option(min=1, max=MOST_ACCOUNTS, help="Number of accounts.")],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Days of sending. Complaints come later, too.")],
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write: .jsonl, or .jsonl.gz.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file.")] = 1,
    start: Annotated[str, typer.Option(metavar="DATE", help="First UTC day of sending.")] = f"{BEGINNING:%Y-%m-%d}",
    population: Annotated[
        str, typer.Option(metavar="JSON", help="File with what differs from the usual population; - for stdin.")
    ] = "",
    bounces: Annotated[
        float | None,
        typer.Option(min=0, max=MOST_BOUNCES, metavar="PERCENT", help="Permanent bounces in 100 mails; usually 0."),
    ] = None,
    bursts: Annotated[
        float | None,
        typer.Option(min=0, max=100, metavar="PERCENT", help="Mailings in 100 with a burst of complaints; usually 0."),
    ] = None,
    duplicates: Annotated[
        float, typer.Option(min=0, max=100, metavar="PERCENT", help="Events in 100 that arrive twice.")
    ] = 0.0,
    disorder: Annotated[
        float, typer.Option(min=0, max=DAY_SECONDS, metavar="SECONDS", help="Events arrive late by up to so many.")
    ] = 0.0,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the files.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the feedback of a simulated platform to a file.

    Accounts, their mail and the complaints about it are drawn at random, and written as the events that SES would
    publish: one JSON object per line, in order of arrival. Use it to try policies and programs on feedback of which
    the truth is known. Nothing is sent, and no stack is needed.

    Beside FILE it writes FILE.truth.csv with what was drawn: for each account the true complaint rate (complaints per
    1,000 delivered e-mails), and the numbers of mails, complaints and bounces, each counted once. docs/simulation.md
    describes the model, and what --population takes.

    Examples:
        permille simulate --accounts 1000 --days 45 --out feedback.jsonl.gz
        permille simulate --accounts 200 --days 30 --bounces 0.5 --duplicates 1 --out feedback.jsonl

    JSON fields: file, truth_file, accounts, days, seed, start, duplicates, disorder, population, events, deliveries,
    permanent_bounces, transient_bounces, complaints
    """
    from permille_cli.simulation.arrival import Transport
    from permille_cli.simulation.simulation import Simulation

    _check_files(file, force=force)
    drawn_from = _population(population, bounces, bursts)
    transport = Transport(duplicates / 100, round(disorder * 1000))
    simulation = Simulation(accounts, days, seed, _beginning(start), drawn_from, transport)
    counts = _write(simulation, file)
    _answer(simulation, file, counts, as_json=as_json)


def _population(file: str, bounces: float | None, bursts: float | None) -> "Population":
    """The population of the file, with what the options change."""
    from permille_cli.simulation.population_file import parse_population

    text = inputs.text_of(file) if file else "{}"
    try:
        population = parse_population(text)
    except InvalidInput as wrong:
        name = "standard input" if file == "-" else file
        raise InvalidInput(f"{name}: {wrong}", "population") from wrong
    if bounces is not None:
        population = replace(population, bounces=replace(population.bounces, permanent=bounces / 100))
    if bursts is not None:
        population = replace(population, bursts=replace(population.bursts, share=bursts / 100))
    return population


def _beginning(start: str) -> datetime:
    from permille.domain.people import validation

    day = validation.of_field("start", validation.day_from, start)
    if day < EARLIEST:
        raise InvalidInput(f"takes a day from {EARLIEST} on", "start")
    return midnight(day, UTC)


def _check_files(file: Path, *, force: bool) -> None:
    from permille_cli.simulation.output import SUFFIXES, truth_file

    if not file.name.endswith(SUFFIXES):
        raise InvalidInput(f"takes a name that ends in {' or '.join(SUFFIXES)}, not {str(file)!r}", "out")
    if not file.parent.is_dir():
        raise InvalidInput(f"there is no directory {file.parent}", "out")
    for path in (file, truth_file(file)):
        if path.is_dir():
            raise InvalidInput(f"{path} is a directory", "out")
        if path.exists() and not force:
            raise InvalidInput(f"{path} exists: give another name, or --force to overwrite it", "out")


def _write(simulation: "Simulation", file: Path) -> Counter[FeedbackKind]:
    """Writes both files. Returns the number of events by kind."""
    from permille_cli.simulation.event_lines import line_of
    from permille_cli.simulation.output import expected_bytes, replacing, truth_file, write_truths
    from permille_cli.simulation.simulation import by_hour, truths

    tenants = simulation.tenants()
    counts: Counter[FeedbackKind] = Counter()
    mails = simulation.expected_mails(tenants)
    size = expected_bytes(file, mails)
    _check_space(file, size)
    err.print(f"Writing about {times(mails, 'event')}, {size / MB:,.0f} MB.", soft_wrap=True)
    hours = progress(
        by_hour(simulation.arriving(tenants)), f"Simulating {times(mails, 'mail')}", simulation.days * HOURS
    )
    with replacing(file) as events, replacing(truth_file(file)) as truth:
        for hour in hours:
            events.writelines(line_of(report) for report in _counting(hour, counts))
        write_truths(truth, truths(tenants))
    return counts


def _check_space(file: Path, needed: int) -> None:
    """Before an hour's work ends on a full disk."""
    free = shutil.disk_usage(file.parent).free
    if needed > free:
        less = "fewer accounts or days" + ("" if file.suffix == ".gz" else ", or a name that ends in .gz")
        message = f"about {needed / GB:.1f} GB are needed, and {file.parent} has {free / GB:.1f} GB free: take {less}"
        raise InvalidInput(message, "out")


def _counting(reports: "Iterable[Report]", counts: Counter[FeedbackKind]) -> "Iterator[Report]":
    for report in reports:
        counts[report.kind] += 1
        yield report


def _answer(simulation: "Simulation", file: Path, counts: Counter[FeedbackKind], *, as_json: bool) -> None:
    from permille_cli.simulation.output import truth_file
    from permille_cli.simulation.population_file import population_data

    by_kind = {name: counts[kind] for kind, name in NAMES.items()}
    if as_json:
        drawn: dict[str, Any] = {"accounts": simulation.accounts, "days": simulation.days, "seed": simulation.seed}
        drawn |= {"start": simulation.beginning.date().isoformat()}
        drawn |= {"duplicates": 100 * simulation.transport.duplicates, "disorder": simulation.transport.disorder / 1000}
        drawn |= {"population": population_data(simulation.population)}
        files = {"file": str(file), "truth_file": str(truth_file(file))}
        emit_json({**files, **drawn, "events": sum(by_kind.values()), **by_kind})
        return
    words = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in by_kind.items())
    out.print(f"{literal(file)} has {times(sum(by_kind.values()), 'event')} ({words}).", soft_wrap=True)
    out.print(
        f"{literal(truth_file(file))} has what was drawn for {times(simulation.accounts, 'account')}.", soft_wrap=True
    )
