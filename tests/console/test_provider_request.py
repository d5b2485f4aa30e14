"""An owner asks for another provider on the page, and confirms it by the link in a mail; nobody else can, and no
password is shown."""

import logging
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.asked_providers import OTHER, PASSWORDS, SERVER
from tests.support.builders import ACCOUNT, NOW, STAFF, a_provider, an_account
from tests.support.fakes import (
    DecisionServices,
    FakeAccounts,
    FakeMailer,
    FakeTimeline,
    Killed,
    When,
)
from tests.support.function_url import ORIGIN
from tests.support.hostile import PAYLOADS
from tests.support.notification import mailing_services
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.domain.account.account import Account
from permille.domain.login.links import LinkRole
from permille.domain.people.commands import Command
from permille.domain.people.owner_commands import DisconnectProvider
from permille.domain.people.provider_request import CONFIRM_WITHIN
from permille.domain.people.staff_commands import ChangeOwner
from permille.domain.sending.smtp_server import Server
from permille.domain.values.status import Status
from permille.usecases.decisions.decisions import apply
from permille.usecases.decisions.provider_requests import SETTLED_AFTER, clear
from permille.usecases.login.access import Links
from permille.usecases.login.mail_links import PROVIDER
from permille.usecases.notifications.notify import deliver

REPORT = f"/report/{ACCOUNT}"
ASK = f"{REPORT}/provider"
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SECRET = PASSWORDS[SERVER]


class World(FakeWeb):
    """Console, Providers and Notify, with one disabled account."""

    def __init__(self, **account: Any) -> None:
        super().__init__()
        self.rows.accounts[ACCOUNT] = an_account(**{"status": Status.DISABLED, **account})
        self.mailer = FakeMailer()
        self.handed = set[tuple[str, str]]()
        self.notify = mailing_services(self.accounts, self.console.timeline, self.mailer, Links(self.signer, ORIGIN))

    @property
    def account(self) -> Account:
        return self.rows.accounts[ACCOUNT]

    def asks(self, server: Server = SERVER, by: Visitor | None = None, **fields: str) -> Answer:
        sent = {"host": server.host, "port": str(server.port), "username": server.username}
        typed = {"password": PASSWORDS[server], **fields}
        return (by or self.owner()).sends(ASK, action="request", **{**sent, **typed})

    def mails(self) -> list[Any]:
        """What owners are mailed, once what was written is handed on."""
        new = {key: entry for key, entry in self.rows.entries.items() if key not in self.handed}
        self.handed |= set(new)
        deliver(self.notify, new.values(), self.now)
        return self.mailer.sent

    def link(self) -> str:
        """The link of the last mail, as a path."""
        return str(self.mails()[-1].text.partition("CONFIRM OR REFUSE IT\n")[2].split("\n")[0].removeprefix(ORIGIN))

    def decides(self, link: str, action: str = "confirm", origin: str = ORIGIN) -> Answer:
        return Visitor(self).post(PROVIDER, {"token": link.partition("token=")[2], "action": action}, origin=origin)

    def cleared(self) -> int:
        return clear(self.providers.services, self.now, lambda: True)

    def operator_decides(self, command: Command) -> None:
        apply(DecisionServices(FakeAccounts(self.rows), FakeTimeline(self.rows)), ACCOUNT, command, self.now)

    def told(self) -> list[str]:
        return [entry.kind for entry in self.rows.told(ACCOUNT)]

    def asked_for(self, server: Server = SERVER) -> str:
        """A request, and the link that confirms it."""
        assert self.asks(server).status == 303
        return self.link()


@pytest.fixture
def world() -> World:
    return World()


def test_what_was_asked_for_and_confirmed_by_mail_is_connected(world: World) -> None:
    asked = world.asks()

    assert (asked.status, asked.headers["Location"]) == (303, f"{REPORT}#provider")
    assert world.account.provider is None
    assert "waits for your confirmation" in world.owner().get(REPORT).body

    link = world.link()
    assert "Connect smtp.example.com?" in Visitor(world).get(link).body
    assert world.account.provider is None

    confirmed = world.decides(link)

    assert (confirmed.status, "It is connected" in confirmed.body) == (200, True)
    provider = world.account.provider
    assert provider is not None
    assert (provider.host, provider.port, provider.username) == (SERVER.host, SERVER.port, SERVER.username)
    assert world.providers.secrets.kept == {ACCOUNT: {provider.version: SECRET}}
    assert (world.account.provider_request, world.providers.requested.kept) == (None, {})
    assert world.told() == ["provider_tried", "provider_requested", "provider_connected"]
    assert [mail.subject for mail in world.mails()] == [
        "Please confirm smtp.example.com as your other e-mail provider",
        "smtp.example.com is connected as your other e-mail provider",
    ]
    assert "It was confirmed by the link in our mail." in " ".join(world.mails()[1].text.split())


