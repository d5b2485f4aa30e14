"""Feedback is counted exactly once, whatever is delivered twice, fails, or cannot be read."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    OWNER_MAIL_SENDER,
    SENT_AT,
    SIMULATED,
    TODAY,
    Body,
    a_sender,
    an_account,
    ses_event,
    ses_notification,
    sns_envelope,
)
from tests.support.fakes import FakeLedger, FakeQuarantine, Faults, Rows, When

from permille.aws.events import as_received
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.timeline import only
from permille.domain.values.tally import Tally
from permille.observability import metrics
from permille.ports.feedback import Count, CountResult, Sender
from permille.usecases.feedback.follow_ups import ONE_CALL
from permille.usecases.feedback.ingest import RESERVE, IngestServices, ingest

LATER = NOW + timedelta(minutes=5)


class Ingestion:
    """The use case with fakes around it, and one account whose mail comes back."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.rows = Rows(faults=self.faults)
        self.quarantine = FakeQuarantine(self.faults)
        self.rows.accounts[ACCOUNT] = an_account()
        self.rows.senders[CALLER] = a_sender()

    def receive(
        self,
        *bodies: Body | str,
        now: datetime = NOW,
        time_left: Callable[[], timedelta] = lambda: timedelta(minutes=1),
        policy: Callable[[], Policy] = lambda: DEFAULT,
    ) -> list[str]:
        """Takes a batch whose records are called r-0, r-1 ..., and returns those to be delivered again."""
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        batch = [as_received(f"r-{number}", text) for number, text in enumerate(texts)]
        services = IngestServices(FakeLedger(self.rows), self.quarantine, policy, OWNER_MAIL_SENDER)
        return ingest(services, batch, now, time_left)

    @property
    def counts(self) -> Tally:
        return sum(self.rows.tallies.values(), Tally())

    def told(self, kind: str) -> int:
        return len(self.rows.told(ACCOUNT, kind))


@pytest.fixture
def feedback() -> Ingestion:
    return Ingestion()


def test_a_delivery_a_bounce_and_a_complaint_are_counted(feedback: Ingestion) -> None:
    failed = feedback.receive(
        ses_event("Delivery", recipients=["a@x.org", "b@x.org"]), ses_event("Bounce", "m-2"), ses_event("Complaint")
    )

    assert failed == []
    assert feedback.counts == Tally(delivered=2, complaints=1, bounces=1)
    assert feedback.told("complaint") == 1


NAMELESS = ses_notification("Complaint", mail={"commonHeaders": {}})
NAMED = ses_event("Complaint", tags={"campaign": "easter"})


def complaint(feedback: Ingestion) -> Reported:
    [told] = only(Reported, feedback.rows.told(ACCOUNT))
    return told.facts


@pytest.mark.parametrize(
    "batches", [[[NAMELESS], [NAMED]], [[NAMELESS, NAMED]], [[NAMED], [NAMELESS]], [[NAMED, NAMELESS]]]
)
def test_whichever_copy_comes_first_the_card_says_what_the_mail_was(
    feedback: Ingestion, batches: list[list[Body]]
) -> None:
    for batch in batches:
        assert feedback.receive(*batch) == []

    assert (complaint(feedback).subject, complaint(feedback).campaign) == ("Fresh bread", "easter")
    assert feedback.counts == Tally(complaints=1)


