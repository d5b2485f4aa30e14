"""Providers, from Console's message and the schedule's event to the rows and secrets."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from functions.providers.app import handler
from tests.functions.conftest import Cloud
from tests.support.asked_providers import PASSWORDS, SERVER
from tests.support.builders import ACCOUNT, LambdaContext, an_account
from tests.support.fakes import FakeSmtpLoginCheck

from permille.aws.replay_clock import ReplayedTime
from permille.aws.token_signer import KmsTokenSigner
from permille.bootstrap.clock import clock
from permille.bootstrap.providers import providers_services
from permille.domain.account.account import Account
from permille.domain.login.links import LinkRole, new_claims
from permille.domain.login.mail_links import Purpose
from permille.domain.values.status import Status
from permille.usecases.decisions.provider_requests import RequestServices
from permille.usecases.login.access import make_token
from permille.usecases.login.mail_links import mail_link
from permille_cli.project import PROJECT

SECRET = PASSWORDS[SERVER]
HOURLY = json.loads((PROJECT / "events" / "providers-every-hour.json").read_text(encoding="utf-8"))


@pytest.fixture
def services(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> RequestServices:
    """By the adapters, but for the login: its own tests are in tests/test_smtp.py."""
    cloud.open(an_account())
    found = providers_services()
    with_login = {name: getattr(found, name) for name in RequestServices.__slots__}
    return RequestServices(**{**with_login, "login_check": FakeSmtpLoginCheck(dict(PASSWORDS))})


def the_account(services: RequestServices) -> Account:
    account = services.accounts.get(ACCOUNT)
    assert account
    return account


def signer(services: RequestServices) -> KmsTokenSigner:
    assert isinstance(services.signer, KmsTokenSigner)
    return services.signer


def handled(event: dict[str, Any], services: RequestServices) -> dict[str, Any]:
    answered: dict[str, Any] = handler(event, LambdaContext(), services)
    return answered


def asks(services: RequestServices, password: str = SECRET) -> dict[str, Any]:
    token = make_token(signer(services), new_claims(LinkRole.OWNER, ACCOUNT, clock()))
    named = {"host": SERVER.host, "port": SERVER.port, "username": SERVER.username, "password": password}
    return handled({"action": "request", "token": token, **named}, services)


def confirms(services: RequestServices) -> dict[str, Any]:
    account = the_account(services)
    assert account.provider_request
    version, expires_at = account.provider_request.version, account.provider_request.expires_at
    link = mail_link(
        signer(services), "https://c.example", Purpose.CONFIRM_PROVIDER, account, clock(), version, expires_at
    )
    return handled({"action": "confirm", "token": link.partition("token=")[2]}, services)


def secrets() -> dict[str, str]:
    manager = boto3.client("secretsmanager")
    found = manager.list_secrets()["SecretList"]
    return {one["Name"]: manager.get_secret_value(SecretId=one["ARN"])["SecretString"] for one in found}


def test_what_was_asked_for_waits_under_a_name_of_its_own(services: RequestServices) -> None:
    assert asks(services) == {}

    assert list(secrets()) == [f"permille/{ACCOUNT}/requested"]
    account = the_account(services)
    assert account.provider is None
    assert account.provider_request is not None
    assert "/requested" in account.provider_request.secret


def test_what_was_confirmed_is_connected_under_the_name_of_all_providers(services: RequestServices) -> None:
    asks(services)

    assert confirms(services) == {}

    kept = secrets()
    assert list(kept) == [f"permille/{ACCOUNT}/provider"]
    assert json.loads(kept[f"permille/{ACCOUNT}/provider"])["password"] == SECRET
    account = the_account(services)
    assert account.provider is not None
    assert (account.provider.host, account.provider_request) == (SERVER.host, None)


def test_of_an_account_that_was_closed_meanwhile_no_password_is_stored(services: RequestServices) -> None:
    asks(services)
    account = the_account(services)
    services.accounts.save(account, replace(account, status=Status.CLOSED), [])

    assert confirms(services) == {"refused": f"{ACCOUNT} is closed"}
    assert list(secrets()) == [f"permille/{ACCOUNT}/requested"]


@pytest.mark.parametrize(("days", "deleted"), [(2, 0), (3, 1)])
def test_the_hourly_run_ends_what_nobody_confirmed_within_three_days(
    services: RequestServices, monkeypatch: pytest.MonkeyPatch, days: int, deleted: int
) -> None:
    asks(services)
    monkeypatch.setenv("REPLAY_CLOCK", "on")
    ReplayedTime(table="ControlTable").set(timedelta(days=days))

    assert handled(HOURLY, services) == {"deleted": deleted}

    assert len(secrets()) == 1 - deleted
    assert (the_account(services).provider_request is None) == bool(deleted)


@pytest.mark.parametrize(
    "message",
    [
        {
            "action": "request",
            "token": "x",
            "host": "smtp.example.com",
            "port": 587,
            "username": "bea",
            "password": "p",
        },
        {"action": "confirm", "token": "x"},
        {"action": "refuse", "token": "a.b.c"},
        {"action": "withdraw", "token": ""},
    ],
)
def test_without_a_token_nothing_is_done(services: RequestServices, message: dict[str, Any]) -> None:
    assert "not_authenticated" in handler(message, LambdaContext(), services)
    assert secrets() == {}


def test_no_log_has_the_password(
    services: RequestServices, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    caplog.set_level(logging.DEBUG, logger="permille")
    for password in (SECRET, "hidden-wrong"):
        asks(services, password)

    written = caplog.text + str([record.__dict__ for record in caplog.records])
    assert "provider_request.answered" in written
    assert "hidden" not in written