def test_whoever_holds_the_link_to_the_report_alone_connects_nothing(world: World) -> None:
    world.asks()
    session = world.token(LinkRole.OWNER, ACCOUNT)

    for action in ("confirm", "refuse"):
        assert world.decides(f"{PROVIDER}?token={session}", action).status == 401
    assert world.account.provider is None
    assert world.account.provider_request is not None


def test_a_second_click_says_that_it_is_connected_and_changes_nothing(world: World) -> None:
    link = world.asked_for()
    world.decides(link)
    connected, told, kept = world.account, world.told(), world.providers.secrets.kept

    again = world.decides(link)

    assert "It is connected" in again.body
    assert "It is connected" in Visitor(world).get(link).body
    assert (world.account, world.told(), world.providers.secrets.kept) == (connected, told, kept)


@pytest.mark.parametrize("call", ["secrets.put", "requested.get", "accounts.save"])
def test_a_second_click_that_passes_the_first_says_so_too(world: World, call: str) -> None:
    connected = replace(a_provider(), version="00000000-0000-0000-0000-000000000001")
    world.providers.secrets.kept[ACCOUNT] = {connected.version: "secret-of-before"}
    world.rows.accounts[ACCOUNT] = replace(world.account, provider=replace(connected, secret=ACCOUNT))
    link = world.asked_for()
    answers = list[Answer]()
    world.faults.meanwhile(call, lambda: answers.append(world.decides(link)))

    answers.append(world.decides(link))

    assert ["It is connected" in answer.body for answer in answers] == [True, True]
    assert world.told().count("provider_connected") == 1
    provider = world.account.provider
    assert provider is not None
    assert world.providers.secrets.kept[ACCOUNT][provider.version] == SECRET


def test_a_second_click_leaves_the_password_of_the_next_request(world: World) -> None:
    link = world.asked_for()

    def another_is_asked_for() -> None:
        world.decides(link)
        world.asks(OTHER)

    world.faults.meanwhile("secrets.put", another_is_asked_for)

    assert "It is connected" in world.decides(link).body
    asked = world.account.provider_request
    assert asked is not None
    assert world.providers.requested.kept == {ACCOUNT: {asked.version: PASSWORDS[OTHER]}}


def test_a_link_connects_nothing_again_once_another_provider_is_connected_or_none(world: World) -> None:
    first = world.asked_for()
    world.decides(first)
    world.operator_decides(DisconnectProvider(by=STAFF))

    assert "not open any more" in world.decides(first).body
    assert "not open any more" in Visitor(world).get(first).body
    assert world.account.provider is None

    world.now += HOUR
    world.decides(world.asked_for(OTHER))
    connected = world.account
    assert "not open any more" in world.decides(first).body
    assert world.account == connected


def test_opening_the_link_changes_nothing(world: World) -> None:
    link = world.asked_for()
    before = world.account

    for _ in range(3):
        assert Visitor(world).get(link).status == 200

    assert world.account == before


def test_who_did_not_ask_refuses_it(world: World) -> None:
    link = world.asked_for()

    refused = world.decides(link, "refuse")

    assert "somebody else holds a link to your report" in refused.body
    assert (world.account.provider, world.account.provider_request) == (None, None)
    assert world.providers.requested.kept == {}
    assert world.told()[-1] == "provider_request_ended"
    assert "not open any more" in world.decides(link).body


def test_that_it_was_refused_by_the_link_is_told_to_staff_and_owner(world: World) -> None:
    world.decides(world.asked_for(), "refuse")

    ended = world.rows.told(ACCOUNT)[-1]
    assert ended.data["refused"] is True
    said = "It was refused by the link in our mail, and the password was deleted. You can ask for a provider again."
    assert ended.facts.sentence() == said


