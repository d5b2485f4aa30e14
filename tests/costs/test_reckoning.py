"""The bill of a month, line by line, on units and prices that are easy to multiply."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.costs.bill import Bill, BillPart, Line
from permille.costs.counted import PerComplaint, PerDelivery, Schedule, StackUnits, Units, counted
from permille.costs.month import MOST, Month, month_of, number
from permille.costs.price_list import Price, price_list
from permille.costs.reckoning import HOURS, MINUTES, bill_of
from permille.costs.words import amount, dated, dollars, in_words
from permille.domain.values.errors import InvalidInput

STACK = StackUnits(
    keys=3,
    alarm_metrics=4,
    always_metrics=5,
    mail_metrics=2,
    queues=2,
    schedules=[Schedule("Enforce", MINUTES, 0.5, 60, 0), Schedule("Doctor", 100, 1.0, 900, 2)],
    tick_read_units=1.5,
    swept_read_units=0.25,
    tally_bytes=200,
    marker_bytes=170,
)
DELIVERY = PerDelivery(batch=10, per_request=5, cpu_microseconds=100, calls=0.2, write_units=2, read_units=0.5)
COMPLAINT = PerComplaint(
    runs=4,
    calls=20,
    write_units=30,
    read_units=10,
    events=2,
    key_requests=1,
    mails=1,
    metrics=3,
    stored_bytes=2_000,
)
UNITS = Units(STACK, replace(DELIVERY, batch=1000), DELIVERY, COMPLAINT)
AT = {what: Price(1, 1, price.unit, price.source, price.as_of) for what, price in price_list("us-east-1").items()}
months = st.builds(
    lambda emails, accounts, share: Month(emails, accounts, int(emails * share)),
    st.integers(0, 10**9),
    st.integers(0, 10**6),
    st.floats(0, 1),
)


def numbers(bill: Bill, part: BillPart) -> dict[str, float]:
    return {line.item: line.number for line in bill.of(part)}


def bill(emails: int = 0, accounts: int = 0, complaints: int = 0) -> Bill:
    return bill_of(Month(emails, accounts, complaints), UNITS, AT)


def test_an_item_is_its_number_at_its_price() -> None:
    price = Price(0.125, 1_000_000, "read", "https://x.example", "2026-01")

    assert Line(BillPart.EMAILS, "reads", 3_000_000, price).usd == 0.375


def test_whoever_sends_nothing_pays_for_what_the_stack_has() -> None:
    idle = bill()

    assert numbers(idle, BillPart.STACK) == pytest.approx(
        {
            "KMS: keys that sign links": 3,
            "CloudWatch: metrics of alarms": 4,
            "CloudWatch: metrics that are always sent": 5,
            "SQS: receives of empty queues": 2 * 5 * 3 * 60 * 730,
            "Lambda: runs by the clock": 60 * 730 + 100,
            "Lambda: their time": 60 * 730 * 0.5 * 0.1 + 100 * 1.0 * 0.1,
            "DynamoDB: reads of a run each minute": 60 * 730 * 1.5,
            "CloudWatch: their logs": (60 * 730 + 100) * 2_000 / 1e9,
        }
    )
    assert {line.number for line in idle.lines if line.part is not BillPart.STACK} == {0}


def test_an_email_is_paid_for_as_it_was_counted() -> None:
    of_emails = numbers(bill(emails=1_000_000), BillPart.EMAILS)

    assert of_emails == pytest.approx(
        {
            "SNS: an event each": 1_000_000,
            "SQS: an event each, put there by SNS": 1_000_000,
            "SQS: receiving and deleting": 400_000,
            "DynamoDB: writes": 2_000_000,
            "DynamoDB: reads": 500_000,
            "DynamoDB: markers, kept for 90 days": 0.51,
            "Lambda: runs": 100_000,
            "Lambda: their time": (100 / (512 / 1769) + 2_000) / 2,
            "CloudWatch: their logs": 0.2,
            "CloudWatch: metrics": 2,
        }
    )


def test_an_account_is_read_each_hour_and_keeps_its_counts() -> None:
    of_accounts = numbers(bill(emails=10**9, accounts=100), BillPart.ACCOUNTS)

    assert of_accounts["DynamoDB: reads of the hourly sweep"] == 100 * HOURS * 0.25
    assert of_accounts["DynamoDB: counts of a year"] == pytest.approx(100 * 30 * 8 * 12 * 200 / 1e9)


@pytest.mark.parametrize(("accounts", "seconds"), [(0, 0), (10, 20), (450, 900), (10_000, 900)])
def test_a_run_that_asks_about_each_account_takes_longer_until_its_timeout(accounts: int, seconds: int) -> None:
    of_accounts = numbers(bill(accounts=accounts), BillPart.ACCOUNTS)

    assert of_accounts["Lambda: time to ask SES about each account"] == 100 * 1.0 * seconds


def test_there_are_no_more_rows_of_counts_than_emails() -> None:
    of_accounts = numbers(bill(emails=10, accounts=100), BillPart.ACCOUNTS)

    assert of_accounts["DynamoDB: counts of a year"] == pytest.approx(10 * 12 * 200 / 1e9)


def test_a_complaint_is_counted_judged_published_and_mailed() -> None:
    of_complaints = numbers(bill(emails=1_000, complaints=100), BillPart.COMPLAINTS)

    assert of_complaints["DynamoDB: writes"] == 3_000
    assert of_complaints["Lambda: runs"] == 400
    assert of_complaints["EventBridge: events"] == 200
    assert of_complaints["KMS: signatures of links"] == 100
    assert of_complaints["SES: mails to owners"] == 100


def test_an_owner_with_a_complaint_gets_a_monthly_mail() -> None:
    of_complaints = numbers(bill(emails=1_000, accounts=5, complaints=100), BillPart.COMPLAINTS)

    assert of_complaints["SES: mails to owners"] == 105


def test_a_metric_is_paid_for_by_the_hour_in_which_it_is_sent() -> None:
    assert numbers(bill(emails=73), BillPart.EMAILS)["CloudWatch: metrics"] == pytest.approx(2 * 73 / 730)
    assert numbers(bill(emails=10**6, complaints=730), BillPart.COMPLAINTS)["CloudWatch: metrics"] == 3


@given(months)
def test_more_mail_never_costs_less(month: Month) -> None:
    before = bill_of(month, counted(), price_list(month.region))
    after = bill_of(
        replace(month, emails=month.emails + 1_000, accounts=month.accounts + 1), counted(), price_list(month.region)
    )

    assert before.usd <= after.usd
    assert before.usd >= bill_of(Month(0, 0, 0), counted(), price_list(month.region)).usd


@given(months)
def test_a_bill_is_the_sum_of_its_parts(month: Month) -> None:
    whole = bill_of(month, counted(), price_list(month.region))

    assert whole.usd == pytest.approx(sum(line.usd for part in BillPart for line in whole.of(part)))
    assert min(line.usd for line in whole.lines) >= 0


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("1000000", 10**6), ("1,000,000", 10**6), ("1 000 000", 10**6), ("1_000", 1000)]
)
def test_a_number_may_have_separators_of_thousands(text: str, expected: int) -> None:
    assert number(text) == expected


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e6", "٣", "many", "9" * 14, str(MOST + 1)])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        month_of(text, "1", "0", "us-east-1")

    assert [field for field, _ in refused.value.errors] == ["emails"]


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        month_of("many", "", "none", "mars-1")

    assert [field for field, _ in refused.value.errors] == ["emails", "accounts", "complaints", "region"]


def test_without_complaints_there_are_as_many_as_the_rules_allow() -> None:
    assert month_of("1,500,000", "10", " ", "us-east-1") == Month(1_500_000, 10, 1_500)


@pytest.mark.parametrize(
    ("emails", "complaints", "region", "field"),
    [(1, 2, "us-east-1", "complaints"), (1, 0, "mars-1", "region"), (-1, 0, "us-east-1", "emails")],
)
def test_an_impossible_month_is_refused(emails: int, complaints: int, region: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Month(emails, 1, complaints, region)

    assert refused.value.errors[0][0] == field


def test_a_region_without_prices_lists_those_that_have_them() -> None:
    with pytest.raises(InvalidInput, match="us-east-1, us-west-2, eu-west-1, eu-central-1"):
        price_list("ap-south-1")


@pytest.mark.parametrize(("usd", "expected"), [(0, "0.00"), (0.0049, "<0.01"), (0.005, "0.01"), (1234.5, "1,234.50")])
def test_what_costs_something_never_looks_free(usd: float, expected: str) -> None:
    assert dollars(usd) == expected


@pytest.mark.parametrize(("units", "expected"), [(0, "0"), (0.51, "0.51"), (3, "3"), (1_314_000, "1,314,000")])
def test_units_are_read_easily(units: float, expected: str) -> None:
    assert amount(units) == expected


def test_the_bill_is_set_beside_what_ses_charges() -> None:
    whole = bill_of(Month(1_000_000, 1_000, 1_000), counted(), price_list("us-east-1"))

    assert whole.ses.usd == pytest.approx(100)
    assert f"{whole.usd / 100:.0%} of what SES itself charges" in in_words(whole)
    few = bill_of(Month(100, 500, 0), counted(), price_list("us-east-1"))
    assert re.search(r": [\d,]+ times what SES itself charges", in_words(few))
    assert "idle stack" in in_words(bill())
    assert dated(whole).startswith("List prices as of 20")
