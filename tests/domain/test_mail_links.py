"""A link in a mail does one thing for one account, until it expires or is revoked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, an_account
from tests.support.fakes import FakeAccounts, FakeTokenSigner, Rows

from permille.domain.login import tokens
from permille.domain.login.links import LinkRole, new_claims
from permille.domain.login.mail_links import LASTS, MailLink, Purpose, check_times, read, signed_part
from permille.domain.values.errors import LinkExpired, NotAuthenticated
from permille.usecases.login.access import make_token
from permille.usecases.login.mail_links import PATHS, mail_link, verify

SECOND = timedelta(seconds=1)
SIGNER = FakeTokenSigner()
every_purpose = pytest.mark.parametrize("purpose", Purpose)
instants = st.integers(0, 4 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))


def token_of(purpose: Purpose, about: str = "v-1") -> str:
    link = mail_link(SIGNER, "https://console.example/", purpose, an_account(), NOW, about)
    base, _, token = link.partition("?token=")
    assert base == f"https://console.example{PATHS[purpose]}"
    return token


def verified(token: str, purpose: Purpose, now: datetime = NOW, **account: Any) -> MailLink:
    accounts = FakeAccounts(Rows(accounts={ACCOUNT: an_account(**account)}))
    return verify(token, purpose, SIGNER, accounts, now)[0]


@every_purpose
def test_what_was_signed_is_what_is_verified(purpose: Purpose) -> None:
    link = verified(token_of(purpose), purpose)

    assert (link.purpose, link.account_id, link.about) == (purpose, ACCOUNT, "v-1")
    assert link.expires_at == link.issued_at + LASTS[purpose]


@given(
    st.sampled_from(Purpose),
    st.text(max_size=60),
    st.text(max_size=60),
    instants,
    instants,
    st.binary(min_size=32, max_size=32),
)
def test_every_link_is_read_as_it_was_written(
    purpose: Purpose, account_id: str, about: str, issued_at: datetime, expires_at: datetime, mac: bytes
) -> None:
    link = MailLink(purpose, account_id, about, issued_at, expires_at)
    part = signed_part(link)

    assert read(tokens.token(part, mac), purpose) == (link, part, mac)


@every_purpose
def test_such_a_link_opens_no_page(purpose: Purpose) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.read(token_of(purpose))


@every_purpose
def test_a_login_link_does_nothing_of_the_kind(purpose: Purpose) -> None:
    with pytest.raises(NotAuthenticated):
        verified(make_token(SIGNER, new_claims(LinkRole.OWNER, ACCOUNT, NOW)), purpose)


@every_purpose
def test_a_link_ends(purpose: Purpose) -> None:
    token = token_of(purpose)

    verified(token, purpose, NOW + LASTS[purpose] - SECOND)
    with pytest.raises(LinkExpired):
        verified(token, purpose, NOW + LASTS[purpose])


@every_purpose
def test_no_link_lasts_longer_than_its_purpose_may(purpose: Purpose) -> None:
    link = MailLink(purpose, ACCOUNT, "", NOW, NOW + LASTS[purpose])
    check_times(link, NOW)

    with pytest.raises(NotAuthenticated):
        check_times(replace(link, expires_at=link.expires_at + SECOND), NOW)


@every_purpose
def test_links_are_revoked_with_those_to_the_report(purpose: Purpose) -> None:
    with pytest.raises(NotAuthenticated, match="revoked"):
        verified(token_of(purpose), purpose, links_valid_since=NOW)


@every_purpose
@pytest.mark.parametrize("changed", ["mac", "payload"])
def test_a_forged_link_does_nothing(purpose: Purpose, changed: str) -> None:
    token = token_of(purpose)
    part, _, mac = token.rpartition(".")
    other = token_of(purpose, "v-2").rpartition(".")
    forged = f"{part}.{other[2]}" if changed == "mac" else f"{other[0]}.{mac}"

    with pytest.raises(NotAuthenticated, match="forged"):
        verified(forged, purpose)


@every_purpose
def test_of_an_account_that_is_gone_no_link_does_anything(purpose: Purpose) -> None:
    with pytest.raises(NotAuthenticated, match="no such account"):
        verify(token_of(purpose), purpose, SIGNER, FakeAccounts(Rows()), NOW)
