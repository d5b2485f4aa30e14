"""A provider is stored once its login succeeded; whatever goes wrong on the way, the account never names a password
that is not there, nor one of another provider; and nobody is shown a password."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, STAFF, a_provider_request, a_server, an_account
from tests.support.fakes import (
    FakeAccounts,
    FakePolicies,
    FakeSecrets,
    FakeSmtpLoginCheck,
    FakeTimeline,
    Killed,
    Rows,
    When,
)

import permille
from permille.domain.account.account import Account
from permille.domain.account.provider import ProviderRequest
from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password, Server
from permille.domain.values.errors import Conflict, DecisionRefused, NotFound, Unavailable
from permille.domain.values.status import Status
from permille.schema.route_schema import provider_json
from permille.usecases.decisions.providers import (
    Disconnection,
    ProviderServices,
    check_login,
    connect,
    disconnect,
    withdraw,
)

FIRST, SECOND = a_server(), a_server(host="mail.example.net", username="bea")
PASSWORDS = {FIRST: "secret-of-the-first", SECOND: "secret-of-the-second"}
CALLS = ["login_check.check", "secrets.put", "accounts.get", "accounts.save"]


@dataclass
class FakeProviders:
    rows: Rows = field(default_factory=Rows)
    account: Account = field(default_factory=an_account)

    def __post_init__(self) -> None:
        self.rows.accounts[ACCOUNT] = self.account
        faults = self.rows.faults
        self.login_check = FakeSmtpLoginCheck(dict(PASSWORDS), faults)
        self.secrets = FakeSecrets(faults=faults)
        accounts, timeline = FakeAccounts(self.rows), FakeTimeline(self.rows)
        self.requested = FakeSecrets(faults=faults, name="requested")
        self.providing = ProviderServices(
            accounts, FakePolicies(), timeline, self.login_check, self.secrets, self.requested
        )

    @property
    def now(self) -> Account:
        return self.rows.accounts[ACCOUNT]

    def connect(self, server: Server = FIRST, password: str | None = None) -> Account | LoginFailure:
        return connect(self.providing, self.now, server, Password(password or PASSWORDS[server]), STAFF, NOW)

    def disconnect(self) -> Disconnection:
        return disconnect(self.providing, self.now, STAFF, NOW)

    def owner_asks(self) -> ProviderRequest:
        """As on the owner's page."""
        secret = self.requested.put(ACCOUNT, SECOND, Password(PASSWORDS[SECOND]), None)
        asked = replace(a_provider_request(SECOND.host, secret.version), secret=secret.arn)
        self.rows.accounts[ACCOUNT] = replace(self.now, provider_request=asked)
        return asked

    def try_again(self) -> LoginFailure | None:
        return check_login(self.providing, self.now)

    def told(self) -> list[str]:
        return [entry.kind for entry in self.rows.told(ACCOUNT)]

    def assert_whole(self) -> None:
        """What the account names is there, and goes with its host."""
        found = self.now.provider
        if found is None:
            return
        kept = self.secrets.kept[found.secret][found.version]
        assert kept == PASSWORDS[Server(found.host, found.port, found.username)]


@pytest.fixture
def world() -> FakeProviders:
    return FakeProviders()


def test_what_logs_in_is_connected(world: FakeProviders) -> None:
    connected = world.connect()

    assert isinstance(connected, Account)
    assert connected == world.now
    assert provider_json(connected) == {
        "host": "smtp.example.com",
        "port": 587,
        "username": "bakery@example.com",
        "secret_arn": ACCOUNT,
        "secret_version": "v-1",
        "connected_at": NOW.isoformat(),
    }
    assert world.told() == ["provider_connected"]
    assert world.try_again() is None
    world.assert_whole()


def test_it_is_tried_before_it_is_kept_and_kept_before_the_account_names_it(world: FakeProviders) -> None:
    world.connect()

    assert world.rows.faults.calls == CALLS


@pytest.mark.parametrize(
    ("server", "password", "trouble"),
    [
        (FIRST, "wrong", LoginFailure(FailureReason.LOGIN, "535 5.7.8")),
        (a_server(port=2525), "secret", LoginFailure(FailureReason.REFUSED)),
    ],
)
def test_where_the_login_fails_nothing_is_stored(
    world: FakeProviders, server: Server, password: str, trouble: LoginFailure
) -> None:
    assert world.connect(server, password) == trouble

    assert world.now == an_account()
    assert world.secrets.kept == {}
    assert world.told() == []


