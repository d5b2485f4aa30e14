"""What machines are shown of the whole platform."""

from decimal import Decimal
from typing import TypedDict

from permille.domain.policy.ses_review import BOUNCES, COMPLAINTS, Level, Lines, bounce_percent
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.desk import SesRate
from permille.usecases.views.platform import Contributor, Platform, Ranking


class Rate(TypedDict):
    """A rate of SES's, in `unit`, and the rates from which on the alarm rings and SES acts."""

    rate: float
    unit: str
    at: str
    level: Level
    alarm_from: float
    review_from: float
    pause_from: float


class Counted(TypedDict):
    """`per_1000`: complaints for every 1,000 delivered. `bounce_percent`: of what was delivered or bounced."""

    delivered: int
    complaints: int
    bounces: int
    per_1000: float | None
    bounce_percent: float | None


class Ses(TypedDict):
    """What SES says of all the mail of the AWS account in its Region. `counted`: in the days of the window."""

    complaint_rate: Rate | None
    bounce_rate: Rate | None
    counted: Counted


class Contribution(Counted):
    """An account's counts, as Permille has them now. `share_percent`: of all that SES has counted of what it is listed
    for."""

    account_id: str
    status: Status
    share_percent: float | None


class Shown(TypedDict):
    """What cannot be known now is null."""

    window_days: int
    ses: Ses | None
    most_complaints: list[Contribution] | None
    most_bounces: list[Contribution] | None


def platform(found: Platform) -> Shown:
    figures = found.figures
    return {
        "window_days": found.days,
        "ses": {
            "complaint_rate": _rate(figures.complaint_rate, COMPLAINTS),
            "bounce_rate": _rate(figures.bounce_rate, BOUNCES),
            "counted": _counted(figures.counted),
        }
        if figures
        else None,
        "most_complaints": _ranking(found.complaints),
        "most_bounces": _ranking(found.bounces),
    }


def _rate(told: SesRate | None, lines: Lines) -> Rate | None:
    if told is None:
        return None
    return {
        "rate": float(lines.rate(told.share)),
        "unit": lines.unit,
        "at": told.at.isoformat(),
        "level": lines.level(told.share),
        "alarm_from": float(lines.alarm),
        "review_from": float(lines.review),
        "pause_from": float(lines.pause),
    }


def _counted(counts: Tally) -> Counted:
    return {
        "delivered": counts.delivered,
        "complaints": counts.complaints,
        "bounces": counts.bounces,
        "per_1000": _number(counts.per_1000()),
        "bounce_percent": _number(bounce_percent(counts)),
    }


def _ranking(found: Ranking | None) -> list[Contribution] | None:
    return None if found is None else [_contribution(found, one) for one in found.contributors]


def _contribution(found: Ranking, one: Contributor) -> Contribution:
    return {
        "account_id": one.account.id,
        "status": one.account.status,
        **_counted(one.verdict.counts),
        "share_percent": _number(found.share(one)),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
