"""A back-test as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from permille.domain.policy.policy_file import policy_data
from permille.domain.values.tally import PER_MILLE, Tally
from permille_cli.backtest.collection import Collection
from permille_cli.backtest.history import instant_of
from permille_cli.backtest.replay import Stop
from permille_cli.backtest.results import AccountUnderPolicy, PolicyResult, Results
from permille_cli.backtest.summary import Flip, Spread, flips_of, summary_of
from permille_cli.backtest.sweep import SweepPoint, points_of
from permille_cli.backtest.truth import LIMIT_PER_1000, MATURE_AFTER, MatureRatio

Json = dict[str, Any]


def as_data(collection: Collection, files: Sequence[str], results: Results) -> Json:
    """The whole answer."""
    sweep = {"sweep": [_point(point) for point in points_of(results)]} if results.sweep else {}
    return {
        "archive": _archive(collection, files, results),
        "truth": {
            "limit_per_1000": LIMIT_PER_1000,
            "mail_sent_until": _instant(instant_of(collection.ends_at - MATURE_AFTER)) if collection.ends_at else None,
            **{str(sending): number for sending, number in results.accounts.items()},
        },
        "policies": [_policy(result, results) for result in results.policies],
        "flips": [_flip(flip) for flip in flips_of(results.policies)],
        **sweep,
    }


def _archive(collection: Collection, files: Sequence[str], results: Results) -> Json:
    counts, is_empty = collection.counts, not collection.ends_at
    return {
        "files": list(files),
        "events": counts.events,
        "counted": counts.counted,
        "ignored": dict(counts.ignored.most_common()),
        "uncounted": dict(counts.uncounted.most_common()),
        "first_uncounted": [asdict(one) for one in counts.named],
        "begins_at": None if is_empty else _instant(instant_of(collection.begins_at)),
        "ends_at": None if is_empty else _instant(instant_of(collection.ends_at)),
        "accounts": results.number_of_accounts,
        **_tally(results.totals),
    }


def _policy(result: PolicyResult, results: Results) -> Json:
    summary = summary_of(result, results)
    return {
        "policy": summary.policy,
        "rules": policy_data(result.policy),
        "summary": {
            "disabled": summary.disabled,
            "reversed": summary.reversed,
            "reinstated": summary.reinstated,
            "trials": summary.trials,
            "for_bounces": summary.for_bounces,
            "caught_bad": summary.caught,
            "missed_bad": summary.missed,
            "blocked_good": summary.blocked_good,
            "undetermined": summary.undetermined,
            "precision": asdict(summary.precision) if summary.precision else None,
            "let_out": {
                "delivered": _spread(summary.delivered_before),
                "complaints": _spread(summary.complaints_before),
            },
            "blocked": {"delivered": summary.delivered_after, "complaints": summary.complaints_after},
            "good_mail_blocked_per_complaint_avoided": summary.blocked_per_avoided,
            "delay_hours": _spread(summary.delay_hours),
            "breaker": {"bound": summary.breaker_bound, "hours_over_bound": summary.hours_over_bound},
        },
        "disabled": [_disabled(one, stop) for one in result.disabled for stop in one.replayed.stops],
    }


def _disabled(one: AccountUnderPolicy, stop: Stop) -> Json:
    return {
        "account_id": one.account_id,
        "at": _instant(stop.at),
        "rule": str(stop.rule),
        "delivered": stop.delivered,
        "complaints": stop.complaints,
        "bounces": stop.bounces,
        "reversed_at": _instant(stop.reversed_at) if stop.reversed_at else None,
        "reinstated_at": _instant(stop.reinstated_at) if stop.reinstated_at else None,
        "truth": _truth(one.truth),
        "let_out": _tally(one.consequences.let_out),
        "blocked": _tally(one.consequences.blocked),
    }


def _truth(truth: MatureRatio) -> Json:
    return {
        "sending": str(truth.sending),
        "delivered": truth.delivered,
        "complaints": truth.complaints,
        "per_1000_at_least": round(truth.at_least * PER_MILLE, 4),
        "per_1000_at_most": round(truth.at_most * PER_MILLE, 4),
    }


def _flip(flip: Flip) -> Json:
    return {
        "from": flip.before,
        "to": flip.after,
        "kept": [one.account_id for one in flip.kept],
        "disabled": [one.account_id for one in flip.disabled],
    }


def _point(point: SweepPoint) -> Json:
    limit, least, window = point.numbers
    summary = point.summary
    return {
        "policy": point.policy.id,
        "limit_per_1000": limit,
        "complaints_at_least": least,
        "window_days": window,
        "disabled": summary.disabled,
        "caught_bad": summary.caught,
        "missed_bad": summary.missed,
        "blocked_good": summary.blocked_good,
        "undetermined": summary.undetermined,
        "precision": asdict(summary.precision) if summary.precision else None,
        "complaints_let_out": summary.complaints_before.total,
        "complaints_avoided": summary.complaints_after,
    }


def _tally(tally: Tally) -> Json:
    return {"delivered": tally.delivered, "complaints": tally.complaints, "bounces": tally.bounces}


def _spread(spread: Spread) -> Json:
    return {"median": spread.median, "p90": spread.p90, "total": spread.total}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
