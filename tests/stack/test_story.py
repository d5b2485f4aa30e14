"""The whole, from outside: mail goes in by SMTP, and what it leads to is seen by login, by command and by mail."""

import json
import smtplib

import pytest
from botocore.exceptions import ClientError
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually

DISABLED = "Your APWT SMTP account has been disabled due to poor sending reputation"


@pytest.fixture(scope="module")
def bakery(stack: Stack) -> Business:
    """One complaint, which is always kept."""
    business = a_business(stack, "bakery")
    business.send(30, complaints=1, subject="Rye on Friday", X_SES_MESSAGE_TAGS="campaign=november")
    eventually(business.mails)
    return business


@pytest.fixture(scope="module")
def deals(stack: Stack) -> Business:
    """Two complaints on far less than 2,000 delivered."""
    business = a_business(stack, "deals")
    business.send(30)
    eventually(lambda: business.standing()["window"]["delivered"] == 30)
    with business.session() as session:
        for _ in range(2):
            mail = business.a_mail()
            mail["X-Local-Complaint"] = "all"
            session.send_message(mail)
    eventually(business.login_is_refused)
    eventually(business.is_switched)
    return business


def test_two_complaints_within_a_thousand_cost_the_smtp_login(deals: Business) -> None:
    standing = deals.standing()

    assert deals.login_is_refused()
    assert (standing["status"], standing["strikes"]) == ("disabled", 1)
    assert (standing["window"]["complaints"], standing["allowance_left"]) == (2, 0)


def test_every_key_is_read_back_as_inactive_and_the_user_as_denied(deals: Business) -> None:
    [sender] = deals.standing()["senders"]

    assert sender["denied"]
    assert [key["status"] for key in sender["keys"]] == ["Inactive"]


def test_an_api_call_with_the_disabled_key_is_refused_too(deals: Business) -> None:
    ses = deals.stack.client("ses", deals.key, deals.secret)

    with pytest.raises(ClientError) as refused:
        ses.send_raw_email(Source=deals.address, RawMessage={"Data": deals.a_mail().as_bytes()})

    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_a_key_that_is_activated_by_hand_is_still_denied(deals: Business) -> None:
    iam, user = deals.stack.client("iam"), f"permille-{deals.id}"
    iam.update_access_key(UserName=user, AccessKeyId=deals.key, Status="Active")
    try:
        with deals.session() as session, pytest.raises(smtplib.SMTPDataError) as refused:
            session.send_message(deals.a_mail())
    finally:
        iam.update_access_key(UserName=user, AccessKeyId=deals.key, Status="Inactive")

    assert refused.value.smtp_code == 554
    assert "Access denied" in str(refused.value.smtp_error)


def test_one_complaint_leaves_the_credential_as_it_is(bakery: Business) -> None:
    bakery.send(1)
    standing = bakery.standing()

    assert not bakery.login_is_refused()
    assert (standing["status"], standing["window"]["complaints"]) == ("active", 1)


def test_an_api_call_with_an_active_key_still_works(bakery: Business) -> None:
    ses = bakery.stack.client("ses", bakery.key, bakery.secret)

    sent = ses.send_raw_email(Source=bakery.address, RawMessage={"Data": bakery.a_mail().as_bytes()})

    assert sent["MessageId"]


def test_the_timeline_tells_each_complaint_and_the_disabling_once(deals: Business) -> None:
    kinds = [entry["kind"] for entry in deals.timeline()]

    assert kinds.count("complaint") == 2
    assert kinds.count("disabled") == 1


def test_the_disabled_entry_is_the_record_of_the_decision(deals: Business) -> None:
    [record] = [entry for entry in deals.timeline() if entry["kind"] == "disabled"]

    facts = record["facts"]
    assert record["headline"] == DISABLED
    assert (facts["rule"], facts["complaints"], facts["window_days"], facts["policy"]) == (
        "complaint_ratio",
        2,
        45,
        "default",
    )
    assert facts["delivered"] == sum(day["delivered"] for day in facts["days"]) >= 30
    assert len(facts["complaint_identities"]) == 2


def test_the_owner_reads_of_the_disabling_by_mail_once(deals: Business) -> None:
    notices = eventually(lambda: [mail for mail in deals.mails() if mail["Subject"] == DISABLED])

    body = notices[0].get_body(("plain",))
    assert len(notices) == 1
    assert body is not None
    assert "2 complaints in" in body.get_content()
    assert notices[0]["Auto-Submitted"] == "auto-generated"


def test_the_owner_is_alerted_to_a_single_complaint(bakery: Business) -> None:
    [alert] = bakery.mails()

    body = alert.get_body(("plain",))
    assert "marked your e-mail as spam" in alert["Subject"]
    assert body is not None
    assert '"Rye on Friday" (campaign november)' in body.get_content()


def test_a_sender_who_leaves_out_the_configuration_set_is_counted(stack: Stack) -> None:
    business = a_business(stack)

    business.send(3)

    eventually(lambda: business.standing()["window"]["delivered"] == 3)


def test_the_schedule_finds_what_the_stream_missed(stack: Stack) -> None:
    business = a_business(stack)
    accounts, table = stack.client("dynamodb"), stack.outputs["AccountsTable"]
    accounts.update_item(
        TableName=table,
        Key={"account_id": {"S": business.id}},
        UpdateExpression="SET #s = :s, due = :due, due_at = :at ADD revision :one, switch_generation :one",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={
            ":s": {"S": "disabled"},
            ":due": {"S": "due"},
            ":at": {"S": "2026-01-01T00:00:00.000000+00:00"},
            ":one": {"N": "1"},
        },
    )

    tick = stack.run("local", "tick", "--json")

    assert json.loads(tick.stdout)["failed"] == 0
    assert business.login_is_refused()


def test_a_switch_is_believed_when_iam_was_read_back_half_a_minute_later(deals: Business, ahead: Stack) -> None:
    eventually(deals.is_read_back)


def test_timeline_entries_arrive_on_the_bus(stack: Stack) -> None:
    sqs, events = stack.client("sqs"), stack.client("events")
    url = sqs.create_queue(QueueName="host-platform")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = {"Name": "all", "EventBusName": stack.outputs["TimelineBusName"]}
    events.put_rule(**rule, EventPattern=json.dumps({"source": ["permille"]}))
    events.put_targets(Rule=rule["Name"], EventBusName=rule["EventBusName"], Targets=[{"Id": "q", "Arn": arn}])

    business = a_business(stack)

    def of_this_business() -> list[dict[str, str]]:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        details = [json.loads(message["Body"])["detail"] for message in received]
        return [detail for detail in details if detail["account_id"] == business.id]

    [created] = eventually(of_this_business)
    assert created["kind"] == "created"
