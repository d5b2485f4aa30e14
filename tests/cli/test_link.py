"""`permille link`: who is let in by a link or a token, for how long, and no more once it is revoked."""

from datetime import timedelta

import pytest
from tests.builders import ACCOUNT, NOW, STAFF
from tests.cli.terminal import Terminal
from tests.operator_fakes import FakeStack

from permille.access import admit
from permille.domain.errors import NotAuthenticated, Unavailable
from permille.domain.links import Claims, For
from permille.domain.timeline import SYSTEM

ENTER = "https://console.example/enter?token="
HOUR = timedelta(hours=1)


def let_in(stack: FakeStack, token: str, after: timedelta = timedelta()) -> Claims:
    return admit(token.strip().removeprefix(ENTER), stack.macs, stack.accounts, stack.control, NOW + after)[0]


@pytest.mark.parametrize(
    ("typed", "audience", "subject", "lasts"),
    [
        (("owner", ACCOUNT), For.OWNER, ACCOUNT, timedelta(days=7)),
        (("owner", ACCOUNT, "--days", "0.5"), For.OWNER, ACCOUNT, 12 * HOUR),
        (("staff", "--name", " Sam "), For.STAFF, "Sam", 12 * HOUR),
        (("staff", "--name", "Sam", "--hours", "2"), For.STAFF, "Sam", 2 * HOUR),
        (("platform", "--name", "crm"), For.PLATFORM, "crm", timedelta(days=365)),
        (("platform", "--name", "crm", "--days", "1"), For.PLATFORM, "crm", 24 * HOUR),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_whoever_holds_it_is_let_in_while_it_lasts(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], audience: For, subject: str, lasts: timedelta
) -> None:
    link = terminal.text("link", *typed)

    assert link.count("\n") == 1
    assert link.startswith(ENTER) is (audience is not For.PLATFORM)
    claims = let_in(stack, link, lasts - timedelta(seconds=1))
    assert (claims.audience, claims.subject) == (audience, subject)
    with pytest.raises(NotAuthenticated, match="has expired"):
        let_in(stack, link, lasts)


def test_machines_get_the_link_or_the_token_with_the_apis_address(stack: FakeStack, terminal: Terminal) -> None:
    assert let_in(stack, terminal.answer("link", "owner", ACCOUNT)["link"])
    assert let_in(stack, terminal.answer("link", "staff", "--name", "Sam")["link"])
    answer = terminal.answer("link", "platform", "--name", "crm")
    assert answer["api"] == "https://api.example/api/v1"
    assert let_in(stack, answer["token"]).audience is For.PLATFORM


@pytest.mark.parametrize(
    ("make", "revoke", "told"),
    [
        (("owner", ACCOUNT), ("owner", ACCOUNT, "--reason", "It was forwarded"), "owner of bakery"),
        (("staff", "--name", "Sam"), ("staff", "--reason", "A laptop was lost"), "staff"),
        (("platform", "--name", "crm"), ("platform", "--reason", "It leaked"), "platform"),
    ],
)
def test_a_revoked_one_lets_nobody_in_and_a_later_one_does(
    stack: FakeStack, terminal: Terminal, make: tuple[str, ...], revoke: tuple[str, ...], told: str
) -> None:
    earlier = terminal.text("link", *make)

    said = terminal.text("link", "revoke", *revoke)

    assert said == f"All earlier links are revoked: {told}.\n"
    with pytest.raises(NotAuthenticated):
        let_in(stack, earlier)
    later = Terminal(stack.at(NOW + HOUR), terminal.capsys)
    assert let_in(stack, later.text("link", *make), HOUR)
    assert later.answer("link", "revoke", *revoke) == {"revoked": told, "generation": 3}


@pytest.mark.parametrize(
    ("typed", "kind", "headline"),
    [
        (("owner", ACCOUNT), "link_made", "A link to a report was made for bakery"),
        (("staff", "--name", "Sam"), "link_made", "A link to the desk was made for Sam"),
        (("platform", "--name", "crm"), "link_made", "A token for the API was made for crm"),
        (("revoke", "staff", "--reason", "A laptop was lost"), "access_revoked", "All links for staff were revoked"),
        (("revoke", "platform", "--reason", "It leaked"), "access_revoked", "All tokens for platforms were revoked"),
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
        (("owner", ACCOUNT, "--days", "0"), "--days: takes more than 0, and no more than 365 days"),
        (("owner", ACCOUNT, "--days", "nan"), "--days: takes more than 0"),
        (("owner", ACCOUNT, "--days", "366"), "--days: takes more than 0"),
        (("staff", "--name", ""), "--name: takes 1 to 60 printable characters, not ''"),
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
def test_what_makes_no_link_is_refused(terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("link", *typed)


@pytest.mark.parametrize(
    ("call", "typed"),
    [("macs.make", ("owner", ACCOUNT)), ("control.revoke_links", ("revoke", "staff", "--reason", "x"))],
)
def test_what_fails_is_said(stack: FakeStack, terminal: Terminal, call: str, typed: tuple[str, ...]) -> None:
    stack.faults.fail(call, error=Unavailable("AWS did not answer"))

    assert terminal.failed("link", *typed) == "AWS did not answer"
