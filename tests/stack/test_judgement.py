"""The switch and the brakes on the deployed stack, under enforced IAM, by mail over SMTP and the operator's command."""

import json
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, a_new_function_worker, eventually
from tests.support.builders import ses_event, sns_record

from permille.domain.rules.backlog import HOLD_AT_MOST


@pytest.fixture
def business(stack: Stack) -> Business:
    return a_business(stack)


def tick(stack: Stack) -> Any:
    return stack.answer("local", "tick")


def kinds(business: Business) -> list[str]:
    return [entry["kind"] for entry in business.timeline()]


def can_log_in(business: Business) -> bool:
    try:
        business.session().quit()
    except smtplib.SMTPException:
        return False
    return True


# ---------------------------------------------------------------- the record


def test_a_disabling_is_explained_by_the_same_counts_that_the_tables_have(business: Business, stack: Stack) -> None:
    business.send(20)
    eventually(lambda: business.standing()["window"]["delivered"] == 20)
    business.send(1, complaints=1)
    eventually(lambda: "alert" in kinds(business) and business.standing()["window"]["delivered"] == 21)
    _a_complaint_comes_another_way(business, stack)
    eventually(business.login_is_refused)

    explained = stack.answer("account", "explain", business.id)

    record = explained["decided"]
    rows = stack.client("dynamodb").query(
        TableName=stack.outputs["TalliesTable"],
        KeyConditionExpression="account_id = :id",
        ExpressionAttributeValues={":id": {"S": business.id}},
    )["Items"]
    names = ("delivered", "complaints", "bounces")
    sums = {name: sum(int(row[name]["N"]) for row in rows) for name in names}
    assert {name: sum(day[name] for day in record["days"]) for name in names} == sums
    assert (record["delivered"], record["complaints"]) == (sums["delivered"], 2)
    cards = stack.client("dynamodb").query(
        TableName=stack.outputs["ComplaintsTable"],
        KeyConditionExpression="account_id = :id",
        ExpressionAttributeValues={":id": {"S": business.id}},
    )["Items"]
    assert sorted(record["complaint_identities"]) == sorted(card["identity"]["S"] for card in cards)
    assert (record["rule"], record["policy"], record["rules"]["window_days"]) == ("complaint_ratio", "default", 45)
    told = "\n".join(explained["lines"])
    assert f"2 complaints are at least 2, and 2 x 1,000 = 2,000 is more than 1 x {sums['delivered']}" in told


def test_an_account_that_is_kept_is_explained_too(business: Business, stack: Stack) -> None:
    business.send(3)

    lines = eventually(lambda: _explained_with(stack, business, "3 delivered e-mails"))

    assert f"{business.id} is active." in lines[0]
    assert "No rule is broken." in lines


def _explained_with(stack: Stack, business: Business, words: str) -> list[str]:
    lines: list[str] = stack.answer("account", "explain", business.id)["lines"]
    return lines if any(words in line for line in lines) else []


# ---------------------------------------------------------------- support


def test_support_takes_the_credential_and_gives_it_back_within_seconds(business: Business, stack: Stack) -> None:
    disabled = stack.answer("account", "disable", business.id, "--reason", "The invoice is unpaid")
    assert (disabled["status"], disabled["in_sync"]) == ("disabled", False)
    eventually(business.login_is_refused)

    enabled = stack.answer("account", "enable", business.id, "--reason", "It is paid")
    assert (enabled["status"], enabled["epoch"]) == ("active", 2)
    eventually(lambda: can_log_in(business))
    eventually(business.is_switched)

    told = {entry["kind"]: entry for entry in business.timeline()}
    assert told["staff_disabled"]["sentence"] == "Support wrote: “The invoice is unpaid.”"
    assert told["staff_enabled"]["facts"]["by"].startswith("arn:aws:iam::")
    eventually(lambda: len(business.mails()) == 2)
    assert sorted(mail["Subject"] for mail in business.mails()) == [
        "Your APWT SMTP account has been disabled by APWT Support",
        "Your APWT SMTP account works again",
    ]


def test_old_complaints_do_not_come_back_after_support_has_enabled_it(business: Business, stack: Stack) -> None:
    business.send(5, complaints=2)
    eventually(business.login_is_refused)

    stack.answer("account", "enable", business.id, "--reason", "They cleaned their list")
    eventually(lambda: can_log_in(business))
    business.send(1, complaints=1)
    eventually(lambda: kinds(business).count("complaint") == 3)
    tick(stack)

    assert business.standing()["status"] == "active"
    assert business.standing()["window"]["complaints"] == 1


