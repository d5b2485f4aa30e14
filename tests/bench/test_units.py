"""What the costs are computed of is what the code asks of AWS today."""

import json
from typing import Any

import pytest
from bench.results import RESULTS
from bench.units import counted

CHANGED = "what is asked of AWS has changed: run `python -m bench.units`, then `make cost`"


@pytest.fixture(scope="module")
def now() -> Any:
    return counted()


@pytest.fixture(scope="module")
def kept() -> Any:
    return json.loads((RESULTS / "units.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", ["complaint", "tick", "sweep"])
def test_runs_calls_and_writes_are_what_the_bench_counted(now: Any, kept: Any, what: str) -> None:
    assert {**now[what], "read_units": 0} == {**kept[what], "read_units": 0}, CHANGED


@pytest.mark.parametrize("what", ["complaint", "tick", "sweep"])
def test_what_is_read_has_about_the_size_that_the_bench_counted(now: Any, kept: Any, what: str) -> None:
    assert now[what]["read_units"] == pytest.approx(kept[what]["read_units"], rel=0.2), CHANGED


def test_what_is_stored_has_about_the_size_that_the_bench_counted(now: Any, kept: Any) -> None:
    assert now["bytes"] == pytest.approx(kept["bytes"], rel=0.2), CHANGED


def test_the_metrics_are_those_that_the_bench_saw(now: Any, kept: Any) -> None:
    assert now["metrics"] == kept["metrics"], CHANGED
