"""The JSON shapes of the operator's command alone: the explanation of an account, and the preview of a policy."""

from collections.abc import Sequence
from typing import Any, TypedDict

from permille.domain.policy.verdict import Rule
from permille.domain.rules.policy_preview import Affected, Effect, Preview
from permille.domain.values.status import Status
from permille.domain.words.wording import without_controls
from permille.schema.entry_schema import facts_json
from permille.schema.review_case_schema import decision_json, kept_now_json
from permille.schema.review_schema import ReviewJson, TrialJson, review_json, trial_json
from permille.usecases.views.explain import Explanation


class ExplanationJson(TypedDict):
    """Why an account is in its status.

    decided: kind, instant and facts of the entry that put the account into its status
    first_disabled: the same of the disabling before any trial; null where the account is active or closed
    review, trial: as in StandingJson
    now: facts of what the policy in force says of the account
    kept_now: whether the rules are kept after a complaint was voided; null where that is not known
    lines: the explanation for people
    """

    account_id: str
    status: Status
    decided: dict[str, Any] | None
    first_disabled: dict[str, Any] | None
    review: ReviewJson | None
    trial: TrialJson | None
    now: dict[str, Any] | None
    kept_now: bool | None
    lines: Sequence[str]


class AffectedJson(TypedDict):
    """An account for which the previewed policy would change something.

    per_1000: complaints for every 1,000 delivered
    rule: the rule that is broken, by the previewed policy or by the one in force
    why: the numbers that broke it, in words
    breaks_present: whether the policy in force is broken
    """

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


def explanation_json(explanation: Explanation, platform: str) -> ExplanationJson:
    """The explanation of an account. `platform`: its name, for the lines."""
    account = explanation.account
    return {
        "account_id": account.id,
        "status": account.status,
        "decided": decision_json(explanation.decided),
        "first_disabled": decision_json(explanation.first_disabled),
        "review": review_json(account.review),
        "trial": trial_json(account),
        "now": facts_json(explanation.now) if explanation.now else None,
        "kept_now": kept_now_json(explanation.kept_now),
        "lines": [*explanation.lines(platform), *explanation.way_back],
    }


def preview_json(preview: Preview) -> dict[str, Any]:
    """The preview of a policy: the affected accounts are listed under the name of each Effect."""
    return {
        "present": preview.present.id if preview.present else None,
        "mode": preview.mode,
        "judged": preview.judged,
        "bound": preview.bound,
        "exceeds_bound": preview.exceeds_bound,
        **{effect: [_affected_json(account) for account in preview.of(effect)] for effect in Effect},
    }


def _affected_json(affected: Affected) -> AffectedJson:
    counts, per_1000 = affected.broken.counts, affected.broken.counts.per_1000()
    return {
        "account_id": affected.account.id,
        "owner_name": without_controls(affected.account.owner_name),
        "status": affected.account.status,
        "delivered": counts.delivered,
        "complaints": counts.complaints,
        "bounces": counts.bounces,
        "per_1000": None if per_1000 is None else float(per_1000),
        "rule": affected.broken.rule,
        "why": affected.why,
        "breaks_present": affected.breaks_present,
    }
