"""Links are issued and revoked whole, whoever writes at the same time and whatever fails."""

from datetime import timedelta

import pytest
from tests.support.builders import NOW, STAFF
from tests.support.fakes import FakeAccounts, FakeLinkRegister, FakeTokenSigner, Rows

from permille.domain.login.links import FURTHEST_AHEAD, Claims, Grant, LinkRole, Scope
from permille.domain.login.revocation import Register
from permille.domain.people.system_commands import MakeLink, RevokeAccess
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import Conflict, InvalidInput, NotAuthenticated, Unavailable
from permille.usecases.login.access import authenticate
from permille.usecases.login.issue_links import IssueServices, issue_link, revoke_links

FOR_SAM = MakeLink(role=LinkRole.STAFF, name="Sam", lasts=timedelta(hours=1), by=STAFF)
REVOKE_SAM = RevokeAccess(role=LinkRole.STAFF, name="Sam", reason="Sam has left", by=STAFF)


class FakeLinks:
    def __init__(self) -> None:
        self.rows = Rows()
        self.register = FakeLinkRegister(self.rows)
        self.issuing = IssueServices(FakeTokenSigner(self.rows.faults), self.register)

    def let_in(self, token: str) -> Claims:
        return authenticate(token, self.issuing.signer, FakeAccounts(self.rows), self.register, NOW)[0]


@pytest.fixture
def world() -> FakeLinks:
    return FakeLinks()


def test_an_issued_link_is_on_the_system_timeline(world: FakeLinks) -> None:
    issued = issue_link(world.issuing, FOR_SAM, NOW)

    assert world.let_in(issued.token) == issued.claims
    (told,) = world.rows.told(SYSTEM)
    assert told.data == {
        "audience": "staff",
        "subject": "Sam",
        "expires_at": (NOW + timedelta(hours=1)).isoformat(),
        "by": STAFF,
        "scopes": [],
        "accounts": [],
    }


@pytest.mark.parametrize("call", ["link_register.get", "signer.sign", "link_register.save"])
def test_where_something_fails_no_link_is_issued_and_no_entry_is_written(world: FakeLinks, call: str) -> None:
    world.rows.faults.fail(call)

    with pytest.raises(Unavailable):
        issue_link(world.issuing, FOR_SAM, NOW)

    assert (world.rows.entries, world.rows.link_registers) == ({}, {})


@pytest.mark.parametrize("call", ["link_register.get", "link_register.save"])
def test_a_revocation_that_fails_writes_no_entry(world: FakeLinks, call: str) -> None:
    issued = issue_link(world.issuing, FOR_SAM, NOW)
    world.rows.faults.fail(call)

    with pytest.raises(Unavailable):
        revoke_links(world.register, REVOKE_SAM, NOW)

    assert world.let_in(issued.token)
    assert [one.kind for one in world.rows.told(SYSTEM)] == ["link_made"]


def test_a_concurrent_write_is_read_again(world: FakeLinks) -> None:
    world.rows.faults.fail("link_register.save", times=3, error=Conflict("somebody wrote first"))

    assert world.let_in(issue_link(world.issuing, FOR_SAM, NOW).token)


def test_too_many_concurrent_writes_are_unavailable(world: FakeLinks) -> None:
    world.rows.faults.fail("link_register.save", times=100, error=Conflict("somebody wrote first"))

    with pytest.raises(Unavailable, match="others kept"):
        issue_link(world.issuing, FOR_SAM, NOW)
    with pytest.raises(Unavailable, match="others kept"):
        revoke_links(world.register, REVOKE_SAM, NOW)


def test_a_lost_row_lets_nobody_in_until_the_next_link_is_made(world: FakeLinks) -> None:
    earlier, revoked = (
        issue_link(world.issuing, FOR_SAM, NOW),
        issue_link(world.issuing, FOR_SAM, NOW + timedelta(seconds=1)),
    )
    revoke_links(world.register, REVOKE_SAM, NOW + timedelta(seconds=1))
    world.rows.link_registers.clear()

    for lost in (earlier, revoked):
        with pytest.raises(NotAuthenticated, match="nothing is known"):
            world.let_in(lost.token)

    later = issue_link(world.issuing, FOR_SAM, NOW + timedelta(seconds=2))
    assert world.let_in(later.token).subject == "Sam"
    for lost in (earlier, revoked):
        with pytest.raises(NotAuthenticated, match="revoked"):
            world.let_in(lost.token)


def made_and_revoked(world: FakeLinks, n: int) -> str:
    """A link, `n` microseconds later."""
    now = NOW + n * timedelta(microseconds=1)
    token = issue_link(world.issuing, FOR_SAM, now).token
    revoke_links(world.register, REVOKE_SAM, now)
    return token


def test_however_often_a_link_is_made_and_revoked_none_survives(world: FakeLinks) -> None:
    """Each is dated a second after the revocation before, until the next would be from the future."""
    often = FURTHEST_AHEAD // timedelta(seconds=1)
    tokens = [made_and_revoked(world, n) for n in range(often)]

    with pytest.raises(Unavailable, match=rf"can be made from {NOW:%Y-%m-%d} 12:00:01 UTC on"):
        made_and_revoked(world, often)
    for token in (tokens[0], tokens[-1]):
        with pytest.raises(NotAuthenticated, match="revoked"):
            world.let_in(token)
    assert issue_link(world.issuing, FOR_SAM, NOW + timedelta(seconds=1))


def test_of_links_that_were_revoked_while_a_clock_was_ahead_the_day_is_named(world: FakeLinks) -> None:
    """As on the embedded stack, whose clock can be set."""
    later = NOW + timedelta(days=3)
    revoke_links(world.register, REVOKE_SAM, later)

    with pytest.raises(Unavailable, match=rf"at a time that is still to come.* from {later:%Y-%m-%d} 11:40:01 UTC"):
        issue_link(world.issuing, FOR_SAM, NOW)


def test_a_name_without_links_can_be_revoked(world: FakeLinks) -> None:
    assert revoke_links(world.register, REVOKE_SAM, NOW).of_name == NOW


def test_a_later_revocation_by_a_clock_that_is_behind_shortens_none(world: FakeLinks) -> None:
    world.rows.link_registers[LinkRole.STAFF, ""] = Register(of_all=NOW)

    assert (
        revoke_links(world.register, RevokeAccess(role=LinkRole.STAFF, reason="R", by=STAFF), NOW - timedelta(1)).of_all
        == NOW
    )


@pytest.mark.parametrize(
    ("audience", "grant"),
    [(LinkRole.OWNER, None), (LinkRole.PLATFORM, None), (LinkRole.STAFF, Grant(frozenset(Scope)))],
)
def test_staff_are_granted_nothing_platforms_something_and_owners_come_by_mail(
    audience: LinkRole, grant: Grant | None
) -> None:
    with pytest.raises(InvalidInput):
        MakeLink(role=audience, name="Sam", lasts=timedelta(hours=1), by=STAFF, grant=grant)
