"""Prints a back-test: first the figures by policy, then who would have been disabled."""

from collections.abc import Callable, Iterator, Sequence

from rich.table import Table

from permille.domain.values.tally import PER_MILLE
from permille.domain.words.wording import times
from permille_cli.backtest.collection import Collection, LineCounts
from permille_cli.backtest.history import instant_of
from permille_cli.backtest.results import AccountUnderPolicy, PolicyResult, Results
from permille_cli.backtest.summary import Flip, Spread, Summary, flips_of, summary_of
from permille_cli.backtest.sweep import LEAST_COMPLAINTS, LIMITS, WINDOWS, at, points_of
from permille_cli.backtest.truth import LIMIT_PER_1000, Sending
from permille_cli.terminal.output import literal, out

MOST_SHOWN = 20  # of disabled accounts
MOST_IDS = 10
WIDEST = 1000  # columns that a table may want
UNKNOWN = (
    "What an archive cannot tell: how long feedback waited in the queue (here it is counted when it arrives); what the "
    "circuit breaker would have held (here it is closed; the table has the hours); and the mail that accounts did not "
    "send because they really were disabled."
)


def print_results(collection: Collection, results: Results) -> None:
    """Prints everything."""
    _print_archive(collection, results)
    if not collection.counts.counted:
        return
    summaries = [summary_of(result, results) for result in results.policies]
    out.print(_figures(summaries), "")
    for result in results.policies:
        _print_disabled(result)
    for flip in flips_of(results.policies):
        _print_flip(flip)
    if results.sweep:
        _print_sweep(results)
    out.print(f"[dim]{UNKNOWN}[/]", soft_wrap=True)


def _print_archive(collection: Collection, results: Results) -> None:
    totals = results.totals
    counted = f"{times(totals.complaints, 'complaint')}, {times(totals.bounces, 'permanent bounce')}"
    accounts = f"{times(results.number_of_accounts, 'account')}, {totals.delivered:,} delivered"
    out.print(f"{accounts}, {counted}, {_span(collection)}", soft_wrap=True)
    bad, good, unclear = (results.accounts[one] for one in (Sending.BAD, Sending.GOOD, Sending.UNDETERMINED))
    senders = f"{times(bad, 'bad sender')}, {good:,} good, {unclear:,} undetermined"
    out.print(f"Against {LIMIT_PER_1000} complaint per {PER_MILLE:,}, with 95 % confidence: {senders}", soft_wrap=True)
    _print_uncounted(collection.counts)
    out.print()


def _span(collection: Collection) -> str:
    if not collection.ends_at:
        return "nothing counted"
    return f"{instant_of(collection.begins_at):%Y-%m-%d %H:%M} to {instant_of(collection.ends_at):%Y-%m-%d %H:%M} UTC"


def _print_uncounted(counts: LineCounts) -> None:
    for reason, number in counts.uncounted.most_common():
        out.print(f"[yellow]Not counted:[/] {times(number, 'event')}: {literal(reason)}", soft_wrap=True)
    for one in counts.named:
        out.print(f"  [dim]{literal(one.file)}, line {one.line:,}: {literal(one.reason)}[/]", soft_wrap=True)
    for what, number in counts.ignored.most_common():
        out.print(f"[dim]Ignored: {times(number, 'event')}: {literal(what)}[/]", soft_wrap=True)


def precision_words(summary: Summary) -> str:
    """`87 % (62-96)`; a dash where nothing is known."""
    one = summary.precision
    return f"{one.share:.0%} ({100 * one.least:.0f}-{100 * one.most:.0f})".replace("%", " %") if one else "-"


FIGURES: Sequence[tuple[str, Callable[[Summary], str]]] = (
    ("accounts disabled", lambda one: f"{one.disabled:,}"),
    ("  bad senders caught", lambda one: f"{one.caught:,}"),
    ("  bad senders missed", lambda one: f"{one.missed:,}"),
    ("  good senders stopped", lambda one: f"{one.blocked_good:,}"),
    ("  undetermined", lambda one: f"{one.undetermined:,}"),
    ("  for bounces", lambda one: f"{one.for_bounces:,}"),
    ("disabled and reversed", lambda one: f"{one.reversed:,}"),
    ("reinstated after a trial", lambda one: f"{one.reinstated:,} ({times(one.trials, 'trial')})"),
    ("precision (95 %)", precision_words),
    ("complaints let out", lambda one: f"{one.complaints_before.total:,.0f}"),
    ("  median, p90", lambda one: _spread(one.complaints_before)),
    ("e-mails let out", lambda one: f"{one.delivered_before.total:,.0f}"),
    ("  median, p90", lambda one: _spread(one.delivered_before)),
    ("complaints avoided", lambda one: f"{one.complaints_after:,}"),
    ("e-mails blocked", lambda one: f"{one.delivered_after:,}"),
    ("  good ones per complaint", lambda one: _number(one.blocked_per_avoided)),
    ("hours to stop: median, p90", lambda one: _spread(one.delay_hours)),
    ("breaker: hours over bound", lambda one: f"{one.hours_over_bound:,} (of {one.breaker_bound:,} an hour)"),
)


