import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.domain.values.errors import InvalidInput
from permille_cli.simulation.population import PLATFORM, BounceShares, Bursts, ComplaintDelay
from permille_cli.simulation.population_file import parse_population, population_data

TYPES = "it takes types of complaints, such as abuse"
TOO_MANY = 'monthly_volumes has "100000001"; it takes whole numbers from 0 to 100000000'

weights = st.floats(0.001, 1000)
documents = st.fixed_dictionaries(
    {},
    optional={
        "rates_per_100000": st.dictionaries(st.integers(0, 100_000).map(str), weights, min_size=1),
        "monthly_volumes": st.dictionaries(st.integers(0, 10**8).map(str), weights, min_size=1),
        "rhythm_days": st.lists(st.integers(1, 365), min_size=1),
        "spread": st.floats(0, 5),
        "complaint_delay": st.fixed_dictionaries({}, optional={"sigma": st.floats(0, 5), "at_most_days": st.just(7)}),
        "bursts": st.fixed_dictionaries({"percent": st.floats(0, 100)}),
        "bounces": st.fixed_dictionaries({"transient_percent": st.integers(0, 25)}),
        "sending_hours": st.integers(0, 24),
        "feedback_types": st.dictionaries(st.sampled_from(["abuse", "fraud", "other"]), weights, min_size=1),
    },
)


def test_a_document_without_a_name_is_the_usual_population() -> None:
    assert parse_population("{}") == PLATFORM


@given(documents)
def test_what_is_written_is_parsed_as_the_same(document: dict[str, object]) -> None:
    population = parse_population(json.dumps(document))

    again = parse_population(json.dumps(population_data(population)))

    assert population_data(again) == population_data(population)


def test_what_is_named_differs_and_the_rest_is_as_usual() -> None:
    named = {
        "rates_per_100000": {"10": 1},
        "complaint_delay": {"median_hours": 3, "at_most_days": 1},
        "bursts": {"percent": 5},
        "bounces": {"permanent_percent": 1, "transient_percent": 2, "retried_hours": 1},
        "delivery_seconds": 0,
    }

    population = parse_population(json.dumps(named))

    assert population.rates == {10: 1}
    assert population.complaint_delay == ComplaintDelay(timedelta(hours=3), 1.1, timedelta(days=1))
    assert population.bursts == Bursts(0.05, 10)
    assert population.bounces == BounceShares(0.01, 0.02, 1, timedelta(hours=1))
    assert (population.delivery, population.sending) == (timedelta(0), timedelta(hours=1))
    assert population.volumes == PLATFORM.volumes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "it is not JSON: Expecting value: line 1 column 2 (char 1)"),
        ("[" * 60_000, "it is nested too deeply"),
        (" " * 100_001, "it has 100,001 characters; at most 100,000 are read"),
        ("[]", "the document is []; it must be an object, in braces"),
        ('{"bursts": {"much": 1}}', "there is no bursts.much; there are percent, factor"),
        ('{"bursts": 3}', "bursts is 3; it must be an object, in braces"),
        ('{"spread": 1, "spread": 2}', '"spread" is there twice; keep one of them'),
        ('{"spread": true}', "spread is true; it must be a number from 0 to 5"),
        ('{"spread": "1"}', 'spread is "1"; it must be a number from 0 to 5'),
        ('{"sending_hours": 24.5}', "sending_hours is 24.5; it must be a number from 0 to 24"),
        ('{"bursts": {"percent": NaN}}', "bursts.percent is NaN; it must be a number from 0 to 100"),
        ('{"bursts": {"factor": 1e999}}', "bursts.factor is Infinity; it must be a number from 1 to 1000"),
        ('{"rhythm_days": []}', "rhythm_days is []; it must be a list, in brackets, that is not empty"),
        ('{"rhythm_days": [0]}', "rhythm_days is [0]; it takes whole numbers from 1 to 365"),
        ('{"rhythm_days": [1.5]}', "rhythm_days is [1.5]; it takes whole numbers from 1 to 365"),
        ('{"rates_per_100000": []}', "rates_per_100000 is []; it must be an object, in braces"),
        ('{"rates_per_100000": {}}', "rates_per_100000 is {}; it needs a weight above 0"),
        ('{"rates_per_100000": {"5": 0}}', 'rates_per_100000 is {"5": 0}; it needs a weight above 0'),
        ('{"rates_per_100000": {"5": -1}}', "rates_per_100000.5 is -1; it must be a number from 0 to 1e+06"),
        ('{"rates_per_100000": {"x": 1}}', 'rates_per_100000 has "x"; it takes whole numbers from 0 to 100000'),
        ('{"rates_per_100000": {"05": 1}}', 'rates_per_100000 has "05"; it takes whole numbers from 0 to 100000'),
        ('{"monthly_volumes": {"1e9": 1}}', 'monthly_volumes has "1e9"; it takes whole numbers from 0 to 100000000'),
        ('{"monthly_volumes": {"100000001": 1}}', TOO_MANY),
        ('{"feedback_types": {"not-spam": 1}}', f'feedback_types has "not-spam"; {TYPES}'),
        ('{"feedback_types": {"auth-failure": 1}}', f'feedback_types has "auth-failure"; {TYPES}'),
        ('{"feedback_types": {"\\"": 1}}', f'feedback_types has "\\""; {TYPES}'),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_population(text)

    assert str(wrong.value) == said
