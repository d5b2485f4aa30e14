"""Complaints that are taken back, on the deployed stack: by support, who decide then, and by the recipient."""

import json
from datetime import UTC, datetime, timedelta

from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.support.builders import ses_event

ANN = "ann@example.com"


def test_who_was_disabled_for_two_is_enabled_by_staff_after_one_was_taken_back(stack: Stack) -> None:
    deals = a_business(stack, "deals")
    deals.send(30, complaints=2)
    eventually(deals.is_switched)
    eventually(lambda: deals.standing()["status"] == "disabled")
    second = stack.answer("complaint", "list", deals.id)["complaints"][-1]

    void = ("complaint", "void", deals.id, second["id"], "--reason", "An employee pressed the wrong button")
    said = stack.run(*void).stdout

    assert f"{second['id']} no longer counts" in said
    eventually(lambda: deals.standing()["window"]["complaints"] == 1)
    assert deals.standing()["status"] == "disabled"
    assert deals.told("complaint_voided", "complaint") == ["complaint", "complaint", "complaint_voided"]
    assert stack.answer("complaint", "list", deals.id)["complaints"][-1]["voided"]["reason"].startswith("An employee")
    again = stack.run(*void)
    assert (again.returncode, "is voided already" in again.stdout) == (2, True)
    assert deals.standing()["window"]["complaints"] == 1

    stack.answer("account", "enable", deals.id, "--reason", "One of them was ours")

    eventually(deals.can_log_in)


def reported(business: Business, kind: str, at: datetime) -> None:
    """Ann's mail company reports a mail to her."""
    sent = {"sent_at": at - timedelta(hours=1), "timestamp": at.isoformat(), "complaintFeedbackType": kind}
    event = ses_event("Complaint", f"m-{business.id}", caller=f"permille-{business.id}", recipients=[ANN], **sent)
    business.stack.client("sns").publish(TopicArn=business.stack.outputs["FeedbackTopicArn"], Message=json.dumps(event))


def test_a_recipient_who_says_that_it_was_not_spam_is_mailed_again(stack: Stack) -> None:
    bakery = a_business(stack, "bakery")
    now = datetime.now(UTC)
    reported(bakery, "abuse", now - timedelta(minutes=9))
    eventually(lambda: stack.answer("suppression", "list", bakery.id)["suppressions"])

    reported(bakery, "not-spam", now)

    eventually(lambda: bakery.told("unsuppressed") == ["unsuppressed"])
    assert stack.answer("suppression", "list", bakery.id)["suppressions"] == []
    assert bakery.standing()["window"]["complaints"] == 1
