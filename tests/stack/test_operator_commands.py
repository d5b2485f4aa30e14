"""The operator's command against the deployed stack: what it makes, what it refuses, and how it says so."""

import json
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.stack.accounts import a_business
from tests.stack.conftest import Stack, permille

ADD = ("account", "add")


def _id() -> str:
    return f"acct-{uuid.uuid4().hex[:6]}"


def _options(account_id: str, **changed: str) -> list[str]:
    options = {"owner-email": f"owner@{account_id}.example", "identity": f"{account_id}.example"}
    options |= {name.replace("_", "-"): value for name, value in changed.items()}
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _one_line(ended: subprocess.CompletedProcess[str], status: int) -> str:
    """What a refusal says, after seeing that it is one line on stderr and nothing else."""
    assert ended.returncode == status, ended.stderr
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("permille: ")
    return ended.stderr


# ---------------------------------------------------------------- adding


def test_add_prints_the_smtp_credential_and_the_secret_key_only_when_asked(stack: Stack) -> None:
    account_id = _id()

    added = json.loads(stack.run(*ADD, account_id, *_options(account_id), "--json").stdout)

    assert (added["account_id"], added["sender"]) == (account_id, f"permille-{account_id}")
    assert added["smtp"]["username"] == added["access_key_id"]
    assert (added["smtp"]["host"], added["smtp"]["port"]) == (stack.smtp.host, stack.smtp.port)
    assert "secret_access_key" not in added


def test_the_user_may_send_from_its_identities_through_our_set_alone(stack: Stack) -> None:
    business = a_business(stack)

    policy = stack.client("iam").get_user_policy(UserName=f"permille-{business.id}", PolicyName="permille-send")

    through, to_anybody = policy["PolicyDocument"]["Statement"]
    prefix = f"arn:aws:ses:{stack.region}:{stack.account_id}"
    addresses = [f"*@{business.id}.example"]
    own = {"ses:FromAddress": addresses, "ses:FeedbackAddress": addresses}
    assert {through["Action"], to_anybody["Action"]} == {"ses:SendRawEmail"}
    assert (to_anybody["Resource"], to_anybody["Condition"]) == (f"{prefix}:identity/*", {"StringLike": own})
    assert through["Resource"] == [f"{prefix}:configuration-set/permille", f"{prefix}:identity/{business.id}.example"]


def test_our_configuration_set_becomes_the_identitys_default(stack: Stack) -> None:
    account_id, sesv2 = _id(), stack.client("sesv2")
    sesv2.create_email_identity(EmailIdentity=f"{account_id}.example")

    stack.run(*ADD, account_id, *_options(account_id))

    identity = sesv2.get_email_identity(EmailIdentity=f"{account_id}.example")
    assert identity["ConfigurationSetName"] == stack.outputs["ConfigurationSetName"]


def test_an_identity_that_ses_does_not_know_is_made_and_its_records_are_told(stack: Stack) -> None:
    account_id = _id()

    added = json.loads(stack.run(*ADD, account_id, *_options(account_id), "--json").stdout)

    assert all(record["name"].endswith(f"_domainkey.{account_id}.example") for record in added["records_to_publish"])


# ---------------------------------------------------------------- adopting


@pytest.fixture
def user(stack: Stack) -> str:
    name = f"permille-old-{uuid.uuid4().hex[:6]}"
    stack.client("iam").create_user(UserName=name)
    return name


def _may_send(stack: Stack, user: str, *resources: str) -> None:
    statement = {"Effect": "Allow", "Action": "ses:Send*", "Resource": list(resources)}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    stack.client("iam").put_user_policy(UserName=user, PolicyName="sending", PolicyDocument=document)


def _ses(stack: Stack, resource: str) -> str:
    return f"arn:aws:ses:{stack.region}:{stack.account_id}:{resource}"


