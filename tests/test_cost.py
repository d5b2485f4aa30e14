"""What it costs is told as it is computed, of what the benchmark counts, the template has, and prices with sources."""

import re
from typing import Any

import pytest
from bench.cost import DOCUMENT, bills, cost_text, counted_text, month_of_a_million
from bench.counted_units import MARKER_BYTES, counted_document, runs_a_month
from tests.support.builders import a_marker

from permille.costs.bill import BillPart, total
from permille.costs.counted import COUNTED, counted
from permille.costs.price_list import price_list, price_lists, regions
from permille.costs.reckoning import of_stack
from permille_cli.project import PROJECT

REST, FULL, SMALL = map(total, bills())
README = (PROJECT / "README.md").read_text(encoding="utf-8")
IDLE_AT_MOST = 12  # dollars a month
EVERY_PRICE = [(region, what) for region, prices in price_lists().items() for what in prices]


def test_the_document_is_what_make_cost_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == cost_text(), "run `make cost`"


def test_the_package_has_the_units_that_make_cost_writes() -> None:
    """It cannot read template and benchmark, which are not in the layer."""
    assert COUNTED.read_text(encoding="utf-8") == counted_text(), "run `make cost`"


def test_the_readme_says_what_is_computed() -> None:
    (rest, least, most) = map(
        int, re.findall(r"less than \$(\d+) a month when idle, and \$(\d+) to \$(\d+) for a million", README)[0]
    )

    assert rest - 5 < REST < rest
    assert least < FULL < SMALL < most < least + 3


@pytest.mark.parametrize("region", regions())
def test_an_idle_stack_costs_little_everywhere(region: str) -> None:
    assert total(of_stack(counted(), price_list(region))) <= IDLE_AT_MOST


@pytest.mark.parametrize("region", regions())
def test_permille_costs_a_part_of_what_ses_charges_for_a_million_emails(region: str) -> None:
    bill = month_of_a_million(counted(), region)

    assert bill.usd < bill.ses.usd / 4


@pytest.mark.parametrize("region", regions())
def test_every_region_has_the_same_prices(region: str) -> None:
    here, first = price_list(region), price_list(regions()[0])

    assert {what: (price.per, price.unit) for what, price in here.items()} == {
        what: (price.per, price.unit) for what, price in first.items()
    }


@pytest.mark.parametrize(("region", "what"), EVERY_PRICE)
def test_a_price_has_a_source_and_a_month(region: str, what: str) -> None:
    price = price_list(region)[what]

    assert price.usd > 0
    assert price.source.startswith("https://")
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", price.as_of)


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [("rate(1 minute)", 43_800), ("rate(5 minutes)", 8_760), ("rate(3 hours)", 730 / 3), ("rate(1 day)", 730 / 24)],
)
def test_a_schedule_runs_as_often_as_its_rate_says(schedule: str, runs: float) -> None:
    assert runs_a_month(schedule) == pytest.approx(runs)


def test_a_schedule_that_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="cron"):
        runs_a_month("cron(0 6 * * ? *)")


def test_the_template_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stack: dict[str, Any] = counted_document()["stack"]
    template = (PROJECT / "infra" / "template.yaml").read_text(encoding="utf-8")

    assert stack["keys"] == template.count("Type: AWS::KMS::Key")
    assert stack["alarm_metrics"] >= template.count("Type: AWS::CloudWatch::Alarm")
    assert len(stack["schedules"]) == len(re.findall(r"Type: Schedule\b", template))
    assert {"Enforce": 43_800}.items() <= {one["function"]: one["runs"] for one in stack["schedules"]}.items()


def test_a_marker_is_no_larger_than_is_assumed() -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""
    names, number, of_dynamodb = len("identity" + "expires_at"), 7, 100

    assert len(a_marker("delivery", "m-1", "ann@example.com")) + names + number + of_dynamodb <= MARKER_BYTES


def test_every_part_of_the_bill_is_in_it() -> None:
    bill = month_of_a_million(counted())

    assert [part for part in BillPart if not bill.of(part)] == []
    assert sum(total(bill.of(part)) for part in BillPart) == pytest.approx(bill.usd)
