"""Another provider meanwhile: connected with a real login on the deployed stack; the route follows the status."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.support.smtp_server import HOST, PASSWORD, USER, MailServer, certified, mail_server

AUTHORITY = trustme.CA()


@pytest.fixture(scope="module")
def trusting(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The command trusts the authority of the servers here, as OpenSSL is told to."""
    bundle = tmp_path_factory.mktemp("authority") / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(bundle))
    return stack.with_env(SSL_CERT_FILE=str(bundle))


@pytest.fixture
def business(trusting: Stack) -> Business:
    return a_business(trusting)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server(certified(AUTHORITY)) as running:
        yield running


def options(server: MailServer, host: str = HOST, user: str = USER) -> list[str]:
    return ["--host", host, "--port", str(server.port), "--username", user, "--password-stdin"]


def connected(business: Business, server: MailServer) -> None:
    done = business.stack.run("provider", "connect", business.id, *options(server), typed=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr


def kept(stack: Stack) -> dict[str, str]:
    """Every secret of the stack, by name."""
    manager = stack.client("secretsmanager")
    found = manager.get_paginator("list_secrets").paginate().build_full_result()["SecretList"]
    return {one["Name"]: manager.get_secret_value(SecretId=one["ARN"])["SecretString"] for one in found}


def test_a_provider_is_connected_tried_again_and_disconnected(business: Business, server: MailServer) -> None:
    stack = business.stack

    done = stack.run("provider", "connect", business.id, *options(server), "--json", typed=f"{PASSWORD}\r\n")

    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)["provider"]
    assert {name: shown[name] for name in ("host", "port", "username")} == {
        "host": HOST,
        "port": server.port,
        "username": USER,
    }
    assert server.tried == [(USER, PASSWORD)]
    value = stack.client("secretsmanager").get_secret_value(
        SecretId=shown["secret_arn"], VersionId=shown["secret_version"]
    )["SecretString"]
    assert json.loads(value) == {"host": HOST, "port": server.port, "username": USER, "password": PASSWORD}
    assert stack.answer("provider", "show", business.id)["provider"] == shown
    assert stack.answer("account", "show", business.id)["provider"] == shown

    assert stack.answer("provider", "test", business.id)["works"] is True
    server.logins[USER] = "changed"
    refused = stack.run("provider", "test", business.id, "--json")
    assert (refused.returncode, json.loads(refused.stdout)["failure"]) == (1, "login_refused")
    in_words = stack.run("provider", "test", business.id)
    assert (in_words.returncode, in_words.stdout) == (1, "")
    assert in_words.stderr == "permille: localhost refused the user name or the password (535 5.7.8)\n"

    assert stack.answer("provider", "disconnect", business.id)["disconnected"] is True
    assert f"{stack.name}/{business.id}/provider" not in kept(stack)
    again = stack.run("provider", "disconnect", business.id)
    assert (again.returncode, again.stderr) == (
        2,
        f"permille: {business.id} has no provider connected, and no request for one waits\n",
    )
    told = [entry["kind"] for entry in business.timeline()]
    assert told == ["created", "provider_connected", "provider_disconnected"]
    everything = [done, refused, in_words, again, stack.run("timeline", business.id, "--json")]
    assert not [one for one in everything if "hidden" in one.stdout + one.stderr]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("wrong password", "localhost refused the user name or the password (535 5.7.8)"),
        ("no tls", "offers no TLS on port"),
        ("unknown issuer", "the certificate of localhost cannot be trusted"),
        ("nobody there", "takes no connection on port"),
    ],
)
def test_where_the_login_fails_it_is_said_why_and_nothing_is_stored(business: Business, how: str, said: str) -> None:
    tls = {"no tls": None, "unknown issuer": certified(trustme.CA())}.get(how, certified(AUTHORITY))
    with mail_server(tls) as server:
        port = 9 if how == "nobody there" else server.port
        server.port = port
        typed = "hidden-wrong" if how == "wrong password" else PASSWORD
        refused = business.stack.run("provider", "connect", business.id, *options(server), typed=typed)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("permille: nothing is stored: ")
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "hidden" not in refused.stderr
    assert f"{business.stack.name}/{business.id}/provider" not in kept(business.stack)
    assert business.stack.answer("provider", "show", business.id)["provider"] is None
    assert [entry["kind"] for entry in business.timeline()] == ["created"]


def test_the_route_follows_the_status_by_itself(business: Business, server: MailServer, ahead: Stack) -> None:
    stack = business.stack

    def route() -> dict[str, object]:
        answer: dict[str, object] = stack.answer("route", business.id)
        return answer

    at_first = route()
    assert (at_first["via"], at_first["may_send"], at_first["username"]) == ("ses", True, None)
    assert f"{at_first['host']}:{at_first['port']}" == stack.outputs["SmtpEndpoint"]

    business.send(3, complaints=2)
    eventually(business.login_is_refused)
    assert (route()["via"], route()["may_send"], route()["host"]) == (None, False, None)

    connected(business, server)  # a disabled account too
    through = route()
    assert (through["via"], through["host"], through["port"], through["username"]) == (
        "provider",
        HOST,
        server.port,
        USER,
    )
    assert str(through["secret_arn"]).startswith("arn:aws:secretsmanager:")
    assert through["why"] == "localhost is connected as your other e-mail provider"

    stack.answer("account", "enable", business.id, "--reason", "Cleaned the list")
    eventually(lambda: not business.login_is_refused())
    eventually(business.is_read_back)
    assert route()["via"] == "ses"

    stack.answer("account", "disable", business.id, "--reason", "They asked us to")
    back = route()
    assert (back["via"], back["why"]) == ("provider", "Your APWT SMTP account has been disabled by APWT Support")
    assert back["since"] == business.timeline()[-1]["at"]

    stack.answer("account", "close", business.id, "--reason", "They left", "--yes")
    assert (route()["via"], route()["may_send"]) == (None, False)
    closed = stack.run("provider", "connect", business.id, *options(server), typed=PASSWORD)
    assert (closed.returncode, closed.stderr) == (2, f"permille: {business.id} is closed\n")


def test_who_is_disabled_with_a_provider_connected_hears_that_it_is_there(
    business: Business, server: MailServer
) -> None:
    connected(business, server)

    business.send(3, complaints=2)

    eventually(business.login_is_refused)
    (mail,) = eventually(lambda: [one for one in business.mails() if "disabled" in str(one["Subject"])])
    body = mail.get_body(("plain",))
    assert body is not None
    assert "your e-mails can go through localhost." in " ".join(body.get_content().split())


def test_another_provider_takes_the_place_of_the_one_before(business: Business, server: MailServer) -> None:
    connected(business, server)
    with mail_server(certified(AUTHORITY)) as other:
        other.logins = {"bea": "hidden-other"}
        done = business.stack.run("provider", "connect", business.id, *options(other, user="bea"), typed="hidden-other")
        assert done.returncode == 0, done.stderr
        assert business.stack.answer("provider", "test", business.id)["works"] is True
        failed = business.stack.run("provider", "connect", business.id, *options(other), typed="hidden-wrong")
        assert failed.returncode == 1
        assert business.stack.answer("provider", "test", business.id)["works"] is True


def test_no_log_of_the_stack_has_a_password(business: Business, server: MailServer) -> None:
    connected(business, server)
    logs = Path(business.stack.directory, "logs")

    assert list(logs.iterdir())
    assert not [file for file in logs.iterdir() if PASSWORD.encode() in file.read_bytes()]