def test_a_user_that_sends_through_the_accounts_identities_alone_is_adopted(stack: Stack, user: str) -> None:
    account_id = _id()
    _may_send(stack, user, _ses(stack, f"identity/{account_id}.example"), _ses(stack, "configuration-set/permille"))

    added = stack.run(*ADD, account_id, *_options(account_id), "--sender", user, "--json")

    data = json.loads(added.stdout)
    assert (data["sender"], data["access_key_id"]) == (user, None)


def test_a_user_that_may_send_through_a_group_is_refused(stack: Stack, user: str) -> None:
    account_id, iam, group = _id(), stack.client("iam"), f"group-{user}"
    statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="wide", PolicyDocument=document)
    iam.add_user_to_group(GroupName=group, UserName=user)

    refused = _one_line(stack.run(*ADD, account_id, *_options(account_id), "--sender", user), 2)

    assert f"policy wide of group {group}, statement 1: it may send through *" in refused


# ---------------------------------------------------------------- looking


def test_show_answers_with_the_standing_and_the_senders_as_iam_has_them(stack: Stack) -> None:
    business = a_business(stack)

    standing: dict[str, Any] = business.standing()

    assert standing["account_id"] == business.id
    assert (standing["status"], standing["in_sync"], standing["epoch"]) == ("active", True, 1)
    assert standing["window"] | {"days": 45, "delivered": 0, "complaints": 0, "bounces": 0} == standing["window"]
    assert (standing["limit_per_1000"], standing["allowance_left"]) == (1, 1)
    assert (standing["review"], standing["trial"]) == (None, None)
    [sender] = standing["senders"]
    assert (sender["sender"], sender["denied"]) == (f"permille-{business.id}", False)
    assert sender["keys"] == [{"access_key_id": business.key, "status": "Active"}]


def test_list_names_the_account_and_people_get_a_table(stack: Stack) -> None:
    business = a_business(stack)

    listed = json.loads(stack.run("account", "list", "--json").stdout)
    table = stack.run("account", "list").stdout

    assert business.id in [account["account_id"] for account in listed["accounts"]]
    assert business.id in table


def test_the_timeline_tells_in_words_what_json_tells_in_facts(stack: Stack) -> None:
    business = a_business(stack)

    words = stack.run("timeline", business.id).stdout
    [created] = business.timeline()

    assert created["headline"] in words
    assert created["kind"] == "created"


def test_a_stack_that_is_not_there_is_wrong_input(stack: Stack) -> None:
    assert "there is no stack nowhere" in _one_line(stack.run("account", "list", "--stack", "nowhere"), 2)


def test_without_a_region_nothing_is_asked(stack: Stack) -> None:
    env = {name: value for name, value in stack.env.items() if name != "AWS_DEFAULT_REGION"}

    assert "no AWS region is set" in _one_line(permille("account", "list", env=env), 1)


def test_where_nobody_answers_the_command_fails_in_one_line(stack: Stack) -> None:
    env = stack.env | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    assert "http://127.0.0.1:9" in _one_line(permille("account", "list", env=env), 1)


# ---------------------------------------------------------------- deciding


def test_support_cancels_an_agreed_day_and_the_owner_withdraws_a_request(stack: Stack) -> None:
    business = a_business(stack)
    day = str((datetime.now(UTC) + timedelta(days=5)).date())
    request = ("review", "request", business.id, "--day", day, "--batch", "800", "--cause", "x", "--change", "y")
    stack.answer("account", "disable", business.id, "--reason", "They asked us to")

    stack.answer(*request)
    stack.answer("review", "approve", business.id, "--day", day)
    stack.answer("review", "cancel", business.id, "--reason", "It was the wrong account")
    stack.answer(*request)
    withdrawn = stack.answer("review", "withdraw", business.id)

    assert (withdrawn["review"]["state"], withdrawn["trial"]) == ("withdrawn", None)
    kinds = ("review_requested", "review_approved", "trial_cancelled", "review_withdrawn")
    assert business.told(*kinds) == [*kinds[:3], "review_requested", "review_withdrawn"]
    refused = stack.run("review", "confirm", business.id)
    assert "has no trial that waits to be confirmed" in _one_line(refused, 2)
