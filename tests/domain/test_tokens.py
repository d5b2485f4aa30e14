"""A token says what was signed, and nobody changes a letter of it and is let in."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, STAFF
from tests.support.fakes import FakeTokenSigner

from permille.domain.login.links import MAX_ACCOUNT_PATTERNS, Claims, Grant, LinkRole, Scope, new_claims
from permille.domain.login.tokens import LONGEST_TOKEN, read, signed_part, token
from permille.domain.values.errors import NotAuthenticated
from permille.usecases.login.access import make_token

CLAIMS = new_claims(LinkRole.OWNER, ACCOUNT, NOW)
MAC = bytes(range(32))
TOKEN = token(signed_part(CLAIMS), MAC)


def b64(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(payload: object, header: object = None) -> str:
    return f"{b64(header or HEADER)}.{b64(payload)}.{b64(MAC)}"


HEADER = {"alg": "HS256", "typ": "JWT"}
PAYLOAD = {"aud": "owner", "sub": ACCOUNT, "iat": 0, "exp": 9_999_999_999}
PLATFORM = PAYLOAD | {"aud": "platform", "by": STAFF, "scope": "read", "accounts": ["*"]}

instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
patterns = st.from_regex(r"\A(\*|[a-z0-9][a-z0-9-]{0,20}\*?)\Z")
grants = st.builds(
    Grant,
    st.sets(st.sampled_from(Scope), min_size=1).map(frozenset),
    st.lists(patterns, min_size=1, max_size=MAX_ACCOUNT_PATTERNS).map(tuple),
)


@st.composite
def every_claim(draw: st.DrawFn) -> Claims:
    audience = draw(st.sampled_from(LinkRole))
    by = "" if audience is LinkRole.OWNER else draw(st.text(max_size=60))
    grant = draw(grants) if audience is LinkRole.PLATFORM else None
    return new_claims(audience, draw(st.text(max_size=60)), draw(instants), by=by, grant=grant)


@given(every_claim(), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_what_is_read(made: Claims, mac: bytes) -> None:
    part = signed_part(made)

    assert read(token(part, mac)) == (made, part, mac)


@pytest.mark.parametrize("size", [0, 1, 31, 33, 2000])
def test_a_mac_of_another_size_is_none_of_ours(size: int) -> None:
    with pytest.raises(NotAuthenticated, match="MAC"):
        read(token(signed_part(new_claims(LinkRole.OWNER, ACCOUNT, NOW)), b"x" * size))


def test_it_is_a_json_web_token_as_rfc_7519_and_any_library_have_it() -> None:
    header, payload, _ = TOKEN.split(".")

    assert header == b64(b'{"alg":"HS256","typ":"JWT"}')
    assert payload == b64(
        b'{"aud":"owner","sub":"bakery","iat":%d,"exp":%d}' % (NOW.timestamp(), NOW.timestamp() + 7 * 86400)
    )


def test_a_platforms_scopes_are_written_as_oauth_writes_them() -> None:
    made = new_claims(LinkRole.PLATFORM, "crm", NOW, by=STAFF, grant=Grant(frozenset(Scope), ("shop-*", ACCOUNT)))

    payload = json.loads(urlsafe_b64decode(signed_part(made).partition(".")[2] + "=="))

    assert (payload["scope"], payload["accounts"], payload["by"]) == ("read write", ["shop-*", ACCOUNT], STAFF)


def test_the_longest_token_that_can_be_made_can_be_read() -> None:
    longest_arn = f"arn:aws-us-gov:iam::123456789012:user/{'p' * 510}/{'u' * 64}"
    grant = Grant(frozenset(Scope), tuple(f"{number:0>54}*" for number in range(MAX_ACCOUNT_PATTERNS)))
    made = new_claims(LinkRole.PLATFORM, "\U0001f35e" * 60, NOW, by=longest_arn, grant=grant)

    text = token(signed_part(made), MAC)

    assert len(text) <= LONGEST_TOKEN
    assert read(text)[0] == made


@given(st.data())
def test_no_letter_can_be_changed_and_still_say_the_same(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TOKEN) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.=").filter(lambda one: one != TOKEN[place]))

    try:
        found = read(TOKEN[:place] + letter + TOKEN[place + 1 :])
    except NotAuthenticated:
        return
    assert found != (CLAIMS, signed_part(CLAIMS), MAC)


@given(every_claim(), every_claim())
def test_no_token_with_any_claim_changed_is_verified(made: Claims, other: Claims) -> None:
    """The MAC of one on the claims of another: for another audience, name or account, for longer, or of wider scope."""
    signer = FakeTokenSigner()
    mac = read(make_token(signer, made))[2]

    part = signed_part(other)

    assert signer.verify(other.role, part.encode(), mac) is (made == other)


@given(grants)
def test_what_a_token_opens_is_never_more_than_it_was_made_for(granted: Grant) -> None:
    made = new_claims(LinkRole.PLATFORM, "crm", NOW, by=STAFF, grant=granted)

    found = read(make_token(FakeTokenSigner(), made))[0].grant

    assert found == granted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c.d",
        "...",
        TOKEN + "=",
        TOKEN + "\n",
        "é" + TOKEN,
        TOKEN + "A" * LONGEST_TOKEN,
        unsigned(PAYLOAD, {"alg": "none", "typ": "JWT"}),
        unsigned(PAYLOAD, {"alg": "RS256", "typ": "JWT"}),
        unsigned(PAYLOAD, HEADER | {"kid": "1"}),
        unsigned([]),
        unsigned(PAYLOAD | {"aud": "root"}),
        unsigned(PAYLOAD | {"aud": ["owner"]}),
        unsigned(PAYLOAD | {"sub": 7}),
        unsigned(PAYLOAD | {"iat": True}),
        unsigned(PAYLOAD | {"exp": 1e9}),
        unsigned(PAYLOAD | {"exp": 10**30}),
        unsigned({"aud": "owner"}),
        unsigned(b"[" * 700),
        unsigned(PAYLOAD | {"gen": 1}),  # a claim that is not known might bound what it opens
        unsigned(PAYLOAD | {"by": STAFF}),
        unsigned(PAYLOAD | {"aud": "staff"}),
        unsigned(PAYLOAD | {"aud": "staff", "by": None}),
        unsigned(PAYLOAD | {"aud": "platform", "by": STAFF}),
        unsigned(PLATFORM | {"scope": ""}),
        unsigned(PLATFORM | {"scope": "read  write"}),
        unsigned(PLATFORM | {"scope": "admin"}),
        unsigned(PLATFORM | {"scope": ["read"]}),
        unsigned(PLATFORM | {"accounts": []}),
        unsigned(PLATFORM | {"accounts": "*"}),
        unsigned(PLATFORM | {"accounts": ["**"]}),
        unsigned(PLATFORM | {"accounts": [1]}),
        unsigned(PLATFORM | {"accounts": ["a"] * (MAX_ACCOUNT_PATTERNS + 1)}),
    ],
)
def test_what_is_no_token_of_ours_lets_nobody_in(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        read(text)


def test_the_tokens_of_that_table_are_refused_for_what_they_say_alone() -> None:
    assert read(unsigned(PAYLOAD))[0].role is LinkRole.OWNER
    assert read(unsigned(PLATFORM))[0].role is LinkRole.PLATFORM


@given(st.text(max_size=200))
def test_any_text_raises_nothing_but_not_authenticated(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        read(text)
