"""Complaints by campaign, the worst first, each with what the recipient did and whether it counts."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, TODAY
from tests.support.reports import a_card

from permille.domain.words.wording import NO_SUBJECT
from permille.reading.complaint_records import Campaign, CountState, advice, campaigns

A_DAY = timedelta(days=1)
FIRST = TODAY - 44 * A_DAY


def grouped(*records: Any) -> list[Campaign]:
    return campaigns(sorted(records, key=lambda one: one.id, reverse=True), 1, FIRST)


def one(sent_ago: int = 1, **different: Any) -> Any:
    return a_card(NOW - sent_ago * A_DAY, **different)


def test_the_campaign_with_most_counting_complaints_comes_first() -> None:
    found = grouped(
        one(1, id="a", campaign="New"),
        *(one(9, id=f"b{n}", campaign="Bad") for n in range(2)),
        *(one(3, id=f"c{n}", campaign="Not spam", feedback_type="not-spam") for n in range(5)),
    )

    assert [(campaign.name, campaign.counting) for campaign in found] == [("Bad", 2), ("New", 1), ("Not spam", 0)]


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ({"campaign": "Spring", "subject": "Hello"}, "Spring"),
        ({"campaign": "", "subject": "Hello"}, "Hello"),
        ({"campaign": " \n", "subject": "Hello\r\nX: y"}, "Hello X: y"),
        ({"campaign": "", "subject": ""}, NO_SUBJECT),
    ],
)
def test_a_mail_without_a_campaign_goes_by_its_subject(about: dict[str, Any], name: str) -> None:
    (found,) = grouped(one(**about))

    assert found.name == name


@pytest.mark.parametrize(
    ("record", "counts"),
    [
        (one(1), CountState.YES),
        (one(44), CountState.YES),
        (one(45), CountState.OLD),
        (one(1, epoch=2), CountState.EARLIER_EPOCH),
        (one(1, feedback_type="not-spam"), CountState.NEVER),
        (one(1, sub_type="OnAccountSuppressionList"), CountState.NEVER),
    ],
)
def test_a_card_says_whether_it_counts(record: Any, counts: CountState) -> None:
    (found,) = grouped(record)

    assert found.records[0].counts is counts
    assert found.counting == (counts is CountState.YES)
    assert bool(found.records[0].why_not) == (counts is CountState.NEVER)


@pytest.mark.parametrize(
    ("report", "did"),
    [
        ({"feedback_type": "abuse"}, "marked it as spam"),
        ({"feedback_type": ""}, "marked it as spam"),
        ({"feedback_type": "Something-New"}, "marked it as spam"),
        ({"feedback_type": "FRAUD"}, "reported it as fraud"),
        ({"feedback_type": "virus"}, "reported it as carrying a virus"),
        ({"feedback_type": "not-spam"}, "said that it is not spam"),
        ({"feedback_type": "auth-failure"}, "could not be sure that it came from you (SPF, DKIM or DMARC failed)"),
        ({"sub_type": "OnAccountSuppressionList"}, "never got it: the address had been suppressed before"),
    ],
)
def test_what_the_recipient_did_is_said_in_words(report: dict[str, Any], did: str) -> None:
    assert grouped(one(**report))[0].records[0].did == did


def test_nobody_is_named_where_a_report_does_not_name_exactly_one() -> None:
    (found,) = grouped(
        one(id="a", candidates=("ann@x.example", "bob@x.example")), one(id="b", candidates=("c@x.example",))
    )

    assert sorted(record.recipient for record in found.records) == ["", "c@x.example"]
    assert found.named == ("c@x.example",)


@pytest.mark.parametrize(
    ("records", "said", "unsaid"),
    [
        ([one(id="a", candidates=("c@x.example",))], "Never write again to c@x.example.", "who complained"),
        ([one(id="a", candidates=("a@x.example", "b@x.example"))], "who complained", "Never write"),
        ([one(id=f"{n}", candidates=(f"{n}@x.example",)) for n in range(5)], "the people named here", "0@x.example"),
        ([one(id=f"{n}") for n in range(2)], "where the addresses of this list came from", "who complained"),
    ],
)
def test_each_campaign_says_what_to_do(records: list[Any], said: str, unsaid: str) -> None:
    told = " ".join(advice(grouped(*records)[0]))

    assert said in told
    assert unsaid not in told


def test_there_is_nothing_to_do_about_what_is_no_complaint() -> None:
    assert advice(grouped(one(feedback_type="not-spam"))[0]) == []
