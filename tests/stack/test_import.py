"""Accounts are imported on the deployed stack; whatever is cut off is completed, and every password logs in."""

import csv
import json
import os
import resource
import signal
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.stack.accounts import a_business
from tests.stack.conftest import COMMAND, Stack, eventually


@pytest.fixture
def name() -> str:
    """What the ids of the accounts of a test begin with."""
    return f"imp-{uuid.uuid4().hex[:6]}"


def a_user(stack: Stack, name: str, identity: str) -> str:
    """An IAM user that sends already, as somebody else made it."""
    prefix = f"arn:aws:ses:{stack.region}:{stack.account_id}"
    resources = [f"{prefix}:identity/{identity}", f"{prefix}:configuration-set/{stack.outputs['ConfigurationSetName']}"]
    allow = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": resources}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam, ses = stack.client("iam"), stack.client("sesv2")
    ses.create_email_identity(EmailIdentity=identity)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="mail", PolicyDocument=document)
    return str(iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"])


def a_file(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["account_id,owner_email,identities,senders", *rows]) + "\n")
    return path


def new(account_id: str) -> str:
    return f"{account_id},owner@{account_id}.example,{account_id}.example,"


def start(stack: Stack, *arguments: str, prepared: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | stack.env
    return subprocess.Popen(  # noqa: S603
        [*COMMAND, *arguments],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=prepared,
    )


def passwords(path: Path) -> dict[str, tuple[str, str]]:
    """User name and password of each account, the last row of each."""
    with path.open() as file:
        return {row["account_id"]: (row["username"], row["password"]) for row in csv.DictReader(file)}


def all_log_in(stack: Stack, path: Path, accounts: list[str]) -> None:
    """Each account has one key, whose password is in the file and logs in."""
    stored = passwords(path)
    assert sorted(stored) == sorted(accounts)
    for account_id, (user, password) in stored.items():
        keys = stack.client("iam").list_access_keys(UserName=f"permille-{account_id}")["AccessKeyMetadata"]
        assert [key["AccessKeyId"] for key in keys] == [user]
        stack.session(user, password).quit()
        assert stack.answer("account", "show", account_id)["is_complete"]


def test_a_file_with_all_sorts_of_lines_is_imported(stack: Stack, name: str, tmp_path: Path) -> None:
    there, key = a_business(stack).id, a_user(stack, f"permille-{name}-old", f"{name}-old.example")
    adopted = f"{name}-old,o@{name}.example,{name}-old.example,permille-{name}-old"
    lines = [new(f"{name}-1"), adopted, f"{name}-bad,nobody,x.example,", new(there), new(f"{name}-2")]
    file = a_file(tmp_path / "a.csv", *lines)
    stored, failed = tmp_path / "passwords.csv", tmp_path / "failed.csv"
    command = ("import", "--csv", str(file), "--apply", "--yes", "--passwords", str(stored))

    refused = stack.run(*command)
    answer = stack.answer(*command, "--skip-invalid", "--failed", str(failed))

    assert refused.returncode == 2
    wrong = f"line 4 ({name}-bad): owner_email: 'nobody' is no e-mail address"
    assert f"1 line cannot be imported: {wrong}" in refused.stderr
    assert [one["action"] for one in answer["accounts"]] == ["create", "adopt", "refuse", "skip", "create"]
    assert (len(answer["imported"]), answer["failed"], answer["left"]) == (3, 0, 0)
    all_log_in(stack, stored, [f"{name}-1", f"{name}-2"])
    (kept,) = stack.client("iam").list_access_keys(UserName=f"permille-{name}-old")["AccessKeyMetadata"]
    assert (kept["AccessKeyId"], kept["Status"]) == (key, "Active")
    assert "is no e-mail address" in failed.read_text()


def test_a_run_that_is_killed_is_continued_by_the_same_command(stack: Stack, name: str, tmp_path: Path) -> None:
    ids = [f"{name}-{number}" for number in range(6)]
    file, stored = a_file(tmp_path / "a.csv", *map(new, ids)), tmp_path / "passwords.csv"
    command = ("import", "--csv", str(file), "--apply", "--yes", "--passwords", str(stored))

    first = start(stack, *command)
    eventually(lambda: stored.exists() and ids[1] in stored.read_text())
    first.kill()
    first.communicate()
    again = stack.answer(*command)

    assert first.returncode == -signal.SIGKILL
    assert {"skip"} < {one["action"] for one in again["accounts"]} <= {"skip", "complete", "create"}
    assert again["failed"] == 0
    all_log_in(stack, stored, ids)


def test_where_the_disk_is_full_the_key_that_was_lost_is_made_anew(stack: Stack, name: str, tmp_path: Path) -> None:
    ids = [f"{name}-{number}" for number in range(2)]
    file, stored = a_file(tmp_path / "a.csv", *map(new, ids)), tmp_path / "passwords.csv"
    command = ("import", "--csv", str(file), "--apply", "--yes", "--passwords", str(stored))
    room = 200  # for the header and a row of about 90 bytes

    first = start(stack, *command, prepared=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
    said, _ = first.communicate(timeout=120)
    lost = stack.client("iam").list_access_keys(UserName=f"permille-{ids[1]}")["AccessKeyMetadata"]
    again = stack.answer(*command)

    assert first.returncode == 1
    assert "1 imported, 1 failed, 0 not tried." in said
    assert "passwords.csv cannot be written: File too large; import again" in said
    assert [one["action"] for one in again["accounts"]] == ["skip", "complete"]
    assert lost[0]["AccessKeyId"] not in stored.read_text()
    all_log_in(stack, stored, ids)


def test_the_users_that_send_already_are_found_and_imported(stack: Stack, name: str, tmp_path: Path) -> None:
    a_user(stack, f"permille-{name}", f"{name}.example")
    found = tmp_path / "found.csv"

    answer = stack.answer("sender", "find", "--prefix", f"permille-{name}", "--write-csv", str(found))
    found.write_text(found.read_text().replace(f"\n{name},,", f"\n{name},owner@{name}.example,"))
    stack.answer("import", "--csv", str(found), "--apply", "--yes")

    (user,) = answer["users"]
    assert (user["identities"], user["flags"], user["left_out"]) == ([f"{name}.example"], [], False)
    shown = stack.answer("account", "show", name)
    assert [sender["sender"] for sender in shown["senders"]] == [f"permille-{name}"]
    assert shown["is_complete"]


def test_passwords_in_secrets_manager_log_in(stack: Stack, name: str, tmp_path: Path) -> None:
    file = a_file(tmp_path / "a.csv", new(name))

    stack.answer("import", "--csv", str(file), "--apply", "--yes", "--secrets-manager", "permille/smtp")

    value = stack.client("secretsmanager").get_secret_value(SecretId=f"permille/smtp/{name}/smtp")["SecretString"]
    credential = json.loads(value)
    assert (credential["host"], credential["port"]) == (stack.smtp.host, stack.smtp.port)
    stack.session(credential["username"], credential["password"]).quit()
