"""Prints the results as tables."""

from collections.abc import Mapping, Sequence

from bench.results import Goal, Json, calls_with_duplicates, percentile
from rich.table import Table

PLAIN: Json = {"box": None, "padding": (0, 2, 0, 0), "title_justify": "left"}
WAYS = {"permille": "Permille", "usual": "usual"}


def counting(cells: Sequence[Json], runs: int) -> Table:
    table = Table(title=f"Per event, medians of {runs} runs; on the right with 1 % duplicates", **PLAIN)
    for heading in ("batch", "accounts"):
        table.add_column(heading, justify="right")
    table.add_column("way")
    for heading in ("events/s", "CPU µs", "calls", "write\nunits", "tallies", "calls"):
        table.add_column(heading, justify="right")
    for cell in cells:
        table.add_row(*_row(cell))
    return table


def _row(cell: Json) -> list[str]:
    figures, excess = cell["without"], cell["duplicates"]["excess"]
    return [
        str(cell["size"]),
        str(cell["accounts"]),
        WAYS[cell["way"]],
        f"{figures['events_per_second']:,.0f}",
        f"{figures['cpu_microseconds']:,.0f}",
        f"{figures['calls']:.4f}",
        f"{figures['write_units']:.2f}",
        f"[red]{excess:+d}" if excess else "exact",
        f"x {calls_with_duplicates(cell):.2f}",
    ]


def notes(how_measured: Mapping[str, str]) -> Table:
    """How each figure was measured."""
    table = Table.grid(padding=(0, 2))
    for what, how in how_measured.items():
        table.add_row(what, how)
    return table


def cold_starts(starts: Json, runs: int) -> Table:
    table = Table(title=f"Import and first clients, medians of {runs} starts", **PLAIN)
    for heading in ("start", "ms", "CPU ms", "ratio to the floor"):
        table.add_column(heading, justify="left" if heading == "start" else "right")
    for name, start in starts.items():
        milliseconds = (f"{start[key]:.0f}" for key in ("milliseconds", "cpu_milliseconds"))
        table.add_row(name, *milliseconds, f"{start['ratio']:.2f}")
    return table


def ticks(enforced: Json, runs: int) -> Table:
    table = Table(title=f"A tick with nobody due, medians of {runs}", **PLAIN)
    for heading in ("sleeping accounts", "ms", "calls"):
        table.add_column(heading, justify="right")
    for tick in enforced["ticks"]:
        table.add_row(f"{tick['sleeping']:,}", f"{tick['milliseconds']:.1f}", f"{tick['calls']:.2f}")
    return table


def enforced(enforced: Json, reaction: Sequence[float]) -> Table:
    figures = enforced["enforced"]
    table = Table.grid(padding=(0, 2))
    table.add_row(
        "accounts disabled in a second", f"{figures['per_second']:.1f}", f"{figures['calls_each']:.1f} calls each"
    )
    seconds = (f"{name} {percentile(reaction, percent):.2f} s" for name, percent in (("p50", 50), ("p95", 95)))
    table.add_row("complaint to refused login", *seconds)
    return table


def console(pages: Json, views: int) -> Table:
    table = Table(title=f"Pages about 45 busy days, medians of {views} views", **PLAIN)
    for heading in ("page", "DynamoDB calls", "CPU ms", "KB"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    for name, page in pages.items():
        figures = (f"{page['calls']:.1f}", f"{page['cpu_milliseconds']:.1f}", f"{page['bytes'] / 1000:.1f}")
        table.add_row(name, *figures)
    return table


def commands(measured: Json, runs: int) -> Table:
    table = Table(title=f"The command, medians of {runs} runs", **PLAIN)
    for heading in ("command", "CPU ms", "ms", "beside", "CPU ms", "ms", "times, CPU", "times"):
        table.add_column(heading, justify="left" if heading in ("command", "beside") else "right")
    for name, one in measured.items():
        beside = "typer" if "typer" in one["alternative"] else "boto3"
        ours = (f"{one['cpu_milliseconds']:.0f}", f"{one['milliseconds']:.0f}", beside)
        theirs = (f"{one['alternative_cpu_milliseconds']:.0f}", f"{one['alternative_milliseconds']:.0f}")
        table.add_row(name, *ours, *theirs, f"{one['times_cpu']:.2f}", f"{one['times']:.2f}")
    return table


def against_goals(reached: Sequence[Goal], title: str) -> Table:
    table = Table(title=title, **PLAIN)
    for heading in ("figure", "goal", "reached", ""):
        table.add_column(heading, justify="right" if heading in ("goal", "reached") else "left")
    for goal in reached:
        limit = f"{'at least' if goal.at_least else 'at most'} {goal.goal:g}"
        table.add_row(goal.figure, limit, f"{goal.reached:.4g}", "[green]met" if goal.met else "[red]missed")
    return table
