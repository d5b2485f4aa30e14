"""Puts a policy in force, and reads which ones were."""

from datetime import datetime

from permille.domain.policy.policy_file import policy_data
from permille.domain.rules.policy_history import PolicyHistory
from permille.domain.rules.policy_preview import Preview
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.system import PolicySet
from permille.domain.timeline.timeline import SYSTEM, only, system_entry
from permille.domain.values.errors import DecisionRefused, Failed, ServiceError
from permille.observability import emit
from permille.usecases.decisions.policy_preview import PolicyServices, in_force
from permille.usecases.history import read_history


def put_in_force(services: PolicyServices, previewed: Preview, text: str, by: str, now: datetime) -> None:
    """Stores the candidate, and then writes the entry, so that no entry is about a policy that was not set. Raises
    Failed where it is stored without an entry, which `PolicyHistory.is_recorded` shows later; and DecisionRefused where
    another policy was set since the preview."""
    candidate, replaced = previewed.candidate, previewed.present
    facts = PolicySet(
        policy=candidate.id,
        replaced=replaced.id if replaced else "",
        rules=policy_data(candidate),
        replaced_rules=policy_data(replaced) if replaced else {},
        by=by,
    )
    if in_force(services.policies) != replaced:
        raise DecisionRefused("another policy was set meanwhile, and nothing was changed; preview again")
    services.policies.set(text)
    try:
        services.timeline.append(system_entry(now, facts))
    except ServiceError as error:
        raise Failed(
            f"the policy {candidate.id} is in force, but its entry was not written: {error}; set it again"
        ) from error
    emit("policy.set", policy=candidate.id, replaced=facts.replaced, by=by)


def policy_history(services: PolicyServices) -> PolicyHistory:
    """The policies that were set, newest first, and the one in force."""
    entries = only(PolicySet, read_history(services.timeline, SYSTEM, Topic.STANDING).entries)
    return PolicyHistory(entries[::-1], in_force(services.policies))
