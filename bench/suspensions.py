"""Summarizes a simulation: false suspensions, and the mail of bad senders before they were disabled."""

import platform
from collections.abc import Iterator, Mapping, Sequence

from bench.preset_run import Group
from bench.results import Goal, Json, percentile, rounded
from bench.tables import PLAIN, notes
from rich.table import Table

from permille.domain.policy.policy import ComplaintRatio
from permille.domain.values.tally import PER_MILLE
from permille_cli.backtest.intervals import wilson
from permille_cli.simulation.population import OF

GOALS = {"default": 21.5, "conservative": 0.2}
HOW = {
    "false suspensions": "tenants that are disabled although their true rate keeps the limit (0.02 % or 0.08 %), "
    "for each 1,000 of all tenants, and for each 1,000 of those alone; with Wilson's intervals of 95 %",
    "tenants": "90 % have a true rate of 0.02 % complaints, 5 % 0.08, 2 % 0.12, 2 % 0.5, 1 % 3; they send 50 e-mails "
    "a month (25 %), 200 (25), 1,000 (20), 5,000 (15), 20,000 (10), 100,000 (4.5) or 1,000,000 (0.5); half send "
    "a batch a day, half one a week; nothing was counted for them before",
    "rates": "each batch's is gamma-distributed around its tenant's, with a coefficient of variation of 0.5",
    "complaints": "are counted after a log-normal delay: half of them within 12 hours, a tenth within 3 hours, a tenth "
    "after more than 2 days, none after 14 days",
    "deliveries": "are counted at once, and nothing bounces",
    "looks": "as in a back-test: at each complaint, and of the times at which the decision before asked for one the "
    "last before the next complaint; mode enforce, no feedback waits, the breaker is closed; who is disabled stays so",
    "by time alone": "disabled by a look for which no complaint had been counted since the one before",
    "let out": "by the tenants that were disabled: what they had sent by then, and all complaints about it",
}
Found = Mapping[str, Sequence[Group]]  # by the version of the code that judged


def figures(groups: Sequence[Group]) -> Json:
    """The figures by policy."""
    policies = dict.fromkeys(group.policy for group in groups)
    return {policy: _of_policy([group for group in groups if group.policy == policy]) for policy in policies}


def _of_policy(groups: Sequence[Group]) -> Json:
    honest = [group for group in groups if is_honest(group.rate)]
    number = sum(len(group.mails) for group in honest)
    everybody, of_honest = (sum(group.tenants for group in some) for some in (groups, honest))
    return {
        "false_suspensions": number,
        "by_time_alone": sum(group.by_time for group in honest),
        "per_1000": _per_1000(number, everybody),
        "per_1000_honest": _per_1000(number, of_honest),
        "by_rate": [_of_rate(group) for group in groups],
    }


def is_honest(rate: int) -> bool:
    """Whether the limit allows it."""
    return rate * PER_MILLE <= ComplaintRatio().limit_per_1000 * OF


def _per_1000(number: int, tenants: int) -> Json:
    least, most = wilson(number, tenants)
    return {"rate": PER_MILLE * number / tenants, "least": PER_MILLE * least, "most": PER_MILLE * most}


def _of_rate(group: Group) -> Json:
    return {
        "true_percent": 100 * group.rate / OF,
        "tenants": group.tenants,
        "disabled_percent": 100 * len(group.mails) / group.tenants,
        "let_out": {name: _spread(getattr(group, name)) for name in ("mails", "complaints")} if group.mails else None,
    }


def _spread(values: Sequence[int]) -> Json:
    return {f"p{percent}": percentile(values, percent) for percent in (50, 90)}


def goals(fresh: Found) -> list[Goal]:
    """The goals, for the last version that was run."""
    *_, now = fresh.values()
    reached = figures(now)
    return [
        Goal(f"{policy}: false suspensions per 1,000 fresh tenant-months", goal, reached[policy]["per_1000"]["rate"])
        for policy, goal in GOALS.items()
    ]


def document(fresh: Found, long: Found, about: Json) -> Json:
    return {
        "goals": [goal.as_data() for goal in goals(fresh)],
        "fresh_months": {name: rounded(figures(groups)) for name, groups in fresh.items()},
        "three_months": {name: rounded(figures(groups)) for name, groups in long.items()},
        **about,
        "python": platform.python_version(),
        "how": HOW,
    }


def tables(fresh: Found, long: Found) -> Iterator[Table]:
    yield _false("False suspensions per 1,000 fresh tenant-months", fresh)
    yield _false("False suspensions per 1,000 tenants in their first three months", long)
    yield _by_rate(fresh)
    yield notes(HOW)


def _false(title: str, found: Found) -> Table:
    """One row for each policy and version of the code."""
    table = Table(title=title, **PLAIN)
    table.add_column("policy")
    table.add_column("code")
    for heading in ("of all", "of the honest", "by time alone"):
        table.add_column(heading, justify="right")
    versions = {name: figures(groups) for name, groups in found.items()}
    for policy in next(iter(versions.values())):
        for name, version in versions.items():
            table.add_row(policy, name, *_cells(version[policy]))
    return table


def _cells(of: Json) -> tuple[str, ...]:
    everybody, honest = of["per_1000"], of["per_1000_honest"]
    interval = f"({everybody['least']:.2f}-{everybody['most']:.2f})"
    return f"{everybody['rate']:.2f} {interval}", f"{honest['rate']:.2f}", str(of["by_time_alone"])


def _by_rate(fresh: Found) -> Table:
    *_, (name, groups) = fresh.items()
    table = Table(title=f"In a fresh month, by true rate ({name}); let out by whom was disabled: median, p90", **PLAIN)
    table.add_column("policy")
    for heading in ("true %", "tenants", "disabled %", "e-mails", "complaints"):
        table.add_column(heading, justify="right")
    for policy, of in figures(groups).items():
        for one in of["by_rate"]:
            let_out = one["let_out"] or {"mails": {}, "complaints": {}}
            spreads = (", ".join(f"{value:,}" for value in spread.values()) for spread in let_out.values())
            shares = (f"{one['true_percent']:g}", f"{one['tenants']:,}", f"{one['disabled_percent']:.2f}")
            table.add_row(policy, *shares, *spreads)
    return table