@pytest.mark.parametrize(
    ("fuller", "named"),
    [
        (ses_notification("Complaint"), ("Fresh bread", "")),
        (ses_event("Complaint", mail={"commonHeaders": {}}, tags={"campaign": "easter"}), ("", "easter")),
    ],
    ids=["subject", "campaign"],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_copy_that_names_one_thing_more_is_the_fuller_one(
    feedback: Ingestion, fuller: Body, named: tuple[str, str], at_once: bool
) -> None:
    for batch in [[NAMELESS, fuller]] if at_once else [[NAMELESS], [fuller]]:
        assert feedback.receive(*batch) == []

    assert (complaint(feedback).subject, complaint(feedback).campaign) == named


def test_there_is_nothing_to_complete_of_a_delivery(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Delivery"))
    feedback.faults.calls.clear()

    feedback.receive(ses_event("Delivery"))

    assert feedback.faults.calls == ["ledger.senders_for", "ledger.count"]


def test_where_completing_fails_the_copy_comes_again(feedback: Ingestion) -> None:
    feedback.receive(NAMELESS)
    feedback.faults.fail("ledger.add_mail_details")

    assert feedback.receive(NAMED) == ["r-0"]
    assert feedback.receive(NAMED) == []
    assert complaint(feedback).subject == "Fresh bread"


COMPLAINT = ses_event("Complaint")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (COMPLAINT, COMPLAINT),
        (COMPLAINT, sns_envelope(json.dumps(COMPLAINT))),
        (COMPLAINT, ses_notification("Complaint")),  # where both dialects are switched on
        (ses_notification("Complaint"), COMPLAINT),
        (COMPLAINT, ses_event("Complaint", feedbackId="f-2")),  # one destination, one complaint
    ],
    ids=["again", "wrapped", "other-dialect", "the-other-way", "other-report"],
)
@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "two-batches"])
def test_a_redelivered_complaint_counts_once(feedback: Ingestion, first: Body, second: Body, together: bool) -> None:
    failed = feedback.receive(first, second) if together else [*feedback.receive(first), *feedback.receive(second)]

    assert failed == []
    assert feedback.counts == Tally(complaints=1)
    assert feedback.told("complaint") == 1


