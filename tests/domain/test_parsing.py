"""Reading what SES writes: both dialects, every wrapping, every form of time, and whatever else may come in."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    SENT_AT,
    Body,
    eventbridge_event,
    ses_event,
    ses_notification,
    sns_envelope,
)

from permille.domain import timeline
from permille.domain.dialects import parse
from permille.domain.feedback import Bounce, Complaint, Delivery, Feedback, Ignored, Unreadable

VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."
KINDS = ["Delivery", "Bounce", "Complaint"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def read(body: Any) -> Feedback | Ignored | Unreadable:
    return parse(json.dumps(body))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "wrap",
    [
        json.dumps,
        lambda event: json.dumps(event) + "\n",  # as event publishing ends its messages
        lambda event: json.dumps(sns_envelope(json.dumps(event))),
        lambda event: json.dumps(sns_envelope(json.dumps(event) + "\n")),
        lambda event: json.dumps(eventbridge_event(event)),
    ],
    ids=["raw", "raw-newline", "sns", "sns-newline", "eventbridge"],
)
def test_every_wrapping_holds_the_same_feedback(kind: str, wrap: Callable[[Body], str]) -> None:
    assert parse(wrap(ses_event(kind))) == parse(json.dumps(ses_event(kind)))
    assert type(parse(wrap(ses_event(kind)))).__name__ == kind


@pytest.mark.parametrize("kind", KINDS)
def test_both_dialects_tell_the_same(kind: str) -> None:
    assert read(ses_event(kind)) == read(ses_notification(kind))


def test_a_complaint_is_read_with_all_that_matters() -> None:
    complaint = read(ses_event("Complaint", "m-7", subject="Hello", mail={}))

    assert isinstance(complaint, Complaint)
    assert complaint.message.id == "m-7"
    assert (complaint.message.caller, complaint.message.sent_at) == (CALLER, SENT_AT)
    assert complaint.message.destination == complaint.candidates == ("ann@example.com",)
    assert (complaint.message.subject, complaint.feedback_type, complaint.sub_type) == ("Hello", "abuse", "")
    assert complaint.feedback_id == "f-1"


def test_a_complaint_may_come_without_the_list_of_its_recipients() -> None:
    complaint = read(ses_event("Complaint", complainedRecipients=None))

    assert isinstance(complaint, Complaint)
    assert complaint.candidates == ()


def test_a_campaign_is_taken_from_the_message_tag() -> None:
    event = ses_event("Delivery")
    event["mail"]["tags"]["campaign"] = ["easter"]

    delivery = read(event)

    assert isinstance(delivery, Delivery)
    assert delivery.message.campaign == "easter"


def test_unknown_fields_are_no_trouble() -> None:
    assert read(ses_event("Complaint", isBotEvent="Likely") | {"new": 1}) == read(ses_event("Complaint"))


@pytest.mark.parametrize(
    ("bounce_type", "permanent"),
    [("Permanent", True), ("permanent", True), ("Transient", False), ("Undetermined", False)],
)
def test_only_a_permanent_bounce_is_permanent(bounce_type: str, permanent: bool) -> None:
    bounce = read(ses_event("Bounce", bounceType=bounce_type))

    assert isinstance(bounce, Bounce)
    assert bounce.permanent is permanent


UNCOUNTED = ["Send", "Reject", "Open", "Click", "Rendering Failure", "DeliveryDelay", "Subscription"]
ABOUT_NO_MESSAGE = [
    "Sending Status Enabled",
    "Sending Status Disabled",
    "Advisor Recommendation Status Open",
    "Advisor Recommendation Status Resolved",
]
SUBSCRIBED = {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have successfully ..."}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (VALIDATED, "set-up notice"),
        (json.dumps(sns_envelope(VALIDATED)), "set-up notice"),
        (json.dumps(SUBSCRIBED), "AmazonSnsSubscriptionSucceeded"),
        (json.dumps({"notificationType": "Received"}), "Received"),
        (json.dumps(sns_envelope("Subscribe?", kind="SubscriptionConfirmation")), "SNS SubscriptionConfirmation"),
        (json.dumps(sns_envelope("Gone.", kind="UnsubscribeConfirmation")), "SNS UnsubscribeConfirmation"),
        *[(json.dumps(ses_event("Delivery") | {"eventType": kind}), kind) for kind in UNCOUNTED],
        *[(json.dumps({"detail-type": kind, "detail": {}}), kind) for kind in ABOUT_NO_MESSAGE],
    ],
)
def test_what_nobody_counts_is_ignored_by_name(body: str, what: str) -> None:
    assert parse(body) == Ignored(what)


@pytest.mark.parametrize("kind", ["notification", "Bogus", "", None, [], 7])
def test_an_envelope_of_another_type_is_kept_and_not_ignored(kind: Any) -> None:
    unreadable = parse(json.dumps(sns_envelope(json.dumps(ses_event("Complaint"))) | {"Type": kind}))

    assert isinstance(unreadable, Unreadable)
    assert "the SNS envelope has" in unreadable.reason


def test_an_event_that_looks_a_little_like_an_envelope_is_an_event() -> None:
    assert read(ses_event("Complaint") | {"Type": "x", "TopicArn": "y"}) == read(ses_event("Complaint"))


def test_wrappings_may_be_in_each_other() -> None:
    in_eventbridge = json.dumps({"detail-type": "Email Complaint Received", "detail": ses_event("Complaint")})

    assert parse(json.dumps(sns_envelope(in_eventbridge))) == read(ses_event("Complaint"))
    assert parse(json.dumps(sns_envelope(json.dumps(sns_envelope(in_eventbridge))))) == read(ses_event("Complaint"))


def test_what_cannot_be_read_says_whose_it_was_where_it_names_somebody() -> None:
    named = parse(json.dumps(ses_event("Complaint") | {"complaint": None}))
    nobody = parse(json.dumps(ses_event("Complaint") | {"mail": None}))

    assert (named, nobody) == (
        Unreadable("the event has nothing as complaint, not an object", CALLER),
        Unreadable("the event has nothing as mail, not an object", ""),
    )


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2018-10-08T14:05:45.123Z", datetime(2018, 10, 8, 14, 5, 45, 123000, UTC)),
        ("2018-10-08T14:05:45 +0000", datetime(2018, 10, 8, 14, 5, 45, tzinfo=UTC)),  # as AWS's pages print it
        ("2018-10-08T14:05:45.123 Z", datetime(2018, 10, 8, 14, 5, 45, 123000, UTC)),
        ("2018-10-08T14:05:45 -0500", datetime(2018, 10, 8, 19, 5, 45, tzinfo=UTC)),
        ("2009-12-03T04:24:21.000-05:00", datetime(2009, 12, 3, 9, 24, 21, tzinfo=UTC)),
        ("2018-10-08T23:30:00-05:00", datetime(2018, 10, 9, 4, 30, tzinfo=UTC)),  # the send day is that of UTC
        ("2018-10-08T14:05:45", datetime(2018, 10, 8, 14, 5, 45, tzinfo=UTC)),
    ],
)
def test_every_form_of_time_is_read_as_utc(written: str, instant: datetime) -> None:
    delivery = read(ses_event("Delivery", mail={"timestamp": written}))

    assert isinstance(delivery, Delivery)
    assert delivery.message.sent_at == instant
    assert delivery.message.sent_at.date() == instant.date()


@pytest.mark.parametrize(
    ("tagged", "named", "caller"),
    [
        ([CALLER], None, CALLER),
        (None, CALLER, CALLER),
        ([CALLER], CALLER, CALLER),
        (None, None, ""),
    ],
)
def test_the_caller_is_whom_ses_names(tagged: Any, named: Any, caller: str) -> None:
    mail = {"tags": {"ses:caller-identity": tagged}, "callerIdentity": named}

    delivery = read(ses_event("Delivery", mail=mail))

    assert isinstance(delivery, Delivery)
    assert delivery.message.caller == caller


@pytest.mark.parametrize("tagged", [[], CALLER, ["permille-victim", CALLER], [7], {}])
def test_a_tag_that_does_not_name_one_caller_is_not_believed(tagged: Any) -> None:
    unreadable = read(ses_event("Delivery", mail={"tags": {"ses:caller-identity": tagged}}))

    assert unreadable == Unreadable("ses:caller-identity does not name one caller")


def test_what_the_sender_wrote_names_no_caller() -> None:
    forged = [{"name": "X-SES-MESSAGE-TAGS", "value": "ses:caller-identity=permille-victim"}]

    delivery = read(ses_event("Delivery", mail={"headers": forged, "tags": {"caller-identity": ["permille-victim"]}}))

    assert isinstance(delivery, Delivery)
    assert delivery.message.caller == ""


COMPLAINT = json.dumps(ses_event("Complaint"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        (COMPLAINT[:200], "not JSON"),  # truncated
        ("[" * 100_000, "nested too deeply"),
        (json.dumps(COMPLAINT), "a text, not a JSON object"),  # double-encoded
        ("[]", "an array, not a JSON object"),
        ("null", "nothing, not a JSON object"),
        ("true", "a boolean, not"),
        ("17", "a number, not"),
        ("{}", "neither eventType nor notificationType"),
        ('{"eventType": 7}', "neither eventType nor notificationType"),
        ('{"eventType": "Surprise"}', "unknown kind 'Surprise'"),
        ('{"eventType": "complaint"}', "unknown kind"),
        (json.dumps(sns_envelope("")), "an empty text as Message"),
        (json.dumps(sns_envelope("hello")), "the SNS message is not JSON"),
        (json.dumps(sns_envelope("hello") | {"Message": {"eventType": "Complaint"}}), "an object as Message"),
        (json.dumps(eventbridge_event({}) | {"detail": None}), "nothing as detail"),
        (json.dumps({"eventType": "Complaint"}), "nothing as mail"),
        (json.dumps(ses_event("Complaint") | {"mail": None}), "nothing as mail"),
        (json.dumps(ses_event("Complaint") | {"mail": []}), "an array as mail"),
        (json.dumps(ses_event("Complaint") | {"complaint": None}), "nothing as complaint"),
        (json.dumps(ses_event("Complaint", mail={"messageId": None})), "nothing as messageId"),
        (json.dumps(ses_event("Complaint", mail={"messageId": ""})), "an empty text as messageId"),
        (json.dumps(ses_event("Complaint", mail={"messageId": "m" * 300})), "messageId is too long"),
        (json.dumps(ses_event("Complaint", mail={"timestamp": 1520000000})), "a number as timestamp"),
        (json.dumps(ses_event("Complaint", mail={"timestamp": "yesterday"})), "mail.timestamp is no time"),
        (json.dumps(ses_event("Complaint", mail={"timestamp": "0001-01-01T00:00:00+05:00"})), "no time"),
        (json.dumps(ses_event("Complaint", timestamp=None)), "complaint has nothing as timestamp"),
        (json.dumps(ses_event("Complaint", mail={"destination": "ann@example.com"})), "mail.destination is a text"),
        (json.dumps(ses_event("Complaint", mail={"destination": [None]})), "mail.destination holds what is no address"),
        (json.dumps(ses_event("Complaint", complainedRecipients="ann@example.com")), "complainedRecipients is a text"),
        (json.dumps(ses_event("Complaint", complainedRecipients=["ann"])), "not a list of recipients"),
        (json.dumps(ses_event("Complaint", complainedRecipients=[{}])), "holds what is no address"),
        (json.dumps(ses_event("Bounce", bouncedRecipients=None)), "bouncedRecipients is nothing"),
        (json.dumps(ses_event("Delivery") | {"delivery": {"recipients": "ann"}}), "delivery.recipients is a text"),
        (json.dumps(ses_event("Delivery", recipients=["a" * 400])), "delivery.recipients holds what is no address"),
        (json.dumps(ses_event("Delivery", mail={"callerIdentity": "someone-else"})), "differ"),
        (json.dumps(ses_event("Delivery", mail={"callerIdentity": [CALLER]})), "mail has an array as callerIdentity"),
        (json.dumps(ses_event("Complaint", mail={"destination": None})), "mail.destination is nothing"),
        (json.dumps(ses_event("Delivery", recipients=[])), "the delivery names no recipient"),
        (json.dumps(ses_event("Bounce", recipients=[])), "the bounce names no recipient"),
        (json.dumps(ses_event("Complaint", recipients=[], destination=[])), "the complaint names no recipient"),
        (json.dumps(ses_event("Delivery", recipients=[""])), "delivery.recipients holds what is no address"),
        (json.dumps(ses_event("Delivery", recipients=["ann"])), "delivery.recipients holds what is no address"),
        (json.dumps(ses_event("Bounce", bounceType=None)), "bounce has nothing as bounceType"),
        (json.dumps(ses_event("Bounce", bounceType=["Permanent"])), "bounce has an array as bounceType"),
        (json.dumps(ses_event("Bounce", bounceSubType=7)), "bounce has a number as bounceSubType"),
        (json.dumps(ses_event("Complaint", complaintSubType=True)), "complaint has a boolean as complaintSubType"),
        (json.dumps(ses_event("Complaint", complaintFeedbackType=["not-spam"])), "an array as complaintFeedbackType"),
        (json.dumps(ses_event("Complaint", feedbackId=7)), "complaint has a number as feedbackId"),
        (json.dumps({"detail-type": [], "detail": {}}), "the EventBridge event has an array as detail-type"),
        (json.dumps({"detail-type": {}}), "the EventBridge event has an object as detail-type"),
    ],
)
def test_what_is_not_as_documented_is_unreadable_and_says_why(body: str, reason: str) -> None:
    unreadable = parse(body)

    assert isinstance(unreadable, Unreadable)
    assert reason in unreadable.reason


@given(st.text() | json_values.map(json.dumps))
@example("9" * 5000)  # more digits than Python reads
@example('{"Type": [], "TopicArn": ""}')
@example('{"eventType": [], "notificationType": {}}')
@example('{"detail-type": []}')
def test_no_text_whatever_raises(body: str) -> None:
    parse(body)


@given(st.sampled_from(KINDS), st.data())
def test_no_field_whatever_raises(kind: str, data: st.DataObject) -> None:
    event = ses_event(kind)
    part = data.draw(st.sampled_from([event, event["mail"], event["mail"]["tags"], event[kind.lower()]]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(json_values)

    feedback = read(event)

    if isinstance(feedback, Complaint):
        timeline.complaint(ACCOUNT, NOW, feedback, epoch=1).facts_json.encode()


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "\\uD83D"])
def test_half_a_character_becomes_one_that_can_be_stored(half: str) -> None:
    body = json.dumps(ses_event("Complaint", subject="SUBJECT", recipients=["WHO@example.com"]))

    complaint = parse(body.replace("SUBJECT", f"Br{half}ead").replace("WHO", half))

    assert isinstance(complaint, Complaint)
    assert complaint.message.subject == "Br?ead"
    assert complaint.candidates == ("?@example.com",)


@pytest.mark.parametrize("field", ["feedbackId", "complaintFeedbackType", "complaintSubType"])
def test_endless_texts_are_cut_so_that_they_fit_into_a_key(field: str) -> None:
    complaint = read(ses_event("Complaint", destination=["a@b.c", "d@e.f"], **{field: "x" * 100_000}))

    assert isinstance(complaint, Complaint)
    assert len(complaint.identity) < 1024
    assert len(timeline.complaint(ACCOUNT, NOW, complaint, epoch=1).facts_json) < 4096


def test_an_endless_caller_is_nobody() -> None:
    delivery = read(ses_event("Delivery", caller="permille-" + "x" * 5000))

    assert isinstance(delivery, Delivery)
    assert len(delivery.message.caller) <= 128
