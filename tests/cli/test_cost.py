"""`permille cost`: the bill of a month, for people and machines."""

import pytest
from tests.support.terminal import Terminal

from permille.costs.bill import BillPart, total
from permille.costs.counted import counted
from permille.costs.month import Month
from permille.costs.price_list import price_list
from permille.costs.reckoning import bill_of

MONTH = ("cost", "--emails", "1000000", "--accounts", "1000")


def test_machines_get_the_bill_line_by_line(terminal: Terminal) -> None:
    bill = bill_of(Month(1_000_000, 1_000, 40, "eu-west-1"), counted(), price_list("eu-west-1"))

    answer = terminal.answer(*MONTH, "--complaints", "40", "--region", "eu-west-1")

    assert answer["usd"] == pytest.approx(bill.usd)
    assert answer["usd"] == pytest.approx(sum(line["usd"] for line in answer["lines"]))
    assert answer["idle_usd"] == pytest.approx(total(bill.of(BillPart.STACK)))
    assert (answer["ses_usd"], answer["usd_per_1000"]) == (pytest.approx(100), pytest.approx(bill.usd / 1000))
    assert all(line["source"].startswith("https://") and line["as_of"] for line in answer["lines"])


def test_people_read_every_line_and_the_sum_beside_ses(terminal: Terminal) -> None:
    said = terminal.text(*MONTH)

    bill = bill_of(Month(1_000_000, 1_000, 1_000), counted(), price_list("us-east-1"))
    assert [line.item for line in bill.lines if line.item not in said] == []
    assert f"{bill.usd:.2f}" in said
    assert "100.00" in said
    assert "without free tiers" in said


def test_without_complaints_as_many_are_taken_as_the_rules_allow(terminal: Terminal) -> None:
    assert terminal.answer(*MONTH)["complaints"] == 1_000


def test_an_idle_stack_can_be_asked_for(terminal: Terminal) -> None:
    answer = terminal.answer("cost", "--emails", "0", "--accounts", "0")

    assert answer["usd"] == pytest.approx(answer["idle_usd"])
    assert answer["usd_per_1000"] is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--emails", "-1", "--accounts", "1"), "--emails: takes a whole number from 0"),
        (("--emails", "1", "--accounts", "1", "--complaints", "2"), "--complaints: there cannot be more"),
        (("--emails", "1", "--accounts", "1", "--region", "mars"), "--region: there are no prices of 'mars'"),
        (("--emails", "many", "--accounts", "1"), "--emails"),
        (("--emails", "1"), "--accounts"),
    ],
)
def test_wrong_numbers_are_refused(terminal: Terminal, typed: tuple[str, ...], said: str) -> None:
    assert said in terminal.refused("cost", *typed)