def test_where_the_login_of_another_fails_the_one_before_stays(world: FakeProviders) -> None:
    world.connect()
    before = world.now

    assert isinstance(world.connect(SECOND, "wrong"), LoginFailure)

    assert world.now == before
    assert world.try_again() is None


def test_a_closed_account_is_refused_before_anything_is_tried() -> None:
    world = FakeProviders(account=an_account(status=Status.CLOSED))

    with pytest.raises(DecisionRefused, match="bakery is closed"):
        world.connect()

    assert world.rows.faults.calls == []


def test_an_account_that_closes_meanwhile_names_none(world: FakeProviders) -> None:
    closed = an_account(status=Status.CLOSED, version=2)
    world.rows.faults.meanwhile("secrets.put", lambda: world.rows.accounts.update({ACCOUNT: closed}))

    with pytest.raises(DecisionRefused):
        world.connect()

    assert world.now == closed
    assert world.disconnect().account == closed  # what was kept is deleted
    assert world.secrets.kept == {}


def test_an_account_that_is_gone_meanwhile_is_not_found(world: FakeProviders) -> None:
    world.rows.faults.meanwhile("secrets.put", world.rows.accounts.clear)

    with pytest.raises(NotFound):
        world.connect()


def test_another_takes_its_place_with_a_version_of_its_own(world: FakeProviders) -> None:
    world.connect()
    world.connect(SECOND)

    assert world.now.provider is not None
    assert (world.now.provider.host, world.now.provider.version) == ("mail.example.net", "v-2")
    world.assert_whole()


def test_of_two_who_connect_at_once_one_is_told_so(world: FakeProviders) -> None:
    world.rows.faults.meanwhile("secrets.put", lambda: world.connect(SECOND))

    with pytest.raises(DecisionRefused, match="changed meanwhile"):
        world.connect()

    world.assert_whole()
    assert world.told() == ["provider_connected"]


def test_becoming_due_meanwhile_is_no_conflict(world: FakeProviders) -> None:
    nudged = an_account(revision=1, due_at=NOW)
    world.rows.faults.meanwhile("accounts.save", lambda: world.rows.accounts.update({ACCOUNT: nudged}))

    world.connect()

    assert world.now.revision == 2
    world.assert_whole()
    assert world.now.provider is not None


def test_what_was_written_although_it_seemed_not_to_be_is_told_once(world: FakeProviders) -> None:
    world.rows.faults.fail("accounts.save", when=When.AFTER, error=Conflict("its own repetition came second"))

    assert world.connect() == world.now

    assert world.told() == ["provider_connected"]
    world.assert_whole()


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("error", [Unavailable("injected"), Killed()], ids=["unavailable", "killed"])
@pytest.mark.parametrize("times", [1, 3])
def test_wherever_it_is_cut_off_the_one_before_works_until_the_next_is_connected(
    world: FakeProviders, call: str, when: When, error: BaseException, times: int
) -> None:
    world.connect()
    for _ in range(times):
        world.rows.faults.fail(call, when=when, error=error)
        with pytest.raises(type(error)):
            world.connect(SECOND)
        world.assert_whole()
        assert world.try_again() is None

    world.connect(SECOND)

    world.assert_whole()
    assert world.now.provider is not None
    assert world.now.provider.host == "mail.example.net"


def test_what_is_disconnected_is_forgotten_and_deleted(world: FakeProviders) -> None:
    world.connect()
    before = world.now.provider

    assert world.disconnect() == Disconnection(world.now, before, None)

    assert world.now.provider is None
    assert world.secrets.kept == {}
    assert world.told() == ["provider_connected", "provider_disconnected"]


def test_it_is_forgotten_before_its_password_is_deleted(world: FakeProviders) -> None:
    world.connect()
    world.rows.faults.fail("secrets.delete")

    with pytest.raises(Unavailable):
        world.disconnect()

    assert world.now.provider is None
    assert world.secrets.kept


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("call", ["accounts.get", "accounts.save", "secrets.delete"])
@pytest.mark.parametrize("error", [Unavailable("injected"), Killed()], ids=["unavailable", "killed"])
def test_a_disconnection_that_was_cut_off_is_ended_by_the_next(
    world: FakeProviders, call: str, when: When, error: BaseException
) -> None:
    world.connect()
    world.rows.faults.fail(call, when=when, error=error)
    with pytest.raises(type(error)):
        world.disconnect()
    world.assert_whole()

    try:
        world.disconnect()
    except DecisionRefused:  # all was done, but for the answer
        assert (call, when) == ("secrets.delete", When.AFTER)

    assert world.now.provider is None
    assert world.secrets.kept == {}
    assert world.told() == ["provider_connected", "provider_disconnected"]


