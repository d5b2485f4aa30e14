"""Each password in a version of its own; the one in use is never lost to one that nobody uses."""

import json
from typing import Any

import boto3
import pytest
from tests.support.builders import ACCOUNT, a_server
from tests.support.fakes import FakeSecrets, When
from tests.support.wire import Wire

from permille.aws.secrets import SecretsManager
from permille.domain.sending.smtp_server import Password
from permille.domain.values.errors import ServiceError, Unavailable
from permille.ports.providers import ListedSecrets, Secret, Secrets

SERVER = a_server()


@pytest.fixture
def manager(aws: None) -> Any:
    return boto3.client("secretsmanager")


@pytest.fixture(params=["fake", "aws"])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    if request.param == "fake":
        return FakeSecrets()
    return SecretsManager(stack="permille", secrets=request.getfixturevalue("manager"))


REQUEST = "5c1c4a5e-2f0e-4e1a-9e58-0d6c5f0f2d11"


def put(
    secrets: Secrets, text: str, keep: Secret | None = None, account_id: str = ACCOUNT, version: str = ""
) -> Secret:
    return secrets.put(account_id, SERVER, Password(text), keep, version)


def kept(secrets: Secrets, secret: Secret) -> str | None:
    found = secrets.get(secret)
    return found.reveal() if found else None


def test_what_is_kept_is_read_as_it_was(secrets: Secrets) -> None:
    secret = put(secrets, 'sä"cret\\1')

    assert kept(secrets, secret) == 'sä"cret\\1'


def test_an_account_has_one_secret_and_a_version_for_each_password(secrets: Secrets) -> None:
    first = put(secrets, "secret-1")
    second = put(secrets, "secret-2", keep=first)

    assert first.arn == second.arn
    assert first.version != second.version
    assert (kept(secrets, first), kept(secrets, second)) == ("secret-1", "secret-2")


def test_accounts_do_not_share_one(secrets: Secrets) -> None:
    first, other = put(secrets, "secret-1"), put(secrets, "secret-2", account_id="florist")

    assert secrets.delete("florist")
    assert kept(secrets, first) == "secret-1"
    assert kept(secrets, other) is None


def test_the_one_in_use_is_kept_however_often_another_is_put_that_nobody_uses(secrets: Secrets) -> None:
    in_use = put(secrets, "secret-1")

    for number in range(3):
        put(secrets, f"left-over-{number}", keep=in_use)

    assert kept(secrets, in_use) == "secret-1"


def test_one_that_is_put_again_in_its_version_is_the_same(secrets: Secrets) -> None:
    first, second = (put(secrets, "secret-1", version=REQUEST) for _ in range(2))

    assert first == second
    assert first.version == REQUEST
    assert kept(secrets, first) == "secret-1"


def test_two_runs_that_put_the_same_version_lose_neither_it_nor_the_one_in_use(secrets: Secrets) -> None:
    in_use = put(secrets, "secret-1")

    first, second = (put(secrets, "secret-2", keep=in_use, version=REQUEST) for _ in range(2))

    assert first == second
    assert (kept(secrets, in_use), kept(secrets, first)) == ("secret-1", "secret-2")
    put(secrets, "secret-3", keep=first)
    assert kept(secrets, first) == "secret-2"


def test_what_is_deleted_is_gone_with_all_its_versions(secrets: Secrets) -> None:
    first = put(secrets, "secret-1")
    second = put(secrets, "secret-2", keep=first)

    assert secrets.delete(ACCOUNT)

    assert (kept(secrets, first), kept(secrets, second)) == (None, None)
    assert not secrets.delete(ACCOUNT)


def test_after_a_deletion_another_can_be_kept(secrets: Secrets) -> None:
    before = put(secrets, "secret-1")
    secrets.delete(ACCOUNT)

    after = put(secrets, "secret-2", keep=before)

    assert kept(secrets, after) == "secret-2"


def test_a_version_that_never_was_is_none(secrets: Secrets) -> None:
    secret = put(secrets, "secret-1")

    assert kept(secrets, Secret(secret.arn, "00000000-0000-0000-0000-000000000000")) is None


# ---------------------------------------------------------------- in Secrets Manager


@pytest.fixture
def on_aws(manager: Any) -> SecretsManager:
    return SecretsManager(stack="permille", secrets=manager)


def test_a_secret_is_named_after_the_stack_and_the_account_and_tagged(manager: Any, on_aws: SecretsManager) -> None:
    secret = put(on_aws, "secret-1", account_id="shop-a1b2c3")

    found = manager.describe_secret(SecretId=secret.arn)
    assert found["Name"] == "permille/shop-a1b2c3/provider"
    assert found["Tags"] == [{"Key": "permille:account", "Value": "permille/us-east-1/shop-a1b2c3"}]


def test_a_version_is_complete_in_itself(manager: Any, on_aws: SecretsManager) -> None:
    secret = put(on_aws, "secret-1")

    value = manager.get_secret_value(SecretId=secret.arn, VersionId=secret.version)["SecretString"]
    assert json.loads(value) == {
        "host": "smtp.example.com",
        "port": 587,
        "username": "bakery@example.com",
        "password": "secret-1",
    }


