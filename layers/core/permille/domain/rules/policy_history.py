"""The policies that were in force, by the entries of the system timeline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.policy.policy_file import parse_policy
from permille.domain.timeline.kinds.system import PolicySet
from permille.domain.timeline.timeline import TimelineEntry
from permille.domain.values.errors import InvalidInput, InvalidPolicy, NotFound

LISTED = 20  # ids in a message


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A policy as an entry records it. A version of Permille with more numbers may compute another id for it."""

    id: str
    rules: Mapping[str, Any]

    def policy(self) -> Policy:
        """Parses it. Raises InvalidInput where a newer version recorded numbers that this one does not know."""
        try:
            return parse_policy(json.dumps(self.rules))
        except InvalidPolicy as wrong:
            raise InvalidInput(f"this version cannot put the policy {self.id} in force: {wrong}") from wrong

    def is_named(self, policy_id: str) -> bool:
        if policy_id == self.id:
            return True
        with suppress(InvalidInput):
            return policy_id == self.policy().id
        return False


@dataclass(frozen=True, slots=True)
class PolicyHistory:
    """The history of policies.

    entries: newest first
    in_force: the policy in force; None where it cannot be parsed
    """

    entries: Sequence[TimelineEntry[PolicySet]]
    in_force: Policy | None

    @property
    def is_recorded(self) -> bool:
        """Whether the newest entry is about the policy in force. Without entries, that is the default."""
        newest = next(self._recorded(), _Recorded(DEFAULT.id, {}))
        return self.in_force is not None and newest.is_named(self.in_force.id)

    def before(self) -> Policy:
        """The policy before the one in force. Raises NotFound where none is recorded."""
        for recorded in self._recorded():
            if self.in_force is None or not recorded.is_named(self.in_force.id):
                return recorded.policy()
        raise NotFound("the history has no policy before the one in force")

    def named(self, policy_id: str) -> Policy:
        """The recorded policy of this id. Raises NotFound."""
        for recorded in self._recorded():
            if recorded.is_named(policy_id):
                return recorded.policy()
        ids = list(dict.fromkeys(recorded.id for recorded in self._recorded()))[:LISTED]
        raise NotFound(f"the history has no policy {policy_id!r}; it has {', '.join(ids) or 'none'}")

    def _recorded(self) -> Iterator[_Recorded]:
        for entry in self.entries:
            facts = entry.facts
            yield _Recorded(facts.policy, facts.rules)
            if facts.replaced:
                yield _Recorded(facts.replaced, facts.replaced_rules)