def test_an_exempt_account_is_told_of_and_not_disabled(business: Business, stack: Stack) -> None:
    until = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    stack.answer("account", "exempt", business.id, "--until", until, "--reason", "A partner, we talk to them")

    business.send(3, complaints=2)
    eventually(lambda: "would_disable" in kinds(business))
    assert can_log_in(business)

    stack.answer("account", "unexempt", business.id, "--reason", "They did not listen")
    tick(stack)
    eventually(business.login_is_refused)


# ---------------------------------------------------------------- drift


def test_a_key_that_is_activated_by_hand_is_found_by_the_sweep_and_deactivated_again(
    business: Business, stack: Stack
) -> None:
    stack.answer("account", "disable", business.id, "--reason", "They spam")
    eventually(business.login_is_refused)
    eventually(business.is_read_back)
    iam, user = stack.client("iam"), f"permille-{business.id}"
    iam.update_access_key(UserName=user, AccessKeyId=business.key, Status="Active")
    second = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]

    def statuses() -> dict[str, str]:
        keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
        return {key["AccessKeyId"]: key["Status"] for key in keys}

    _an_hour_is_over(stack)
    tick(stack)  # unless the run of the minute was faster

    eventually(lambda: statuses() == {business.key: "Inactive", second: "Inactive"})
    (drift,) = eventually(lambda: [entry for entry in business.timeline() if entry["kind"] == "drift"])
    assert {(one["what"], one["access_key_id"]) for one in drift["facts"]["found"]} == {
        ("active", business.key),
        ("active", second),
    }


def test_who_is_denied_by_hand_stays_so_and_is_told_off_until_support_enables_it(
    business: Business, stack: Stack
) -> None:
    user, group = f"permille-{business.id}", stack.outputs["DenyGroupName"]
    business.send(3, complaints=1)
    eventually(lambda: business.standing()["window"]["complaints"] == 1)
    stack.client("iam").add_user_to_group(GroupName=group, UserName=user)

    for _ in range(2):
        _an_hour_is_over(stack)
        tick(stack)

    assert [one["GroupName"] for one in stack.client("iam").list_groups_for_user(UserName=user)["Groups"]] == [group]
    assert kinds(business).count("denied_by_hand") == 1
    assert "drift" not in kinds(business)
    shown = stack.answer("account", "show", business.id)
    assert [shown[name] for name in ("status", "in_sync", "denied_by_hand", "may_send")] == [
        *("active", True, True, False)
    ]
    route = stack.answer("route", business.id)
    assert (route["may_send"], route["via"]) == (False, None)
    assert route["why"].endswith("SMTP account by hand")

    enabled = stack.answer("account", "enable", business.id, "--reason", "It is safe again")

    assert (enabled["denied_by_hand"], enabled["epoch"]) == (False, 1)
    eventually(lambda: stack.client("iam").list_groups_for_user(UserName=user)["Groups"] == [])
    business.send(1)
    eventually(lambda: business.standing()["window"]["delivered"] == 4)
    assert business.standing()["window"]["complaints"] == 1
    (lifted,) = [entry for entry in business.timeline() if entry["kind"] == "deny_lifted"]
    assert lifted["facts"]["senders"] == [user]


def _an_hour_is_over(stack: Stack) -> None:
    """As the sweep sees it."""
    stack.client("dynamodb").delete_item(TableName=stack.outputs["ControlTable"], Key={"name": {"S": "sweep"}})


# ---------------------------------------------------------------- the hold


def test_while_feedback_waits_a_ratio_is_not_acted_on_but_for_no_longer_than_two_minutes(
    business: Business, ahead: Stack
) -> None:
    stack = ahead
    business.send(3, complaints=1)
    eventually(lambda: kinds(business).count("complaint") == 1)
    sqs, queue = stack.client("sqs"), stack.outputs["FeedbackQueueUrl"]

    with _paused_queue(stack):
        for _ in range(250):
            batch = [{"Id": str(n), "MessageBody": json.dumps({"eventType": "Send"})} for n in range(10)]
            sqs.send_message_batch(QueueUrl=queue, Entries=batch)
        _a_complaint_comes_another_way(business, stack)
        eventually(lambda: "held" in kinds(business))
        tick(stack)
        assert can_log_in(business)
        assert kinds(business).count("held") == 1
        assert business.standing()["hold_reason"] == "feedback"

        later = datetime.now(UTC) + HOLD_AT_MOST
        stack.answer("local", "tick", "--at", later.isoformat())
        eventually(business.login_is_refused)
        sqs.purge_queue(QueueUrl=queue)