def _figures(summaries: Sequence[Summary]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for summary in summaries:
        table.add_column(literal(summary.policy), justify="right", overflow="fold")
    for name, value in FIGURES:
        table.add_row(name, *(value(summary) for summary in summaries))
    return table


def _spread(spread: Spread) -> str:
    return f"{_number(spread.median)}, {_number(spread.p90)}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}".removesuffix(".0")


def _print_disabled(result: PolicyResult) -> None:
    policy = literal(result.policy.id)
    if not result.disabled:
        out.print(f"[bold]{policy}[/] would have disabled no account.\n")
        return
    out.print(f"[bold]{policy}[/] would have disabled {times(len(result.disabled), 'account')}:")
    _print_rows([list(_row(one)) for one in result.disabled[:MOST_SHOWN]])
    more = len(result.disabled) - MOST_SHOWN
    out.print(f"... and {more:,} more; --json names all\n" if more > 0 else "")


def _print_rows(rows: Sequence[Sequence[str]]) -> None:
    """As a table or, where it is wider than the terminal, in two lines each: no account id is broken."""
    table = Table(box=None, pad_edge=False)
    for name in ("Account", "At (UTC)", "Rule", "Counts", "Sender"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    if out.console.measure(table, options=out.console.options.update(width=WIDEST)).maximum <= out.console.width:
        out.print(table)
        return
    for account, *others in rows:
        out.print(account, soft_wrap=True)
        out.print(f"  {'  '.join(others)}", soft_wrap=True)


def _row(one: AccountUnderPolicy) -> Iterator[str]:
    stop = one.stop
    yield from (literal(one.account_id), f"{stop.at:%Y-%m-%d %H:%M}", str(stop.rule))
    of_bounces = f"{stop.bounces:,} of {stop.delivered + stop.bounces:,}"  # as the rule has it
    yield of_bounces if one.is_for_bounces else f"{stop.complaints:,} of {stop.delivered:,}"
    yield sender_words(one)


def sender_words(one: AccountUnderPolicy) -> str:
    """`bad`; and whether it came back."""
    if not one.is_disabled:
        return f"{one.truth.sending}, reversed"
    return f"{one.truth.sending}, reinstated" if one.stop.reinstated_at else str(one.truth.sending)


def _print_flip(flip: Flip) -> None:
    before, after = literal(flip.before), literal(flip.after)
    if not flip.kept and not flip.disabled:
        out.print(f"[bold]{after}[/] disables the same accounts as {before}.\n")
        return
    out.print(f"[bold]{after}[/] instead of {before}")
    out.print(f"  keeps {_named(flip.kept)}", soft_wrap=True)
    out.print(f"  disables {_named(flip.disabled)}\n", soft_wrap=True)


def _named(accounts: Sequence[AccountUnderPolicy]) -> str:
    if not accounts:
        return by_sending(accounts)
    ids = ", ".join(literal(one.account_id) for one in accounts[:MOST_IDS])
    more = f" and {len(accounts) - MOST_IDS:,} more" if len(accounts) > MOST_IDS else ""
    return f"{by_sending(accounts)}: {ids}{more}"


def by_sending(accounts: Sequence[AccountUnderPolicy]) -> str:
    """`3 accounts (1 good, 2 bad)`"""
    if not accounts:
        return "no other account"
    numbers = ((sending, sum(one.truth.sending is sending for one in accounts)) for sending in Sending)
    words = ", ".join(f"{number:,} {sending}" for sending, number in numbers if number)
    return f"{times(len(accounts), 'account')} ({words})"


def _print_sweep(results: Results) -> None:
    """A table for each limit: rows by the least number of complaints, columns by the days of the window."""
    points = points_of(results)
    base = literal(results.policies[0].policy.id)
    bad = results.accounts[Sending.BAD]
    out.print(f"[bold]Sweep of {base}[/]: bad senders caught (of {bad:,}) / good senders stopped / undetermined")
    for limit in LIMITS:
        table = Table(box=None, pad_edge=False)
        table.add_column(f"> {limit} per 1,000")
        for window in WINDOWS:
            table.add_column(f"{window} days", justify="right")
        for least in LEAST_COMPLAINTS:
            cells = (_cell(at(points, limit, least, window)) for window in WINDOWS)
            table.add_row(f"at least {times(least, 'complaint')}", *cells)
        out.print(table, "")


def _cell(summary: Summary | None) -> str:
    return f"{summary.caught:,} / {summary.blocked_good:,} / {summary.undetermined:,}" if summary else "-"
