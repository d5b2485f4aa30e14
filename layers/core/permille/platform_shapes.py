"""What machines are shown of the whole platform."""

from typing import TypedDict

from permille.desk_ports import SesRate
from permille.domain.reputation import Tally
from permille.domain.ses_review import BOUNCES, COMPLAINTS, Level, Lines
from permille.domain.status import Status
from permille.platform import Contributor, Platform


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
    delivered: int
    complaints: int
    per_1000: float | None


class Ses(TypedDict):
    """What SES says of all the mail of the AWS account in its Region. `counted`: in the days of the window."""

    complaint_rate: Rate | None
    bounce_rate: Rate | None
    counted: Counted


class Contribution(Counted):
    """An account's counts, as Permille has them now. `share_percent`: of all complaints that SES has counted."""

    account_id: str
    status: Status
    bounces: int
    share_percent: float | None


class Shown(TypedDict):
    """`ses` and `contributors` are null where they cannot be known now."""

    window_days: int
    ses: Ses | None
    contributors: list[Contribution] | None


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
        "contributors": None
        if found.contributors is None
        else [_contribution(found, one) for one in found.contributors],
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
    per_1000 = counts.per_1000()
    return {
        "delivered": counts.delivered,
        "complaints": counts.complaints,
        "per_1000": None if per_1000 is None else float(per_1000),
    }


def _contribution(found: Platform, one: Contributor) -> Contribution:
    share, counts = found.share(one), one.verdict.counts
    return {
        "account_id": one.account.id,
        "status": one.account.status,
        **_counted(counts),
        "bounces": counts.bounces,
        "share_percent": None if share is None else float(share),
    }
