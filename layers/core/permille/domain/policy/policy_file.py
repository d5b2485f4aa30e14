"""Parses and writes policies as JSON documents. A document names the numbers that differ from those of its preset; what
`policy_data` writes can be changed and parsed again."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

from permille.domain.policy.e_value import LIMITS_BELOW
from permille.domain.policy.policy import (
    DEFAULT,
    PRESETS,
    BounceBurst,
    Breaker,
    ComplaintBurst,
    ComplaintRatio,
    Policy,
    RecentRatio,
    SecondChance,
)
from permille.domain.policy.policy_numbers import abridged, validated_number
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


def parse_policy(text: str) -> Policy:
    """Parses a policy's document. Raises InvalidPolicy. The id is the preset's, with a digest of the numbers that
    differ from it."""
    try:
        data = json.loads(text, parse_float=Decimal, object_pairs_hook=_without_repetition)
    except (ValueError, ArithmeticError) as error:
        raise InvalidPolicy(f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidPolicy("it is nested too deeply") from error
    numbers = dict(_mapping("the policy", data))
    preset_of_id = _preset_of(numbers.pop("id", DEFAULT.id))
    preset = numbers.pop("preset", preset_of_id)
    if not isinstance(preset, str) or preset not in PRESETS:
        raise InvalidPolicy(f"preset is {abridged(preset)}; it can be {', '.join(PRESETS)}")
    base = PRESETS[preset]
    policy = replace(base, **_changes(base, numbers))
    _check_combinations(policy)
    return policy if policy == base else replace(policy, id=f"{preset}-{_digest(policy, base)}")


def _preset_of(policy_id: Any) -> str:
    """The preset that an id begins with. A document whose numbers were changed still has its former id."""
    match = _ID.fullmatch(policy_id) if isinstance(policy_id, str) else None
    if not match:
        raise InvalidPolicy(f"id is {abridged(policy_id)}; leave it out: it is computed")
    return match["preset"]


def policy_data(policy: Policy) -> dict[str, Any]:
    """The policy's id and all its numbers as JSON, for machines and decision records."""
    return cast("dict[str, Any]", _with_texts(asdict(policy)))


def _with_texts(value: Any) -> Any:
    """Decimals become texts, since most programs parse JSON's numbers as floats."""
    if isinstance(value, dict):
        return {name: _with_texts(member) for name, member in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def _changes(base: Policy, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by which the policy differs from its preset."""
    _refuse_unknown("", numbers, [field.name for field in fields(base) if field.name != "id"])
    return {name: _value(name, value, getattr(base, name)) for name, value in numbers.items()}


def _value(name: str, value: Any, of_preset: Any) -> Any:
    if value is None and name in _CAN_BE_OFF:
        return None
    if name not in _PARTS:
        return validated_number(name, value)
    part = _PARTS[name]
    members = _mapping(name, value)
    _refuse_unknown(f"{name}.", members, [field.name for field in fields(part)])
    numbers = {key: validated_number(f"{name}.{key}", number) for key, number in members.items()}
    return part(**numbers) if of_preset is None else replace(of_preset, **numbers)


def _check_combinations(policy: Policy) -> None:
    """Numbers that are valid alone, and do not suit each other."""
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
        raise InvalidPolicy(f"{name} is {abridged(value)}; it must be an object, in braces")
    return value


def _refuse_unknown(prefix: str, names: Iterable[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise InvalidPolicy(f"there is no {prefix}{abridged(name)[1:-1]}; there are {', '.join(known)}")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise InvalidPolicy(f"{abridged(name)} is there twice; keep one of them")
    return dict(pairs)


def _digest(policy: Policy, base: Policy) -> str:
    """Of the numbers that differ from the preset, so that a number which a later version adds changes no id."""
    of_preset = dict(flat(policy_data(base)))
    numbers = flat(policy_data(policy))
    different = {name: value for name, value in numbers if name != "id" and of_preset.get(name, "") != value}
    return sha256(json.dumps(different, sort_keys=True).encode()).hexdigest()[:8]
