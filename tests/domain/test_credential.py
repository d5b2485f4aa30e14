"""Which keys are deactivated and which are activated."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import KEY, SECOND_KEY, a_state

from permille.domain.account.credential import ACTIVE, INACTIVE, Changes, SenderState, changes
from permille.domain.account.drift import drift

BOTH_ACTIVE = {KEY: ACTIVE, SECOND_KEY: ACTIVE}
BOTH_INACTIVE = {KEY: INACTIVE, SECOND_KEY: INACTIVE}
ONE_OF_EACH = {KEY: ACTIVE, SECOND_KEY: INACTIVE}
NONE: frozenset[str] = frozenset()
BOTH = frozenset({KEY, SECOND_KEY})

states = st.builds(
    SenderState, st.dictionaries(st.sampled_from(["k1", "k2"]), st.sampled_from([ACTIVE, INACTIVE])), st.booleans()
)
key_sets = st.frozensets(st.sampled_from(["k1", "k2", "gone"]))


@pytest.mark.parametrize(
    ("keys", "denied", "todo"),
    [
        (BOTH_ACTIVE, False, Changes(deactivate=BOTH, deny=True)),
        (ONE_OF_EACH, False, Changes(deactivate=frozenset({KEY}), deny=True)),
        (BOTH_ACTIVE, True, Changes(deactivate=BOTH)),
        (BOTH_INACTIVE, False, Changes(deny=True)),
        (BOTH_INACTIVE, True, Changes()),
        ({}, False, Changes(deny=True)),
    ],
)
def test_whoever_may_not_send_has_no_active_key_and_is_denied(
    keys: Mapping[str, str], denied: bool, todo: Changes
) -> None:
    assert changes(a_state(keys, denied=denied), NONE, may_send=False) == todo


@pytest.mark.parametrize(
    ("keys", "denied", "deactivated", "todo"),
    [
        (BOTH_INACTIVE, True, BOTH, Changes(activate=BOTH, deny=False)),
        (BOTH_INACTIVE, True, frozenset({KEY}), Changes(activate=frozenset({KEY}), deny=False)),
        (BOTH_INACTIVE, True, NONE, Changes(deny=False)),  # the owner's own Inactive keys stay deactivated
        (ONE_OF_EACH, False, BOTH, Changes(activate=frozenset({SECOND_KEY}))),
        (ONE_OF_EACH, False, NONE, Changes()),
        ({KEY: ACTIVE}, False, BOTH, Changes()),  # a key that is gone is not missed
    ],
)
def test_only_keys_that_permille_deactivated_are_activated(
    keys: Mapping[str, str], denied: bool, deactivated: frozenset[str], todo: Changes
) -> None:
    assert changes(a_state(keys, denied=denied), deactivated, may_send=True) == todo


@given(states, key_sets, st.booleans())
def test_what_was_done_once_need_not_be_done_again(
    state: SenderState, deactivated: frozenset[str], may_send: bool
) -> None:
    todo = changes(state, deactivated, may_send=may_send)

    done = dict(state.keys) | dict.fromkeys(todo.deactivate, INACTIVE) | dict.fromkeys(todo.activate, ACTIVE)
    denied = state.denied if todo.deny is None else todo.deny

    assert not changes(SenderState(done, denied), deactivated, may_send=may_send)


@pytest.mark.parametrize(
    ("todo", "something"), [(Changes(), False), (Changes(deny=False), True), (Changes(activate=BOTH), True)]
)
def test_no_changes_are_false(todo: Changes, something: bool) -> None:
    assert bool(todo) is something


@pytest.mark.parametrize(
    ("keys", "denied", "may_send", "found"),
    [
        (ONE_OF_EACH, False, False, [("active", KEY), ("not denied", "")]),
        (BOTH_INACTIVE, True, False, []),
        (BOTH_INACTIVE, False, False, [("not denied", "")]),
        (BOTH_INACTIVE, True, True, [("deactivated", KEY), ("deactivated", SECOND_KEY), ("denied", "")]),
        ({KEY: ACTIVE}, False, True, []),
    ],
)
def test_drift_is_found_in_both_directions(
    keys: Mapping[str, str], denied: bool, may_send: bool, found: list[tuple[str, str]]
) -> None:
    drifted = drift("bakery", a_state(keys, denied=denied), BOTH, may_send=may_send)

    assert [(one.sender, one.what, one.access_key_id) for one in drifted] == [
        ("bakery", what, key) for what, key in found
    ]
