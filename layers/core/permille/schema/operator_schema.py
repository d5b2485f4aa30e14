"""What machines are shown by the operator's command alone: why an account is as it is, what a policy would change."""

from collections.abc import Sequence
from typing import Any, TypedDict

from permille.domain.policy.policy import Rule
from permille.domain.rules import policy_preview
from permille.domain.values.status import Status
from permille.domain.words.wording import without_controls
from permille.schema import account_schema
from permille.usecases.views.explain import Explained


class Explanation(TypedDict):
    """`decided`: kind, instant and facts of the entry by which the account became what it is. `now`: the facts of what
    the policy in force says of it. `kept_now`: that the rules are kept after a complaint was taken back; null where
    that is not known. `lines`: all of it in words."""

    account_id: str
    status: Status
    decided: dict[str, Any] | None
    now: dict[str, Any] | None
    kept_now: bool | None
    lines: Sequence[str]


class Affected(TypedDict):
    """An account for which a policy would change something. `rule` and `why`: what is broken, by that policy or by the
    one in force (`breaks_present`)."""

    account_id: str
    owner_name: str
    status: Status
    delivered: int
    complaints: int
    bounces: int
    per_1000: float | None
    rule: Rule | None
    why: str
    breaks_present: bool


def explained(found: Explained, platform: str) -> Explanation:
    decided = found.decided
    return {
        "account_id": found.account.id,
        "status": found.account.status,
        "decided": {"kind": decided.kind, "at": decided.at.isoformat(), **account_schema.facts(decided)}
        if decided
        else None,
        "now": account_schema.facts(found.now) if found.now else None,
        "kept_now": account_schema.kept_now(found.kept_now),
        "lines": found.lines(platform),
    }


def preview(found: policy_preview.Preview) -> dict[str, Any]:
    """The accounts that it would change something for stand by the effect."""
    return {
        "present": found.present.id if found.present else None,
        "mode": found.mode,
        "judged": found.judged,
        "bound": found.bound,
        "exceeds_bound": found.exceeds_bound,
        **{effect: [_affected(one) for one in found.of(effect)] for effect in policy_preview.Effect},
    }


def _affected(found: policy_preview.Affected) -> Affected:
    counts, per_1000 = found.broken.counts, found.broken.counts.per_1000()
    return {
        "account_id": found.account.id,
        "owner_name": without_controls(found.account.owner_name),
        "status": found.account.status,
        "delivered": counts.delivered,
        "complaints": counts.complaints,
        "bounces": counts.bounces,
        "per_1000": None if per_1000 is None else float(per_1000),
        "rule": found.broken.rule,
        "why": found.why,
        "breaks_present": found.breaks_present,
    }
