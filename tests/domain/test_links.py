"""A link lets in whom it names, as long as it says, and nobody who changed a letter of it."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import ACCOUNT, NOW

from permille.domain.errors import NotAuthenticated
from permille.domain.links import LASTS, Claims, For, check, claims, read, signed_part, token

CLAIMS = claims(For.OWNER, ACCOUNT, 1, NOW)
MAC = bytes(range(32))
TOKEN = token(signed_part(CLAIMS), MAC)


def b64(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


HEADER = {"alg": "HS256", "typ": "JWT"}
PAYLOAD = {"aud": "owner", "sub": ACCOUNT, "gen": 1, "iat": 0, "exp": 9_999_999_999}

instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


every_claim = st.builds(claims, st.sampled_from(For), st.text(max_size=60), st.integers(0, 10**9), instants)


@given(every_claim, st.binary(min_size=1, max_size=64))
def test_what_was_signed_is_what_is_read(made: Claims, mac: bytes) -> None:
    part = signed_part(made)

    assert read(token(part, mac)) == (made, part, mac)


def test_it_is_a_json_web_token_as_rfc_7519_and_any_library_have_it() -> None:
    header, payload, _ = TOKEN.split(".")

    assert header == b64(b'{"alg":"HS256","typ":"JWT"}')
    assert payload == b64(
        b'{"aud":"owner","sub":"bakery","gen":1,"iat":%d,"exp":%d}' % (NOW.timestamp(), NOW.timestamp() + 7 * 86400)
    )


@given(st.data())
def test_no_letter_can_be_changed_and_still_say_the_same(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TOKEN) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.=").filter(lambda one: one != TOKEN[place]))

    try:
        found = read(TOKEN[:place] + letter + TOKEN[place + 1 :])
    except NotAuthenticated:
        return
    assert found != (CLAIMS, signed_part(CLAIMS), MAC)


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
        TOKEN + "A" * 1000,
        f"{b64({'alg': 'none', 'typ': 'JWT'})}.{b64(PAYLOAD)}.{b64(MAC)}",
        f"{b64({'alg': 'RS256', 'typ': 'JWT'})}.{b64(PAYLOAD)}.{b64(MAC)}",
        f"{b64(HEADER | {'kid': '1'})}.{b64(PAYLOAD)}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64([])}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(PAYLOAD | {'aud': 'root'})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(PAYLOAD | {'aud': ['owner']})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(PAYLOAD | {'sub': 7})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(PAYLOAD | {'gen': True})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(PAYLOAD | {'exp': 1e9})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(PAYLOAD | {'exp': 10**30})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64({'aud': 'owner'})}.{b64(MAC)}",
        f"{b64(HEADER)}.{b64(b'[' * 700)}.{b64(MAC)}",
    ],
)
def test_what_is_no_token_of_ours_lets_nobody_in(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        read(text)


@given(st.text(max_size=200))
def test_no_text_whatever_does_more_than_not_let_in(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        read(text)


@pytest.mark.parametrize("audience", For)
def test_a_link_lets_in_until_the_moment_it_ends(audience: For) -> None:
    made = claims(audience, ACCOUNT, 1, NOW)

    check(made, 1, made.expires_at - timedelta(seconds=1))
    with pytest.raises(NotAuthenticated, match="expired"):
        check(made, 1, made.expires_at)
    assert made.expires_at == NOW + LASTS[audience]


@pytest.mark.parametrize("generation", [0, 2, 99])
def test_a_link_of_another_generation_is_revoked(generation: int) -> None:
    with pytest.raises(NotAuthenticated, match="revoked"):
        check(Claims(For.STAFF, "Sam", generation, NOW, NOW + timedelta(hours=1)), 1, NOW)
