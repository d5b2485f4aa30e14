"""A link lets in whom it names, as long as it says, until it is revoked; and a token no more than it was granted."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW

from permille.domain.login.links import (
    DEFAULT_LIFETIME,
    FURTHEST_AHEAD,
    LONGEST_LIFETIME,
    Claims,
    Grant,
    LinkRole,
    Scope,
    check_lifetime,
    check_times,
    new_claims,
)
from permille.domain.login.revocation import Register, check_revoked, owners_revoked_until, revoked_until
from permille.domain.values.errors import InvalidInput, NotAuthenticated

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("audience", LinkRole)
def test_a_link_lets_in_until_the_moment_it_ends(audience: LinkRole) -> None:
    made = new_claims(audience, ACCOUNT, NOW)

    check_times(made, made.expires_at - SECOND)
    with pytest.raises(NotAuthenticated, match="expired"):
        check_times(made, made.expires_at)
    assert made.expires_at == NOW + DEFAULT_LIFETIME[audience]


@pytest.mark.parametrize("audience", LinkRole)
def test_no_link_lasts_longer_than_its_audiences_may_whoever_made_it(audience: LinkRole) -> None:
    longest = new_claims(audience, ACCOUNT, NOW, LONGEST_LIFETIME[audience])

    check_times(longest, NOW)
    with pytest.raises(NotAuthenticated, match="longer than it may"):
        check_times(replace(longest, expires_at=longest.expires_at + SECOND), NOW)


@pytest.mark.parametrize("audience", LinkRole)
def test_no_link_comes_from_the_future_but_for_what_clocks_are_apart(audience: LinkRole) -> None:
    made = new_claims(audience, ACCOUNT, NOW)

    check_times(made, NOW - FURTHEST_AHEAD)
    with pytest.raises(NotAuthenticated, match="from the future"):
        check_times(made, NOW - FURTHEST_AHEAD - SECOND)


@pytest.mark.parametrize(
    ("audience", "lasts", "says"),
    [
        (LinkRole.STAFF, timedelta(hours=24, seconds=1), "no more than 24 hours"),
        (LinkRole.PLATFORM, timedelta(days=366, seconds=1), "no more than 366 days"),
        (LinkRole.OWNER, timedelta(days=31), "no more than 30 days"),
        (LinkRole.STAFF, timedelta(), "more than 0"),
        (LinkRole.STAFF, -SECOND, "more than 0"),
    ],
)
def test_none_is_made_that_lasts_longer(audience: LinkRole, lasts: timedelta, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check_lifetime(audience, lasts)


@pytest.mark.parametrize(
    ("by", "maker"),
    [
        ("arn:aws:sts::123456789012:assumed-role/Admin/eva@apwt.example", "assumed-role/Admin/eva@apwt.example"),
        ("arn:aws:sts::123456789012:federated-user/eva", "federated-user/eva"),
        ("arn:aws:iam::123456789012:user/eva", "user/eva"),
        ("arn:aws:iam::123456789012:user/division/sales/eva", "user/eva"),
        ("arn:aws:iam::123456789012:user/x:assumed-role/Admin/eva", "user/eva"),
        ("arn:aws:iam::123456789012:user/Anna)(link/by:root)/eva", "user/eva"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws-us-gov:iam::123456789012:user/eva", "user/eva"),
    ],
)
def test_no_path_of_a_user_passes_for_somebody_else(by: str, maker: str) -> None:
    assert replace(new_claims(LinkRole.STAFF, "Sam", NOW), by=by).maker == maker


# ---------------------------------------------------------------- revoked


@pytest.mark.parametrize(("made", "is_revoked"), [(-SECOND, True), (timedelta(), True), (SECOND, False)])
def test_what_was_made_until_that_instant_is_revoked(made: timedelta, *, is_revoked: bool) -> None:
    link = Claims(LinkRole.STAFF, "Sam", NOW + made, NOW + timedelta(hours=1))

    if not is_revoked:
        check_revoked(link.issued_at, NOW)
        return
    with pytest.raises(NotAuthenticated, match="revoked"):
        check_revoked(link.issued_at, NOW)


def in_force(link: Claims, valid_since: object, now: object) -> bool:
    try:
        check_times(link, now)  # type: ignore[arg-type]
        check_revoked(link.issued_at, valid_since)  # type: ignore[arg-type]
    except NotAuthenticated:
        return False
    return True


def test_without_a_register_no_link_is_valid_but_the_next_one() -> None:
    assert Register().valid_since is None
    assert Register(of_all=NOW).valid_since is None
    assert Register(of_name=NOW).valid_since is None

    opened = Register().initialized(NOW)

    assert in_force(new_claims(LinkRole.STAFF, "Sam", NOW, valid_since=opened.valid_since), opened.valid_since, NOW)


@given(st.booleans(), st.booleans(), st.integers(0, 10**9))
def test_a_row_that_is_lost_undoes_no_revocation(of_all: bool, of_name: bool, micros: int) -> None:
    """Whatever was made before the loss stays revoked when the next link is made."""
    now = NOW + timedelta(microseconds=micros)
    register = Register().initialized(now)
    made = new_claims(LinkRole.STAFF, "Sam", now, valid_since=register.valid_since)
    known = register.with_issued(made).with_revoked(now, "Sam")
    lost = Register(known.of_all if of_all else None, known.of_name if of_name else None, known.last_issued)

    assert not in_force(made, lost.initialized(now).valid_since, now)


@dataclass(slots=True)
class Desk:
    """The register of two names of one audience, and the links that were made, in the order in which it really
    happened. Each link is known to be revoked or not."""

    registers: dict[str, Register] = field(default_factory=dict)
    of_all: Register = field(default_factory=Register)
    revoked: dict[int, bool] = field(default_factory=dict)
    made: list[Claims] = field(default_factory=list)

    def read(self, name: str) -> Register:
        of_name = self.registers.get(name, Register()).of_name if name else None
        return replace(self.of_all, of_name=of_name)

    def write(self, name: str, register: Register) -> None:
        self.of_all = replace(register, of_name=None)
        if name:
            self.registers[name] = register


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["issue", "revoke one", "revoke all"]),
        st.sampled_from(["Anna", "Bob"]),
        st.integers(0, 3_000_000),  # microseconds since the act before
        st.integers(-300, 300),  # seconds that the clock of whoever revokes is off
    ),
    max_size=12,
)


@given(ACTS)
def test_a_revocation_reaches_what_was_made_before_it_and_nothing_else_whatever_clocks_say(
    acts: list[tuple[str, str, int, int]],
) -> None:
    desk, now = Desk(), NOW
    for act, name, later, off in acts:
        now += timedelta(microseconds=later)
        if act == "issue":
            opened = desk.read(name).initialized(now)
            made = new_claims(LinkRole.STAFF, name, now, valid_since=opened.valid_since)
            desk.write(name, opened.with_issued(made))
            desk.made.append(made)
        else:
            whose = name if act == "revoke one" else ""
            desk.write(whose, desk.read(whose).with_revoked(now + timedelta(seconds=off), whose))
            hit = [n for n, one in enumerate(desk.made) if one.subject == name or not whose]
            desk.revoked |= dict.fromkeys(hit, True)

    for number, link in enumerate(desk.made):
        valid_since = desk.read(link.subject).valid_since
        assert (valid_since is not None and in_force(link, valid_since, now)) is not desk.revoked.get(number, False)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 3_000_000), st.integers(-300, 300)), max_size=10),
)
def test_so_does_one_of_an_owners_links_which_are_made_by_clocks_that_are_off_as_well(
    acts: list[tuple[bool, int, int]],
) -> None:
    valid_since, now, revoked, made = None, NOW, 0, []
    for issues, later, off in acts:
        now += timedelta(microseconds=later)
        clock = now + timedelta(seconds=off)
        if issues:
            made.append(new_claims(LinkRole.OWNER, ACCOUNT, clock, valid_since=valid_since))
        else:
            valid_since, revoked = owners_revoked_until(clock, valid_since), len(made)

    assert [in_force(one, valid_since, now) for one in made] == [n >= revoked for n in range(len(made))]


@given(st.integers(-(10**6), 10**6))
def test_no_revocation_is_shorter_than_the_one_before(seconds: int) -> None:
    before = NOW + seconds * SECOND

    assert revoked_until(NOW, before) >= before
    assert owners_revoked_until(NOW, before) > before


# ---------------------------------------------------------------- what a platform's token opens


@pytest.mark.parametrize(
    ("accounts", "account_id", "covered"),
    [
        (("*",), ACCOUNT, True),
        (("*",), "", True),
        ((ACCOUNT,), ACCOUNT, True),
        ((ACCOUNT,), f"{ACCOUNT}-2", False),
        ((ACCOUNT,), "", False),
        (("shop-*",), "shop-1", True),
        (("shop-*",), "shop-", True),
        (("shop-*",), "shop", False),
        (("shop-*",), "", False),
        (("shop-*", ACCOUNT), ACCOUNT, True),
    ],
)
def test_a_token_is_about_the_accounts_that_it_names(
    accounts: tuple[str, ...], account_id: str, *, covered: bool
) -> None:
    assert Grant(frozenset(Scope), accounts).covers(account_id) is covered


@pytest.mark.parametrize(
    ("scopes", "accounts", "says"),
    [
        (frozenset(), ("*",), "read and write"),
        (frozenset(Scope), (), "1 to 20 accounts"),
        (frozenset(Scope), ("a",) * 21, "1 to 20 accounts"),
        (frozenset(Scope), ("",), "not ''"),
        (frozenset(Scope), ("**",), "not '\\*\\*'"),
        (frozenset(Scope), ("a*b",), "not 'a\\*b'"),
        (frozenset(Scope), ("Shop",), "not 'Shop'"),
        (frozenset(Scope), ("shop\n",), "not 'shop"),
    ],
)
def test_a_grant_of_nothing_or_of_what_is_no_account_is_none(
    scopes: frozenset[Scope], accounts: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        Grant(scopes, accounts)
