"""A policy as its operators write it: checked to the last number, and never half understood."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.domain.policy.policy import ALLPROWEBTOOLS, CONSERVATIVE, DEFAULT, PRESETS, ComplaintBurst
from permille.domain.policy.policy_file import parse_policy, policy_data
from permille.domain.values.errors import InvalidPolicy

names = st.sampled_from([*policy_data(DEFAULT), "preset", "limit_per_1000", "alpha", "more_than", "days"]) | st.text(
    max_size=4
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def test_what_is_not_named_is_as_in_the_default() -> None:
    assert parse_policy("{}") == DEFAULT


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.id)
def test_a_preset_alone_is_that_preset_under_its_own_name(preset: Any) -> None:
    assert parse_policy(json.dumps({"preset": preset.id})) == preset


def test_bounces_suppress_unless_the_policy_says_that_they_do_not() -> None:
    off = parse_policy('{"suppress_bounces": false}')

    assert (DEFAULT.suppress_bounces, off.suppress_bounces) == (True, False)
    assert off.id != DEFAULT.id
    with pytest.raises(InvalidPolicy, match="suppress_bounces is 0; it must be true or false"):
        parse_policy('{"suppress_bounces": 0}')


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.id)
def test_what_a_policy_shows_can_be_set_again(preset: Any) -> None:
    assert parse_policy(json.dumps(policy_data(preset))) == preset


@pytest.mark.parametrize("preset", PRESETS)
def test_one_that_is_shown_changed_and_set_again_keeps_its_presets_name(preset: str) -> None:
    first = parse_policy(json.dumps({"preset": preset, "window_days": 30}))

    again = parse_policy(json.dumps(policy_data(first)))
    changed = parse_policy(json.dumps(policy_data(first) | {"window_days": 31}))

    assert again == first
    assert changed == parse_policy(json.dumps({"preset": preset, "window_days": 31}))


def test_a_preset_is_asked_before_an_id() -> None:
    assert parse_policy('{"id": "allprowebtools-2f70c31d", "preset": "conservative"}') == CONSERVATIVE


def test_the_presets_are_the_designs() -> None:
    assert (DEFAULT.bounce_burst, DEFAULT.complaint_burst) == (
        ALLPROWEBTOOLS.bounce_burst and DEFAULT.bounce_burst,
        None,
    )
    assert ALLPROWEBTOOLS.complaint_burst == ComplaintBurst(more_than=3, days=7)
    assert ALLPROWEBTOOLS.bounce_burst is not None
    assert (ALLPROWEBTOOLS.bounce_burst.more_than, ALLPROWEBTOOLS.bounce_burst.percent) == (200, 0)
    assert CONSERVATIVE.complaint_ratio.alpha == Decimal("0.05")


def test_a_changed_number_makes_an_id_of_its_own_which_only_the_numbers_make() -> None:
    changed = parse_policy('{"window_days": 30, "alert_every_minutes": 60}')

    assert changed.window_days == 30
    assert changed.id.startswith("default-")
    assert changed.id == parse_policy('{"window_days": 30}').id
    assert changed.id != parse_policy('{"window_days": 31}').id


def test_a_rule_can_be_switched_off_and_on() -> None:
    assert parse_policy('{"bounce_burst": null}').bounce_burst is None
    assert parse_policy('{"complaint_burst": {}}').complaint_burst == ComplaintBurst()
    assert parse_policy('{"preset": "allprowebtools", "complaint_burst": null}').complaint_burst is None


def test_an_alpha_is_exact_whether_it_is_written_as_a_number_or_as_text() -> None:
    for written in ("0.1", '"0.1"'):
        policy = parse_policy(f'{{"complaint_ratio": {{"alpha": {written}}}}}')
        assert policy.complaint_ratio.alpha == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is not JSON"),
        ("{", "it is not JSON"),
        ("[]", "the policy is []; it must be an object, in braces"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"id": "mild-2f70c31d"}', 'id is "mild-2f70c31d"; leave it out: it is computed'),
        ('{"id": "default-x"}', 'id is "default-x"; leave it out: it is computed'),
        ('{"id": 5}', "id is 5; leave it out: it is computed"),
        ('{"id": null, "preset": "default"}', "id is null; leave it out: it is computed"),
        ('{"preset": "mild"}', 'preset is "mild"; it can be default, allprowebtools, conservative'),
        ('{"preset": []}', "preset is []; it can be"),
        ('{"windowdays": 3}', "there is no windowdays; there are window_days, complaint_ratio"),
        ('{"id": "mine"}', 'id is "mine"; leave it out: it is computed'),
        ('{"window_days": 45, "window_days": 4}', '"window_days" is there twice'),
        ('{"window_days": 0}', "window_days is 0; it must be a whole number from 1 to 365"),
        ('{"window_days": 45.0}', "window_days is"),
        ('{"window_days": true}', "window_days is true"),
        ('{"window_days": "45"}', 'window_days is "45"'),
        ('{"window_days": null}', "window_days is null"),
        ('{"complaint_ratio": null}', "complaint_ratio is null; it must be an object"),
        ('{"complaint_ratio": {"limit": 2}}', "there is no complaint_ratio.limit; there are limit_per_1000"),
        ('{"complaint_ratio": {"limit_per_1000": -1}}', "complaint_ratio.limit_per_1000 is -1"),
        ('{"complaint_ratio": {"alpha": 0}}', "complaint_ratio.alpha is 0; it must be a number from 1E-12 to 0.5"),
        ('{"complaint_ratio": {"alpha": NaN}}', "complaint_ratio.alpha is NaN"),
        ('{"complaint_ratio": {"alpha": "some"}}', 'complaint_ratio.alpha is "some"'),
        (
            '{"complaint_ratio": {"alpha": 0.05, "limit_per_1000": 10}}',
            "complaint_ratio.limit_per_1000 is 10; with an alpha it must be below 10",
        ),
        (
            '{"complaint_burst": {"days": 8}, "window_days": 7}',
            "complaint_burst.days is 8, more than window_days (7)",
        ),
        ('{"window_days": 1e99999999999999999999}', "it is not JSON"),
        (
            '{"second_chance": {"reinstate_by_staff": 1}}',
            "second_chance.reinstate_by_staff is 1; it must be true or false",
        ),
        ('{"breaker": {"percent_of_active": 101}}', "breaker.percent_of_active is 101"),
        ('{"window_days": 1' + "0" * 5000 + "}", "it is not JSON"),
    ],
)
def test_a_wrong_policy_is_refused_with_what_is_wrong_and_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        parse_policy(text)

    assert says in str(refused.value)


@given(values)
def test_whatever_json_it_is_it_is_a_policy_or_refused(value: Any) -> None:
    with suppress(InvalidPolicy):
        policy = parse_policy(json.dumps(value))
        assert isinstance(value, dict)
        assert policy.window_days >= 1
