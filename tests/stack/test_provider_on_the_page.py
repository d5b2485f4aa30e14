"""An owner connects another provider on the page of the deployed stack, with a real login and a real mail."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Web
from tests.support.smtp_server import HOST, PASSWORD, USER, MailServer, certified, mail_server

AUTHORITY = trustme.CA()
MAIL_LINK = re.compile(r"https?://\S+/provider\?token=\S+")


@pytest.fixture(scope="module")
def trusting(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The function Providers trusts the authority of the servers here."""
    bundle = tmp_path_factory.mktemp("authority") / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(bundle))
    functions, name = stack.client("lambda"), stack.outputs["ProvidersFunctionName"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    trusted = variables | {"SSL_CERT_FILE": str(bundle)}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": trusted})
    yield stack
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.fixture
def business(trusting: Stack) -> Business:
    return a_business(trusting)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server(certified(AUTHORITY)) as running:
        yield running


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(business: Business) -> str:
    """The link of the mail that asks for the confirmation."""
    mail = eventually(lambda: next((one for one in business.mails() if "confirm" in str(one["Subject"])), None))
    assert mail is not None
    found = MAIL_LINK.search(text_of(mail))
    assert found, text_of(mail)
    return found.group(0)


def test_a_provider_is_asked_for_on_the_page_and_confirmed_by_mail(
    business: Business, server: MailServer, tmp_path: Path
) -> None:
    stack, web, report = business.stack, Web(business.stack), f"/report/{business.id}"
    page = web.follows(stack.answer("link", "owner", business.id)["link"])
    [csrf] = set(re.findall(r'name="csrf" value="(\w+)"', page.body))
    typed = {"csrf": csrf, "host": HOST, "port": str(server.port), "username": USER, "password": PASSWORD}

    wrong = web.sends(f"{report}/provider", action="request", **{**typed, "password": "hidden-wrong"})
    asked = web.sends(f"{report}/provider", action="request", **typed)

    assert (wrong.status, "localhost refused the user name or the password (535 5.7.8)" in wrong.body) == (422, True)
    assert asked.status == 303, asked.body
    assert asked.headers["location"] == f"{report}#provider"
    assert server.tried == [(USER, "hidden-wrong"), (USER, PASSWORD)]
    assert stack.answer("provider", "show", business.id)["provider"] is None
    assert "waits for your confirmation" in web.get(report).body

    mailbox = Web(stack)
    link = link_in(business).removeprefix(mailbox.origin)
    assert "Connect localhost?" in mailbox.get(link).body
    confirmed = mailbox.sends("/provider", action="confirm", token=link.partition("token=")[2])

    assert (confirmed.status, "It is connected" in confirmed.body) == (200, True)
    shown = stack.answer("provider", "show", business.id)["provider"]
    assert {name: shown[name] for name in ("host", "port", "username")} == {
        "host": HOST,
        "port": server.port,
        "username": USER,
    }
    manager = stack.client("secretsmanager")
    value = manager.get_secret_value(SecretId=shown["secret_arn"], VersionId=shown["secret_version"])["SecretString"]
    assert json.loads(value)["password"] == PASSWORD
    names = [one["Name"] for one in manager.list_secrets()["SecretList"]]
    assert f"{stack.name}/{business.id}/requested" not in names
    assert "It is connected" in mailbox.get(link).body
    eventually(lambda: any("is connected as" in str(one["Subject"]) for one in business.mails()))
    told = [entry["kind"] for entry in business.timeline()]
    assert told == ["created", "provider_tried", "provider_tried", "provider_requested", "provider_connected"]
    shown_texts = [wrong.body, web.get(report).body, confirmed.body, *map(text_of, business.mails())]
    assert not [text for text in shown_texts if "hidden-" in text]


def test_what_nobody_confirms_ends_by_the_hourly_run(business: Business, server: MailServer, ahead: Stack) -> None:
    stack, web, report = business.stack, Web(business.stack), f"/report/{business.id}"
    page = web.follows(stack.answer("link", "owner", business.id)["link"])
    [csrf] = set(re.findall(r'name="csrf" value="(\w+)"', page.body))
    typed = {"csrf": csrf, "host": HOST, "port": str(server.port), "username": USER, "password": PASSWORD}
    assert web.sends(f"{report}/provider", action="request", **typed).status == 303

    stack.answer("local", "tick", "--at", (datetime.now(UTC) + timedelta(days=4)).isoformat())
    functions, name = stack.client("lambda"), stack.outputs["ProvidersFunctionName"]
    ended = json.loads(functions.invoke(FunctionName=name, Payload=b"{}")["Payload"].read())

    assert ended["deleted"] >= 1
    names = [one["Name"] for one in stack.client("secretsmanager").list_secrets()["SecretList"]]
    assert f"{stack.name}/{business.id}/requested" not in names
    assert business.timeline()[-1]["kind"] == "provider_request_ended"
