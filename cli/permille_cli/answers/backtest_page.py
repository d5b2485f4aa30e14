"""A back-test as one HTML page, which needs no other file, no script and no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from permille.domain.values.tally import PER_MILLE
from permille.domain.words.wording import times
from permille.rendering.templates import Brand, environment
from permille_cli.answers.backtest_text import FIGURES, UNKNOWN, by_sending, precision_words, sender_words
from permille_cli.backtest.collection import Collection
from permille_cli.backtest.history import instant_of
from permille_cli.backtest.plots import Segment, TimePlot, accounts_bar, complaints_bar, time_plot
from permille_cli.backtest.results import AccountUnderPolicy, Results
from permille_cli.backtest.summary import Summary, flips_of, summary_of
from permille_cli.backtest.sweep import LEAST_COMPLAINTS, LIMITS, WINDOWS, at, points_of
from permille_cli.backtest.truth import LIMIT_PER_1000, MATURE_AFTER, Sending

TEMPLATE = Path(__file__).parent / "backtest.html.j2"
MOST_ROWS = 200  # of a policy's disabled accounts
LEVELS = 5  # of shades in the heat map


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """What the page shows of one policy."""

    summary: Summary
    accounts: Sequence[Segment]
    complaints: Sequence[Segment]
    rows: Sequence[AccountUnderPolicy]
    more: int

    @property
    def precision(self) -> str:
        """The precision with its interval, in words."""
        return precision_words(self.summary)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of a heat map. `level`: from 0 to LEVELS - 1, the share of the bad senders that are caught."""

    summary: Summary
    level: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The sweep at one limit: a row for each least number of complaints, a cell for each window."""

    limit: int
    rows: Sequence[tuple[int, Sequence[HeatCell | None]]]


def page_of(collection: Collection, results: Results) -> str:
    """The page. Texts of others are escaped."""
    summaries = [summary_of(result, results) for result in results.policies]
    return (
        environment()
        .from_string(TEMPLATE.read_text(encoding="utf-8"))
        .render(
            brand=Brand("Permille"),
            results=results,
            counts=collection.counts,
            begins=instant_of(collection.begins_at).astimezone(UTC),
            ends=instant_of(collection.ends_at).astimezone(UTC),
            mature_days=MATURE_AFTER // (24 * 60 * 60),
            limit=LIMIT_PER_1000,
            per=PER_MILLE,
            sending={sending.value: results.accounts[sending] for sending in Sending},
            parts=_parts(results, summaries),
            plot=_plot(collection, results),
            flips=flips_of(results.policies),
            heat_maps=_heat_maps(results),
            windows=WINDOWS,
            unknown=UNKNOWN,
            times=times,
            by_sending=by_sending,
            sender_words=sender_words,
            figures=_figures(summaries),
        )
    )


def _parts(results: Results, summaries: Sequence[Summary]) -> list[PolicyPart]:
    most_accounts = max(summary.disabled for summary in summaries)
    most_complaints = max(int(one.complaints_before.total) + one.complaints_after for one in summaries)
    return [
        PolicyPart(
            summary,
            accounts_bar(summary, most_accounts),
            complaints_bar(summary, most_complaints),
            result.disabled[:MOST_ROWS],
            max(len(result.disabled) - MOST_ROWS, 0),
        )
        for result, summary in zip(results.policies, summaries, strict=True)
    ]


def _figures(summaries: Sequence[Summary]) -> list[tuple[str, list[str], bool]]:
    """Name, a value for each policy, and whether it is a part of the figure above."""
    return [(name.strip(), [value(one) for one in summaries], name != name.strip()) for name, value in FIGURES]


def _plot(collection: Collection, results: Results) -> TimePlot | None:
    if not any(result.stopped for result in results.policies):
        return None
    return time_plot(results, collection.begins_at, collection.ends_at)


def _heat_maps(results: Results) -> list[HeatMap]:
    points, bad = points_of(results), max(results.accounts[Sending.BAD], 1)

    def cell(limit: int, least: int, window: int) -> HeatCell | None:
        summary = at(points, limit, least, window)
        return HeatCell(summary, min(LEVELS * summary.caught // bad, LEVELS - 1)) if summary else None

    return [
        HeatMap(limit, [(least, [cell(limit, least, window) for window in WINDOWS]) for least in LEAST_COMPLAINTS])
        for limit in LIMITS
        if points
    ]
