"""The JSON shapes of the whole platform: the rates of SES, and the accounts that contribute the most."""

from decimal import Decimal
from typing import TypedDict

from permille.domain.policy.ses_review import BOUNCES, COMPLAINTS, Level, Lines, bounce_percent
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.desk import SesFigures, SesRate
from permille.usecases.views.platform import Contributor, Platform, Ranking


class RateJson(TypedDict):
    """A rate as SES calculates it, and the rates at which something happens.

    rate: in `unit`
    at: when SES calculated it, ISO 8601 in UTC
    alarm_from: the rate from which the stack's alarm rings
    review_from: the rate from which SES reviews the AWS account
    pause_from: the rate from which SES may pause sending
    """

    rate: float
    unit: str
    at: str
    level: Level
    alarm_from: float
    review_from: float
    pause_from: float


class CountedJson(TypedDict):
    """Counts with their rates.

    per_1000: complaints for every 1,000 delivered
    bounce_percent: permanent bounces, of all that was delivered or bounced
    """

    delivered: int
    complaints: int
    bounces: int
    per_1000: float | None
    bounce_percent: float | None


class SesJson(TypedDict):
    """What SES says of all mail of the AWS account in its Region. `counted`: in the days of the window."""

    complaint_rate: RateJson | None
    bounce_rate: RateJson | None
    counted: CountedJson


class ContributionJson(CountedJson):
    """The counts of one account, as Permille has them now. `share_percent`: its part of all that SES has counted."""

    account_id: str
    status: Status
    share_percent: float | None


class PlatformJson(TypedDict):
    """The whole platform; null for what cannot be read at the moment.

    window_days: length of the policy's window
    most_complaints: the accounts with the most complaints, the worst first
    most_bounces: the accounts with the most bounces, the worst first
    """

    window_days: int
    ses: SesJson | None
    most_complaints: list[ContributionJson] | None
    most_bounces: list[ContributionJson] | None


def platform_json(platform: Platform) -> PlatformJson:
    """The whole platform."""
    return {
        "window_days": platform.days,
        "ses": _ses_json(platform.figures) if platform.figures else None,
        "most_complaints": _ranking_json(platform.complaints),
        "most_bounces": _ranking_json(platform.bounces),
    }


def _ses_json(figures: SesFigures) -> SesJson:
    return {
        "complaint_rate": _rate_json(figures.complaint_rate, COMPLAINTS),
        "bounce_rate": _rate_json(figures.bounce_rate, BOUNCES),
        "counted": _counted_json(figures.counted),
    }


def _rate_json(rate: SesRate | None, lines: Lines) -> RateJson | None:
    if rate is None:
        return None
    return {
        "rate": float(lines.rate(rate.share)),
        "unit": lines.unit,
        "at": rate.at.isoformat(),
        "level": lines.level(rate.share),
        "alarm_from": float(lines.alarm),
        "review_from": float(lines.review),
        "pause_from": float(lines.pause),
    }


def _counted_json(counts: Tally) -> CountedJson:
    return {
        "delivered": counts.delivered,
        "complaints": counts.complaints,
        "bounces": counts.bounces,
        "per_1000": _number(counts.per_1000()),
        "bounce_percent": _number(bounce_percent(counts)),
    }


def _ranking_json(ranking: Ranking | None) -> list[ContributionJson] | None:
    return None if ranking is None else [_contribution_json(ranking, account) for account in ranking.contributors]


def _contribution_json(ranking: Ranking, contributor: Contributor) -> ContributionJson:
    return {
        "account_id": contributor.account.id,
        "status": contributor.account.status,
        **_counted_json(contributor.verdict.counts),
        "share_percent": _number(ranking.share(contributor)),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
