"""Where the passwords of imported accounts are stored: a file, or Secrets Manager."""

import errno
import io
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.support.builders import ACCOUNT, a_server
from tests.support.fakes import When
from tests.support.operator_fakes import FakeSmtpPasswords
from tests.support.wire import Wire

from permille.aws.smtp_secrets import SmtpSecrets
from permille.domain.sending.smtp_server import Password
from permille.domain.values.errors import Failed, InvalidInput, ServiceError, Unavailable
from permille.ports.smtp_passwords import SmtpPasswords
from permille_cli.terminal.password_file import COLUMNS, PasswordFile, password_file

SECRET = "permille/smtp/bakery/smtp"
HEADER = f"{','.join(COLUMNS)}\n"


@pytest.fixture
def manager(aws: None) -> Any:
    return boto3.client("secretsmanager")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "passwords.csv"


@pytest.fixture(params=["fake", "file", "aws"])
def passwords(request: pytest.FixtureRequest, path: Path) -> Iterator[SmtpPasswords]:
    match request.param:
        case "fake":
            yield FakeSmtpPasswords()
        case "file":
            with password_file(path) as store:
                yield store
        case _:
            yield SmtpSecrets(stack="permille", prefix="permille/smtp", secrets=request.getfixturevalue("manager"))


def put(passwords: SmtpPasswords, user: str, account_id: str = ACCOUNT, text: str = "B+/secret=") -> None:
    passwords.put(account_id, a_server(username=user), Password(text))


def test_the_key_of_what_is_stored_is_known(passwords: SmtpPasswords) -> None:
    put(passwords, "AKIA1")

    assert passwords.key_of(ACCOUNT) == "AKIA1"


def test_of_an_account_without_a_password_no_key_is_known(passwords: SmtpPasswords) -> None:
    put(passwords, "AKIA1")

    assert passwords.key_of("florist") == ""


def test_what_is_stored_last_is_valid(passwords: SmtpPasswords) -> None:
    put(passwords, "AKIA1")
    put(passwords, "AKIA2", "florist")
    put(passwords, "AKIA3")

    assert (passwords.key_of(ACCOUNT), passwords.key_of("florist")) == ("AKIA3", "AKIA2")


# ---------------------------------------------------------------- Secrets Manager


def test_a_secret_has_the_fields_of_aws_and_names_its_account(manager: Any) -> None:
    put(SmtpSecrets(stack="permille", prefix="permille/smtp", secrets=manager), "AKIA1")

    value = json.loads(manager.get_secret_value(SecretId=SECRET)["SecretString"])
    server = a_server()
    assert value == {"host": server.host, "port": server.port, "username": "AKIA1", "password": "B+/secret="}
    tags = manager.describe_secret(SecretId=SECRET)["Tags"]
    assert tags == [{"Key": "permille:account", "Value": "permille/us-east-1/bakery"}]


@pytest.mark.parametrize("operation", ["PutSecretValue", "CreateSecret"])
@pytest.mark.parametrize("when", When)
def test_a_password_that_may_not_be_stored_is_an_error_and_stored_by_the_next_try(
    manager: Any, operation: str, when: When
) -> None:
    store = SmtpSecrets(stack="permille", prefix="permille/smtp", secrets=manager)
    Wire(manager).cut(operation, when, times=10)
    with pytest.raises(Unavailable, match="storing the SMTP credential of bakery"):
        put(store, "AKIA1")

    again = SmtpSecrets(stack="permille", prefix="permille/smtp", secrets=boto3.client("secretsmanager"))
    put(again, "AKIA2")

    assert again.key_of(ACCOUNT) == "AKIA2"


def test_a_failure_of_reading_is_no_missing_password(manager: Any) -> None:
    Wire(manager).refuse("GetSecretValue", "InternalServiceError", times=10)

    with pytest.raises(ServiceError, match="reading the SMTP credential of bakery"):
        SmtpSecrets(stack="permille", prefix="permille/smtp", secrets=manager).key_of(ACCOUNT)


# ---------------------------------------------------------------- the file


def test_its_owner_alone_can_read_the_file(path: Path) -> None:
    before = os.umask(0)
    try:
        with password_file(path) as store:
            put(store, "AKIA1")
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"{HEADER}bakery,{a_server().host},{a_server().port},AKIA1,B+/secret=\n"


def test_a_password_is_on_the_disk_before_the_next_step(path: Path) -> None:
    with password_file(path) as store:
        put(store, "AKIA1")

        assert "AKIA1" in path.read_text()


def test_the_next_run_appends(path: Path) -> None:
    with password_file(path) as store:
        put(store, "AKIA1")
    with password_file(path) as store:
        assert store.key_of(ACCOUNT) == "AKIA1"
        put(store, "AKIA2", "florist")

    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["account_id", "bakery", "florist"]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_row_that_was_cut_off_is_dropped(path: Path, cut: int) -> None:
    with password_file(path) as store:
        put(store, "AKIA1")
        put(store, "AKIA2", "florist")
    path.write_bytes(path.read_bytes()[:-cut])

    with password_file(path) as store:
        assert (store.key_of(ACCOUNT), store.key_of("florist")) == ("AKIA1", "")
        put(store, "AKIA3", "florist")

    assert [line.split(",")[0] for line in path.read_text().splitlines()] == ["account_id", "bakery", "florist"]


@pytest.mark.parametrize("length", range(len(HEADER)))
def test_a_header_that_was_cut_off_is_written_again(path: Path, length: int) -> None:
    path.write_text(HEADER[:length])
    path.chmod(0o600)

    with password_file(path):
        pass

    assert path.read_text() == HEADER


@pytest.mark.parametrize("text", ["account_id,owner_email\nbakery,x\n", "-----BEGIN KEY-----\nabc", "x"])
def test_another_file_is_left_as_it_is(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(InvalidInput, match="is no file of passwords: name another one"), password_file(path):
        pass

    assert path.read_text() == text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    path.touch()
    path.chmod(mode)

    with pytest.raises(InvalidInput, match="others can read"), password_file(path):
        pass


def test_a_link_a_folder_and_a_missing_folder_are_refused(path: Path) -> None:
    (path.parent / "link").symlink_to(path)

    for wrong in (path.parent / "link", path.parent, path / "deeper"):
        with pytest.raises(InvalidInput, match="cannot be opened"), password_file(wrong):
            pass


def test_two_imports_do_not_write_one_file_at_once(path: Path) -> None:
    with password_file(path), pytest.raises(Failed, match="another import is writing"), password_file(path):
        pass


class FullDisk(io.FileIO):
    """A file that takes a part of a row, and then nothing more as long as the disk is full."""

    is_full = True

    def write(self, text: Any) -> int:
        if not self.is_full:
            return super().write(text)
        if self.tell() > len(HEADER):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text[:10])


def test_a_full_disk_is_an_error_of_the_account_and_leaves_no_part_of_a_row(path: Path) -> None:
    path.write_text(HEADER)
    with FullDisk(path, "r+") as file:
        store = PasswordFile(file, path)
        with pytest.raises(Failed, match=r"passwords.csv cannot be written: No space left on device; import again"):
            put(store, "AKIA1")
        assert (store.key_of(ACCOUNT), path.read_text()) == ("", HEADER)

        file.is_full = False
        put(store, "AKIA2", "florist")

    assert path.read_text() == f"{HEADER}florist,{a_server().host},{a_server().port},AKIA2,B+/secret=\n"


def test_passwords_are_in_no_representation(path: Path) -> None:
    with password_file(path) as store:
        put(store, "AKIA1")

        assert "secret" not in f"{store!r}{vars(store)}"
