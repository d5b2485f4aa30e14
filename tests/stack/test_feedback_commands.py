"""What becomes of feedback that counts for nobody: quarantined, replayed, dropped, ignored."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.stack.accounts import a_business
from tests.stack.conftest import Stack, eventually

COMPLAINT = Path(__file__).parents[2] / "events" / "ingest-complaint.json"


def _complaint(caller: str, to: str = "", **tags: str) -> str:
    """A complaint about mail that `caller` sent, as event publishing tells it. `to`: the only one whom it went to."""
    event = json.loads(json.loads(COMPLAINT.read_text(encoding="utf-8"))["Records"][0]["body"])
    event["mail"]["messageId"] = f"0100-{uuid.uuid4()}"
    event["mail"]["tags"] |= {"ses:caller-identity": [caller]} | {name: [value] for name, value in tags.items()}
    if to:
        event["mail"]["destination"] = [to]
        event["complaint"]["complainedRecipients"] = [{"emailAddress": to}]
    return json.dumps(event)


def _publish(stack: Stack, body: str) -> None:
    stack.client("sns").publish(TopicArn=stack.outputs["FeedbackTopicArn"], Message=body)


def _groups(stack: Stack, caller: str) -> list[dict[str, Any]]:
    listed = json.loads(stack.run("quarantine", "list", "--json").stdout)
    return [group for group in listed["groups"] if group["sender"] == caller]


def _a_caller() -> str:
    return f"permille-late-{uuid.uuid4().hex[:6]}"


@pytest.fixture
def caller(stack: Stack) -> str:
    """One that no account owns yet, with two complaints in quarantine."""
    name = _a_caller()
    for _ in range(2):
        _publish(stack, _complaint(name))
    eventually(lambda: _groups(stack, name) and _groups(stack, name)[0]["count"] == 2)
    return name


def test_what_nobody_owns_is_listed_by_reason_and_caller(stack: Stack, caller: str) -> None:
    [group] = _groups(stack, caller)

    words = stack.run("quarantine", "list").stdout
    assert group["reason"] == "unattributed: the sender belongs to no account"
    assert caller in words


def test_a_body_is_shown_as_it_came(stack: Stack, caller: str) -> None:
    [group] = _groups(stack, caller)

    shown = json.loads(stack.run("quarantine", "show", group["ids"][0][:12], "--json").stdout)

    assert json.loads(shown["body"])["mail"]["tags"]["ses:caller-identity"] == [caller]


def test_what_is_replayed_counts_once_for_whoever_owns_it_now(stack: Stack, caller: str) -> None:
    account_id = f"late-{uuid.uuid4().hex[:6]}"
    ours = f"arn:aws:ses:{stack.region}:{stack.account_id}:configuration-set/permille"
    may = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": ours}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    stack.client("iam").create_user(UserName=caller)
    stack.client("iam").put_user_policy(UserName=caller, PolicyName="sending", PolicyDocument=document)
    options = ["--owner-email", "owner@late.example", "--identity", f"{account_id}.example", "--sender", caller]
    assert stack.run("account", "add", account_id, *options).returncode == 0

    replayed = json.loads(stack.run("quarantine", "replay", "--sender", caller, "--json").stdout)

    assert (replayed["replayed"], len(replayed["ids"])) == (2, 2)
    assert _groups(stack, caller) == []

    def complaints() -> int:
        standing = json.loads(stack.run("account", "show", account_id, "--json").stdout)
        return int(standing["window"]["complaints"])

    eventually(lambda: complaints() == 2)


def test_what_is_dropped_is_gone(stack: Stack, caller: str) -> None:
    dropped = stack.run("quarantine", "drop", "--sender", caller, "--yes")

    assert dropped.stdout == "2 dropped.\n"
    assert _groups(stack, caller) == []


def test_a_dead_letter_is_put_back_and_counted(stack: Stack) -> None:
    business = a_business(stack)
    sender = f"permille-{business.id}"
    dead_letters = stack.outputs["FeedbackDeadLetterQueueUrl"]
    stack.client("sqs").send_message(QueueUrl=dead_letters, MessageBody=_complaint(sender))

    assert stack.answer("feedback", "redrive") == {"put_back": 1}

    eventually(lambda: business.standing()["window"]["complaints"] == 1)
    assert stack.answer("feedback", "redrive") == {"put_back": 0}


def test_feedback_about_an_ignored_callers_mail_is_dropped(stack: Stack) -> None:
    name, seen = _a_caller(), _a_caller()
    ignored = stack.run("sender", "ignore", name, "--reason", "our own newsletter", "--yes", "--json")

    _publish(stack, _complaint(name))
    _publish(stack, _complaint(seen))

    assert json.loads(ignored.stdout)["reason"] == "our own newsletter"
    eventually(lambda: _groups(stack, seen))
    assert _groups(stack, name) == []


def test_an_owners_address_that_complains_is_marked_for_staff(stack: Stack) -> None:
    business = a_business(stack)
    notify = stack.client("lambda").get_function_configuration(FunctionName=stack.outputs["NotifyFunctionName"])
    role = notify["Role"].rsplit("/", 1)[-1]

    body = _complaint(role, business.owner, **{"permille-account": business.id})
    for _ in range(2):
        _publish(stack, body)

    eventually(lambda: business.standing()["owner_mail"] == "complained")
    assert [entry["audience"] for entry in business.timeline() if entry["kind"] == "owner_mail"] == ["staff"]
    assert business.standing()["window"]["complaints"] == 0
