"""The desk's page of costs: a form without script, and a bill with the source of each price."""

import re
from html import unescape

import pytest
from tests.support.visiting import Answer, Visitor

from permille.costs.bill import BillPart, total
from permille.costs.counted import counted
from permille.costs.month import Month
from permille.costs.price_list import price_list, regions
from permille.costs.reckoning import bill_of
from permille.domain.rules.breaker import BreakerState
from permille.ports.accounts import Lap

ASKED = "/desk/costs?emails=2,000,000&accounts=300&complaints=40&region=eu-west-1"


def text_of(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.body)).split())


def test_the_bill_of_the_month_that_is_asked_for_is_shown_line_by_line(anna: Visitor) -> None:
    bill = bill_of(Month(2_000_000, 300, 40, "eu-west-1"), counted(), price_list("eu-west-1"))

    answer = anna.get(ASKED)

    assert answer.status == 200
    shown = text_of(answer)
    assert [line.item for line in bill.lines if line.item not in shown] == []
    assert [part for part in BillPart if f"{part} {total(bill.of(part)):.2f}" not in shown] == []
    assert f"Permille ${bill.usd:.2f} a month" in shown
    assert "SES itself $200.00" in shown


def test_each_line_links_the_source_of_its_price(anna: Visitor) -> None:
    bill = bill_of(Month(2_000_000, 300, 40, "eu-west-1"), counted(), price_list("eu-west-1"))

    linked = re.findall(r'<a href="(https://[^"]+)" rel="noreferrer">', anna.get(ASKED).body)

    assert linked == [line.price.page for line in [*bill.lines, bill.ses]]


def test_the_form_keeps_what_was_entered(anna: Visitor) -> None:
    body = anna.get(ASKED).body

    assert 'name="emails"' in body
    assert 'value="2,000,000"' in body
    assert "<option selected>eu-west-1</option>" in body
    assert not re.search(r"<script|\sstyle=|\son[a-z]+=", body)


@pytest.mark.parametrize("active", [0, 1_234])
def test_the_page_opens_with_the_accounts_that_the_stack_has(anna: Visitor, active: int) -> None:
    """Also while the sweep, which counts them, is on its way."""
    anna.world.rows.breaker = BreakerState(active_accounts=active)
    anna.world.rows.lap = Lap(active=active // 2)

    body = anna.get("/desk/costs").body

    assert f'name="accounts" maxlength="20" autocomplete="off" required value="{active:,}"' in body
    assert re.findall(r"<option[^>]*>([^<]+)</option>", body) == list(regions())


def test_the_page_opens_also_where_the_sweep_cannot_be_read(anna: Visitor) -> None:
    anna.world.faults.fail("control.breaker", times=2)

    answer = anna.get("/desk/costs")

    assert answer.status == 200
    assert 'required value="0"' in answer.body


def test_without_emails_the_page_says_what_an_idle_stack_costs(anna: Visitor) -> None:
    assert "an idle stack" in text_of(anna.get("/desk/costs?emails=0&accounts=0&complaints=0&region=us-east-1"))


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("emails=many&accounts=1&complaints=&region=us-east-1", "emails", "takes a whole number from 0"),
        ("emails=1&accounts=-1&complaints=&region=us-east-1", "accounts", "takes a whole number from 0"),
        ("emails=1&accounts=1&complaints=2&region=us-east-1", "complaints", "more complaints than e-mails"),
        ("emails=1&accounts=1&complaints=0&region=mars", "region", "there are those of us-east-1, us-west-2"),
        ("emails=1", "accounts", "takes a whole number from 0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(anna: Visitor, query: str, field: str, said: str) -> None:
    answer = anna.get(f"/desk/costs?{query}")

    assert answer.status == 422
    label = re.search(rf'<label for="{field}">(.*?)</label>', answer.body, re.S)
    assert label is not None
    assert said in unescape(label[1])
    assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', answer.body)
    assert "<table" not in answer.body


def test_what_is_entered_is_escaped(anna: Visitor) -> None:
    body = anna.get('/desk/costs?emails="><script>alert(1)</script>&accounts=1&complaints=&region=us-east-1').body

    assert "<script" not in body