def test_the_page_that_confirms_says_until_when(world: World) -> None:
    page = Visitor(world).get(world.asked_for()).body

    assert re.search(r"<dt>Can be confirmed until</dt><dd>13 March 2026, 12:00 \(UTC\)</dd>", page)


def test_after_a_withdrawal_the_section_says_so_until_the_next_request(world: World) -> None:
    world.asked_for()
    said = "smtp.example.com was not connected, on 10 March 2026, 12:00 (UTC). The request was withdrawn"

    assert said not in section_of(world)
    world.owner().sends(ASK, action="withdraw")
    assert said in section_of(world)
    world.now += HOUR
    link = world.asked_for(OTHER)
    assert "was not connected" not in section_of(world)
    world.decides(link)
    assert "was not connected" not in section_of(world)


def section_of(world: World) -> str:
    """The words of the report about the provider."""
    body = world.owner().get(REPORT).body
    found = re.search(r'<section aria-labelledby="provider">.*?</section>', body, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[0]).split())


def test_on_the_report_it_is_withdrawn(world: World) -> None:
    link = world.asked_for()

    assert world.owner().sends(ASK, action="withdraw").status == 303

    assert (world.account.provider_request, world.providers.requested.kept) == (None, {})
    assert "not open any more" in world.decides(link).body
    assert world.account.provider is None


def test_to_withdraw_what_is_not_there_changes_nothing(world: World) -> None:
    assert world.owner().sends(ASK, action="withdraw").status == 303
    assert world.told() == []


def test_a_second_request_takes_the_place_of_the_first_whose_link_is_over(world: World) -> None:
    first = world.asked_for()
    world.now += HOUR
    second = world.asked_for(OTHER)

    assert "not open any more" in world.decides(first).body
    assert world.account.provider is None
    world.decides(second)
    assert world.account.provider is not None
    assert world.account.provider.host == OTHER.host


def test_a_request_that_nobody_confirms_is_forgotten_with_its_password(world: World) -> None:
    link = world.asked_for()
    world.now += CONFIRM_WITHIN - SECOND
    assert world.cleared() == 0
    assert Visitor(world).get(link).status == 200

    world.now += SECOND

    assert "waits for your confirmation" not in world.owner().get(REPORT).body
    expired = world.decides(link)
    assert expired.status == 401
    assert "Links that confirm a provider are good for 3 days" in expired.body
    assert world.cleared() == 1
    assert (world.account.provider_request, world.providers.requested.kept) == (None, {})
    ended = world.rows.told(ACCOUNT)[-1]
    assert (ended.kind, ended.data["expired"]) == ("provider_request_ended", True)
    assert world.cleared() == 0


def test_the_end_of_a_request_leaves_the_password_of_the_next_one(world: World) -> None:
    world.asked_for()
    world.now += CONFIRM_WITHIN
    faults = world.faults  # the request is read, and another one is made before it is ended
    faults.meanwhile("accounts.get", lambda: faults.meanwhile("accounts.get", lambda: world.asks(OTHER)))

    world.cleared()

    world.decides(world.link())
    assert world.account.provider
    assert world.account.provider.host == OTHER.host


def test_a_password_that_no_request_names_is_deleted_when_it_is_an_hour_old(world: World) -> None:
    world.faults.fail("accounts.save", skip=1, error=Killed())
    with pytest.raises(Killed):
        world.asks()
    assert list(world.providers.requested.kept) == [ACCOUNT]
    world.providers.requested.written_at = world.now

    world.now += SETTLED_AFTER - SECOND
    assert world.cleared() == 0
    world.now += SECOND
    assert world.cleared() == 1
    assert world.providers.requested.kept == {}


