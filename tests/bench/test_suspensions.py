import json
from datetime import timedelta
from typing import Any

import pytest
from bench.false_suspensions import main
from bench.preset_run import Group
from bench.suspensions import document, figures, goals, is_honest
from bench.tenant_history import Suspension

from permille_cli.project import PROJECT
from permille_cli.simulation.population import BEGINNING


def a_group(rate: int, kept: int, *stops: Suspension, policy: str = "default") -> Group:
    group = Group(policy, rate)
    for stop in (*[None] * kept, *stops):
        group.add(stop)
    return group


def a_stop(day: int = 3, mails: int = 1_000, complaints: int = 2, *, by_time: bool = False) -> Suspension:
    return Suspension(BEGINNING + timedelta(days=day), mails, complaints, by_time)


@pytest.mark.parametrize(
    ("rate", "honest"), [(0, True), (20, True), (80, True), (100, True), (101, False), (120, False)]
)
def test_honest_is_who_keeps_the_limit(rate: int, *, honest: bool) -> None:
    assert is_honest(rate) == honest


def test_a_suspension_is_false_where_an_honest_tenant_is_disabled() -> None:
    groups = [a_group(20, 899, a_stop()), a_group(80, 49, a_stop(by_time=True)), a_group(500, 20, *[a_stop()] * 30)]

    default = figures(groups)["default"]

    assert (default["false_suspensions"], default["by_time_alone"]) == (2, 1)
    assert (default["per_1000"]["rate"], default["per_1000_honest"]["rate"]) == (2.0, 2000 / 950)


def test_mail_before_the_disabling_is_counted_for_disabled_tenants() -> None:
    bad = a_group(3_000, 1, *(a_stop(mails=100 * n, complaints=n) for n in range(1, 11)))

    (told,) = figures([a_group(20, 1), bad])["default"]["by_rate"][1:]

    assert (told["true_percent"], told["tenants"]) == (3.0, 11)
    assert told["let_out"] == {"mails": {"p50": 500, "p90": 900}, "complaints": {"p50": 5, "p90": 9}}


@pytest.mark.parametrize(("stops", "met"), [(21, True), (22, False)])
def test_the_goal_is_held_against_all_tenants_of_the_code_that_judged_last(stops: int, *, met: bool) -> None:
    conservative = a_group(20, 1_000, policy="conservative")
    before = [a_group(20, 0, a_stop()), conservative]
    now = [a_group(20, 950 - stops, *[a_stop()] * stops), a_group(500, 50), conservative]

    first, second = goals({"before": before, "now": now})

    assert (first.reached, first.met, second.met) == (stops, met, True)


def test_the_document_has_each_version_of_the_code() -> None:
    groups = [a_group(20, 10), a_group(20, 10, policy="conservative")]

    told = document({"before": groups, "now": groups}, {"now": groups}, {"default": 1})

    assert [*told["fresh_months"], *told["three_months"], told["default"]] == ["before", "now", "now", 1]


def test_the_same_code_judges_the_same_mail_alike(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--tenants", "100", "--against", str(PROJECT), "--json"])

    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["fresh_months"]["before"] == told["fresh_months"]["now"]
    assert {one["tenants"] for one in told["three_months"]["now"]["default"]["by_rate"]} <= set(range(1, 11))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--tenants", "99"], "--tenants: at least 100"),
        (["--against", "/"], "--against: / is no checkout of Permille, it has no layers/core/permille"),
    ],
)
def test_impossible_arguments_are_reported(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert (stopped.value.code, why in capsys.readouterr().err) == (2, True)