@pytest.mark.parametrize("connected", [False, True])
def test_a_request_that_waits_is_withdrawn_with_its_password(world: FakeProviders, connected: bool) -> None:
    if connected:
        world.connect()
    before, asked = world.now.provider, world.owner_asks()

    assert world.disconnect() == Disconnection(world.now, before, asked)

    assert (world.now.provider, world.now.provider_request) == (None, None)
    assert (world.secrets.kept, world.requested.kept) == ({}, {})
    assert world.told()[-1] == "provider_request_ended"


def test_the_password_of_a_request_that_is_being_made_is_left_alone(world: FakeProviders) -> None:
    world.requested.put(ACCOUNT, SECOND, Password(PASSWORDS[SECOND]), None)

    with pytest.raises(DecisionRefused):
        world.disconnect()

    assert world.requested.kept


def test_a_withdrawal_leaves_what_is_connected(world: FakeProviders) -> None:
    world.connect()
    connected = world.now.provider
    world.owner_asks()

    assert withdraw(world.providing, world.now, STAFF, NOW) == world.now

    assert (world.now.provider, world.now.provider_request) == (connected, None)
    assert (list(world.secrets.kept), world.requested.kept) == ([ACCOUNT], {})
    assert world.told() == ["provider_connected", "provider_request_ended"]


def test_a_withdrawal_leaves_the_request_that_was_made_meanwhile(world: FakeProviders) -> None:
    first = world.owner_asks()
    before = replace(world.now, provider_request=first)
    second = world.owner_asks()

    withdraw(world.providing, before, STAFF, NOW)

    assert world.now.provider_request == second
    assert world.requested.kept[ACCOUNT][second.version] == PASSWORDS[SECOND]


def test_where_none_is_connected_there_is_nothing_to_try_or_to_disconnect(world: FakeProviders) -> None:
    for action in (world.try_again, world.disconnect):
        with pytest.raises(DecisionRefused, match="bakery has no provider connected"):
            action()


def test_a_password_that_is_wrong_by_now_is_found_out(world: FakeProviders) -> None:
    world.connect()
    world.login_check.logins[FIRST] = "changed"

    assert world.try_again() == LoginFailure(FailureReason.LOGIN, "535 5.7.8")


def test_a_password_that_is_gone_is_found_out(world: FakeProviders) -> None:
    world.connect()
    world.secrets.kept.clear()

    assert world.try_again() == LoginFailure(FailureReason.NO_PASSWORD)


def test_what_is_decided_comes_after_what_was_decided_before() -> None:
    later = NOW + timedelta(hours=1)
    world = FakeProviders(account=an_account(decided_at=later))

    world.connect()

    (entry,) = world.rows.told(ACCOUNT)
    assert entry.at > later


OURS = str(Path(permille.__file__).parent)  # a checkout is often in a folder of that name, too
LETTERS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=8, max_size=40).map("hidden-{}".format)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=LETTERS, call=st.sampled_from(["", *CALLS, "secrets.get", "secrets.delete"]), when=st.sampled_from(When))
def test_whatever_goes_wrong_nobody_is_shown_the_password(
    text: str, call: str, when: When, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world, said = FakeProviders(), list[str]()
    world.login_check.logins = {FIRST: text, SECOND: "else"}
    world.rows.faults.fail(call, when=when)
    password = Password(text)
    actions: list[Callable[[], object]] = [
        lambda: connect(world.providing, world.now, FIRST, password, STAFF, NOW),
        lambda: connect(world.providing, world.now, SECOND, password, STAFF, NOW),  # is refused
        world.try_again,
        world.disconnect,
    ]

    for action in actions:
        said.append(everything_said_by(action))

    said += [repr(world.now), *map(repr, world.rows.told(ACCOUNT)), *capfd.readouterr(), caplog.text]
    assert len("".join(said)) > 100
    assert not [one for one in said if text in one or repr(text)[1:-1] in one]


def everything_said_by(action: Callable[[], object]) -> str:
    """The repr of what it answers; or the whole of its exceptions, with the local variables of our own code."""
    try:
        return repr(action())
    except (Unavailable, DecisionRefused) as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in told.stack if frame.filename.startswith(OURS)]
        assert ours
        told.stack = traceback.StackSummary.from_list(ours)
        locals_of_ours = [repr(frame.locals) for frame in ours]
        return "".join([*told.format(chain=False), *locals_of_ours, *traceback.format_exception(error)])