def test_a_redelivered_delivery_counts_once(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Delivery", recipients=["a@x.org"]))
    feedback.receive(ses_event("Delivery", recipients=["A@x.org", "b@x.org"]))

    assert feedback.counts == Tally(delivered=2)


def test_a_recipient_written_in_two_ways_counts_once(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Delivery", recipients=["ann@münchen.example"]))
    feedback.receive(ses_event("Delivery", recipients=["Ann <ann@xn--mnchen-3ya.example>"]))

    assert feedback.counts == Tally(delivered=1)


@pytest.mark.parametrize("when", When)
def test_a_failed_count_is_reported_and_counted_on_redelivery(feedback: Ingestion, when: When) -> None:
    feedback.faults.fail("ledger.count", when=when)

    assert feedback.receive(COMPLAINT) == ["r-0"]
    assert feedback.receive(COMPLAINT, now=LATER) == []
    assert feedback.counts == Tally(complaints=1)
    assert feedback.told("complaint") == 1


def test_only_the_records_that_failed_come_again(feedback: Ingestion) -> None:
    feedback.faults.fail("ledger.count", skip=1)

    failed = feedback.receive(ses_event("Delivery", "m-1"), ses_event("Delivery", "m-2"), ses_event("Delivery", "m-3"))

    assert failed == ["r-1"]
    assert feedback.counts == Tally(delivered=2)


def test_every_record_that_waits_for_a_failed_count_comes_again(feedback: Ingestion) -> None:
    feedback.faults.fail("ledger.count")

    assert feedback.receive(COMPLAINT, COMPLAINT) == ["r-0", "r-1"]


def test_where_the_senders_cannot_be_read_all_comes_again(feedback: Ingestion) -> None:
    feedback.faults.fail("ledger.senders_for")

    assert feedback.receive(COMPLAINT, "nonsense") == ["r-0", "r-1"]
    assert feedback.quarantine.kept == {}


# ---------------------------------------------------------------- nudging


@pytest.mark.parametrize(
    ("event", "nudges"),
    [
        (ses_event("Complaint"), 1),
        (ses_event("Bounce"), 1),
        (ses_event("Delivery"), 0),
        (ses_event("Bounce", bounceType="Transient"), 0),
        (ses_event("Bounce", bounceSubType="Suppressed"), 0),
    ],
)
def test_a_complaint_or_a_permanent_bounce_wakes_the_account(feedback: Ingestion, event: Body, nudges: int) -> None:
    feedback.receive(event)

    assert feedback.rows.accounts[ACCOUNT].revision == nudges
    assert feedback.rows.accounts[ACCOUNT].due_at == (NOW if nudges else None)


def test_a_batch_marks_an_account_due_once(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Complaint", "m-1"), ses_event("Complaint", "m-2"), ses_event("Bounce", "m-3"))

    assert feedback.rows.accounts[ACCOUNT].revision == 1


def test_the_account_becomes_due_also_where_all_are_duplicates(feedback: Ingestion) -> None:
    feedback.faults.fail("ledger.mark_due")  # the run that counted it was cut off before it nudged

    assert feedback.receive(COMPLAINT) == ["r-0"]
    assert feedback.receive(COMPLAINT, now=LATER) == []
    assert feedback.counts == Tally(complaints=1)
    assert feedback.rows.accounts[ACCOUNT].due_at == LATER


def test_a_sender_without_an_account_row_still_counts(feedback: Ingestion) -> None:
    feedback.rows.accounts.clear()

    assert feedback.receive(COMPLAINT) == []
    assert feedback.counts == Tally(complaints=1)


# ---------------------------------------------------------------- where and when it counts


def test_feedback_counts_for_the_day_on_which_the_mail_was_sent(feedback: Ingestion) -> None:
    sent_at = datetime(2026, 3, 7, 23, 59, 59, tzinfo=UTC)

    feedback.receive(ses_event("Complaint", sent_at=sent_at))

    assert feedback.rows.tallies == {(ACCOUNT, 1, sent_at.date()): Tally(complaints=1)}


@pytest.mark.parametrize(("began", "epoch"), [(SENT_AT - timedelta(hours=1), 2), (SENT_AT + timedelta(hours=1), 1)])
def test_feedback_counts_in_the_epoch_in_which_the_mail_was_sent(
    feedback: Ingestion, began: datetime, epoch: int
) -> None:
    feedback.rows.senders[CALLER] = a_sender(CALLER, ACCOUNT, began)

    feedback.receive(COMPLAINT)

    assert feedback.rows.tallies == {(ACCOUNT, epoch, TODAY): Tally(complaints=1)}
    assert feedback.rows.told(ACCOUNT)[0].data["epoch"] == epoch

    feedback.receive(ses_event("Bounce"), ses_event("Delivery"))

    assert feedback.rows.tallies == {(ACCOUNT, epoch, TODAY): Tally(delivered=1, complaints=1, bounces=1)}
    assert [card.details.epoch for card in feedback.rows.bounces.values()] == [epoch]


def test_a_report_that_does_not_count_is_shown_all_the_same(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Complaint", complaintFeedbackType="not-spam"))

    assert feedback.counts == Tally()
    assert [entry.kind for entry in feedback.rows.told(ACCOUNT)] == ["uncounted_report"]


def test_a_report_that_does_not_count_takes_no_complaint_away(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Complaint", complaintFeedbackType="not-spam"), COMPLAINT)

    assert feedback.counts == Tally(complaints=1)


def test_each_account_has_its_own_counts(feedback: Ingestion) -> None:
    feedback.rows.senders["permille-florist"] = a_sender("permille-florist", "florist")

    feedback.receive(ses_event("Delivery", "m-1"), ses_event("Delivery", "m-2", caller="permille-florist"))

    assert {key[0]: tally.delivered for key, tally in feedback.rows.tallies.items()} == {ACCOUNT: 1, "florist": 1}


# ---------------------------------------------------------------- what counts against nobody


@pytest.mark.parametrize(
    ("body", "reason", "caller"),
    [
        (ses_event("Complaint", caller="root"), "unattributed: the sender belongs to no account", "root"),
        (ses_event("Complaint", caller=""), "unattributed: no sender named", ""),
        (ses_event("Delivery", sent_at=NOW + timedelta(days=2)), "sent more than a day ahead", CALLER),
        ("hello", "the body is not JSON", ""),
        ({"eventType": "Complaint", "mail": None}, "the event has nothing as mail", ""),
    ],
)
def test_what_cannot_be_read_or_attributed_is_kept_with_its_reason(
    feedback: Ingestion, body: Body | str, reason: str, caller: str
) -> None:
    assert feedback.receive(body) == []

    (kept,) = feedback.quarantine.kept.values()
    assert kept[0].startswith(reason)
    assert kept[1] == caller
    assert feedback.counts == Tally()


def test_mail_sent_less_than_a_day_ahead_is_another_clock(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Delivery", sent_at=NOW + timedelta(days=1)))

    assert feedback.counts == Tally(delivered=1)


@pytest.mark.parametrize("when", When)
def test_what_could_not_be_kept_comes_again(feedback: Ingestion, when: When) -> None:
    feedback.faults.fail("quarantine.keep", when=when)

    assert feedback.receive("hello", COMPLAINT) == ["r-0"]
    assert feedback.receive("hello", COMPLAINT) == []
    assert len(feedback.quarantine.kept) == 1


def test_a_stored_row_that_nobody_understands_fails_its_record_alone(feedback: Ingestion) -> None:
    feedback.receive(NAMELESS)
    feedback.faults.fail("ledger.add_mail_details", error=KeyError("facts"))

    assert feedback.receive(NAMED, "hello", ses_event("Delivery", message_id="m-2")) == ["r-0"]
    assert len(feedback.quarantine.kept) == 1


def test_a_bad_record_does_not_keep_the_good_ones_waiting(feedback: Ingestion) -> None:
    failed = feedback.receive("hello", COMPLAINT, json.dumps({"eventType": "Complaint", "mail": []}))

    assert failed == []
    assert feedback.counts == Tally(complaints=1)
    assert len(feedback.quarantine.kept) == 2


@pytest.mark.parametrize(
    "body",
    [
        ses_event("Complaint", caller=OWNER_MAIL_SENDER),
        ses_event("Bounce", caller=OWNER_MAIL_SENDER),
        ses_event("Delivery") | {"eventType": "Open"},
        "Successfully validated SNS topic for Amazon SES event publishing.",
    ],
)
def test_mail_to_owners_and_set_up_notices_are_ignored(feedback: Ingestion, body: Any) -> None:
    assert feedback.receive(body) == []

    assert feedback.counts == Tally()
    assert feedback.quarantine.kept == {}


def test_without_a_caller_of_its_own_no_mail_is_permilles(feedback: Ingestion) -> None:
    batch = [as_received("r-0", json.dumps(ses_event("Complaint", caller="")))]

    services = IngestServices(FakeLedger(feedback.rows), feedback.quarantine, lambda: DEFAULT)

    ingest(services, batch, NOW, lambda: timedelta(minutes=1))

    assert feedback.quarantine.reasons == ["unattributed: no sender named"]


# ---------------------------------------------------------------- mail that is nobody's to answer for


def own_mail(kind: str, about: str = ACCOUNT, **different: Any) -> Body:
    usual = {"destination": ["owner@bakery.example"]}
    return ses_event(kind, caller=OWNER_MAIL_SENDER, tags={"permille-account": about}, **usual | different)


@pytest.mark.parametrize(("kind", "state"), [("Bounce", "bounced"), ("Complaint", "complained")])
def test_a_mail_to_an_owner_that_does_not_arrive_is_marked_once(feedback: Ingestion, kind: str, state: str) -> None:
    for _ in range(2):
        assert feedback.receive(own_mail(kind), now=LATER) == []

    assert feedback.rows.accounts[ACCOUNT].owner_mail == state
    assert feedback.told("owner_mail") == 1
    assert feedback.counts == Tally()


def test_a_mail_to_an_owner_is_marked_although_its_address_cannot_be_read(feedback: Ingestion) -> None:
    assert feedback.receive(own_mail("Bounce", mail={"destination": None})) == []

    assert feedback.rows.accounts[ACCOUNT].owner_mail == "bounced"


def test_two_mails_to_an_owner_that_do_not_arrive_in_one_instant_are_two_entries(feedback: Ingestion) -> None:
    feedback.receive(own_mail("Bounce"), own_mail("Bounce", message_id="m-2"))

    assert feedback.told("owner_mail") == 2


@pytest.mark.parametrize(
    "body",
    [
        own_mail("Delivery"),
        own_mail("Bounce", bounceType="Transient"),
        own_mail("Complaint", about="nobody"),
        own_mail("Complaint", complaintFeedbackType="not-spam"),
        own_mail("Complaint", complaintFeedbackType="auth-failure"),
        own_mail("Complaint", recipients=[SIMULATED], destination=[SIMULATED]),
        ses_notification("Complaint", caller=OWNER_MAIL_SENDER),  # carries no tags
    ],
)
def test_other_feedback_about_our_own_mail_changes_nothing(feedback: Ingestion, body: Body) -> None:
    assert feedback.receive(body) == []

    assert feedback.rows.accounts[ACCOUNT].owner_mail == ""
    assert feedback.quarantine.kept == {}


def test_a_sender_cannot_mark_an_owners_address_with_our_tag(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Bounce", tags={"permille-account": ACCOUNT}))

    assert feedback.rows.accounts[ACCOUNT].owner_mail == ""
    assert feedback.counts == Tally(bounces=1)


@pytest.mark.parametrize("kind", ["Bounce", "Complaint"])
def test_late_feedback_about_mail_to_the_address_before_does_not_mark_the_new_one(
    feedback: Ingestion, kind: str
) -> None:
    feedback.receive(own_mail(kind, destination=["before@bakery.example"]))

    assert feedback.rows.accounts[ACCOUNT].owner_mail == ""
    assert feedback.told("owner_mail") == 0


def test_a_mark_that_fails_is_made_at_the_next_delivery(feedback: Ingestion) -> None:
    feedback.faults.fail("ledger.mark_owner_mail", when=When.BEFORE)

    assert feedback.receive(own_mail("Bounce")) == ["r-0"]
    assert feedback.receive(own_mail("Bounce")) == []
    assert feedback.told("owner_mail") == 1


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        (own_mail("Bounce"), ["owner_mail.bounced"]),
        (own_mail("Complaint"), ["owner_mail.complained"]),
        (own_mail("Bounce", destination=["before@bakery.example"]), []),
        (own_mail("Bounce", about="nobody"), []),
    ],
)
def test_marked_owner_mail_is_logged_once(
    feedback: Ingestion, caplog: pytest.LogCaptureFixture, body: Body, marked: list[str]
) -> None:
    for _ in range(2):
        feedback.receive(body)

    said = [line.message for line in caplog.records]
    assert [one for one in said if one.startswith("owner_mail.")] == marked
    ignored = [getattr(line, "what", None) for line in caplog.records if line.message == "feedback.ignored"]
    assert ignored == ["mail to an owner"] * (2 - len(marked))


def test_the_platforms_own_mail_is_dropped(feedback: Ingestion) -> None:
    feedback.rows.senders["newsletter"] = Sender("newsletter", "", ignored="our own newsletter")

    assert feedback.receive(ses_event("Complaint", caller="newsletter")) == []

    assert feedback.counts == Tally()
    assert feedback.quarantine.kept == {}


def test_the_platforms_own_mail_is_dropped_before_anything_else_is_asked(feedback: Ingestion) -> None:
    feedback.rows.senders["crm"] = Sender("crm", "", ignored="The platform's own")

    assert feedback.receive(ses_event("Delivery", caller="crm", sent_at=NOW + timedelta(days=2))) == []

    assert feedback.quarantine.kept == {}


# ---------------------------------------------------------------- what is said of it


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Successfully validated SNS topic for Amazon SES event publishing.", {"what": "set-up notice"}),
        (ses_event("Delivery") | {"eventType": "Open"}, {"what": "Open"}),
        (ses_event("Delivery", caller="crm"), {"what": "the platform's own mail", "sender": "crm"}),
        (own_mail("Delivery"), {"what": "mail to an owner"}),
    ],
)
def test_what_is_ignored_leaves_a_line_in_the_log(
    feedback: Ingestion, caplog: pytest.LogCaptureFixture, body: Body | str, said: dict[str, str]
) -> None:
    feedback.rows.senders["crm"] = Sender("crm", "", ignored="The platform's own")

    feedback.receive(body)

    (line,) = [line for line in caplog.records if line.message == "feedback.ignored"]
    assert {name: getattr(line, name) for name in said} == said


def test_an_unreadable_recipient_of_a_delivery_is_left_out_and_logged(
    feedback: Ingestion, caplog: pytest.LogCaptureFixture
) -> None:
    body = ses_event("Delivery", recipients=["ann@x.org", "postmaster", {}])

    assert feedback.receive(body) == []

    assert feedback.counts == Tally(delivered=1)
    assert feedback.quarantine.kept == {}
    (line,) = [line for line in caplog.records if line.message == "feedback.recipient_unreadable"]
    assert (getattr(line, "message_id", None), getattr(line, "recipients", None)) == ("m-1", 2)
    assert measured("feedback.recipient_unreadable") == 2


UNTOLD = {"eventType": "Complaint", "notificationType": "Delivery"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ses_event("Complaint", caller="root"), "Complaint"),
        (ses_notification("Bounce", caller="root"), "Bounce"),
        (ses_event("Delivery", caller="root"), "Delivery"),
        (ses_event("Complaint", sent_at=NOW + timedelta(days=2)), "Complaint"),
        (ses_event("Delivery", sent_at=NOW + timedelta(days=2)), "Delivery"),
        (ses_event("Complaint", mail={"messageId": None}), "Complaint"),
        (ses_event("Bounce", bounceType=None), "Bounce"),
        (ses_event("Delivery", recipients=[]), "Delivery"),
        (ses_event("Complaint") | UNTOLD, ""),
        ({"eventType": "Surprise"}, ""),
        ("hello", ""),
    ],
)
def test_what_is_kept_in_quarantine_says_what_it_was_and_what_speaks_against_a_sender_is_measured(
    feedback: Ingestion, caplog: pytest.LogCaptureFixture, body: Body | str, kind: str
) -> None:
    feedback.receive(body)

    (line,) = [line for line in caplog.records if line.message == "feedback.quarantined"]
    assert getattr(line, "kind", None) == kind
    assert measured("feedback.quarantined") == 1
    assert measured("feedback.quarantined.bounce_or_complaint") == (0 if kind == "Delivery" else 1)
    assert set(metrics.metric_set) <= {
        "feedback.received.records",
        "feedback.quarantined",
        "feedback.quarantined.bounce_or_complaint",
    }
    assert list(feedback.quarantine.last_came.values()) == [NOW]


def test_what_could_not_be_kept_is_not_measured(feedback: Ingestion) -> None:
    feedback.faults.fail("quarantine.keep")

    feedback.receive("hello")

    assert measured("feedback.quarantined.bounce_or_complaint") == 0


def test_nothing_that_is_counted_or_marked_tells_an_address(feedback: Ingestion) -> None:
    several: Body = {"recipients": ["ann@x.org", "bob@x.org"], "destination": ["ann@x.org", "bob@x.org"]}

    feedback.receive(
        ses_event("Delivery", **several),
        ses_event("Bounce", **several),
        ses_event("Complaint", feedbackId=None, **several),
        own_mail("Bounce"),
    )

    assert len(feedback.rows.markers) == 6
    assert [identity for _, identity in feedback.rows.markers if "@" in identity or "x.org" in identity] == []


# ---------------------------------------------------------------- order and time


def test_an_account_becomes_due_after_its_complaint_was_counted(feedback: Ingestion) -> None:
    feedback.receive(COMPLAINT)

    assert feedback.faults.calls == ["ledger.senders_for", "ledger.count", "ledger.mark_due"]


@pytest.mark.parametrize(
    ("bodies", "bounced_at"),
    [([COMPLAINT], None), ([ses_event("Bounce", "m-2")], NOW), ([COMPLAINT, ses_event("Bounce", "m-2")], NOW)],
)
def test_marking_an_account_due_says_whether_mail_bounced(
    feedback: Ingestion, bodies: list[Body], bounced_at: datetime | None
) -> None:
    feedback.receive(*bodies)

    assert (feedback.rows.accounts[ACCOUNT].due_at, feedback.rows.accounts[ACCOUNT].bounced_at) == (NOW, bounced_at)


def test_a_report_that_does_not_count_wakes_the_account_too(feedback: Ingestion) -> None:
    feedback.receive(ses_event("Complaint", complaintFeedbackType="not-spam"))

    assert feedback.rows.accounts[ACCOUNT].revision == 1


def measured(metric: str) -> float:
    """The sum of a metric, of this test."""
    found = metrics.metric_set.get(metric, {"Value": []})
    return sum(map(float, found["Value"]))


class Patience(FakeLedger):
    """Remembers how long it was given."""

    given = timedelta()

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> CountResult:
        self.given = patience
        return super().count(counts, now, patience)


def test_counting_leaves_time_for_what_comes_after_it(feedback: Ingestion) -> None:
    ledger = Patience(feedback.rows)

    services = IngestServices(ledger, feedback.quarantine, lambda: DEFAULT)

    ingest(services, [as_received("r-0", json.dumps(COMPLAINT))], NOW, lambda: timedelta(seconds=50))

    assert ledger.given == timedelta(seconds=50) - RESERVE


def test_what_there_is_no_time_for_comes_again(feedback: Ingestion) -> None:
    clock = iter([timedelta(minutes=1), ONE_CALL, ONE_CALL - timedelta(milliseconds=1)])

    assert feedback.receive(COMPLAINT, "hello", time_left=lambda: next(clock)) == ["r-1"]

    assert feedback.rows.accounts[ACCOUNT].revision == 1
    assert feedback.quarantine.kept == {}
