"""Reading what SES writes: both dialects, every wrapping, every form of time, and whatever else may come in."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.builders import (
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

from permille.aws.ses_events import LONGEST_DIAGNOSTIC, parse
from permille.aws.ses_fields import LONGEST_NAME
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback, Ignored, Rejection, Unreadable
from permille.domain.feedback.recipients import NOBODY, Recipients
from permille.domain.timeline.kinds.complaints import reported

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
    assert (complaint.message.sender, complaint.message.sent_at) == (CALLER, SENT_AT)
    assert complaint.message.destination == complaint.candidates == Recipients(("ann@example.com",))
    assert (complaint.message.subject, complaint.feedback_type, complaint.sub_type) == ("Hello", "abuse", "")
    assert complaint.feedback_id == "f-1"


def test_a_complaint_may_come_without_the_list_of_its_recipients() -> None:
    complaint = read(ses_event("Complaint", complainedRecipients=None))

    assert isinstance(complaint, Complaint)
    assert complaint.candidates == NOBODY


def test_a_campaign_is_taken_from_the_message_tag() -> None:
    event = ses_event("Delivery")
    event["mail"]["tags"]["campaign"] = ["easter"]

    delivery = read(event)

    assert isinstance(delivery, Delivery)
    assert delivery.message.campaign == "easter"


@pytest.mark.parametrize("values", [[], [7], [None], "easter", None])
def test_a_tag_without_a_text_names_no_campaign(values: Any) -> None:
    event = ses_event("Delivery")
    event["mail"]["tags"]["campaign"] = values

    delivery = read(event)

    assert isinstance(delivery, Delivery)
    assert delivery.message.campaign == ""


def test_whoever_is_listed_without_an_address_counts_each_for_one() -> None:
    bounce = read(ses_event("Bounce", bouncedRecipients=[{"action": "failed"}, {"action": "delayed"}]))

    assert isinstance(bounce, Bounce)
    assert len(set(bounce.identities())) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("hello", "the body is not JSON: Expecting value"),
        (json.dumps({"eventType": "S" * 41}), f"unknown kind '{'S' * 40}'"),
        (
            json.dumps({"eventType": "C" * 41, "notificationType": "D" * 41}),
            f"eventType says '{'C' * 40}', and notificationType '{'D' * 40}'",
        ),
    ],
)
def test_why_it_cannot_be_read_is_told_in_few_words(body: str, reason: str) -> None:
    unreadable = parse(body)

    assert isinstance(unreadable, Unreadable)
    assert unreadable.reason == reason


def test_the_longest_message_id_is_read() -> None:
    complaint = read(ses_event("Complaint", "m" * LONGEST_NAME))

    assert isinstance(complaint, Complaint)
    assert complaint.message.id == "m" * LONGEST_NAME


def test_the_longest_type_is_read_and_a_longer_one_is_none() -> None:
    types = ["t" * LONGEST_NAME, "t" * (LONGEST_NAME + 1)]
    longest, longer = (read(ses_event("Complaint", complaintFeedbackType=one)) for one in types)

    assert isinstance(longest, Complaint)
    assert isinstance(longer, Complaint)
    assert (longest.feedback_type, longer.feedback_type) == (types[0], "")


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


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("notification", "the unknown type 'notification'"),
        ("B" * 41, f"the unknown type '{'B' * 40}'"),
        ("", "an empty text as Type, not a text"),
        (None, "nothing as Type, not a text"),
        ([], "an array as Type, not a text"),
        (7, "a number as Type, not a text"),
    ],
)
def test_an_envelope_of_another_type_is_kept_and_not_ignored(kind: Any, reason: str) -> None:
    unreadable = parse(json.dumps(sns_envelope(json.dumps(ses_event("Complaint"))) | {"Type": kind}))

    assert isinstance(unreadable, Unreadable)
    assert unreadable.reason == f"the SNS envelope has {reason}"


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
        Unreadable("the event has nothing as complaint, not an object", CALLER, "Complaint"),
        Unreadable("the event has nothing as mail, not an object", "", "Complaint"),
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
        (f"2018-10-08T14:05:45.{'1' * 14}+00:00", datetime(2018, 10, 8, 14, 5, 45, 111111, UTC)),  # the longest
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/Denver"])
def test_every_form_of_time_is_read_as_utc_wherever_that_is(
    monkeypatch: pytest.MonkeyPatch, zone: str, written: str, instant: datetime
) -> None:
    with monkeypatch.context() as here:
        here.setenv("TZ", zone)
        time.tzset()
        delivery = read(ses_event("Delivery", mail={"timestamp": written}))
    time.tzset()

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
    assert delivery.message.sender == caller


@pytest.mark.parametrize("tagged", [[], CALLER, ["permille-victim", CALLER], [7], {}])
def test_a_tag_that_does_not_name_one_caller_is_not_believed(tagged: Any) -> None:
    unreadable = read(ses_event("Delivery", mail={"tags": {"ses:caller-identity": tagged}}))

    assert unreadable == Unreadable("ses:caller-identity does not name one sender", "", "Delivery")


def test_what_the_sender_wrote_names_no_caller() -> None:
    forged = [{"name": "X-SES-MESSAGE-TAGS", "value": "ses:caller-identity=permille-victim"}]

    delivery = read(ses_event("Delivery", mail={"headers": forged, "tags": {"caller-identity": ["permille-victim"]}}))

    assert isinstance(delivery, Delivery)
    assert delivery.message.sender == ""


COMPLAINT = json.dumps(ses_event("Complaint"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the body is not JSON: "),
        ("hello", "the body is not JSON: "),
        (COMPLAINT[:200], "the body is not JSON: "),  # truncated
        ("[" * 100_000, "the body is nested too deeply"),
        (json.dumps(COMPLAINT), "the body is a text, not a JSON object"),  # double-encoded
        ("[]", "the body is an array, not a JSON object"),
        ("null", "the body is nothing, not a JSON object"),
        ("true", "the body is a boolean, not"),
        ("17", "the body is a number, not"),
        ("{}", "the body has neither eventType nor notificationType"),
        ('{"eventType": 7}', "the event has a number as eventType"),
        ('{"eventType": " "}', "neither eventType nor notificationType says what it is"),
        ('{"eventType": "Surprise"}', "unknown kind 'Surprise'"),
        ('{"eventType": "complaint"}', "unknown kind"),
        (json.dumps(sns_envelope("")), "the SNS envelope has an empty text as Message"),
        (json.dumps(sns_envelope("hello")), "the SNS message is not JSON"),
        (
            json.dumps(sns_envelope("hello") | {"Message": {"eventType": "Complaint"}}),
            "the SNS envelope has an object as Message",
        ),
        (json.dumps(eventbridge_event({}) | {"detail": None}), "the EventBridge event has nothing as detail"),
        (json.dumps({"eventType": "Complaint"}), "the event has nothing as mail"),
        (json.dumps(ses_event("Complaint") | {"mail": None}), "the event has nothing as mail"),
        (json.dumps(ses_event("Complaint") | {"mail": []}), "the event has an array as mail"),
        (json.dumps(ses_event("Complaint") | {"complaint": None}), "the event has nothing as complaint"),
        (json.dumps(ses_event("Complaint", mail={"messageId": None})), "mail has nothing as messageId"),
        (json.dumps(ses_event("Complaint", mail={"messageId": ""})), "mail has an empty text as messageId"),
        (json.dumps(ses_event("Complaint", mail={"messageId": "m" * 300})), "mail.messageId is too long"),
        (json.dumps(ses_event("Complaint", mail={"timestamp": 1520000000})), "mail has a number as timestamp"),
        (json.dumps(ses_event("Complaint", mail={"timestamp": "yesterday"})), "mail.timestamp is no time"),
        (
            json.dumps(ses_event("Complaint", mail={"timestamp": "0001-01-01T00:00:00+05:00"})),
            "mail.timestamp is no time",
        ),
        (json.dumps(ses_event("Delivery") | {"delivery": {"recipients": "ann"}}), "delivery.recipients is a text"),
        (json.dumps(ses_event("Delivery", recipients=["a" * 400])), "delivery.recipients holds no address"),
        (
            json.dumps(ses_event("Delivery", mail={"callerIdentity": "someone-else"})),
            "ses:caller-identity and mail.callerIdentity differ",
        ),
        (json.dumps(ses_event("Delivery", mail={"callerIdentity": [CALLER]})), "mail has an array as callerIdentity"),
        *[
            (json.dumps(ses_event("Delivery", recipients=listed)), "delivery.recipients holds no address")
            for listed in ([], [""], ["ann"], [None], ["undisclosed-recipients:;"])
        ],
        (json.dumps(ses_event("Bounce", bounceType=" \t")), "bounce has an empty text as bounceType"),
        (json.dumps(ses_event("Complaint", mail={"messageId": " "})), "mail has an empty text as messageId"),
        (json.dumps(ses_event("Bounce", bounceType=None)), "bounce has nothing as bounceType"),
        (json.dumps(ses_event("Bounce", bounceType=["Permanent"])), "bounce has an array as bounceType"),
        (json.dumps({"detail-type": [], "detail": {}}), "the EventBridge event has an array as detail-type"),
        (json.dumps({"detail-type": {}}), "the EventBridge event has an object as detail-type"),
    ],
)
def test_what_is_not_as_documented_is_unreadable_and_says_why(body: str, reason: str) -> None:
    unreadable = parse(body)

    assert isinstance(unreadable, Unreadable)
    assert unreadable.reason.startswith(reason)


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
        reported(ACCOUNT, NOW, feedback, epoch=1).facts_json.encode()


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "\\uD83D"])
def test_half_a_character_becomes_one_that_can_be_stored(half: str) -> None:
    body = json.dumps(ses_event("Complaint", subject="SUBJECT", recipients=["WHO@example.com"]))

    complaint = parse(body.replace("SUBJECT", f"Br{half}ead").replace("WHO", half))

    assert isinstance(complaint, Complaint)
    assert complaint.message.subject == "Br?ead"
    assert complaint.candidates == Recipients(("?@example.com",))


@pytest.mark.parametrize("field", ["feedbackId", "complaintFeedbackType", "complaintSubType"])
def test_endless_texts_are_cut_so_that_they_fit_into_a_key(field: str) -> None:
    complaint = read(ses_event("Complaint", destination=["a@b.c", "d@e.f"], **{field: "x" * 100_000}))

    assert isinstance(complaint, Complaint)
    assert len(complaint.identity) < 1024
    assert len(reported(ACCOUNT, NOW, complaint, epoch=1).facts_json) < 4096


def test_an_endless_caller_is_nobody() -> None:
    delivery = read(ses_event("Delivery", caller="permille-" + "x" * 5000))

    assert isinstance(delivery, Delivery)
    assert len(delivery.message.sender) <= 128


# ---------------------------------------------------------------- two strictnesses

NAMED = "Ann Example <Ann@Example.com>"


def test_addresses_are_read_into_their_bare_form() -> None:
    complaint = read(ses_event("Complaint", destination=[NAMED, "ann@EXAMPLE.com", "bob@x.org."], recipients=[NAMED]))
    delivery = read(ses_event("Delivery", recipients=[NAMED, "ann@example.com", "postmaster", 7]))

    assert isinstance(complaint, Complaint)
    assert isinstance(delivery, Delivery)
    assert complaint.message.destination == Recipients(("ann@example.com", "bob@x.org"))
    assert (complaint.candidates, complaint.recipient) == (Recipients(("ann@example.com",)), "ann@example.com")
    assert delivery.recipients == Recipients(("ann@example.com",), ("postmaster", "7"))


ODD: list[Any] = [None, "", "x" * 200_000, 7, True, [], {}, [None], [{}], [[]], ["ann"], {"a": 1}]
OF_A_COMPLAINT = ["timestamp", "complainedRecipients", "complaintFeedbackType", "complaintSubType", "feedbackId"]
OF_ITS_MAIL = ["destination", "commonHeaders", "source", "headers"]


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("field", OF_A_COMPLAINT + OF_ITS_MAIL)
def test_nothing_that_counting_does_not_need_keeps_a_complaint_from_counting(field: str, value: Any) -> None:
    different = {"mail": {field: value}} if field in OF_ITS_MAIL else {field: value}

    complaint = read(ses_event("Complaint", **different))

    assert isinstance(complaint, Complaint)
    assert complaint.why_not_counted == ""
    assert len(complaint.identity) < 1024
    assert len(reported(ACCOUNT, NOW, complaint, epoch=1).facts_json) < 4096


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("field", ["timestamp", "bouncedRecipients", "bounceSubType", "feedbackId", *OF_ITS_MAIL])
def test_nothing_that_counting_does_not_need_keeps_a_bounce_from_counting(field: str, value: Any) -> None:
    different = {"mail": {field: value}} if field in OF_ITS_MAIL else {field: value}

    bounce = read(ses_event("Bounce", **different))

    assert isinstance(bounce, Bounce)
    assert len(bounce.identities()) == 1


def bounced_with(**told: Any) -> Rejection:
    bounce = read(ses_event("Bounce", bouncedRecipients=[{"emailAddress": "Ann <ANN@example.com>", **told}]))
    assert isinstance(bounce, Bounce)
    return bounce.rejections["ann@example.com"]


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"status": "5.1.1", "diagnosticCode": "smtp; 550"}, Rejection("5.1.1", "smtp; 550")),
        ({"status": " 5.1.1\t"}, Rejection("5.1.1", "")),
        ({"diagnosticCode": "smtp; 550 5.7.1 blocked"}, Rejection("5.7.1", "smtp; 550 5.7.1 blocked")),
        ({"status": 5.1, "diagnosticCode": ["smtp"], "action": None}, Rejection()),
        ({"status": None, "diagnosticCode": None}, Rejection()),
        ({"status": "x" * 500, "diagnosticCode": "y" * 9000}, Rejection("", "y" * LONGEST_DIAGNOSTIC)),
        ({}, Rejection()),
    ],
)
def test_what_the_mail_server_said_is_read_where_it_can_be(told: Body, refusal: Rejection) -> None:
    assert bounced_with(**told) == refusal


@pytest.mark.parametrize("timestamp", [None, "yesterday", 7])
def test_a_bounce_counts_whenever_it_says_that_it_happened(timestamp: object) -> None:
    bounce = read(ses_event("Bounce", timestamp=timestamp))

    assert isinstance(bounce, Bounce)
    assert (bounce.bounced_at, len(bounce.identities())) == (None, 1)


@pytest.mark.parametrize("kind", ["Complaint", "Bounce"])
@pytest.mark.parametrize("field", ["messageId", "timestamp"])
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_a_complaint_and_a_bounce_need_their_message_and_when_it_was_sent(kind: str, field: str, value: Any) -> None:
    unreadable = read(ses_event(kind, mail={field: "" if value == ["ann"] else value}))

    assert isinstance(unreadable, Unreadable)
    assert (unreadable.sender, unreadable.kind) == (CALLER, kind)


def test_a_complaint_that_lacks_all_but_what_it_needs_counts() -> None:
    mail = {"messageId": "m-1", "timestamp": "2026-03-10T10:00:00Z", "callerIdentity": CALLER}

    complaint = read({"notificationType": "Complaint", "mail": mail, "complaint": {}})

    assert isinstance(complaint, Complaint)
    assert (complaint.why_not_counted, complaint.recipient) == ("", "")


def test_a_complaint_that_does_not_say_when_was_made_when_it_is_counted() -> None:
    complaint = read(ses_event("Complaint", timestamp="Tue, 10 Mar 2026 11:00:00 +0000"))

    assert isinstance(complaint, Complaint)
    assert complaint.reported_at is None
    assert reported(ACCOUNT, NOW, complaint, epoch=1).data["reported_at"] == NOW.isoformat()


@pytest.mark.parametrize("listed", ["emailAddress", "text"])
def test_a_recipient_may_be_listed_as_a_text(listed: str) -> None:
    one: Any = NAMED if listed == "text" else {"emailAddress": NAMED}

    complaint = read(ses_event("Complaint", complainedRecipients=[one], destination=["bob@x.org", "cyd@x.org"]))

    assert isinstance(complaint, Complaint)
    assert complaint.recipient == "ann@example.com"


@pytest.mark.parametrize(
    ("timestamp", "bounced_at"),
    [
        ("2026-03-10T11:00:00.000Z", NOW - timedelta(hours=1)),
        ("Tue, 10 Mar 2026 11:00:00 +0000", None),
        (None, None),
    ],
)
def test_when_it_bounced_is_read_where_it_can_be(timestamp: str | None, bounced_at: datetime | None) -> None:
    bounce = read(ses_event("Bounce", timestamp=timestamp))

    assert isinstance(bounce, Bounce)
    assert bounce.bounced_at == bounced_at


@pytest.mark.parametrize(
    ("value", "feedback_id"),
    [(" f-1\n", "f-1"), ("f" * LONGEST_NAME, "f" * LONGEST_NAME), (7, ""), (None, "")],
)
def test_a_feedback_id_is_a_text(value: Any, feedback_id: str) -> None:
    complaint = read(ses_event("Complaint", feedbackId=value))

    assert isinstance(complaint, Complaint)
    assert complaint.feedback_id == feedback_id


def test_a_feedback_id_that_is_too_long_still_tells_reports_apart() -> None:
    destination = ["a@b.c", "d@e.f"]
    one, again, other = (
        read(ses_event("Complaint", destination=destination, feedbackId="f" * 500 + end)) for end in ("1", "1", "2")
    )

    assert isinstance(one, Complaint)
    assert isinstance(again, Complaint)
    assert isinstance(other, Complaint)
    assert one.identity == again.identity != other.identity


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0", "\u3000", "\r\n \u2003"])
def test_stray_blanks_around_types_count_as_none(blank: str) -> None:
    def strayed(text: str) -> str:
        return f"{blank}{text}{blank}"

    suppressed = read(ses_event("Bounce", bounceSubType=strayed("OnAccountSuppressionList")))
    bounce = read(ses_event("Bounce", bounceType=strayed("Permanent"), bounceSubType=blank))
    not_spam = read(ses_event("Complaint", complaintFeedbackType=strayed("not-spam")))
    complaint = read(ses_event("Complaint", complaintSubType=blank) | {"eventType": strayed("Complaint")})

    assert isinstance(suppressed, Bounce)
    assert isinstance(bounce, Bounce)
    assert isinstance(not_spam, Complaint)
    assert isinstance(complaint, Complaint)
    assert (suppressed.identities(), len(bounce.identities())) == ([], 1)
    assert (not_spam.why_not_counted, complaint.why_not_counted) == ("the report says not-spam", "")


@pytest.mark.parametrize(
    ("published", "notified", "kind"),
    [
        ("Complaint", "Complaint", "Complaint"),
        ("Complaint", "Complaint ", "Complaint"),
        ("Complaint", None, "Complaint"),
        ("", "Complaint", "Complaint"),
        ("Complaint", "Bounce", None),
        ("Complaint", "Delivery", None),
        ("Send", "Complaint", None),
        ("Complaint", "Received", None),
        (7, "Complaint", None),
        ("Complaint", [], None),
    ],
)
def test_two_keys_of_the_kind_are_believed_where_they_agree(published: Any, notified: Any, kind: str | None) -> None:
    feedback = read(ses_event("Complaint") | {"eventType": published, "notificationType": notified})

    assert type(feedback).__name__ == (kind or "Unreadable")
    assert not isinstance(feedback, Unreadable) or feedback.kind == ""


def test_a_time_that_is_too_long_takes_no_time() -> None:
    written = "2026-03-10T10:00:00" + " " * 200_000 + "!"

    started = time.process_time()
    unreadable = read(ses_event("Complaint", mail={"timestamp": written}))

    assert isinstance(unreadable, Unreadable)
    assert time.process_time() - started < 5
