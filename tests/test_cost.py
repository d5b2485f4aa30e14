"""What it costs is told as it is computed, of the benchmark's counts and prices whose sources are named."""

import re

import pytest
from bench.cost import DOCUMENT, bills, cost_text
from tests.support.builders import a_marker

from permille_cli.cost import MARKER_BYTES, Line, Price, at_rest, of_a_million, prices, total
from permille_cli.stack.template import PROJECT

AT = prices()
REST, FULL, TRICKLE = (total(bill) for bill in bills(AT))
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_document_is_what_make_cost_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == cost_text()


def test_the_readme_says_what_is_computed() -> None:
    (rest, least, most) = map(
        int, re.findall(r"less than \$(\d+) a month when idle, and \$(\d+) to \$(\d+) for a million", README)[0]
    )

    assert rest - 5 < REST < rest
    assert least < FULL < TRICKLE < most < least + 3


@pytest.mark.parametrize("what", AT)
def test_a_price_has_a_source_and_a_day(what: str) -> None:
    price = AT[what]

    assert price.usd > 0
    assert price.source.startswith("https://")
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", price.as_of)


def test_an_item_is_its_number_at_its_price() -> None:
    assert Line("reads", 3_000_000, Price(0.125, 1_000_000, "read", "https://x.example", "2026-01")).usd == 0.375


def test_a_million_deliveries_are_counted_as_the_benchmark_counts_one() -> None:
    counted = {"cpu_microseconds": 100.0, "calls": 0.02, "write_units": 2.0, "read_units": 0.5}

    usd = {line.item: round(line.usd, 4) for line in of_a_million(counted, 100, 10, AT)}

    assert usd["DynamoDB: writes"] == 1.25
    assert usd["DynamoDB: reads"] == 0.0625
    assert usd["SQS: receiving and deleting"] == 0.08
    assert usd["Lambda: runs"] == 0.002
    assert usd["Lambda: time"] == round((100 / (512 / 1769) + 200) / 2 * 0.0000133334, 4)


def test_whoever_sends_nothing_pays_for_what_the_template_has() -> None:
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    expression = {
        "Type": alarm["Type"],
        "Properties": {"Metrics": [{"Expression": "a + b"}, *2 * [{"MetricStat": {}}]]},
    }
    key, queue = {"Type": "AWS::KMS::Key", "Properties": {}}, {"Events": {"Feedback": {"Type": "SQS"}}}
    function = {"Type": "AWS::Serverless::Function", "Properties": queue}

    resources = {"a": alarm, "b": expression, "c": key, "d": function}
    numbers = {line.item: line.number for line in at_rest(resources, AT)}

    assert (numbers["Alarms: their metrics"], numbers["KMS: keys of links"]) == (3, 1)
    assert numbers["SQS: receives of empty queues"] == 5 * 3 * 60 * 730


def test_a_marker_is_no_larger_than_is_assumed() -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""
    names, number, of_dynamodb = len("identity" + "expires_at"), 7, 100

    assert len(a_marker("delivery", "m-1", "ann@example.com")) + names + number + of_dynamodb <= MARKER_BYTES
