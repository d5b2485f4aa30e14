"""What a person should read before a policy is set."""

import json
from typing import Any

import pytest

from permille.domain.policy.policy import PRESETS, Policy
from permille.domain.policy.policy_file import parse_policy
from permille.domain.policy.policy_warnings import warnings


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.id)
def test_no_preset_needs_a_warning(preset: Policy) -> None:
    assert warnings(preset) == []


@pytest.mark.parametrize(
    ("numbers", "warns"),
    [
        ({"window_days": 4}, "window_days is 4: complaints about mail that was sent before that do not count"),
        ({"complaint_ratio": {"limit_per_1000": 1000}}, "complaint_ratio.limit_per_1000 is 1,000: Google asks"),
        ({"complaint_ratio": {"complaints_at_least": 1}}, "complaint_ratio.complaints_at_least is 1: one complaint"),
        ({"complaint_ratio": {"complaints_at_least": 100}}, "complaint_ratio.complaints_at_least is 100: an account"),
        ({"complaint_ratio": {"alpha": "0.0001"}}, "complaint_ratio.alpha is 0.0001: it takes very many complaints"),
        ({"bounce_burst": None}, "bounce_burst is off: nobody is disabled for bounces"),
        ({"bounce_burst": {"more_than": 1_000_000}}, "bounce_burst.more_than is 1,000,000: up to so many"),
        ({"bounce_burst": {"percent": 10}}, "bounce_burst.percent is 10: Amazon SES may pause"),
        ({"alert_every_minutes": 1}, "alert_every_minutes is 1: an owner may get very many mails"),
        ({"alert_every_minutes": 1440}, "alert_every_minutes is 1,440: an owner may hear of complaints only after"),
        ({"recheck_after_minutes": 0}, "recheck_after_minutes is 0: a disabling that came too early is not reversed"),
        (
            {"breaker": {"at_least": 0}},
            "breaker.at_least is 0: with fewer than 50 active accounts the breaker lets no disabling by the rules pass",
        ),
        (
            {"breaker": {"at_least": 0, "percent_of_active": 0}},
            "breaker.at_least is 0: the breaker lets no disabling by the rules pass",
        ),
        ({"breaker": {"at_least": 1_000_000}}, "breaker.at_least is 1,000,000: the breaker does not open before that"),
        ({"breaker": {"percent_of_active": 100}}, "breaker.percent_of_active is 100: the breaker lets that share"),
        ({"second_chance": {"observing_hours": 1}}, "second_chance.observing_hours is 1: complaints about a trial"),
        ({"bounce_burst": {"days": 45}}, "bounce_burst.days is 45: a list that was cleaned long ago"),
        ({"one_recipient_days": 30}, "one_recipient_days is 30: whoever complains every week is counted once"),
        ({"breaker": {"beyond_doubt_alpha": "0.05"}}, "breaker.beyond_doubt_alpha is 0.05: what passes the breaker"),
        ({"breaker": {"beyond_doubt_times": 100}}, "breaker.beyond_doubt_times is 100: a broken feed can have"),
        ({"second_chance": {"most_times": 0}}, "second_chance.most_times is 0: a trial ends early for no size"),
        ({"second_chance": {"most_times": 100}}, "second_chance.most_times is 100: a trial may be far larger"),
        ({"second_chance": {"ratio_above": 500}}, "second_chance.ratio_above is 500: of so few e-mails a ratio"),
    ],
    ids=str,
)
def test_a_number_that_turns_a_protection_off_or_nearly_so_is_told(numbers: dict[str, Any], warns: str) -> None:
    [told] = warnings(parse_policy(json.dumps(numbers)))

    assert told.startswith(warns)


@pytest.mark.parametrize(
    "numbers",
    [
        {"window_days": 14},
        {"complaint_ratio": {"limit_per_1000": 2}},
        {"complaint_ratio": {"complaints_at_least": 10}},
        {"bounce_burst": {"more_than": 0, "percent": 0}},
        {"breaker": {"at_least": 1, "percent_of_active": 0}},
        {"complaint_burst": {"more_than": 0}},
        {"recheck_after_minutes": 1},
        {"breaker": {"beyond_doubt_alpha": None, "beyond_doubt_times": 1}},
        {"recent_ratio": {}},
        {"one_recipient_days": 1},
        {"second_chance": {"ratio_above": 5000, "most_times": 1, "least_hours": 0}},
    ],
    ids=str,
)
def test_a_number_that_differs_or_is_stricter_needs_none(numbers: dict[str, Any]) -> None:
    assert warnings(parse_policy(json.dumps(numbers))) == []