def test_one_account_that_cannot_be_cleared_stops_no_other(world: World) -> None:
    world.providers.requested.kept = {"gone-1": {"v": "x"}, "gone-2": {"v": "x"}}
    world.faults.fail("accounts.get")

    assert world.cleared() == 1
    assert world.cleared() == 1
    assert world.providers.requested.kept == {}


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "hidden-wrong"}, "smtp.example.com refused the user name or the password (535 5.7.8)"),
        ({"port": "25"}, "smtp.example.com takes no connection on port 25"),
        ({"port": "8080"}, "e-mail providers do not take mail on port 8080"),
        ({"port": "٥٨٧"}, "choose one of the ports"),
        ({"port": ""}, "choose one of the ports"),
        ({"host": "no host"}, "is no host name"),
        ({"host": ""}, "is no host name"),
        ({"username": " "}, "a user name has up to 320 characters"),
        ({"password": "a\nb"}, "all of them printable"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(world: World, fields: dict[str, str], said: str) -> None:
    refused = world.asks(SERVER, None, **fields)

    assert refused.status == 422
    assert said in refused.body
    assert "<details open>" in refused.body
    assert (world.account.provider_request, world.providers.requested.kept) == (None, {})
    assert "provider_requested" not in world.told()


def test_the_fields_are_kept_but_for_the_password(world: World) -> None:
    refused = world.asks(password="hidden-wrong").body

    assert 'value="smtp.example.com"' in refused
    assert 'value="bakery@example.com"' in refused
    assert "hidden" not in refused.replace('type="hidden"', "")


def test_no_page_mail_entry_or_log_has_the_password(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pages = [world.asks(password="hidden-wrong"), world.asks()]
    link = world.link()
    pages += [world.owner().get(REPORT), Visitor(world).get(link), world.decides(link), world.owner().get(REPORT)]

    shown = [page.body.replace('type="hidden"', "") for page in pages]
    shown += [mail.text + mail.html + mail.subject for mail in world.mails()]
    shown += [entry.facts_json for entry in world.rows.told(ACCOUNT)]
    shown += [caplog.text, repr(world.providers.services), str([record.__dict__ for record in caplog.records])]
    assert [text for text in shown if "hidden" in text] == []


def test_a_day_has_so_many_logins_and_they_are_counted_before_they_are_tried(world: World) -> None:
    for _ in range(10):
        assert world.asks(password="hidden-wrong").status == 422
    tried = world.faults.calls.count("login_check.check")

    refused = world.asks()

    assert "a login to a provider was tried 10 times today" in refused.body
    assert world.faults.calls.count("login_check.check") == tried == 10
    world.now += DAY
    assert world.asks().status == 303


def test_a_day_has_two_requests_with_a_mail_each(world: World) -> None:
    for _ in range(2):
        world.asked_for()
        world.owner().sends(ASK, action="withdraw")
    tried = world.faults.calls.count("login_check.check")

    assert "a provider was asked for 2 times today" in world.asks().body
    assert world.faults.calls.count("login_check.check") == tried
    assert len(world.mails()) == 2


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ({"status": Status.CLOSED}, "is closed"),
        ({"owner_mail": "bounced"}, "address are stopped"),
    ],
)
def test_an_account_that_can_have_none_is_refused_before_a_login_is_tried(account: dict[str, Any], said: str) -> None:
    world = World(**account)

    assert said in world.asks().body
    assert "Connect a provider" not in world.owner().get(REPORT).body
    assert "login_check.check" not in world.faults.calls


def test_an_active_account_connects_one_too_for_the_day_that_it_is_off() -> None:
    world = World(status=Status.ACTIVE)

    world.decides(world.asked_for())

    assert world.account.provider is not None


def test_the_one_that_is_connected_stays_until_the_new_one_is_confirmed(world: World) -> None:
    world.decides(world.asked_for())
    before = world.account.provider
    assert before is not None
    link = world.asked_for(OTHER)
    assert world.account.provider == before
    assert "Connect a different provider" not in world.owner().get(REPORT).body  # while one waits

    world.decides(link)

    after = world.account.provider
    assert after is not None
    assert (after.host, after.secret) == (OTHER.host, before.secret)
    assert world.rows.told(ACCOUNT)[-1].data["replaces"] == SERVER.host


@pytest.mark.parametrize("origin", ["", "null", "https://evil.example"])
def test_no_other_site_sends_the_confirmation(world: World, origin: str) -> None:
    link = world.asked_for()

    assert world.decides(link, origin=origin).status == 403
    assert world.account.provider is None


def test_with_the_owners_address_the_link_is_revoked(world: World) -> None:
    link = world.asked_for()
    changed = ChangeOwner(owner_email="new@bakery.example", reason="So", by=STAFF)
    world.operator_decides(changed)

    assert world.decides(link).status == 401
    assert world.account.provider is None


