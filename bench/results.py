"""The results: ratios, goals, and the documents of bench/results/, which do not describe the machine."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.deliveries import ONE_IN

from permille_cli.project import PROJECT

RESULTS = PROJECT / "bench" / "results"
GOALS_AT = (1000, 5)  # the batch and its accounts
HOW = {
    "deliveries": "one recipient each, in the form of SES's event publishing; accounts drawn at random",
    "usual pattern": "BatchProcessor and @idempotent_function of Powertools, keyed by the SQS record's id, around one "
    "PynamoDB ADD",
    "cpu": "process_time of the process that runs the handler, its clients warm",
    "events_per_second": "with the embedded DynamoDB, which takes most of that time",
    "calls": "HTTP requests sent",
    "write_units": "computed by DynamoDB's published rules, since emulators misreport them: 1 for each started KB of a "
    "plain write, 2 for each item of a transaction, also where it is cancelled; reads apart",
    "duplicates": f"1 in {ONE_IN} was counted before: every other redelivered by SQS under the same record id, the "
    "rest delivered again by SNS under a new one",
}
ENFORCING_HOW = {
    "ticks": "Enforce's handler, warm, with nobody due and the hour's sweep over; medians",
    "reaction": "on the embedded stack, from handing over the deciding mail to the first login that is refused; "
    "AWS adds up to 20 s where a batching window meets low traffic, and the seconds until IAM's change is known",
    "enforced": "accounts that break the rule, in one run: judged, written down and switched, to be read back later; "
    "with the embedded AWS, which takes most of that time",
}
CONSOLE_HOW = {
    "report": "the console's handler, warm, from the request to the page; an account with 45 busy days and as many "
    "before them, just below its limit: tallies written by 8 writers a day, 4 complaints a day and 2 alerts about them",
}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    figure: str
    goal: float
    reached: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.reached >= self.goal if self.at_least else self.reached <= self.goal

    def as_data(self) -> Json:
        return {**rounded(asdict(self)), "met": self.met}


@dataclass(frozen=True, slots=True)
class Pair:
    """The results of both ways at one batch size and number of accounts."""

    permille: Json
    usual: Json

    @property
    def ratios(self) -> Json:
        """Of one delivery; the last two are of one in a hundred being a duplicate, to none."""
        ours, theirs = self.permille["without"], self.usual["without"]
        return {
            "batch": self.permille["size"],
            "accounts": self.permille["accounts"],
            "cpu_usual_to_permille": theirs["cpu_microseconds"] / ours["cpu_microseconds"],
            "calls_usual_to_permille": theirs["calls"] / ours["calls"],
            "write_units_usual_to_permille": theirs["write_units"] / ours["write_units"],
            "calls_permille_with_duplicates_to_without": calls_with_duplicates(self.permille),
            "calls_usual_with_duplicates_to_without": calls_with_duplicates(self.usual),
        }


def pairs(cells: Sequence[Json]) -> list[Pair]:
    """The cells come in twos, Permille's first."""
    return [Pair(ours, theirs) for ours, theirs in zip(cells[::2], cells[1::2], strict=True)]


def calls_with_duplicates(cell: Json) -> float:
    return float(cell["duplicates"]["calls"] / cell["without"]["calls"])


def goals(cells: Sequence[Json], memory: Json) -> list[Goal]:
    pair = next(one for one in pairs(cells) if (one.permille["size"], one.permille["accounts"]) == GOALS_AT)
    without, ratios = pair.permille["without"], pair.ratios
    wrong = max(abs(one.permille[kind]["excess"]) for one in pairs(cells) for kind in ("without", "duplicates"))
    return [
        Goal("CPU, usual pattern / Permille", 50, ratios["cpu_usual_to_permille"], at_least=True),
        Goal("DynamoDB calls per event", 0.0125, without["calls"]),
        Goal("write units per event, no duplicates", 2.12, without["write_units"]),
        Goal("1 % duplicates: tallies wrong by", 0, wrong),
        Goal("1 % duplicates: calls, with / without", 2.5, ratios["calls_permille_with_duplicates_to_without"]),
        Goal(f"memory, {memory['records']} records, MB over floor", 100, memory["over_floor_mb"]),
    ]


def cold_start_goals(starts: Json) -> list[Goal]:
    return [Goal("cold start of IngestComplaint / floor", 1.35, starts["ingest_complaint"]["ratio"])]


def ingest_document(cells: Sequence[Json], memory: Json, runs: int) -> Json:
    return {
        "ratios": [rounded(pair.ratios) for pair in pairs(cells)],
        "goals": [goal.as_data() for goal in goals(cells, memory)],
        "memory": memory,
        "per_event": [rounded(cell) for cell in cells],
        "runs": runs,
        "python": platform.python_version(),
        "how": HOW,
    }


def cold_start_document(starts: Json, runs: int) -> Json:
    return {
        "goals": [goal.as_data() for goal in cold_start_goals(starts)],
        "starts": rounded(starts),
        "runs": runs,
        "python": platform.python_version(),
    }


def enforce_goals(enforced: Json, reaction: Sequence[float]) -> list[Goal]:
    few, *_, many = enforced["ticks"]
    return [
        Goal("a tick's calls, 100,000 sleeping / 100", 1, many["calls"] / few["calls"]),
        Goal("complaint to refused login, p95 seconds", 5, percentile(reaction, 95)),
    ]


def console_goals(pages: Json) -> list[Goal]:
    report = pages["report"]
    return [
        Goal("report of 45 busy days: DynamoDB calls", 4, report["calls"]),
        Goal("report of 45 busy days: CPU ms, warm", 60, report["cpu_milliseconds"]),
        Goal("report of 45 busy days: KB of HTML", 60, report["bytes"] / 1000),
    ]


def console_document(pages: Json, views: int) -> Json:
    return {
        "goals": [goal.as_data() for goal in console_goals(pages)],
        "pages": rounded(pages),
        "views": views,
        "python": platform.python_version(),
        "how": CONSOLE_HOW,
    }


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least `percent` per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def enforce_document(enforced: Json, reaction: Sequence[float], ticks: int) -> Json:
    few, *_, many = enforced["ticks"]
    return {
        "goals": [goal.as_data() for goal in enforce_goals(enforced, reaction)],
        "ticks": rounded(enforced["ticks"]),
        "tick_time_100000_sleeping_to_100": rounded(many["milliseconds"] / few["milliseconds"]),
        "complaint_to_refused_login": {
            "runs": len(reaction),
            "p50_seconds": rounded(percentile(reaction, 50)),
            "p95_seconds": rounded(percentile(reaction, 95)),
        },
        "enforced": rounded(enforced["enforced"]),
        "runs": ticks,
        "python": platform.python_version(),
        "how": ENFORCING_HOW,
    }


def keep(name: str, document: Json) -> None:
    """Writes a document to bench/results/."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def rounded(value: Any) -> Any:
    match value:
        case dict():
            return {name: rounded(one) for name, one in value.items()}
        case float():
            return float(f"{value:.4g}")
        case _:
            return value
