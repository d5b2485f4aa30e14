"""Which values the numbers of a policy take, each checked alone. Raises InvalidPolicy where one is invalid."""

import json
from decimal import Decimal
from typing import Any

from permille.domain.policy.e_value import LIMITS_BELOW
from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.values.errors import InvalidPolicy

_RANGES = {
    "window_days": (1, 365),
    "one_recipient_days": (0, 365),
    "alert_every_minutes": (1, 1440),
    "recheck_after_minutes": (0, 1440),
    "complaint_ratio.limit_per_1000": (1, 1000),
    "complaint_ratio.complaints_at_least": (1, 100),
    "bounce_burst.more_than": (0, 1_000_000),
    "bounce_burst.percent": (0, 100),
    "bounce_burst.days": (1, 365),
    "complaint_burst.more_than": (0, 1_000_000),
    "complaint_burst.days": (1, 365),
    "recent_ratio.limit_per_1000": (1, LIMITS_BELOW - 1),
    "recent_ratio.complaints_at_least": (1, 1_000_000),
    "recent_ratio.days": (1, 365),
    "breaker.at_least": (0, 1_000_000),
    "breaker.percent_of_active": (0, 100),
    "second_chance.observing_hours": (1, 720),
    "breaker.beyond_doubt_times": (1, 1000),
    "second_chance.needs_percent": (0, 100),
    "second_chance.needs_at_least": (1, LARGEST_BATCH),
    "second_chance.needs_at_most": (1, LARGEST_BATCH),
    "second_chance.most_times": (0, 1000),
    "second_chance.most_at_least": (1, LARGEST_BATCH),
    "second_chance.least_hours": (0, 24),
    "second_chance.ratio_above": (0, LARGEST_BATCH),
    "second_chance.cooldown_days": (0, 365),
    "second_chance.cooldown_days_per_strike": (0, 365),
}
_FLAGS = ("suppress_bounces", "second_chance.reinstate_by_staff")
_ALPHAS = ("complaint_ratio.alpha", "recent_ratio.alpha", "breaker.beyond_doubt_alpha")
_ALPHA_RANGE = (Decimal("1e-12"), Decimal("0.5"))


def validated_number(name: str, value: Any) -> int | bool | Decimal | None:
    """The value of the number `name`, whose part of the policy, if any, stands before a dot. None of an alpha: it is
    off."""
    if name in _FLAGS:
        return _flag(name, value)
    return _alpha(name, value) if name in _ALPHAS else _number(name, value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidPolicy(f"{name} is {abridged(value)}; it must be true or false")
    return value


def _number(name: str, value: Any) -> int:
    least, most = _RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidPolicy(f"{name} is {abridged(value)}; it must be a whole number from {least} to {most}")
    return value


def _alpha(name: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    least, most = _ALPHA_RANGE
    try:
        alpha = Decimal(value) if isinstance(value, str | Decimal) else None
    except ArithmeticError:
        alpha = None
    if alpha is None or not alpha.is_finite() or not least <= alpha <= most:
        raise InvalidPolicy(f"{name} is {abridged(value)}; it must be a number from {least} to {most}, or null")
    return alpha


def abridged(value: Any) -> str:
    """The value as JSON, cut to 60 characters, for an error message."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
