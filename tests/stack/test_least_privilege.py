"""Each function can do what it needs, which the other tests show, and no more, which is tried here."""

from collections.abc import Callable
from smtplib import SMTPDataError
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.stack.accounts import a_business
from tests.stack.conftest import Stack
from tests.stack.sending import a_mail, refusal_of, submit

Attempt = Callable[[Stack, Callable[[str], Any]], Any]


def _a_row(table: str) -> Attempt:
    return lambda stack, client: client("dynamodb").scan(TableName=stack.outputs[table])


def _a_mail(_: Stack, client: Callable[[str], Any], sender: str = "someone@elsewhere.example") -> Any:
    return client("ses").send_raw_email(
        Source=sender,
        Destinations=["a@inbox.example"],
        RawMessage={"Data": f"From: {sender}\r\nTo: a@inbox.example\r\n\r\nx".encode()},
    )


def _a_mail_as_the_platform(stack: Stack, client: Callable[[str], Any]) -> Any:
    """By the same identity, from another address."""
    return _a_mail(stack, client, "invoices@apwt.example")


def _another_user(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("iam").list_access_keys(UserName="the-operator")


def _a_policy(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("iam").put_user_policy(UserName="permille-x", PolicyName="p", PolicyDocument="{}")


def _another_group(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("iam").add_user_to_group(GroupName="administrators", UserName="the-operator")


def _a_new_key(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("iam").create_access_key(UserName="permille-x")


def _a_tally(stack: Stack, client: Callable[[str], Any]) -> Any:
    key = {"account_id": {"S": "x"}, "day_epoch_shard": {"S": "x"}}
    return client("dynamodb").delete_item(TableName=stack.outputs["TalliesTable"], Key=key)


def _feedback(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("sns").publish(TopicArn=stack.outputs["FeedbackTopicArn"], Message="{}")


def _a_flip(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("iam").update_access_key(UserName="permille-x", AccessKeyId="AKIAXXXXXXXXXXXXXXXX", Status="Active")


def _out_of_the_group(stack: Stack, client: Callable[[str], Any]) -> Any:
    group = stack.outputs["DenyGroupName"]
    return client("iam").remove_user_from_group(GroupName=group, UserName="permille-x")


def _a_table_gone(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").delete_table(TableName=stack.outputs["AccountsTable"])


def _a_count(stack: Stack, client: Callable[[str], Any]) -> Any:
    key = {"account_id": {"S": "x"}, "day_epoch_shard": {"S": "x"}}
    return client("dynamodb").put_item(TableName=stack.outputs["TalliesTable"], Item=key)


def _a_history_gone(stack: Stack, client: Callable[[str], Any]) -> Any:
    key = {"account_id": {"S": "x"}, "entry_id": {"S": "x"}}
    return client("dynamodb").delete_item(TableName=stack.outputs["TimelineTable"], Key=key)


def _an_account_written_over(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").put_item(TableName=stack.outputs["AccountsTable"], Item={"account_id": {"S": "x"}})


def _an_account_read(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").get_item(TableName=stack.outputs["AccountsTable"], Key={"account_id": {"S": "x"}})


def _an_account_changed(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").update_item(
        TableName=stack.outputs["AccountsTable"],
        Key={"account_id": {"S": "x"}},
        UpdateExpression="SET owner_email = :mine",
        ExpressionAttributeValues={":mine": {"S": "me@elsewhere.example"}},
    )


def _an_entry(stack: Stack, client: Callable[[str], Any]) -> Any:
    item = {"account_id": {"S": "x"}, "entry_id": {"S": "x"}}
    return client("dynamodb").put_item(TableName=stack.outputs["TimelineTable"], Item=item)


def _a_transaction(stack: Stack, client: Callable[[str], Any]) -> Any:
    """Each of its items is asked about: one that is allowed opens the door to no other."""
    key = {"account_id": {"S": "x"}, "entry_id": {"S": "x"}}
    seen = {"identity": {"S": "x"}, "expires_at": {"N": "1"}}
    return client("dynamodb").transact_write_items(
        TransactItems=[
            {"Put": {"TableName": stack.outputs["SeenTable"], "Item": seen}},
            {"Delete": {"TableName": stack.outputs["TimelineTable"], "Key": key}},
        ]
    )


def _another_bus(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("events").put_events(Entries=[{"Source": "permille", "DetailType": "x", "Detail": "{}"}])


def _a_link(key: str) -> Attempt:
    return lambda stack, client: client("kms").generate_mac(
        KeyId=stack.outputs[key], MacAlgorithm="HMAC_SHA_256", Message=b"x"
    )


def _an_owners_link(stack: Stack, client: Callable[[str], Any]) -> Any:
    key = stack.outputs["OwnerLinkKeyArn"]
    return client("kms").verify_mac(KeyId=key, MacAlgorithm="HMAC_SHA_256", Message=b"x", Mac=b"x" * 32)


def _a_breaker_reset(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").update_item(TableName=stack.outputs["ControlTable"], Key={"name": {"S": "breaker"}})


def _keys_of_a_user(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("iam").list_access_keys(UserName="permille-x")


def _support_waits_for(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").query(
        TableName=stack.outputs["AccountsTable"],
        IndexName="reviews",
        KeyConditionExpression="asks = :asks",
        ExpressionAttributeValues={":asks": {"S": "asks"}},
    )


def _waiting_feedback(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("sqs").receive_message(QueueUrl=stack.outputs["FeedbackQueueUrl"])


def _whoever_is_due(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("dynamodb").query(
        TableName=stack.outputs["AccountsTable"],
        IndexName="due",
        KeyConditionExpression="due = :due",
        ExpressionAttributeValues={":due": {"S": "due"}},
    )


def _a_new_policy(stack: Stack, client: Callable[[str], Any]) -> Any:
    name = stack.outputs["PolicyParameterName"]
    return client("ssm").put_parameter(Name=name, Value="{}", Type="String", Overwrite=True)


def _an_event_to_post(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("sqs").send_message(QueueUrl=stack.outputs["WebhookQueueUrl"], MessageBody="{}")


def _signing_secrets(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("ssm").get_parameter(Name=stack.outputs["WebhookSecretsParameterName"], WithDecryption=True)


def _another_signing_secret(stack: Stack, client: Callable[[str], Any]) -> Any:
    name = stack.outputs["WebhookSecretsParameterName"]
    return client("ssm").put_parameter(Name=name, Value="{}", Type="SecureString", Overwrite=True)


def _the_policy(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("ssm").get_parameter(Name=stack.outputs["PolicyParameterName"])


def _an_endpoint(stack: Stack, client: Callable[[str], Any]) -> Any:
    item = {"name": {"S": "webhook"}, "url": {"S": "https://elsewhere.example"}}
    return client("dynamodb").put_item(TableName=stack.outputs["ControlTable"], Item=item)


FORBIDDEN: list[tuple[str, Attempt]] = [
    ("IngestFunctionName", _a_row("AccountsTable")),
    ("IngestFunctionName", _another_user),
    ("IngestFunctionName", _a_mail),
    ("IngestFunctionName", _a_tally),
    ("IngestFunctionName", _an_account_read),
    ("IngestFunctionName", _an_account_written_over),
    ("IngestFunctionName", _a_history_gone),
    ("IngestFunctionName", _a_transaction),
    ("IngestFunctionName", _a_link("OwnerLinkKeyArn")),
    ("EnforceFunctionName", _another_user),
    ("EnforceFunctionName", _a_policy),
    ("EnforceFunctionName", _another_group),
    ("EnforceFunctionName", _a_new_key),
    ("EnforceFunctionName", _a_tally),
    ("EnforceFunctionName", _a_row("QuarantineTable")),
    ("EnforceFunctionName", _a_mail),
    ("EnforceFunctionName", _an_account_written_over),
    ("EnforceFunctionName", _a_history_gone),
    ("EnforceFunctionName", _a_link("OwnerLinkKeyArn")),
    ("NotifyFunctionName", _a_mail),
    ("NotifyFunctionName", _a_mail_as_the_platform),
    ("NotifyFunctionName", _an_account_changed),
    ("NotifyFunctionName", _an_entry),
    ("NotifyFunctionName", _a_history_gone),
    ("NotifyFunctionName", _another_bus),
    ("NotifyFunctionName", _a_link("StaffLinkKeyArn")),
    ("NotifyFunctionName", _waiting_feedback),
    ("NotifyFunctionName", _another_user),
    ("NotifyFunctionName", _a_row("AccountsTable")),
    ("NotifyFunctionName", _feedback),
    ("NotifyFunctionName", _signing_secrets),
    ("NotifyFunctionName", _an_endpoint),
    ("WebhookFunctionName", _an_account_read),
    ("WebhookFunctionName", _a_row("ControlTable")),
    ("WebhookFunctionName", _an_entry),
    ("WebhookFunctionName", _an_endpoint),
    ("WebhookFunctionName", _an_event_to_post),
    ("WebhookFunctionName", _waiting_feedback),
    ("WebhookFunctionName", _another_signing_secret),
    ("WebhookFunctionName", _the_policy),
    ("WebhookFunctionName", _a_mail_as_the_platform),
    ("WebhookFunctionName", _another_bus),
    ("WebhookFunctionName", _a_link("OwnerLinkKeyArn")),
    ("WebhookFunctionName", _feedback),
    ("WebhookFunctionName", _another_user),
    ("ConsoleFunctionName", _a_flip),
    ("ConsoleFunctionName", _out_of_the_group),
    ("ConsoleFunctionName", _a_new_key),
    ("ConsoleFunctionName", _another_user),
    ("ConsoleFunctionName", _a_table_gone),
    ("ConsoleFunctionName", _a_row("AccountsTable")),
    ("ConsoleFunctionName", _a_row("TimelineTable")),
    ("ConsoleFunctionName", _a_row("QuarantineTable")),
    ("ConsoleFunctionName", _whoever_is_due),
    ("ConsoleFunctionName", _a_tally),
    ("ConsoleFunctionName", _a_count),
    ("ConsoleFunctionName", _a_history_gone),
    ("ConsoleFunctionName", _a_link("OwnerLinkKeyArn")),
    ("ConsoleFunctionName", _a_link("StaffLinkKeyArn")),
    ("ConsoleFunctionName", _waiting_feedback),
    ("ConsoleFunctionName", _a_new_policy),
    ("ConsoleFunctionName", _feedback),
    ("ConsoleFunctionName", _a_mail),
    ("ProvisioningFunctionName", _another_user),
    ("ProvisioningFunctionName", _a_row("TimelineTable")),
    ("ProvisioningFunctionName", _a_row("ComplaintsTable")),
    ("ProvisioningFunctionName", _a_history_gone),
    ("ProvisioningFunctionName", _a_tally),
    ("ProvisioningFunctionName", _a_breaker_reset),
    ("ProvisioningFunctionName", _an_endpoint),
    ("ProvisioningFunctionName", _a_link("StaffLinkKeyArn")),
    ("ProvisioningFunctionName", _a_link("PlatformTokenKeyArn")),
    ("ProvisioningFunctionName", _an_owners_link),
    ("ProvisioningFunctionName", _another_group),
    ("ProvisioningFunctionName", _waiting_feedback),
    ("ProvisioningFunctionName", _a_new_policy),
    ("ProvisioningFunctionName", _feedback),
    ("ProvisioningFunctionName", _a_mail),
    ("DoctorFunctionName", _a_row("TimelineTable")),
    ("DoctorFunctionName", _an_account_changed),
    ("DoctorFunctionName", _an_account_written_over),
    ("DoctorFunctionName", _a_count),
    ("DoctorFunctionName", _a_history_gone),
    ("DoctorFunctionName", _a_breaker_reset),
    ("DoctorFunctionName", _keys_of_a_user),
    ("DoctorFunctionName", _a_flip),
    ("DoctorFunctionName", _a_new_key),
    ("DoctorFunctionName", _out_of_the_group),
    ("DoctorFunctionName", _waiting_feedback),
    ("DoctorFunctionName", _a_new_policy),
    ("DoctorFunctionName", _feedback),
    ("DoctorFunctionName", _a_mail),
    ("DoctorFunctionName", _a_link("OwnerLinkKeyArn")),
    ("ApiFunctionName", _a_row("AccountsTable")),
    ("ApiFunctionName", _a_row("TimelineTable")),
    ("ApiFunctionName", _a_row("SendersTable")),
    ("ApiFunctionName", _a_row("ComplaintsTable")),
    ("ApiFunctionName", _support_waits_for),
    ("ApiFunctionName", _an_owners_link),
    ("ApiFunctionName", _a_link("OwnerLinkKeyArn")),
    ("ApiFunctionName", _a_link("StaffLinkKeyArn")),
    ("ApiFunctionName", _a_breaker_reset),
    ("ApiFunctionName", _keys_of_a_user),
    ("ApiFunctionName", _a_flip),
    ("ApiFunctionName", _a_count),
    ("ApiFunctionName", _a_history_gone),
    ("ApiFunctionName", _waiting_feedback),
    ("ApiFunctionName", _a_new_policy),
    ("ApiFunctionName", _feedback),
    ("ApiFunctionName", _a_mail),
]


def _a_password(what: str) -> Attempt:
    """Of an account's provider, which is connected or asked for."""
    return lambda stack, client: client("secretsmanager").get_secret_value(SecretId=f"{stack.name}/x/{what}")


def _a_password_written(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("secretsmanager").put_secret_value(SecretId=f"{stack.name}/x/provider", SecretString="{}")


def _a_provider_gone(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("secretsmanager").delete_secret(SecretId=f"{stack.name}/x/provider", ForceDeleteWithoutRecovery=True)


def _a_foreign_secret(_: Stack, client: Callable[[str], Any]) -> Any:
    return client("secretsmanager").create_secret(Name="others/x/requested", SecretString="{}")


def _another_function(stack: Stack, client: Callable[[str], Any]) -> Any:
    return client("lambda").invoke(FunctionName=stack.outputs["EnforceFunctionName"], Payload=b"{}")


FORBIDDEN_ABOUT_PROVIDERS = [
    ("ProvidersFunctionName", _a_password("provider")),
    ("ProvidersFunctionName", _a_provider_gone),
    ("ProvidersFunctionName", _a_foreign_secret),
    ("ProvidersFunctionName", _another_function),
    ("ProvidersFunctionName", _a_link("OwnerLinkKeyArn")),
    ("ProvidersFunctionName", _a_flip),
    ("ProvidersFunctionName", _a_row("AccountsTable")),
    ("ProvidersFunctionName", _a_mail),
    ("ConsoleFunctionName", _a_password("provider")),
    ("ConsoleFunctionName", _a_password("requested")),
    ("ConsoleFunctionName", _a_password_written),
    ("ConsoleFunctionName", _another_function),
    ("EnforceFunctionName", _a_password("requested")),
]


@pytest.mark.parametrize(("function", "attempt"), [*FORBIDDEN, *FORBIDDEN_ABOUT_PROVIDERS])
def test_a_function_may_not_do_what_it_need_not(stack: Stack, function: str, attempt: Attempt) -> None:
    client = _as_the_role_of(stack, stack.outputs[function])

    with pytest.raises(ClientError) as refused:
        attempt(stack, client)

    assert refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError")


def test_an_account_may_send_only_through_its_own_identity(stack: Stack) -> None:
    business, other = a_business(stack), a_business(stack)
    ses = stack.client("ses", business.key, business.secret)

    with pytest.raises(ClientError) as refused:
        ses.send_raw_email(Source=other.address, RawMessage={"Data": other.a_mail().as_bytes()})

    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_an_account_may_send_to_another_accounts_identity_and_not_as_it(stack: Stack) -> None:
    """SES in its sandbox authorizes the recipient's identity as well; the embedded stack always."""
    business, other = a_business(stack), a_business(stack)

    with business.session() as session:
        message_id = submit(session, a_mail(business.address, other.address))
        refusal = refusal_of(lambda: submit(session, a_mail(other.address, other.address)))

    assert message_id
    assert refusal[0] == 554
    assert f"identity/{other.id}.example" in refusal[1]


def test_what_comes_from_an_account_names_it_in_the_return_path_too(stack: Stack) -> None:
    business, other = a_business(stack), a_business(stack)
    mail = a_mail(business.address, other.address)

    with business.session() as session, pytest.raises(SMTPDataError, match="Access denied"):
        session.send_message(mail, from_addr=other.address)


def _as_the_role_of(stack: Stack, function: str) -> Callable[[str], Any]:
    role = stack.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    assumed = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="attempt")["Credentials"]
    session = boto3.Session(
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
        region_name=stack.region,
    )
    return lambda service: session.client(service, endpoint_url=stack.endpoint)  # type: ignore[call-overload]