@contextmanager
def _paused_queue(stack: Stack) -> Iterator[None]:
    functions = stack.client("lambda")
    mappings = functions.list_event_source_mappings(FunctionName=stack.outputs["IngestFunctionName"])
    (mapping,) = mappings["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _a_complaint_comes_another_way(business: Business, stack: Stack) -> None:
    now = datetime.now(UTC)
    event = {"Records": [sns_record(ses_event("Complaint", "m-2", caller=f"permille-{business.id}", sent_at=now))]}
    answer = stack.client("lambda").invoke(
        FunctionName=stack.outputs["IngestFunctionName"], Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


# ---------------------------------------------------------------- the breaker


def test_the_breaker_opens_and_a_person_resets_it(stack: Stack) -> None:
    shops = [a_business(stack, "spam") for _ in range(2)]
    hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
    full = {"name": {"S": f"breaker#{hour}"}, "passed": {"N": "1000000"}}
    stack.client("dynamodb").put_item(TableName=stack.outputs["ControlTable"], Item=full)
    try:
        for shop in shops:
            shop.send(2, complaints=2)
        eventually(lambda: all(shop.standing()["hold_reason"] == "breaker" for shop in shops))
        shown = stack.answer("breaker", "show")
        assert shown["open"]
        assert {shop.id for shop in shops} <= {one["account_id"] for one in shown["held"]}
        told = stack.answer("timeline", "--system")["entries"]
        opened = [entry["facts"]["account_id"] for entry in told if entry["kind"] == "breaker_opened"]
        assert len(opened) == 1
        assert opened[0] in {shop.id for shop in shops}
        assert all(can_log_in(shop) for shop in shops)

        let = shops.pop()
        done = stack.answer("breaker", "release", let.id, "--reason", "This one really spams")
        assert done == {"decided": [let.id], "refused": {}}
        eventually(let.login_is_refused)
        assert can_log_in(shops[0])
        assert stack.answer("breaker", "show")["open"]

        reset = stack.answer("breaker", "reset", "--reason", "They really spam", "--allow", "2")
        assert not reset["open"]
        assert reset["last_reset"]["reason"] == "They really spam"
        tick(stack)
        for shop in shops:
            eventually(shop.login_is_refused)
    finally:
        stack.client("dynamodb").delete_item(TableName=stack.outputs["ControlTable"], Key={"name": full["name"]})


# ---------------------------------------------------------------- the policy


def test_a_policy_is_tried_set_judged_by_and_taken_back(business: Business, stack: Stack, tmp_path: Path) -> None:
    business.send(3, complaints=1)
    eventually(lambda: "alert" in kinds(business))
    strict = tmp_path / "strict.json"
    strict.write_text('{"complaint_ratio": {"complaints_at_least": 1}}', encoding="utf-8")

    tried = stack.answer("policy", "try", str(strict))["preview"]["would_disable"]
    assert business.id in [account["account_id"] for account in tried]
    assert stack.answer("policy", "show")["policy"]["id"] == "default"

    changed = stack.answer("policy", "set", str(strict), "--yes")["policy"]["id"]
    try:
        shown = stack.answer("policy", "show")
        assert (shown["is_set"], shown["policy"]["id"]) == (True, changed)
        a_new_function_worker(stack)  # which has not read a policy within the last minute
        tick(stack)
        eventually(business.login_is_refused)
        assert stack.answer("account", "explain", business.id)["decided"]["policy"] == changed
    finally:
        would_have_kept = stack.answer("policy", "revert", "--yes")["preview"]["would_have_kept"]
        a_new_function_worker(stack)
        tick(stack)
    assert business.id in [account["account_id"] for account in would_have_kept]
    told = stack.answer("policy", "history")
    assert (told["in_force"]["id"], told["is_recorded"]) == ("default", True)
    assert [entry["policy"] for entry in told["entries"][:2]] == ["default", changed]


def test_a_policy_that_cannot_be_understood_holds_all_verdicts(business: Business, stack: Stack) -> None:
    ssm, name = stack.client("ssm"), stack.outputs["PolicyParameterName"]
    ssm.put_parameter(Name=name, Value="{", Type="String", Overwrite=True)
    a_new_function_worker(stack)
    try:
        business.send(3, complaints=2)
        eventually(lambda: kinds(business).count("complaint") == 2)
        tick(stack)
        assert can_log_in(business)
        shown = stack.run("policy", "show")
        assert shown.returncode == 2
        assert "no account is judged" in shown.stderr
    finally:
        ssm.delete_parameter(Name=name)
    tick(stack)
    eventually(business.login_is_refused)