def test_where_nobody_uses_the_current_version_the_one_in_use_is_made_current_before_another_comes(
    manager: Any, on_aws: SecretsManager
) -> None:
    """AWS moves AWSPREVIOUS to what was current, and deletes versions without a label; moto does neither."""
    in_use = put(on_aws, "secret-1")
    left_over = put(on_aws, "left-over", keep=in_use)
    wire = Wire(manager)

    put(on_aws, "secret-2", keep=in_use)

    assert wire.calls == ["DescribeSecret", "UpdateSecretVersionStage", "PutSecretValue"]
    assert wire.asked[1][1] == {
        "SecretId": in_use.arn,
        "VersionStage": "AWSCURRENT",
        "MoveToVersionId": in_use.version,
        "RemoveFromVersionId": left_over.version,
    }


def test_where_the_one_in_use_is_the_current_version_nothing_is_moved(manager: Any, on_aws: SecretsManager) -> None:
    in_use = put(on_aws, "secret-1")
    wire = Wire(manager)

    put(on_aws, "secret-2", keep=in_use)

    assert wire.calls == ["DescribeSecret", "PutSecretValue"]


def test_nothing_waits_to_be_recovered(manager: Any, on_aws: SecretsManager) -> None:
    wire = Wire(manager)
    put(on_aws, "secret-1")

    on_aws.delete(ACCOUNT)

    (deletion,) = [asked for name, asked in wire.asked if name == "DeleteSecret"]
    assert deletion["ForceDeleteWithoutRecovery"] is True
    assert "RecoveryWindowInDays" not in deletion


def test_what_is_being_deleted_is_gone(manager: Any, on_aws: SecretsManager) -> None:
    secret = put(on_aws, "secret-1")
    manager.delete_secret(SecretId=secret.arn, RecoveryWindowInDays=7)

    assert on_aws.get(secret) is None


@pytest.mark.parametrize("operation", ["DescribeSecret", "UpdateSecretVersionStage", "PutSecretValue"])
@pytest.mark.parametrize("when", When)
def test_where_the_line_goes_dead_the_one_in_use_is_there_and_it_can_be_done_again(
    manager: Any, on_aws: SecretsManager, operation: str, when: When
) -> None:
    in_use = put(on_aws, "secret-1")
    put(on_aws, "left-over", keep=in_use)
    Wire(manager).cut(operation, when)

    with pytest.raises(Unavailable) as failed:
        put(on_aws, "secret-2", keep=in_use)

    assert "secret-2" not in str(failed.value)
    assert kept(on_aws, in_use) == "secret-1"
    assert kept(on_aws, put(on_aws, "secret-2", keep=in_use)) == "secret-2"
    assert kept(on_aws, in_use) == "secret-1"


@pytest.mark.parametrize("when", When)
def test_a_first_one_whose_answer_was_lost_is_taken_up_by_the_next(
    manager: Any, on_aws: SecretsManager, when: When
) -> None:
    Wire(manager).cut("CreateSecret", when)
    with pytest.raises(Unavailable):
        put(on_aws, "secret-1")

    secret = put(on_aws, "secret-2")

    assert kept(on_aws, secret) == "secret-2"
    assert len(manager.list_secrets()["SecretList"]) == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalServiceError"])
def test_what_aws_refuses_is_an_error_and_not_gone(manager: Any, on_aws: SecretsManager, code: str) -> None:
    secret = put(on_aws, "secret-1")
    for operation in ("GetSecretValue", "PutSecretValue", "DescribeSecret"):
        Wire(manager).refuse(operation, code, times=9)

    for call in (lambda: on_aws.get(secret), lambda: put(on_aws, "secret-2"), lambda: on_aws.delete(ACCOUNT)):
        with pytest.raises(ServiceError, match=code):
            call()


@pytest.fixture(params=["fake", "aws"])
def requested(request: pytest.FixtureRequest) -> ListedSecrets:
    if request.param == "fake":
        return FakeSecrets()
    return SecretsManager(stack="permille", requested=True, secrets=request.getfixturevalue("manager"))


def test_the_accounts_that_have_one_are_listed(requested: ListedSecrets) -> None:
    assert list(requested.listed()) == []
    for account_id in (ACCOUNT, "florist"):
        put(requested, "secret-1", account_id=account_id)

    assert sorted(account_id for account_id, _ in requested.listed()) == [ACCOUNT, "florist"]
    assert all(written_at.tzinfo for _, written_at in requested.listed())
    requested.delete("florist")
    assert [account_id for account_id, _ in requested.listed()] == [ACCOUNT]


def test_only_those_of_the_stack_and_of_the_kind_are_listed(manager: Any) -> None:
    requested = SecretsManager(stack="permille", requested=True, secrets=manager)
    put(requested, "secret-1")
    others = ("permille/shop/provider", "permille-2/shop/requested", "other/requested", "permille/shop/requested/x")
    for name in others:
        manager.create_secret(Name=name, SecretString="{}")

    assert [account_id for account_id, _ in requested.listed()] == [ACCOUNT]


def test_a_request_and_a_provider_of_one_account_have_two_secrets(manager: Any) -> None:
    connected, requested = (SecretsManager(stack="permille", requested=kind, secrets=manager) for kind in (False, True))
    first, second = put(connected, "secret-1"), put(requested, "secret-2")

    requested.delete(ACCOUNT)

    assert (kept(connected, first), kept(requested, second)) == ("secret-1", None)
