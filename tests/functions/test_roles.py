"""Each function's role lets its adapters make their calls, and bounds what a function could do that was taken over.

Decided offline, by tests/support/iam.py: of what is decided here the embedded AWS knows nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import boto3
import pytest
from functions.notify.app import handler as notify
from tests.functions.conftest import Cloud
from tests.support.builders import (
    ACCOUNT,
    NOW,
    PATIENCE,
    STAFF,
    TODAY,
    LambdaContext,
    a_complaint_count,
    a_complaint_entry,
    a_count,
    a_provider,
    a_provider_request,
    a_request,
    a_reset,
    an_account,
    an_entry,
    bounce_counts,
    decided,
    records,
    sqs_record,
    stopped_mail,
)
from tests.support.doctor_fakes import without_ses
from tests.support.iam import Request, attributes, is_allowed, recorded, requests_of, statements, tables_of
from tests.support.webhook_fakes import ENDPOINT

from permille.aws.account_models import AccountRow
from permille.aws.replay_clock import ReplayedTime
from permille.bootstrap.access import access_services
from permille.bootstrap.api import api_services
from permille.bootstrap.console import console_services
from permille.bootstrap.doctor import doctor_services
from permille.bootstrap.enforce import enforce_services
from permille.bootstrap.ingest import ingest_services
from permille.bootstrap.notify import notify_services
from permille.bootstrap.providers import providers_services
from permille.bootstrap.provisioning import provisioning_services
from permille.bootstrap.webhook import webhook_runtime
from permille.domain.account.account import Account
from permille.domain.account.account_search import AccountFilter, AccountSearch
from permille.domain.account.correction import Correction, Void
from permille.domain.account.owner_acts import OwnerActs
from permille.domain.login.links import LinkRole
from permille.domain.people.staff_commands import ChangeIdentities, ChangeOwner, Close
from permille.domain.people.system_commands import MakeLink
from permille.domain.policy.ses_review import Harm
from permille.domain.rules.breaker import OpenBreaker, PassBreaker, ReturnPass
from permille.domain.sending.suppression import Addition
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.kinds.system import ModeEntered
from permille.domain.timeline.timeline import entry, system_entry
from permille.domain.values.status import Mode, Status
from permille.ports.accounts import Lap
from permille.ports.answers import KeyedRequest
from permille.ports.history import EntrySelection
from permille.usecases.decisions import decisions
from permille.usecases.doctor.doctor import scheduled
from permille.usecases.login.issue_links import issue_link

HOUR = "2026-03-10T12"
COUNTED = a_complaint_count("m-0")


def ingests() -> None:
    services = ingest_services()
    ledger = services.ledger
    told = [a_complaint_entry("m-1", NOW, subject=subject) for subject in ("", "Buns")]
    complaint, fuller = (replace(a_complaint_count("m-1"), entry=entry) for entry in told)
    ledger.senders_for(["permille-bakery"])
    ledger.count([a_count(), complaint, replace(a_complaint_count("m-2"), once="person#1")], NOW, PATIENCE)
    ledger.count(bounce_counts("bob@example.com"), NOW, PATIENCE)
    ledger.add_mail_details(fuller)
    for bounced in (True, False):
        ledger.mark_due(ACCOUNT, NOW, bounced=bounced)
    for address in ("owner@bakery.example", ""):
        mark = f"owner#{address}"
        ledger.mark_owner_mail(mark, stopped_mail(ACCOUNT, NOW, "bounced", mark), address)
    ledger.suppressions.complaints_about(ACCOUNT, "m-2", "ann@example.com")
    ledger.suppressions.identities_of(ACCOUNT, "ann@example.com")
    ledger.suppressions.lift(ACCOUNT, ["complaint#m-2"], an_entry("unsuppressed"))
    services.quarantine.keep("hello", "unreadable", "", NOW)
    ReplayedTime(table="ControlTable").ahead()


def enforces() -> None:
    the = enforce_services()
    accounts = the.accounts
    read = the_account()
    off = replace(read, status=Status.DISABLED, epochs=(*read.epochs, NOW), switch_generation=2)
    passing = PassBreaker(HOUR, 5, beyond_doubt=False)
    accounts.save(read, off, [an_entry("disabled")], passing, ReturnPass("2026-03-10T11"))
    accounts.save(the_account(), replace(the_account(), strikes=3), [], OpenBreaker(NOW))
    assert ACCOUNT not in accounts.due(NOW, 10)
    accounts.page("", 10)
    taken = the.switching.leases.acquire_lease(the_account(), {}, NOW)
    the.switching.leases.release_lease(taken, taken.credential)
    the.tallies.days(ACCOUNT, 1, TODAY)
    the.timeline.since(ACCOUNT, NOW)
    the.bounces.page(ACCOUNT, "", 10)
    the.control.breaker(HOUR)
    the.control.lap()
    the.control.save_lap(Lap(done=True))
    the.control.enter_mode(system_entry(NOW, ModeEntered(mode=Mode.ENFORCE, before="")))
    the.heartbeat.last()
    the.quarantine.oldest()
    ReplayedTime(table="ControlTable").ahead()
    ReplayedTime(table="ControlTable").set(timedelta(days=1))


def the_account() -> Account:
    account = enforce_services().accounts.get(ACCOUNT)
    assert account
    return account


def hands_on() -> None:
    the = notify_services(LambdaContext())
    the.accounts.get(ACCOUNT)
    the.timeline.get(ACCOUNT, an_entry().id)
    the.idempotency.run_once("mail#1", lambda: None)
    with pytest.raises(ZeroDivisionError):
        the.idempotency.run_once("mail#2", lambda: [1 // 0].clear())
    the.staff_count.next(NOW)
    the.webhook.get()
    ReplayedTime(table="ControlTable").ahead()


def posts() -> None:
    the = webhook_runtime().services
    assert the.endpoints.get() is None
    the.endpoints.mark_gone(ENDPOINT, NOW)


def issues() -> None:
    the = access_services()
    for name in ("Anna", "Bob"):
        issue_link(the, MakeLink(role=LinkRole.STAFF, name=name, lasts=timedelta(hours=1), by=STAFF), NOW)
    ReplayedTime(table="ControlTable").ahead()


def shows_and_decides() -> None:
    console = console_services()
    desk, accounts = console.desk, console.accounts
    void = Correction(COUNTED.identity, TODAY, 1, Void(NOW, STAFF, "A test"))
    for number, change in enumerate((void, replace(void, void=None))):
        read = the_account()
        due = replace(read, due_at=NOW, epochs=(*read.epochs, NOW))
        accounts.save(read, due, [an_entry("complaint_voided", NOW + timedelta(hours=number))], change)
    desk.account_index.awaiting_support(10)
    for only in (None, *AccountFilter):
        desk.account_index.find(AccountSearch("bak", only), 10, NOW)
    desk.account_counts.count_awaiting_support(10)
    desk.account_counts.count_held(10)
    desk.account_index.by_risk(10, sending=True)
    desk.account_index.with_most(Harm.COMPLAINTS, 10, TODAY, TODAY)
    desk.account_index.with_most(Harm.BOUNCES, 10, TODAY, TODAY)
    reads(console)
    console.timeline.get(ACCOUNT, "e-1")
    desk.log.append(an_entry("note"))
    accounts.is_voided(ACCOUNT, "complaint#m-2")
    desk.suppressions.lift(
        ACCOUNT, desk.suppressions.identities_of(ACCOUNT, "ann@example.com"), an_entry("unsuppressed")
    )
    list(desk.suppressions.records(ACCOUNT))
    desk.additions.add(ACCOUNT, [Addition("bob@example.com", NOW, "They asked", STAFF)], an_entry("suppressed"))
    desk.quarantine_count.count(10)
    desk.control.lap()
    desk.control.breaker(HOUR)
    desk.breaker_admin.last_reset()
    desk.breaker_admin.reset_breaker(HOUR, 4, a_reset())
    console.authenticator.register.get(LinkRole.STAFF, "Anna")
    ReplayedTime(table="ControlTable").ahead()


def reads(world: Any) -> None:
    """What pages and API alike show of an account."""
    world.accounts.get(ACCOUNT)
    world.tallies.by_epoch(ACCOUNT, TODAY)
    world.timeline.since(ACCOUNT, NOW)
    world.timeline.latest(ACCOUNT, 10)
    world.timeline.page(ACCOUNT, "", 10)
    world.timeline.page(ACCOUNT, "", 10, EntrySelection(newest_first=True, since=NOW))
    world.timeline.about(ACCOUNT, Topic.REPORTS, 10)
    world.bounces.latest(ACCOUNT, "", 10)
    world.bounces.page(ACCOUNT, "", 10)


def answers() -> None:
    api = api_services(LambdaContext())
    reads(api)
    api.timeline.get(ACCOUNT, an_entry().id)
    list(api.suppressions.records(ACCOUNT))
    off = replace(the_account(), status=Status.DISABLED)
    asked = decided(off, a_request())
    api.accounts.save(off, asked.account, asked.entries)
    api.authenticator.register.get(LinkRole.PLATFORM, "crm")
    for status in (None, *Status):
        api.account_list.by_id(10, "", status)
    keyed = KeyedRequest("crm", "key", {})
    api.answers.answer_once(keyed, dict)
    api.answers.answer_once(keyed, dict)
    with pytest.raises(ZeroDivisionError):
        api.answers.answer_once(KeyedRequest("crm", "another", {}), lambda: {"failed": 1 // 0})
    ReplayedTime(table="ControlTable").ahead()


def checks() -> None:
    """All its checks, most of which cannot read anything here."""
    the = without_ses(doctor_services())
    scheduled(the, NOW)
    the.accounts.page("", 10)
    the.accounts.get(ACCOUNT)
    list(the.probes.senders.all())
    the.tallies.by_epoch(ACCOUNT, TODAY)
    the.probes.quarantine.count(10)
    the.probes.checkups.last()
    the.control.breaker(HOUR)
    the.control.lap()
    ReplayedTime(table="ControlTable").ahead()


def connects() -> None:
    the = providers_services()
    read = the_account()
    made = replace(read, provider_request=a_provider_request(), owner_acts=OwnerActs(TODAY, logins=1))
    the.accounts.save(read, made, [an_entry("provider_requested")])
    asked = the_account()
    connected = replace(asked, provider=a_provider(), provider_request=None, decided_at=NOW)
    the.accounts.save(asked, connected, [an_entry("provider_connected")])
    ReplayedTime(table="ControlTable").ahead()


def provisions() -> None:
    """Those that a creation, a change, a renewal and a closing make."""
    the = provisioning_services(LambdaContext())
    accounts = the.onboarding.accounts
    list(accounts.all())
    assert accounts.owner_of("permille-florist") == ""
    florist = an_account("florist", senders=("permille-florist",), adding_run="request 1")
    added = accounts.add(florist, [entry("florist", NOW, Created(senders=florist.senders, by=STAFF))])
    whole = accounts.save(added, replace(added, adding_run=""), [])
    owner = ChangeOwner(owner_email="new@florist.example", owner_name="Flo", timezone="UTC", reason="R", by=STAFF)
    changed = decisions.apply(the.changing, whole.id, owner, NOW + timedelta(hours=1))
    identities = ChangeIdentities(before=changed.identities, after=("florist.example",), reason="R", by=STAFF)
    decisions.apply(the.changing, whole.id, identities, NOW + timedelta(hours=2))
    read = accounts.get("florist")
    assert read
    leased = the.changing.leases.acquire_lease(read, {}, NOW)
    the.changing.leases.release_lease(leased, leased.credential)
    decisions.apply(the.changing, "florist", Close(reason="R", by=STAFF), NOW + timedelta(hours=3))
    the.links.timeline.append(system_entry(NOW, ModeEntered(mode=Mode.ENFORCE, before="")))
    keyed = KeyedRequest("crm", "key", {})
    the.answers.answer_once(keyed, dict)
    the.answers.answer_once(keyed, dict)
    with pytest.raises(ZeroDivisionError):
        the.answers.answer_once(KeyedRequest("crm", "another", {}), lambda: {"failed": 1 // 0})
    ReplayedTime(table="ControlTable").ahead()


CALLS: Mapping[str, Callable[[], None]] = {
    "IngestComplaint": ingests,
    "Enforce": enforces,
    "Notify": hands_on,
    "Webhook": posts,
    "Access": issues,
    "Providers": connects,
    "Provisioning": provisions,
    "Console": shows_and_decides,
    "Api": answers,
    "Doctor": checks,
}
each_function = pytest.mark.parametrize("function", CALLS)


_ASKED: dict[str, list[Request]] = {}


@pytest.fixture
def asked(request: pytest.FixtureRequest, function: str) -> list[Request]:
    """What the ports of a function ask of DynamoDB, each called in every way there is."""
    if function not in _ASKED:
        _ASKED[function] = _asked(request.getfixturevalue("cloud"), function)
    return _ASKED[function]


def _asked(cloud: Cloud, function: str) -> list[Request]:
    cloud.open()
    ingest_services().ledger.count([COUNTED], NOW, PATIENCE)
    ingest_services.cache_clear()  # a function of its own, whose heartbeat has not been heard yet
    with recorded() as requests:
        CALLS[function]()
    return [request for _, request in requests]


@each_function
def test_every_call_of_a_functions_ports_is_allowed(function: str, asked: list[Request]) -> None:
    assert [request for request in asked if not is_allowed(function, request)] == []


@each_function
def test_nothing_is_allowed_that_no_call_needs(function: str, asked: list[Request]) -> None:
    """Neither an action on a table nor an attribute of a write; few of those that decisions write are written here."""
    done = {(request.action, request.resource) for request in asked}
    assert granted(function) - done == ({KEPT_RECORD} if function in ("Notify", "Api", "Provisioning") else set())
    for action, table in done - (set() if function == "IngestComplaint" else {("UpdateItem", "AccountsTable")}):
        named = {name for one in asked if (one.action, one.resource) == (action, table) for name in attributes_of(one)}
        assert attributes(function, action, table) - named == set()


KEPT_RECORD = ("GetItem", "IdempotencyTable")  # Powertools asks, where a refused write did not bring the row


def attributes_of(request: Request) -> list[str]:
    return list(request.context.get("dynamodb:Attributes", []))


def granted(function: str) -> set[tuple[str, str]]:
    return {
        (action.removeprefix("dynamodb:"), table)
        for one in statements(function)
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
        for table in tables_of(one)
        if action.startswith("dynamodb:")
    }


OF_OWNERS = ("owner_email", "owner_name", "owner", "every", "timezone", "provider", "provider_request", "search_text")
OF_SENDERS = ("senders", "identities", "risks_accepted")
OF_LINKS_AND_MAILS = ("links_valid_since", "owner_mail")
OF_OWNERS_ACTS = ("owner_acts",)
OF_THE_SWITCH = ("deactivated", "applied", "applied_at", "observed", "lease", "leased_until")
OF_ADDING = ("adding_run",)
OF_NOTICES = ("bounced_at", "bounces_reported_until")


@pytest.mark.parametrize(
    ("function", "kept"),
    [
        ("Enforce", {*OF_OWNERS, *OF_SENDERS, *OF_LINKS_AND_MAILS, *OF_OWNERS_ACTS, *OF_ADDING}),
        ("Console", {*OF_OWNERS, *OF_SENDERS, "links_valid_since", *OF_THE_SWITCH, *OF_NOTICES, *OF_ADDING}),
    ],
)
def test_whoever_decides_may_write_all_of_an_account_but_what_others_decide(function: str, kept: set[str]) -> None:
    """That nothing else is written is looked at in each test of a use case (tests/support/within_role.py)."""
    assert AccountRow.get_attributes().keys() - attributes(function, "UpdateItem", "AccountsTable") == kept


# ---------------------------------------------------------------- what a function that was taken over could try

Abuse = tuple[str, Mapping[str, Any]]


def an_update(table: str, key: Mapping[str, str], *names: str, **more: Any) -> Abuse:
    """By placeholders, so that the names are seen where they are resolved."""
    placeholders = {f"#{number}": name for number, name in enumerate(names)}
    expression = "SET " + ", ".join(f"{placeholder} = :v" for placeholder in placeholders)
    named: dict[str, Any] = {"ExpressionAttributeNames": placeholders, "ExpressionAttributeValues": {":v": {"S": "x"}}}
    return "UpdateItem", {"TableName": table, "Key": marshalled(key), "UpdateExpression": expression, **named, **more}


def in_a_transaction(abuse: Abuse) -> Abuse:
    action, params = abuse
    return "TransactWriteItems", {"TransactItems": ({action.removesuffix("Item"): params},)}


def marshalled(row: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in row.items()}


def a_put(table: str, **row: str) -> Abuse:
    return "PutItem", {"TableName": table, "Item": marshalled(row)}


def a_deletion(table: str, **key: str) -> Abuse:
    return "DeleteItem", {"TableName": table, "Key": marshalled(key)}


def a_look(table: str, **key: str) -> Abuse:
    return "GetItem", {"TableName": table, "Key": marshalled(key)}


def a_batch_of(table: str, key: Mapping[str, str]) -> Abuse:
    return "BatchGetItem", {"RequestItems": {table: {"Keys": (marshalled(key),)}}}


def of_records(abuse: Callable[..., Abuse]) -> Callable[..., Abuse]:
    return partial(abuse, "IdempotencyTable")


ACCOUNTS = ("AccountsTable", {"account_id": ACCOUNT})
LINKS, BREAKER = ("ControlTable", {"name": "links#staff"}), ("ControlTable", {"name": "breaker"})
CARD = ("ComplaintsTable", {"account_id": ACCOUNT, "identity": "complaint#m-1"})
HOOK = ("ControlTable", {"name": "webhook"})
ENTRY = {"account_id": ACCOUNT, "entry_id": "e-1"}
OF_DECISIONS = ("status", "switch_generation", "exemption", "trial", "denial", "renewal", "strikes", "epochs")
NOT_OWNER = [name for name in (*OF_OWNERS, *OF_SENDERS, *OF_LINKS_AND_MAILS) if name not in ("owner", "owner_mail")]
ABUSES: list[tuple[str, Abuse]] = [
    # what decides about keys, mails and links is not counting's to write
    *(("IngestComplaint", an_update(*ACCOUNTS, name)) for name in (*NOT_OWNER, *OF_THE_SWITCH, *OF_DECISIONS)),
    ("IngestComplaint", in_a_transaction(an_update(*ACCOUNTS, "due", "due_at", "status"))),
    ("IngestComplaint", an_update(*ACCOUNTS, "due", ReturnValues="ALL_NEW")),  # an account's row, read
    ("IngestComplaint", an_update(*ACCOUNTS, "due", ConditionExpression="owner_email = :v")),  # and guessed at
    ("IngestComplaint", a_put("AccountsTable", account_id=ACCOUNT)),
    ("IngestComplaint", a_look("AccountsTable", account_id=ACCOUNT)),
    ("IngestComplaint", an_update(*CARD, "voided")),
    ("IngestComplaint", a_put("ComplaintsTable", **CARD[1], voided="x")),
    ("IngestComplaint", an_update("TimelineTable", ENTRY, "kind")),
    ("IngestComplaint", an_update("TimelineTable", ENTRY, "facts", ReturnValues="ALL_OLD")),
    ("IngestComplaint", an_update(*LINKS, "valid_since")),
    ("IngestComplaint", an_update(*BREAKER, "granted")),
    ("IngestComplaint", a_look(*LINKS[:1], name="links#staff")),
    ("IngestComplaint", a_put("TalliesTable", account_id=ACCOUNT, day_epoch_shard="2026-03-10#0001#0")),
    # a link that was revoked stays so, and the breaker is people's to reset
    *(("Enforce", an_update(*LINKS, name)) for name in ("valid_since", "last_issued", "passed")),
    ("Enforce", in_a_transaction(an_update(*LINKS, "valid_since"))),
    ("Enforce", a_put("ControlTable", name="links#staff", active="0")),
    ("Enforce", a_put("ControlTable", name="breaker", active="0")),
    ("Enforce", a_look("ControlTable", name="links#staff")),
    *(("Enforce", an_update(*BREAKER, name)) for name in ("granted", "reset_by")),
    *(("Enforce", an_update(*ACCOUNTS, name)) for name in (*OF_OWNERS, *OF_SENDERS, *OF_LINKS_AND_MAILS)),
    ("Enforce", in_a_transaction(an_update(*ACCOUNTS, "status", "owner_email"))),
    ("Enforce", a_put("AccountsTable", account_id=ACCOUNT)),
    ("Enforce", an_update("SendersTable", {"caller_identity": "permille-bakery"}, "ignored")),
    ("Enforce", an_update("TimelineTable", ENTRY, "facts")),
    # who hands on writes nothing but what was handed on
    ("Notify", an_update(*ACCOUNTS, "owner_email")),
    ("Notify", a_put("TimelineTable", **ENTRY)),
    ("Notify", a_look("ControlTable", name="links#staff")),
    ("Notify", a_look("SendersTable", caller_identity="permille-bakery")),
    # who posts learns where to, and writes that nothing can be posted there any more
    ("Notify", an_update(*HOOK, "url")),
    *(("Webhook", an_update(*HOOK, name)) for name in ("url", "kinds", "since", "valid_since")),
    ("Webhook", a_put("ControlTable", name="webhook", url="https://x.example")),
    ("Webhook", a_deletion("ControlTable", name="webhook")),
    ("Webhook", an_update(*LINKS, "gone_at")),
    ("Webhook", a_look("ControlTable", name="links#staff")),
    ("Webhook", a_look("ControlTable", name="replay_clock")),
    ("Webhook", a_look(*ACCOUNTS[:1], account_id=ACCOUNT)),
    ("Webhook", a_look("TimelineTable", **ENTRY)),
    # who lets people in writes who was, and nothing about accounts, the breaker or what was written before
    ("Access", a_look(*ACCOUNTS[:1], account_id=ACCOUNT)),
    ("Access", an_update(*ACCOUNTS, "owner_email")),
    ("Access", an_update(*BREAKER, "granted")),
    ("Access", an_update(*LINKS, "passed")),
    ("Access", a_put("ControlTable", name="links#staff")),
    ("Access", a_deletion("ControlTable", name="links#staff")),
    ("Access", a_put("TimelineTable", **ENTRY)),
    ("Access", an_update("TimelineTable", {"account_id": "#system", "entry_id": "e-1"}, "facts")),
    # who connects providers changes nothing else of an account
    *(("Providers", an_update(*ACCOUNTS, name)) for name in (*OF_DECISIONS, *OF_THE_SWITCH, *OF_SENDERS)),
    *(("Providers", an_update(*ACCOUNTS, name)) for name in ("owner_email", "links_valid_since", "owner_mail", "due")),
    ("Providers", a_put("AccountsTable", account_id=ACCOUNT)),
    ("Providers", an_update("TimelineTable", ENTRY, "facts")),
    ("Providers", a_look("ControlTable", name="links#staff")),
    ("Providers", a_look("ComplaintsTable", **CARD[1])),
    # who makes accounts decides nothing of what the rules and support decide, but that one is closed
    *(
        ("Provisioning", an_update(*ACCOUNTS, name))
        for name in (
            "exemption",
            "epochs",
            "strikes",
            "denial",
            "assessment",
            "provider",
            "provider_request",
            "senders",
            "risks_accepted",
        )
    ),
    *(
        ("Provisioning", a_put("AccountsTable", account_id=ACCOUNT, **{name: "x"}))  # nor by a row in its place
        for name in ("exemption", "trial", "review", "denial", "assessment", "provider", "provider_request", "renewal")
    ),
    ("Provisioning", an_update("SendersTable", {"caller_identity": "permille-bakery"}, "account_id")),
    ("Provisioning", a_put("SendersTable", caller_identity="permille-bakery", ignored="x")),
    ("Provisioning", a_deletion("SendersTable", caller_identity="permille-bakery")),
    ("Provisioning", a_look("TimelineTable", **ENTRY)),
    ("Provisioning", an_update("TimelineTable", ENTRY, "facts")),
    ("Provisioning", a_look("ControlTable", name="links#staff")),
    ("Provisioning", an_update(*LINKS, "valid_since")),
    ("Provisioning", an_update(*BREAKER, "granted")),
    ("Provisioning", a_look(CARD[0], **CARD[1])),
    *(
        ("Provisioning", abuse(id="answer#1"))
        for abuse in (of_records(a_put), of_records(a_look), of_records(a_deletion))
    ),
    # pages decide about accounts: never whose they are, and no key
    *(
        ("Console", an_update(*ACCOUNTS, name))
        for name in (*OF_OWNERS, *OF_SENDERS, "links_valid_since", *OF_THE_SWITCH)
    ),
    ("Console", in_a_transaction(an_update(*ACCOUNTS, "status", "owner_email"))),
    ("Console", a_put("AccountsTable", account_id=ACCOUNT)),
    ("Console", an_update(*LINKS, "valid_since")),
    ("Console", an_update(*BREAKER, "passed")),
    ("Console", an_update("SendersTable", {"caller_identity": "permille-bakery"}, "ignored")),
    ("Console", an_update(*CARD, "facts")),
    ("Console", an_update("TalliesTable", {"account_id": ACCOUNT, "day_epoch_shard": "d"}, "delivered")),
    ("Console", an_update("TimelineTable", ENTRY, "facts")),
    # the API asks for a review, and decides nothing
    *(("Api", an_update(*ACCOUNTS, name)) for name in (*OF_OWNERS, *OF_SENDERS, *OF_LINKS_AND_MAILS, *OF_THE_SWITCH)),
    *(("Api", an_update(*ACCOUNTS, name)) for name in (*OF_DECISIONS, "assessment")),
    ("Api", in_a_transaction(an_update(*ACCOUNTS, "review", "trial"))),
    ("Api", an_update(*CARD, "suppressed_since")),
    # records of what was answered and of what was notified are one table's, and each function's own
    *(("Api", abuse(id="handed-on#1")) for abuse in (of_records(a_put), of_records(a_look), of_records(a_deletion))),
    *(("Notify", abuse(id="answer#1")) for abuse in (of_records(a_put), of_records(a_look), of_records(a_deletion))),
    ("Api", an_update(*LINKS, "valid_since")),
    # the doctor writes what it found, and nothing else
    *(("Doctor", an_update(*ACCOUNTS, name)) for name in (*OF_DECISIONS, *OF_THE_SWITCH, "owner_email")),
    ("Doctor", a_put("AccountsTable", account_id=ACCOUNT)),
    ("Doctor", a_put("SendersTable", caller_identity="permille-bakery")),
    ("Doctor", a_put("TimelineTable", **ENTRY)),
    ("Doctor", a_put("ControlTable", name="doctor", opened_at="x")),
    ("Doctor", a_put("ControlTable", name="breaker", checkup="x")),
    ("Doctor", an_update(*BREAKER, "granted")),
    ("Doctor", an_update(*LINKS, "valid_since")),
    ("Doctor", a_look(*LINKS[:1], name="links#staff")),
    ("Doctor", a_look("TimelineTable", **ENTRY)),
    # its URL can have a password, and is read by who queues and who posts
    *((function, a_look(HOOK[0], **HOOK[1])) for function in CALLS if function not in ("Notify", "Webhook")),
    *((function, a_batch_of(*HOOK)) for function in ("Console", "Api", "Access", "Doctor")),
    # a history is nobody's to delete
    *((function, a_deletion("TimelineTable", **ENTRY)) for function in CALLS),
    *((function, a_deletion("ComplaintsTable", **CARD[1])) for function in CALLS),
    *((function, a_deletion("AccountsTable", account_id=ACCOUNT)) for function in CALLS),
    *((function, in_a_transaction(a_deletion("TimelineTable", **ENTRY))) for function in CALLS),
]


@pytest.mark.parametrize(("function", "abuse"), ABUSES)
def test_what_a_function_need_not_do_it_may_not_do(function: str, abuse: Abuse) -> None:
    assert not any(is_allowed(function, request) for request in requests_of(*abuse))


def test_an_abuse_is_denied_for_what_is_wrong_with_it_alone() -> None:
    """The same calls without it are allowed."""
    fine = [
        ("IngestComplaint", an_update(*ACCOUNTS, "due", "due_at")),
        ("IngestComplaint", in_a_transaction(an_update(*ACCOUNTS, "due"))),
        ("IngestComplaint", an_update(*CARD, "facts")),
        ("Enforce", an_update(*ACCOUNTS, "status")),
        ("Enforce", an_update(*BREAKER, "opened_at")),
        ("Enforce", an_update("ControlTable", {"name": "breaker#2026-03-10T12"}, "passed")),
        ("Enforce", a_put("ControlTable", name="accounts", active="0")),
        ("Notify", a_look("ControlTable", name="replay_clock")),
        ("Notify", a_look("ControlTable", name="webhook")),
        ("Webhook", a_look("ControlTable", name="webhook")),
        ("Webhook", an_update(*HOOK, "gone_url", "gone_at")),
        ("Console", an_update(*ACCOUNTS, "status")),
        ("Console", an_update(*BREAKER, "granted")),
        ("Console", an_update(*CARD, "voided")),
        ("Api", an_update(*ACCOUNTS, "review")),
        ("Api", a_look("IdempotencyTable", id="answer#1")),
        ("Notify", a_look("IdempotencyTable", id="handed-on#1")),
        ("Provisioning", a_look("IdempotencyTable", id="provisioning#1")),
        ("Provisioning", an_update(*ACCOUNTS, "owner_email")),
        ("Provisioning", a_put("AccountsTable", account_id=ACCOUNT, owner_email="x")),
        ("Provisioning", a_put("SendersTable", caller_identity="permille-bakery", account_id=ACCOUNT)),
        ("Doctor", a_put("ControlTable", name="doctor", checkup="x")),
    ]

    assert [one for one in fine if not all(is_allowed(one[0], request) for request in requests_of(*one[1]))] == []


# ---------------------------------------------------------------- the rules that decide it


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ({"UpdateExpression": "SET a = :a, #0 = if_not_exists(#0, :b) REMOVE d"}, {"a", "c", "d"}),
        ({"UpdateExpression": "ADD delivered :d, b.deep :c"}, {"delivered", "b"}),
        (
            {"ConditionExpression": "attribute_not_exists(a) OR (size(b) > :a AND NOT contains (d, :x))"},
            {"a", "b", "d"},
        ),
        ({"ConditionExpression": "a BETWEEN :from AND :to", "UpdateExpression": "DELETE b :x"}, {"a", "b"}),
    ],
)
def test_the_attributes_of_a_request_are_those_that_its_expressions_name(
    expression: Mapping[str, str], named: set[str]
) -> None:
    key = marshalled({"identity": "x"})
    params = {"TableName": "SeenTable", "Key": key, "ExpressionAttributeNames": {"#0": "c"}, **expression}

    (request,) = requests_of("UpdateItem", params)

    assert set(attributes_of(request)) == named | {"identity"}
    assert request.context["dynamodb:LeadingKeys"] == ["x"]


def test_a_function_is_known_by_whose_code_is_being_run(cloud: Cloud) -> None:
    with recorded() as requests:
        boto3.client("dynamodb").list_tables()
        notify(records(sqs_record('{"account_id": "a", "entry_id": "e", "channel": "bus"}')), LambdaContext())

    assert [function for function, _ in requests] == ["Notify"]
