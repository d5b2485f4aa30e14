"""Which policies were in force, as the entries of the system timeline tell it, the newest first."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, STAFF

from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.policy.policy_file import parse_policy, policy_data
from permille.domain.rules.policy_history import PolicyHistory
from permille.domain.timeline.kinds.system import PolicySet
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import InvalidInput, NotFound

A, B, C = (parse_policy(json.dumps({"window_days": days})) for days in (30, 31, 32))


def a_history(*were_set: Policy, in_force: Policy | None) -> PolicyHistory:
    """On a stack where the preset default was in force, policies were set one after the other."""
    entries, replaced = [], DEFAULT
    for number, policy in enumerate(were_set):
        facts = PolicySet(
            policy=policy.id,
            replaced=replaced.id,
            rules=policy_data(policy),
            replaced_rules=policy_data(replaced),
            by=STAFF,
        )
        entries.append(system_entry(NOW + timedelta(minutes=number), facts))
        replaced = policy
    return PolicyHistory(entries[::-1], in_force)


@pytest.mark.parametrize(
    ("were_set", "in_force", "before"),
    [
        ([A], A, DEFAULT),
        ([A, B], B, A),
        ([A, B, A], A, B),  # reverted: reverting once more goes forward again
        ([A, B, B], B, A),  # set twice
        ([A], B, A),  # B was set in another way
        ([A, B], DEFAULT, B),  # the parameter was deleted
        ([A], None, A),  # what is in force cannot be understood
    ],
)
def test_the_policy_before_is_the_newest_that_is_not_in_force(
    were_set: list[Policy], in_force: Policy | None, before: Policy
) -> None:
    assert a_history(*were_set, in_force=in_force).before() == before


@pytest.mark.parametrize(("were_set", "in_force"), [([], DEFAULT), ([], A), ([DEFAULT], DEFAULT)])
def test_where_there_was_no_other_that_is_said(were_set: list[Policy], in_force: Policy) -> None:
    with pytest.raises(NotFound, match="no policy before the one in force"):
        a_history(*were_set, in_force=in_force).before()


@pytest.mark.parametrize(
    ("were_set", "in_force", "is_recorded"),
    [
        ([], DEFAULT, True),
        ([A], A, True),
        ([A, B], B, True),
        ([], A, False),
        ([A, B], A, False),
        ([A], DEFAULT, False),
        ([A], None, False),
    ],
)
def test_whether_the_history_tells_of_the_policy_in_force(
    were_set: list[Policy], in_force: Policy | None, is_recorded: bool
) -> None:
    assert a_history(*were_set, in_force=in_force).is_recorded is is_recorded


def test_one_that_was_replaced_without_having_been_told_can_be_named_too() -> None:
    assert a_history(A, B, in_force=B).named("default") == DEFAULT


def test_one_that_the_history_does_not_tell_of_is_refused_with_those_that_it_does() -> None:
    with pytest.raises(NotFound, match=f"no policy 'default-00000000'; it has {B.id}, {A.id}, default"):
        a_history(A, B, in_force=B).named("default-00000000")

    with pytest.raises(NotFound, match="it has none"):
        a_history(in_force=DEFAULT).named("default")


def recorded(policy_id: str, numbers: dict[str, Any], in_force: Policy) -> PolicyHistory:
    facts = PolicySet(policy=policy_id, replaced="", rules=numbers, replaced_rules={}, by=STAFF)
    return PolicyHistory([system_entry(NOW, facts)], in_force)


def test_one_that_an_older_version_told_with_fewer_numbers_is_known_by_either_id() -> None:
    numbers = {name: value for name, value in policy_data(A).items() if name != "recheck_after_minutes"}
    history = recorded("default-0ld0ld00", numbers | {"id": "default-01d01d00"}, in_force=A)

    assert history.is_recorded
    assert history.named("default-0ld0ld00") == history.named(A.id) == A


def test_one_with_numbers_that_only_a_newer_version_knows_is_refused() -> None:
    history = recorded("default-12345678", policy_data(A) | {"of_a_newer_version": 1}, in_force=B)

    assert not history.is_recorded
    with pytest.raises(
        InvalidInput, match="this version cannot put the policy default-12345678 in force: there is no of_a_"
    ):
        history.named("default-12345678")
