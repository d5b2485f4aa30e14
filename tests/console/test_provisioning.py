"""The provisioning API: accounts are created, changed and closed, whatever is cut off, and no secret is kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support.builders import NOW, LambdaContext, an_account
from tests.support.fakes import Killed, When
from tests.support.function_url import url_event
from tests.support.operator_fakes import BOUNDARY, dkim
from tests.support.provisioning import ACCOUNTS, BAKERY, CRM, Host

from permille.console.api import provisioning_app
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied, RequestRejected, Unavailable
from permille.domain.values.status import Status
from permille.usecases.importing.complete_account import KEYS_SHOW
from permille.usecases.login.access import authenticate
from permille.usecases.provisioning.create_account import create_account, hand_over
from permille.usecases.senders.add_account import add_account
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.smtp_password import smtp_password

USER, KEY = "permille-bakery", "5f2b"
LATER = NOW + timedelta(minutes=1)
NEW = NewAccount("bakery", "bea@bakery.example", "Bea", "Europe/Vienna", ("bakery.example",))


@pytest.fixture
def host() -> Host:
    return Host()


def password_of(host: Host, key: str) -> str:
    return smtp_password(key.replace("AKIA", "secret-"), host.stack["Region"])


# ---------------------------------------------------------------- creating


def test_an_account_is_created_with_all_that_its_programs_and_its_domain_need(host: Host) -> None:
    answer = host.create()

    account, user = host.stack.get("bakery"), host.stack.iam_users.users[USER]
    assert answer.status == 200
    assert answer.json["smtp"] == {
        "host": "email-smtp.us-east-1.amazonaws.com",
        "port": 587,
        "username": user.keys[0],
        "password": password_of(host, user.keys[0]),
    }
    records = [{"name": one.name, "type": "CNAME", "value": one.value} for one in dkim("bakery.example")]
    assert (answer.json["sender"], answer.json["records_to_publish"]) == (USER, records)
    assert (account.owner_email, account.owner_name, account.timezone) == ("bea@bakery.example", "Bea", "Europe/Vienna")
    assert (account.identities, account.adding_run) == (("bakery.example",), "")
    assert (user.boundary, user.tag) == (BOUNDARY, "permille/us-east-1/bakery")


def test_the_timeline_says_which_iam_identity_created_it(host: Host) -> None:
    host.create()

    (created,) = host.stack.rows.told("bakery", "created")
    assert created.data["by"] == CRM


def test_a_repeated_request_gets_the_same_answer_without_the_password(host: Host) -> None:
    first, again = host.create(KEY), host.create(KEY, LATER)

    assert again.json == {**first.json, "smtp": {**first.json["smtp"], "username": None, "password": None}}
    assert host.stack.iam_users.users[USER].keys == [first.json["smtp"]["username"]]


def test_the_key_is_the_roles_whatever_its_session_is_called(host: Host) -> None:
    host.create(KEY)

    again = host.ask(body=BAKERY, key=KEY, caller=CRM.replace("web-1", "web-2"))
    others = host.ask(body=BAKERY, key=KEY, caller=CRM.replace("/crm/", "/shop/"))

    assert (again.status, again.json["smtp"]["password"]) == (200, None)
    assert (others.status, others.json["errors"][0]["field"]) == (422, "body.account_id")


def test_a_key_of_another_request_is_refused(host: Host) -> None:
    host.create(KEY)

    answer = host.create(KEY, account_id="florist")

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "header.idempotency-key")
    assert "florist" not in host.stack.rows.accounts


def written(caplog: pytest.LogCaptureFixture) -> str:
    """The log, with the fields of each line."""
    return repr([vars(record) for record in caplog.records])


def test_no_secret_is_kept_or_logged(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    created = host.create(KEY).json["smtp"]["password"]
    renewed = host.ask("/bakery/credential", {}, key=f"{KEY}-2").json["smtp"]["password"]
    link = host.ask("/bakery/owner-links", {}, key=f"{KEY}-3").json["link"]

    kept = repr(host.stack.rows) + written(caplog)
    assert "request.answered" in kept
    assert all(len(secret) > 20 for secret in (created, renewed, link))
    assert [
        secret for secret in (created, renewed, link, parse_qs(urlsplit(link).query)["token"][0]) if secret in kept
    ] == []
    assert "secret-" not in kept


def test_an_account_that_exists_is_refused_and_stays_as_it_is(host: Host) -> None:
    host.create()
    before = host.stack.get("bakery")

    answer = host.create(owner_email="somebody@else.example")

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "body.account_id")
    assert host.stack.get("bakery") == before


def test_an_identity_of_an_account_that_is_off_has_to_be_confirmed(host: Host) -> None:
    off = an_account("florist", status=Status.DISABLED, identities=("bakery.example",))
    host.stack.rows.accounts["florist"] = off

    refused, created = host.create(KEY), host.create(KEY, confirmed=True)

    assert (refused.status, created.status) == (409, 200)
    assert "florist, which is disabled" in refused.json["detail"]
    shared = {"identity": "bakery.example", "account_id": "florist", "status": "disabled"}
    assert created.json["identities_of_others"] == [shared]


# ---------------------------------------------------------------- what is cut off


def calls_of_creating() -> list[str]:
    host = Host()
    assert host.create(KEY).status == 200
    return list(host.stack.faults.calls)


EVERY_CALL = [
    pytest.param(number, when, id=f"{name} {when} {number}")
    for number, name in enumerate(calls_of_creating())
    for when in When
]


def is_whole(host: Host, answer: Any) -> None:
    """There is one account with one key, whose password was just given."""
    (key,) = host.stack.iam_users.users[USER].keys
    assert (answer.status, answer.json["smtp"]["username"]) == (200, key)
    assert answer.json["smtp"]["password"] == password_of(host, key)
    assert (host.stack.get("bakery").adding_run, host.stack.get("bakery").senders) == ("", (USER,))
    assert host.stack.identities.sets == {"bakery.example": "permille"}


@pytest.mark.parametrize(("number", "when"), EVERY_CALL)
def test_wherever_a_creation_is_killed_the_same_request_completes_it_or_says_what_was_made(
    host: Host, number: int, when: When
) -> None:
    """What the store remembers is an answer without password: then the account is whole, and its key is unknown."""
    host.stack.faults.fail(skip=number, when=when, error=Killed("injected"))
    with pytest.raises(Killed):
        host.create(KEY)

    again = host.create(KEY, LATER)

    if again.status == 200 and again.json["smtp"]["password"] is None:
        assert host.stack.rows.answers
        assert host.stack.get("bakery").adding_run == ""
        again = host.ask("/bakery/credential", {}, now=LATER)
        assert again.json["smtp"]["password"] == password_of(host, again.json["smtp"]["username"])
    else:
        is_whole(host, again)


@pytest.mark.parametrize(("number", "when"), EVERY_CALL)
def test_whatever_call_fails_the_same_request_completes_the_account_and_nothing_is_deleted_but_a_lost_key(
    host: Host, number: int, when: When
) -> None:
    host.stack.faults.fail(skip=number, when=when, error=Unavailable("injected"))
    first = host.create(KEY)
    assert first.status in (200, 503)  # a lost answer to the last write is read again
    host.stack.faults.heal()

    again = host.create(KEY, LATER)

    assert again.status == 200
    assert host.stack.get("bakery").adding_run == ""
    assert len(host.stack.iam_users.users[USER].keys) == 1
    assert {"accounts.remove", "identities.delete", "iam_users.delete"} & set(host.stack.faults.calls) == set()


def left_behind(host: Host, run: str = "request before", **changed: Any) -> None:
    """An account whose creation was killed after its key was made."""
    host.create()
    host.stack.rows.accounts["bakery"] = replace(host.stack.get("bakery"), adding_run=run, **changed)


def test_another_request_for_the_same_completes_what_was_killed_with_another_key(host: Host) -> None:
    left_behind(host)
    lost = host.stack.iam_users.users[USER].keys[0]

    answer = host.create("another")

    is_whole(host, answer)
    assert answer.json["smtp"]["username"] != lost


def test_what_completes_a_creation_says_which_records_are_left_to_publish(host: Host) -> None:
    """Those of the answer that was lost."""
    first = host.create(identities=["bakery.example", "ready.example", "bea@bakery.example"])
    host.stack.identities.verified.add("ready.example")
    host.stack.rows.accounts["bakery"] = replace(host.stack.get("bakery"), adding_run="request before")

    answer = host.create(identities=["bakery.example", "ready.example", "bea@bakery.example"])

    left = [one for one in first.json["records_to_publish"] if "ready" not in one["name"]]
    assert answer.json["records_to_publish"] == left
    assert answer.json["addresses_to_confirm"] == ["bea@bakery.example"]


def test_a_request_for_something_else_does_not_complete_it(host: Host) -> None:
    left_behind(host)

    answer = host.create(owner_email="somebody@else.example")

    assert (answer.status, "another request began to create bakery" in answer.json["detail"]) == (409, True)


def test_what_was_wrong_with_it_is_changed_first(host: Host) -> None:
    """Such as a domain that SES does not take: the id is not lost."""
    host.stack.faults.fail("identities.create", error=RequestRejected("creating the identity: AWS does not take it"))
    host.create()
    change = {"add_identities": ["bread.example"], "remove_identities": ["bakery.example"], "reason": "A typo"}

    refused = host.create(identities=["bread.example"])
    changed = host.ask("/bakery", change, method="PATCH")
    created = host.create(identities=["bread.example"])

    assert (refused.status, changed.status, created.status) == (409, 200, 200)
    assert host.stack.get("bakery").identities == ("bread.example",)
    assert created.json["smtp"]["password"]


def test_what_an_import_adds_is_the_imports_to_complete(host: Host) -> None:
    left_behind(host, run="9f2c")

    answer = host.create()

    assert (answer.status, "permille import" in answer.json["detail"]) == (409, True)


def completed_by_another(host: Host, keys: list[str]) -> None:
    """A later request cannot know that the first still runs: it completes the account, with a key of its own."""
    new = replace(NEW, adding_run="request later")
    key = create_account(host.made.onboarding, new, LATER, confirmed=False).added.key
    assert key
    keys.append(key.id)
    hand_over(host.made.onboarding, "bakery", "request later", key)


def after_its_key_was_made(host: Host, action: Callable[[], object]) -> None:
    faults = host.stack.faults  # the next row that is read is that of handing over
    faults.meanwhile("iam_users.create_key", lambda: faults.meanwhile("accounts.get", action))


def before_its_key_is_made(host: Host, action: Callable[[], object]) -> None:
    host.stack.faults.meanwhile("iam_users.create_key", action)


@pytest.mark.parametrize("at", [before_its_key_is_made, after_its_key_was_made])
def test_of_two_requests_at_once_one_alone_gets_a_password_that_works_and_there_is_one_key(
    host: Host, at: Callable[[Host, Callable[[], object]], None]
) -> None:
    later: list[str] = []
    at(host, lambda: completed_by_another(host, later))

    answer = host.create(KEY)

    assert (answer.status, "at the same time" in answer.json["detail"]) == (409, True)
    assert host.stack.iam_users.users[USER].keys == later
    assert host.create(KEY).json["smtp"]["password"] is None


def test_what_was_closed_before_it_was_complete_stays_closed(host: Host) -> None:
    left_behind(host)
    host.ask("/bakery/close", {"reason": "They left", "confirmed": True})

    answer = host.create()

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "body.account_id")
    assert "an id is never given again" in answer.json["detail"]


def test_a_renewal_that_was_cut_off_before_the_account_was_complete_ends_no_key_later(host: Host) -> None:
    left_behind(host)
    host.stack.faults.fail("iam_users.create_key", error=Killed("injected"))
    with pytest.raises(Killed):
        host.ask("/bakery/credential", {})
    handed_out = host.create().json["smtp"]["username"]

    renewed = host.ask("/bakery/credential", {"grace_hours": 24}, now=LATER)

    assert renewed.json["old_credential_works_until"]
    assert host.stack.iam_users.users[USER].keys == [handed_out, renewed.json["smtp"]["username"]]


def test_a_key_that_was_used_is_nobodys_to_delete(host: Host) -> None:
    left_behind(host)
    user = host.stack.iam_users.users[USER]
    user.used[user.keys[0]] = NOW

    answer = host.create()

    assert answer.status == 409
    assert len(user.keys) == 1


def test_iam_has_time_to_show_a_key_that_was_just_made(host: Host) -> None:
    waited: list[float] = []
    left_behind(host)
    services = host.services("request-9")
    onboarding = replace(services.onboarding, pause=waited.append)
    services = replace(services, changing=replace(services.changing, onboarding=onboarding))
    event = url_event("POST", ACCOUNTS, {"content-type": "application/json"}, BAKERY)
    event["requestContext"] |= {"requestId": "request-9", "authorizer": {"iam": {"userArn": CRM}}}

    provisioning_app.answer(services, event, LambdaContext(), NOW)

    assert waited == [KEYS_SHOW]


# ---------------------------------------------------------------- changing


def test_owner_and_identities_are_changed_and_the_timeline_says_by_whom(host: Host) -> None:
    host.create()
    body = {"owner_email": "new@bakery.example", "add_identities": ["Bread.Example"], "reason": "They sold the shop"}

    answer = host.ask("/bakery", body, method="PATCH")

    account = host.stack.get("bakery")
    assert answer.status == 200
    assert answer.json["changed"] == {
        "owner_email": {"before": "bea@bakery.example", "after": "new@bakery.example"},
        "identities": {"before": ["bakery.example"], "after": ["bakery.example", "bread.example"]},
    }
    assert answer.json["records_to_publish"]
    assert (account.owner_email, account.identities) == ("new@bakery.example", ("bakery.example", "bread.example"))
    (changed,) = host.stack.rows.told("bakery", "owner_changed")
    assert (changed.data["by"], changed.data["reason"]) == (CRM, "They sold the shop")


def test_a_change_that_is_made_already_changes_nothing(host: Host) -> None:
    host.create()
    before = host.stack.get("bakery")

    answer = host.ask("/bakery", {"owner_name": "Bea", "reason": "Again"}, method="PATCH")

    assert (answer.status, answer.json["changed"]) == (200, {})
    assert host.stack.get("bakery") == before


@pytest.mark.parametrize("name", ["add_senders", "accept_risk", "senders"])
def test_users_are_adopted_by_the_operators_command_alone(host: Host, name: str) -> None:
    host.create()

    answer = host.ask("/bakery", {"reason": "x", name: ["permille-old"]}, method="PATCH")

    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (422, [f"body.{name}"])


# ---------------------------------------------------------------- closing


def test_closing_has_to_be_confirmed_and_deletes_the_user(host: Host) -> None:
    host.create()

    refused = host.ask("/bakery/close", {"reason": "They left"})
    closed = host.ask("/bakery/close", {"reason": "They left", "confirmed": True}, now=LATER)
    again = host.ask("/bakery/close", {"reason": "They left", "confirmed": True}, now=LATER)

    assert (refused.status, "can never be enabled again" in refused.json["detail"]) == (409, True)
    assert closed.json == {
        "account_id": "bakery",
        "status": "closed",
        "deleted_senders": [USER],
        "kept_senders": [],
    }
    assert again.json == closed.json
    assert host.stack.iam_users.users == {}
    (told,) = host.stack.rows.told("bakery", "closed")
    assert (told.data["by"], told.data["reason"]) == (CRM, "They left")


def test_a_closing_that_was_cut_off_is_completed_by_the_same_request(host: Host) -> None:
    host.create()
    host.stack.faults.fail("iam_users.delete", error=Unavailable("injected"))
    first = host.ask("/bakery/close", {"reason": "They left", "confirmed": True}, key=KEY)

    again = host.ask("/bakery/close", {"reason": "They left", "confirmed": True}, key=KEY)

    assert (first.status, again.status) == (503, 200)
    assert host.stack.iam_users.users == {}
    assert len(host.stack.rows.told("bakery", "closed")) == 1


# ---------------------------------------------------------------- links and credentials


def test_a_link_opens_the_owners_report_and_the_system_timeline_says_who_made_it(host: Host) -> None:
    host.create()

    answer = host.ask("/bakery/owner-links", {"hours": 2})

    (token,) = parse_qs(urlsplit(answer.json["link"]).query)["token"]
    stack = host.stack
    claims, account = authenticate(token, stack.signer, stack.accounts, stack.link_register, LATER)
    assert account == stack.get("bakery")
    assert answer.json["expires_at"] == claims.expires_at.isoformat() == (NOW + timedelta(hours=2)).isoformat()
    (made,) = stack.rows.told(SYSTEM, "link_made")
    assert (made.data["by"], made.data["subject"]) == (CRM, "bakery")


def test_a_repeated_request_gets_the_same_link_and_it_is_told_once(host: Host) -> None:
    host.create()

    first, again = (host.ask("/bakery/owner-links", {}, key=KEY, now=at) for at in (NOW, LATER))

    assert first.json == again.json
    assert first.json["expires_at"] == (NOW + timedelta(days=7)).isoformat()
    assert len(host.stack.rows.told(SYSTEM, "link_made")) == 1


def test_a_lost_password_is_replaced(host: Host) -> None:
    host.create()
    first = host.ask("/bakery/credential", {"grace_hours": 24}, key=KEY)
    lost = host.ask("/bakery/credential", {"grace_hours": 24}, key=KEY)

    again = host.ask("/bakery/credential", {"lost": True}, now=LATER)

    assert first.json["old_credential_works_until"].startswith("2026-03-11T12:00:00.")
    assert (lost.status, lost.json["smtp"]["password"]) == (200, None)
    assert again.json["smtp"]["password"] == password_of(host, again.json["smtp"]["username"])
    assert again.json["smtp"]["username"] in host.stack.iam_users.users[USER].keys
    assert [entry.data["by"] for entry in host.stack.rows.told("bakery", "credential_renewed")] == [CRM, CRM]


# ---------------------------------------------------------------- requests that are refused

LONG = "x" * 400
WRONG: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("POST", "", {}, ["account_id", "owner_email", "identities"]),
    (
        "POST",
        "",
        {"account_id": "Bakery!", "owner_email": "nobody", "timezone": "Mars/Base", "identities": ["*"], "owner": "x"},
        ["account_id", "owner_email", "timezone", "identities.0", "owner"],
    ),
    (
        "POST",
        "",
        {"owner_name": "a\u0000b", "confirmed": 1},
        ["account_id", "owner_email", "owner_name", "identities", "confirmed"],
    ),
    ("POST", "", {"identities": []}, ["account_id", "owner_email", "identities"]),
    ("POST", "", {"owner_email": LONG, "timezone": ""}, ["account_id", "owner_email", "timezone", "identities"]),
    ("PATCH", "/bakery", {"owner_email": 1}, ["reason", "owner_email"]),
    ("PATCH", "/bakery", {"reason": " "}, ["reason"]),
    ("PATCH", "/bakery", {"reason": "Why not"}, []),
    ("PATCH", "/bakery", {"reason": "x", "owner_name": None, "add_identities": []}, ["add_identities", "owner_name"]),
    (
        "PATCH",
        "/bakery",
        {"reason": "x", "add_identities": ["a b"], "remove_identities": "c"},
        ["add_identities.0", "remove_identities"],
    ),
    ("POST", "/bakery/close", {"confirmed": True}, ["reason"]),
    ("POST", "/bakery/owner-links", {"hours": 721}, ["hours"]),
    ("POST", "/bakery/owner-links", {"hours": 1.5}, ["hours"]),
    ("POST", "/bakery/owner-links", {"days": 1}, ["days"]),
    ("POST", "/bakery/credential", {"grace_hours": -1, "lost": "yes"}, ["grace_hours", "lost"]),
]


@pytest.mark.parametrize(("method", "path", "body", "fields"), WRONG, ids=str)
def test_every_wrong_field_is_named_and_nothing_is_done(
    host: Host, method: str, path: str, body: dict[str, Any], fields: list[str]
) -> None:
    host.create()
    before = dict(host.stack.rows.accounts)

    answer = host.ask(path, body, method=method)

    named = sorted(f"body.{field}" for field in fields) or ["body"]
    assert (answer.status, sorted(one["field"] for one in answer.json["errors"])) == (422, named)
    assert host.stack.rows.accounts == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"remove_identities": ["bakery.example"]}, "body.remove_identities"),
        ({"add_identities": ["a.example"], "remove_identities": ["a.example"]}, "body.add_identities"),
    ],
)
def test_a_field_that_the_use_case_refuses_has_the_requests_name(
    host: Host, changed: dict[str, Any], field: str
) -> None:
    host.create()

    answer = host.ask("/bakery", {"reason": "x", **changed}, method="PATCH")

    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    "changed",
    [
        {"owner_email": "bea.baker@bakery"},
        {"identities": ["bea.baker@bakery"]},
        {"timezone": "bea.baker"},
        {"bea.baker": True},
        {"account_id": "florist", "identities": ["bea.baker@bakery.example"]},
    ],
)
def test_the_log_repeats_nothing_of_what_was_refused(
    host: Host, caplog: pytest.LogCaptureFixture, changed: dict[str, Any]
) -> None:
    off = an_account("oldshop", status=Status.DISABLED, identities=("bea.baker@bakery.example",))
    host.stack.rows.accounts["oldshop"] = off

    refused = host.create(**changed)

    logged = written(caplog)
    assert (refused.status in (409, 422), "bea.baker" in json.dumps(refused.json)) == (True, True)
    assert ("provisioning.refused" in logged, "bea.baker" in logged) == (True, False)


def test_what_is_no_request_is_refused(host: Host) -> None:
    answers = [
        host.ask(body="{"),
        host.ask(body=BAKERY, headers={"content-type": "text/plain"}),
        host.ask(body={"account_id": "x" * 20_000}),
        host.ask("/nobody/close", {"reason": "x", "confirmed": True}),
        host.ask("/No_Id/close", {"reason": "x", "confirmed": True}),
        host.ask("/bakery", method="DELETE"),
        host.ask("?dry_run=yes", BAKERY),
        host.ask(body=BAKERY, key="\u00e9"),
    ]

    assert [answer.status for answer in answers] == [400, 415, 413, 404, 404, 405, 422, 422]
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    assert host.stack.rows.accounts == {}


def test_somebody_who_invokes_the_function_itself_is_refused(host: Host) -> None:
    event = url_event("POST", ACCOUNTS, {"content-type": "application/json"}, BAKERY)
    forged = {**event, "requestContext": event["requestContext"] | {"authorizer": {"iam": {"userArn": CRM}}}}

    answers = [provisioning_app.answer(host.services("another"), one, LambdaContext(), NOW) for one in (event, forged)]

    assert [answer["statusCode"] for answer in answers] == [403, 403]
    assert host.stack.rows.accounts == {}


def test_what_aws_refuses_for_good_is_logged_and_not_told(host: Host) -> None:
    host.stack.faults.fail("iam_users.create", error=PermissionDenied("creating a user: AWS does not allow it"))

    answer = host.create()

    assert (answer.status, "AWS" in answer.text) == (500, False)


def test_the_api_adds_what_the_command_adds() -> None:
    """The same use case: the row of either differs in who added it alone."""
    by_host, by_command = Host(), Host()
    by_host.create()
    add_account(by_command.stack.onboarding, NEW, NOW)

    rows = [replace(one.stack.get("bakery"), revision=0, version=0) for one in (by_host, by_command)]
    assert rows[0].route_changes is not None
    assert replace(rows[0], route_changes=rows[1].route_changes) == rows[1]
