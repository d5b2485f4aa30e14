"""A policy as its operators write it: JSON, in which what is not named is as in the preset. What `policy_data` shows
can be changed and read again."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

from permille.domain.policy.e_value import LIMITS_BELOW
from permille.domain.policy.policy import (
    DEFAULT,
    LARGEST_BATCH,
    PRESETS,
    BounceBurst,
    Breaker,
    ComplaintBurst,
    ComplaintRatio,
    Policy,
    RecentRatio,
    SecondChance,
)
from permille.domain.values.errors import InvalidPolicy
from permille.domain.values.json_values import flat

_PARTS: Mapping[str, type[Any]] = {
    "complaint_ratio": ComplaintRatio,
    "bounce_burst": BounceBurst,
    "complaint_burst": ComplaintBurst,
    "recent_ratio": RecentRatio,
    "breaker": Breaker,
    "second_chance": SecondChance,
}
_ID = re.compile(rf"(?P<preset>{'|'.join(PRESETS)})(-[0-9a-f]{{8}})?")
_CAN_BE_OFF = ("bounce_burst", "complaint_burst", "recent_ratio")
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
_ALPHAS = ("alpha", "beyond_doubt_alpha")
_ALPHA_RANGE = (Decimal("1e-12"), Decimal("0.5"))


def parse_policy(text: str) -> Policy:
    """Reads a policy. Raises InvalidPolicy."""
    try:
        data = json.loads(text, parse_float=Decimal, object_pairs_hook=_without_repetition)
    except (ValueError, ArithmeticError) as error:
        raise InvalidPolicy(f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidPolicy("it is nested too deeply") from error
    given = dict(_mapping("the policy", data))
    named = _named_by(given.pop("id", DEFAULT.id))
    preset = given.pop("preset", named)
    if not isinstance(preset, str) or preset not in PRESETS:
        raise InvalidPolicy(f"preset is {_shown(preset)}; it can be {', '.join(PRESETS)}")
    base = PRESETS[preset]
    policy = replace(base, **_changed(base, given))
    _hold_together(policy)
    return policy if policy == base else replace(policy, id=f"{preset}-{_digest(policy, base)}")


def _named_by(policy_id: Any) -> str:
    """The preset that an id names, as `policy_data` shows one. A policy that was changed keeps the id that it had."""
    found = _ID.fullmatch(policy_id) if isinstance(policy_id, str) else None
    if not found:
        raise InvalidPolicy(f"id is {_shown(policy_id)}; leave it out: it is computed")
    return found["preset"]


def policy_data(policy: Policy) -> dict[str, Any]:
    """The policy's id and every number of it, for machines and for the decision record."""
    return cast("dict[str, Any]", _texts(asdict(policy)))


def _texts(value: Any) -> Any:
    """Decimals as text: JSON's numbers are read as floats by most."""
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def _changed(base: Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    known = [field.name for field in fields(base) if field.name != "id"]
    _refuse_unknown("", given, known)
    return {name: _value(name, value, getattr(base, name)) for name, value in given.items()}


def _value(name: str, value: Any, usual: Any) -> Any:
    if value is None and name in _CAN_BE_OFF:
        return None
    if isinstance(usual, bool):
        return _flag(name, value)
    if name not in _PARTS:
        return _number(name, value)
    part = _PARTS[name]
    inner = _mapping(name, value)
    _refuse_unknown(f"{name}.", inner, [field.name for field in fields(part)])
    numbers = {key: _number_of(name, key, one) for key, one in inner.items()}
    return part(**numbers) if usual is None else replace(usual, **numbers)


def _number_of(part: str, key: str, value: Any) -> int | Decimal | None:
    if key == "reinstate_by_staff":
        return _flag(f"{part}.{key}", value)
    return _alpha(f"{part}.{key}", value) if key in _ALPHAS else _number(f"{part}.{key}", value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidPolicy(f"{name} is {_shown(value)}; it must be true or false")
    return value


def _number(name: str, value: Any) -> int:
    least, most = _RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidPolicy(f"{name} is {_shown(value)}; it must be a whole number from {least} to {most}")
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
        raise InvalidPolicy(f"{name} is {_shown(value)}; it must be a number from {least} to {most}, or null")
    return alpha


def _hold_together(policy: Policy) -> None:
    ratio, chance = policy.complaint_ratio, policy.second_chance
    if ratio.alpha is not None and ratio.limit_per_1000 >= LIMITS_BELOW:
        raise InvalidPolicy(
            f"complaint_ratio.limit_per_1000 is {ratio.limit_per_1000}; with an alpha it must be below {LIMITS_BELOW}"
        )
    for name in ("complaint_burst", "recent_ratio"):
        rule = getattr(policy, name)
        if rule and rule.days > policy.window_days:
            raise InvalidPolicy(f"{name}.days is {rule.days}, more than window_days ({policy.window_days})")
    if chance.needs_at_least > chance.needs_at_most:
        raise InvalidPolicy(
            f"second_chance.needs_at_least is {chance.needs_at_least}, more than needs_at_most ({chance.needs_at_most})"
        )


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidPolicy(f"{name} is {_shown(value)}; it must be an object, in braces")
    return value


def _refuse_unknown(prefix: str, given: Mapping[str, Any], known: list[str]) -> None:
    for name in given:
        if name not in known:
            raise InvalidPolicy(f"there is no {prefix}{_shown(name)[1:-1]}; there are {', '.join(known)}")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise InvalidPolicy(f"{_shown(name)} is there twice; keep one of them")
    return dict(pairs)


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _digest(policy: Policy, base: Policy) -> str:
    """Of the numbers that differ: one that a later version adds gives no policy another id."""
    usual = dict(flat(policy_data(base)))
    data = {name: value for name, value in flat(policy_data(policy)) if name != "id" and usual.get(name, "") != value}
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]