def test_an_account_that_closes_meanwhile_connects_none(world: World) -> None:
    link = world.asked_for()
    world.rows.accounts[ACCOUNT] = replace(world.account, status=Status.CLOSED)

    world.decides(link)

    assert world.account.provider is None


def test_support_that_disconnects_ends_a_request_too(world: World) -> None:
    link = world.asked_for()

    world.operator_decides(DisconnectProvider(by=STAFF))

    assert "not open any more" in world.decides(link).body
    assert world.told()[-1] == "provider_request_ended"
    world.now += SETTLED_AFTER
    assert world.cleared() == 1


def test_a_request_withdrawn_during_the_confirmation_is_not_connected(world: World) -> None:
    link = world.asked_for()
    world.faults.meanwhile("secrets.put", lambda: world.owner().sends(ASK, action="withdraw"))

    assert "not open any more" in world.decides(link).body
    assert world.account.provider is None


# ---------------------------------------------------------------- failures

CALLS = ["signer.verify", "accounts.get", "accounts.save", "login_check.check", "requested.put"]
CONFIRMING = ["signer.verify", "accounts.get", "requested.get", "secrets.put", "accounts.save", "requested.delete"]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", When)
def test_whatever_fails_while_asking_it_can_be_asked_again(world: World, call: str, when: When) -> None:
    owner = world.owner()
    world.faults.fail(call, when=when)

    failed = world.asks(by=owner)
    if world.account.provider_request is None:
        assert failed.status == 503
        assert world.asks().status == 303

    world.decides(world.link())
    assert world.account.provider is not None
    assert world.providers.secrets.kept[ACCOUNT][world.account.provider.version] == SECRET


@pytest.mark.parametrize("call", CONFIRMING)
@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", ["fails", "is killed"])
def test_whatever_fails_while_confirming_the_link_still_works_or_has_worked(
    world: World, call: str, when: When, how: str
) -> None:
    link = world.asked_for()
    if how == "fails":
        world.faults.fail(call, when=when)
        world.decides(link)
    else:
        world.faults.fail(call, when=when, error=Killed())
        with pytest.raises(Killed):
            world.decides(link)

    world.decides(link)
    world.now += SETTLED_AFTER
    world.cleared()

    provider = world.account.provider
    assert provider is not None
    assert world.providers.secrets.kept[provider.secret][provider.version] == SECRET
    assert (world.account.provider_request, world.providers.requested.kept) == (None, {})
    assert world.told().count("provider_connected") == 1


def test_while_the_function_cannot_be_reached_the_page_says_so(world: World) -> None:
    world.faults.fail("providers.ask", times=2)

    assert world.asks().status == 503
    assert world.decides(f"{PROVIDER}?token=x").status == 503


# ---------------------------------------------------------------- hostile input


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", ["host", "username", "port", "password", "action"])
def test_hostile_fields_are_escaped_or_refused(world: World, name: str, payload: str) -> None:
    sent = {"host": SERVER.host, "port": "587", "username": SERVER.username, "password": "x", "action": "request"}

    answer = world.owner().sends(ASK, **{**sent, name: payload})

    assert answer.status in (303, 400, 422)
    assert "<script" not in answer.body
    assert "onerror=alert" not in answer.body.replace("&lt;img src=x onerror=alert", "")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_no_token_is_refused(world: World, method: str) -> None:
    answer = Visitor(world).get(f"{PROVIDER}?token=x") if method == "GET" else world.decides("token=x")

    assert answer.status == 401


@pytest.mark.parametrize("action", ["", "CONFIRM", "delete", "request"])
def test_another_action_is_refused(world: World, action: str) -> None:
    link = world.asked_for()

    assert world.decides(link, action).status == 400
    assert world.owner().sends(ASK, action="x").status == 400
    assert world.account.provider is None


def test_a_hostile_name_is_escaped_on_the_page_that_asks(world: World) -> None:
    world.asked_for()
    request = world.account.provider_request
    assert request is not None
    evil = replace(request, host="<b>evil</b>", username='"><script>x</script>')
    world.rows.accounts[ACCOUNT] = replace(world.account, provider_request=evil, provider=a_provider())

    pages = [Visitor(world).get(world.link()).body, world.owner().get(REPORT).body]

    assert not any("<b>evil</b>" in page or "<script>" in page for page in pages)
    assert all("&lt;b&gt;evil&lt;/b&gt;" in page for page in pages)
    assert world.now == NOW
