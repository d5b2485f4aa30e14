"""`permille link`: who is let in by a link or a token, for how long, and no more once it is revoked."""

from datetime import datetime, timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.login.links import Claims, Grant, LinkRole, Scope
from permille.domain.timeline.kinds.access import LinkMade
from permille.domain.timeline.timeline import SYSTEM, system_entry
from permille.domain.values.errors import NotAuthenticated, Unavailable
from permille.usecases.login.access import authenticate

ENTER = "https://console.example/enter?token="
HOUR = timedelta(hours=1)


def let_in(stack: FakeStack, token: str, after: timedelta = timedelta()) -> Claims:
    return authenticate(
        token.strip().removeprefix(ENTER), stack.signer, stack.accounts, stack.link_register, NOW + after
    )[0]


@pytest.mark.parametrize(
    ("typed", "audience", "subject", "lasts"),
    [
        (("owner", ACCOUNT), LinkRole.OWNER, ACCOUNT, timedelta(days=7)),
        (("owner", ACCOUNT, "--days", "0.5"), LinkRole.OWNER, ACCOUNT, 12 * HOUR),
        (("staff", "--name", " Sam "), LinkRole.STAFF, "Sam", 12 * HOUR),
        (("staff", "--name", "Zoe\u0308"), LinkRole.STAFF, "Zoë", 12 * HOUR),
        (("staff", "--name", "\uff21nna\u2003 \ufb01x"), LinkRole.STAFF, "Anna fix", 12 * HOUR),
        (("staff", "--name", "Sam", "--hours", "2"), LinkRole.STAFF, "Sam", 2 * HOUR),
        (("platform", "--name", "crm"), LinkRole.PLATFORM, "crm", timedelta(days=365)),
        (("platform", "--name", "crm", "--days", "1"), LinkRole.PLATFORM, "crm", 24 * HOUR),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_link_works_until_it_expires(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], audience: LinkRole, subject: str, lasts: timedelta
) -> None:
    link = terminal.text("link", *typed)

    assert link.count("\n") == 1
    assert link.startswith(ENTER) is (audience is not LinkRole.PLATFORM)
    claims = let_in(stack, link, lasts - timedelta(seconds=1))
    assert (claims.role, claims.subject) == (audience, subject)
    with pytest.raises(NotAuthenticated, match="has expired"):
        let_in(stack, link, lasts)


def test_machines_get_the_link_or_the_token_with_the_apis_address(stack: FakeStack, terminal: Terminal) -> None:
    assert let_in(stack, terminal.answer("link", "owner", ACCOUNT)["link"])
    assert let_in(stack, terminal.answer("link", "staff", "--name", "Sam")["link"])
    answer = terminal.answer("link", "platform", "--name", "crm")
    assert answer["api"] == "https://api.example/api/v1"
    assert let_in(stack, answer["token"]).role is LinkRole.PLATFORM


@pytest.mark.parametrize(
    ("make", "revoke", "told"),
    [
        (("owner", ACCOUNT), ("owner", ACCOUNT, "--reason", "It was forwarded"), "owner of bakery"),
        (("owner", ACCOUNT), ("owner", "--all", "--reason", "Restored from a backup"), "owners of all accounts"),
        (("staff", "--name", "Sam"), ("staff", "--reason", "A laptop was lost"), "staff"),
        (("staff", "--name", "Sam"), ("staff", "--name", "Sam", "--reason", "Sam has left"), "staff Sam"),
        (("platform", "--name", "crm"), ("platform", "--reason", "It leaked"), "platform"),
        (("platform", "--name", "crm"), ("platform", "--name", "crm", "--reason", "It leaked"), "platform crm"),
    ],
)
def test_a_revoked_link_is_invalid_and_a_later_one_is_valid(
    stack: FakeStack, terminal: Terminal, make: tuple[str, ...], revoke: tuple[str, ...], told: str
) -> None:
    earlier = terminal.text("link", *make)

    said = terminal.text("link", "revoke", *revoke)

    assert said == f"All earlier links are revoked: {told}.\n"
    with pytest.raises(NotAuthenticated):
        let_in(stack, earlier)
    assert let_in(stack, terminal.text("link", *make))
    later = Terminal(stack.at(NOW + HOUR), terminal.capsys)
    answer = later.answer("link", "revoke", *revoke)
    assert answer["revoked"] == told
    assert datetime.fromisoformat(answer["valid_since"]) >= NOW + HOUR


@pytest.mark.parametrize("audience", ["staff", "platform"])
def test_revoking_one_name_leaves_every_other(stack: FakeStack, terminal: Terminal, audience: str) -> None:
    anna, bob = (terminal.text("link", audience, "--name", name) for name in ("anna", "bob"))

    terminal.text("link", "revoke", audience, "--name", "anna", "--reason", "Anna has left")

    assert let_in(stack, bob).subject == "bob"
    with pytest.raises(NotAuthenticated, match="revoked"):
        let_in(stack, anna)


@pytest.mark.parametrize(
    ("made", "revoked", "warned"),
    [
        (
            ("staff", "Anna"),
            ("staff", "--name", "Nobody"),
            "warning: no link or token for staff Nobody is on the system timeline",
        ),
        (
            ("staff", "anna"),
            ("platform", "--name", "anna"),
            "warning: no link or token for platform anna is on the system",
        ),
        (("staff", "Anna"), ("staff", "--name", "Anna"), ""),
        (("staff", "Anna"), ("staff",), ""),
    ],
)
def test_revoking_an_unknown_name_warns(
    stack: FakeStack, terminal: Terminal, made: tuple[str, str], revoked: tuple[str, ...], warned: str
) -> None:
    terminal.text("link", made[0], "--name", made[1])

    assert terminal.status("link", "revoke", *revoked, "--reason", "Left") == 0

    told = terminal.capsys.readouterr()
    assert told.out.startswith("All earlier links are revoked")
    assert (told.err.startswith(warned), bool(told.err)) == (True, bool(warned))
    assert stack.rows.told(SYSTEM)[-1].kind == "access_revoked"


def test_of_many_entries_the_newest_are_looked_at_for_the_name(stack: FakeStack, terminal: Terminal) -> None:
    facts = LinkMade(audience=LinkRole.STAFF, subject="Anna", expires_at=NOW, by=STAFF)
    for second in range(1001):
        stack.timeline.append(system_entry(NOW - timedelta(seconds=second), facts))

    assert terminal.status("link", "revoke", "staff", "--name", "Nobody", "--reason", "Left") == 0

    assert "staff Nobody is among the newest 1,000 entries of the system timeline" in terminal.capsys.readouterr().err


def test_a_name_is_revoked_also_where_the_timeline_cannot_be_read(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("timeline.latest", error=Unavailable("AWS did not answer"))

    assert "revoked: staff Anna" in terminal.text("link", "revoke", "staff", "--name", "Anna", "--reason", "Left")


def test_revoking_the_links_of_all_owners_leaves_no_account_out(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts["florist"] = an_account("florist")
    links = [terminal.text("link", "owner", one) for one in (ACCOUNT, "florist")]

    terminal.text("link", "revoke", "owner", "--all", "--reason", "Restored from a backup")

    for link in links:
        with pytest.raises(NotAuthenticated, match="revoked"):
            let_in(stack, link)
    assert stack.kinds("florist") == ["links_revoked"]


@pytest.mark.parametrize(
    ("typed", "scopes", "accounts"),
    [
        ((), {Scope.READ}, ("*",)),
        (("--scope", "write"), {Scope.WRITE}, ("*",)),
        (("--scope", "read", "--scope", "write"), {*Scope}, ("*",)),
        (("--account", "shop-*", "--account", ACCOUNT, "--account", "shop-*"), {Scope.READ}, ("shop-*", ACCOUNT)),
    ],
)
def test_a_platforms_token_opens_what_is_asked_for_and_reads_alone_if_nothing_is(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], scopes: set[Scope], accounts: tuple[str, ...]
) -> None:
    token = terminal.text("link", "platform", "--name", "crm", *typed)

    assert let_in(stack, token).grant == Grant(frozenset(scopes), accounts)
    assert stack.rows.told(SYSTEM)[-1].data["accounts"] == list(accounts)


def test_who_asked_is_in_the_token_as_aws_knows_them(stack: FakeStack, terminal: Terminal) -> None:
    assert let_in(stack, terminal.text("link", "staff", "--name", "Sam")).by == STAFF


@pytest.mark.parametrize(
    ("typed", "kind", "headline"),
    [
        (("owner", ACCOUNT), "link_made", "A link to a report was made for bakery"),
        (("staff", "--name", "Sam"), "link_made", "A link to the desk was made for Sam"),
        (("platform", "--name", "crm"), "link_made", "A token for the API was made for crm"),
        (("revoke", "staff", "--reason", "A laptop was lost"), "access_revoked", "All links for staff were revoked"),
        (("revoke", "platform", "--reason", "It leaked"), "access_revoked", "All tokens for platforms were revoked"),
        (
            ("revoke", "staff", "--name", "Sam", "--reason", "Sam has left"),
            "access_revoked",
            "All links for staff of Sam were revoked",
        ),
    ],
)
def test_it_is_on_the_system_timeline_by_whom(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], kind: str, headline: str
) -> None:
    terminal.text("link", *typed)

    (told,) = stack.rows.told(SYSTEM)
    assert (told.kind, told.data["by"], told.headline("APWT")) == (kind, STAFF, headline)


def test_a_revocation_of_an_owners_links_is_on_the_timeline(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("link", "revoke", "owner", ACCOUNT, "--reason", "It was forwarded")

    assert stack.kinds(ACCOUNT)[-1] == "links_revoked"
    assert (stack.last_facts(ACCOUNT).reason, stack.last_facts(ACCOUNT).by) == ("It was forwarded", STAFF)


def test_a_link_that_cannot_be_written_down_is_not_shown(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("timeline.append", error=Unavailable("AWS did not answer"))

    assert terminal.failed("link", "owner", ACCOUNT) == "AWS did not answer"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("owner", "nobody"), "there is no account 'nobody'"),
        (("owner", ACCOUNT, "--days", "0"), "--days: takes more than 0, and no more than 30 days"),
        (("owner", ACCOUNT, "--days", "nan"), "--days: takes more than 0"),
        (("owner", ACCOUNT, "--days", "31"), "--days: takes more than 0"),
        (("staff", "--name", "Sam", "--hours", "25"), "--hours: takes more than 0, and no more than 24 hours"),
        (("staff", "--name", "Sam", "--hours", "0"), "--hours: takes more than 0, and no more than 24 hours"),
        (("platform", "--name", "crm", "--days", "367"), "--days: takes more than 0, and no more than 366 days"),
        (("platform", "--name", "crm", "--account", "Shop"), "--account: takes an account's id"),
        (("platform", "--name", "crm", "--scope", "all"), "Invalid value for '--scope': 'all' is not one of"),
        (("revoke", "owner", "--reason", "x"), "--all: name one account, or use --all"),
        (("revoke", "owner", ACCOUNT, "--all", "--reason", "x"), "--all: name one account, or use --all"),
        (("revoke", "staff", "--name", "a\nb", "--reason", "x"), "--name: takes 1 to 60 printable characters"),
        (("staff", "--name", ""), "--name: takes 1 to 60 printable characters, each of which shows something, not ''"),
        (("platform", "--name", "CRM"), "--name: takes 1 to 40 of the signs a-z, 0-9 and - for a platform, not 'CRM'"),
        (("revoke", "platform", "--name", "CRM", "--reason", "x"), "--name: takes 1 to 40 of the signs"),
        (("staff", "--name", "a\nb"), "--name: takes 1 to 60 printable characters"),
        (("staff", "--name", "\u200d"), "--name: takes 1 to 60 printable characters"),
        (("staff", "--name", "Sam\u202e"), "--name: takes 1 to 60 printable characters"),
        (("staff", "--name", "x" * 61), "--name: takes 1 to 60 printable characters"),
        (("staff",), "Missing option '--name'"),
        (("platform", "--name", "crm", "--days", "-1"), "--days: takes more than 0"),
        (("revoke", "owner", ACCOUNT, "--reason", ""), "--reason: say why"),
        (("revoke", "staff", "--reason", " "), "--reason: say why"),
        (("revoke", "platform"), "Missing option '--reason'"),
        (("revoke", "owner", "nobody", "--reason", "x"), "there is no account 'nobody'"),
    ],
    ids=lambda one: " ".join(one[:2]) if isinstance(one, tuple) else "",
)
def test_invalid_options_of_a_link_are_refused(terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("link", *typed)


@pytest.mark.parametrize(
    ("call", "typed"),
    [
        ("signer.sign", ("owner", ACCOUNT)),
        ("signer.sign", ("staff", "--name", "Sam")),
        ("link_register.get", ("staff", "--name", "Sam")),
        ("link_register.save", ("platform", "--name", "crm")),
        ("link_register.save", ("revoke", "staff", "--reason", "x")),
        ("link_register.get", ("revoke", "platform", "--name", "crm", "--reason", "x")),
    ],
)
def test_a_failure_is_reported(stack: FakeStack, terminal: Terminal, call: str, typed: tuple[str, ...]) -> None:
    stack.faults.fail(call, error=Unavailable("AWS did not answer"))

    assert terminal.failed("link", *typed) == "AWS did not answer"


@pytest.mark.parametrize(
    ("typed", "lasts"),
    [
        (("link", "owner", ACCOUNT), timedelta(days=7)),
        (("link", "staff", "--name", "Sam"), timedelta(hours=12)),
        (("link", "platform", "--name", "crm"), timedelta(days=365)),
    ],
)
def test_machines_read_when_a_link_or_token_ends(terminal: Terminal, typed: tuple[str, ...], lasts: timedelta) -> None:
    assert terminal.answer(*typed)["expires_at"] == (NOW + lasts).isoformat()
