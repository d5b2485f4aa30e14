"""The complaints of one recipient about mail of the same send days count once, where the policy says so; the others are
shown as not counted."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, CALLER, NOW, OWNER_MAIL_SENDER, TODAY, Body, a_sender, an_account, ses_event
from tests.support.fakes import FakeLedger, FakePolicies, FakeQuarantine, FakeSuppressions, Rows

from permille.aws.events import as_received
from permille.domain.policy.policy import DEFAULT
from permille.domain.values.errors import PolicyNotValid, Unavailable
from permille.domain.values.tally import Tally
from permille.reading.complaint_records import CountState, campaigns
from permille.usecases.feedback.ingest import IngestServices, ingest

DAY = timedelta(days=1)
BLOCK_OF_7 = date.fromordinal(TODAY.toordinal() // 7 * 7) - 7 * DAY  # the first of seven days that belong together


class Ingestion:
    def __init__(self, days: int) -> None:
        self.rows = Rows()
        self.rows.accounts[ACCOUNT], self.rows.senders[CALLER] = an_account(), a_sender()
        self.policies = FakePolicies(replace(DEFAULT, one_recipient_days=days), self.rows.faults)

    def receive(self, *bodies: Body) -> list[str]:
        batch = [as_received(f"r-{number}", json.dumps(body)) for number, body in enumerate(bodies)]
        ledger, left = FakeLedger(self.rows), timedelta(minutes=1)
        services = IngestServices(ledger, FakeQuarantine(), self.policies.current, OWNER_MAIL_SENDER)
        return ingest(services, batch, NOW, lambda: left)

    @property
    def complaints(self) -> dict[date, int]:
        return {day: tally.complaints for (_, _, day), tally in self.rows.tallies.items() if tally.complaints}

    def told(self) -> list[str]:
        return [str(entry.kind) for entry in self.rows.told(ACCOUNT)]


def a_report(message_id: str, who: str = "ann@example.com", day: date = TODAY, **different: Any) -> Body:
    sent_at = datetime.combine(day, NOW.time(), NOW.tzinfo) - timedelta(hours=1)
    usual = {"recipients": [who], "destination": [who], "sent_at": sent_at}
    return ses_event("Complaint", message_id, **{**usual, **different})


BEA = "bea@example.com"


@pytest.mark.parametrize(
    ("days", "reports", "counted"),
    [
        # off, as it is by default: each complaint counts
        (0, [a_report("m-1"), a_report("m-2")], 2),
        # on: one of each recipient for mail of the same day
        (1, [a_report("m-1"), a_report("m-2"), a_report("m-3")], 1),
        (1, [a_report("m-1"), a_report("m-2", BEA)], 2),
        (1, [a_report("m-1"), a_report("m-2", day=TODAY - DAY)], 2),
        (1, [a_report("m-1"), a_report("m-2", "Ann <ANN@example.com>")], 1),  # however the address is written
        # where it is not certain who it was, each counts
        (1, [a_report("m-1", recipients=["ann@example.com", BEA]), a_report("m-2")], 2),
        # of the same so many days
        (7, [a_report("m-1", day=BLOCK_OF_7), a_report("m-2", day=BLOCK_OF_7 + 6 * DAY)], 1),
        (7, [a_report("m-1", day=BLOCK_OF_7), a_report("m-2", day=BLOCK_OF_7 - DAY)], 2),
        # what never counts takes nobody's place
        (1, [a_report("m-1", complaintFeedbackType="not-spam"), a_report("m-2")], 1),
    ],
)
def test_how_many_count(days: int, reports: Sequence[Body], counted: int) -> None:
    at_once, one_by_one = Ingestion(days), Ingestion(days)

    assert at_once.receive(*reports) == []
    assert [one_by_one.receive(report) for report in reports] == [[]] * len(reports)

    assert sum(at_once.complaints.values()) == sum(one_by_one.complaints.values()) == counted
    assert len(at_once.told()) == len(reports)  # all are on the timeline


def test_the_others_are_shown_as_not_counted_and_why() -> None:
    ingestion = Ingestion(1)
    ingestion.receive(a_report("m-1"))
    ingestion.receive(a_report("m-2"))

    first, second = sorted(ingestion.rows.told(ACCOUNT), key=lambda entry: entry.kind)
    assert (first.kind, second.kind) == ("complaint", "repeated_complaint")
    assert not second.is_mailed
    assert second.sentence().endswith(
        "Not counted: this recipient's complaint about mail of the same day counts already."
    )
    cards = [card for campaign in campaigns([second, first], 1, TODAY - DAY) for card in campaign.records]
    assert [(card.counts, bool(card.why_not)) for card in cards] == [
        (CountState.REPEATED, True),
        (CountState.YES, False),
    ]


def test_delivered_again_each_stays_what_it_was() -> None:
    ingestion = Ingestion(1)
    for _ in range(3):
        ingestion.receive(a_report("m-2"), a_report("m-1"))
        ingestion.receive(a_report("m-1"))

    assert ingestion.complaints == {TODAY: 1}
    assert sorted(ingestion.told()) == ["complaint", "repeated_complaint"]


def test_of_another_account_it_counts_too() -> None:
    ingestion, other = Ingestion(1), "permille-shop"
    ingestion.rows.accounts["shop"], ingestion.rows.senders[other] = an_account("shop"), a_sender(other, "shop")

    ingestion.receive(a_report("m-1"), a_report("m-2", caller=other))

    assert {account: tally.complaints for (account, _, _), tally in ingestion.rows.tallies.items()} == {
        ACCOUNT: 1,
        "shop": 1,
    }


def test_a_new_epoch_counts_anew() -> None:
    ingestion = Ingestion(1)
    ingestion.receive(a_report("m-1", sent_at=NOW - timedelta(hours=3)))
    ingestion.rows.senders[CALLER] = replace(a_sender(), epochs=(NOW - timedelta(hours=2),))
    for message_id in ("m-2", "m-3"):
        ingestion.receive(a_report(message_id, sent_at=NOW - timedelta(hours=1)))

    assert {epoch: tally.complaints for (_, epoch, _), tally in ingestion.rows.tallies.items()} == {1: 1, 2: 1}
    told = [(entry.kind, entry.data["epoch"]) for entry in ingestion.rows.told(ACCOUNT)]
    assert sorted(told) == [("complaint", 1), ("complaint", 2), ("repeated_complaint", 2)]


def test_whoever_complains_again_is_suppressed_again() -> None:
    ingestion = Ingestion(1)
    ingestion.receive(a_report("m-1"))
    ingestion.rows.suppressing.clear()  # staff let them be mailed again
    ingestion.receive(a_report("m-2"))

    assert [one.address for one in FakeSuppressions(ingestion.rows).records(ACCOUNT)] == ["ann@example.com"]


def test_while_the_policy_cannot_be_read_these_complaints_come_again_and_all_else_counts() -> None:
    ingestion = Ingestion(1)
    ingestion.rows.faults.fail("policies.current", error=Unavailable("SSM does not answer"))
    unnamed = a_report("m-3", recipients=["ann@example.com", BEA], destination=["ann@example.com", BEA])

    assert ingestion.receive(ses_event("Delivery"), a_report("m-1"), a_report("m-2"), unnamed) == ["r-1", "r-2"]
    assert sum(ingestion.rows.tallies.values(), Tally()) == Tally(delivered=1, complaints=1)

    assert ingestion.receive(a_report("m-1"), a_report("m-2")) == []
    assert ingestion.complaints == {TODAY: 2}


def test_where_the_policy_is_wrong_each_complaint_counts() -> None:
    ingestion = Ingestion(1)
    ingestion.rows.faults.fail("policies.current", error=PolicyNotValid("the policy is wrong"))

    assert ingestion.receive(a_report("m-1"), a_report("m-2")) == []
    assert ingestion.complaints == {TODAY: 2}


def test_who_has_no_complaint_asks_for_no_policy() -> None:
    ingestion = Ingestion(1)
    ingestion.rows.faults.fail("policies.current", error=Unavailable("SSM does not answer"))

    assert ingestion.receive(ses_event("Delivery"), ses_event("Bounce", "m-2")) == []


reports = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(["ann@example.com", BEA]), st.integers(0, 9)), min_size=1, max_size=8
)


@given(reports, st.integers(0, 3), st.data())
def test_any_order_gives_the_same_result(found: list[tuple[int, str, int]], days: int, data: st.DataObject) -> None:
    """With one day, day by day; with more, the sum of the days that belong together."""
    bodies = [a_report(f"m-{n}-{who}-{ago}", who, TODAY - ago * DAY) for n, who, ago in found]
    results = []
    for _ in range(2):
        ingestion, left = Ingestion(days), data.draw(st.permutations(bodies))
        while left:
            size = data.draw(st.integers(1, len(left)))
            ingestion.receive(*left[:size])
            left = left[size:]
        blocks: dict[int, int] = {}
        for day, complaints in ingestion.complaints.items():
            block = day.toordinal() // max(days, 1)
            blocks[block] = blocks.get(block, 0) + complaints
        results.append(blocks)

    expected: dict[int, set[object]] = {}
    for n, who, ago in found:
        what: object = who if days else (n, who)
        expected.setdefault((TODAY - ago * DAY).toordinal() // max(days, 1), set()).add(what)
    assert results[0] == results[1] == {block: len(who) for block, who in expected.items()}
