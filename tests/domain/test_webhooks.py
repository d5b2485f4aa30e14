"""The webhook: the signature of Standard Webhooks, which URLs it takes, and when a request is repeated."""

import copy
import hmac
import pickle
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, an_entry

from permille.domain.values.errors import InvalidInput
from permille.domain.webhooks.delivery import DELAYS, LATE_FROM, MOST_ATTEMPTS, PostFailure, Reply, delay_after
from permille.domain.webhooks.endpoint import LONGEST_URL, WebhookEndpoint, check_url
from permille.domain.webhooks.signature import MOST_FORMER, SigningSecret, SigningSecrets, signed_headers
from permille_cli.stack.template import load

secrets = st.binary(min_size=24, max_size=64).map(SigningSecret)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
# The vector in the tests of the reference libraries (standard-webhooks/standard-webhooks, libraries/).
VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_ID, VECTOR_TIMESTAMP, VECTOR_BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
VECTOR_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


# ---------------------------------------------------------------- signatures


def test_the_reference_vector_of_standard_webhooks_is_signed_as_there() -> None:
    secrets, now = SigningSecrets(SigningSecret.parse(VECTOR_SECRET)), datetime.fromtimestamp(VECTOR_TIMESTAMP, UTC)

    assert signed_headers(secrets, VECTOR_ID, VECTOR_BODY, now) == {
        "webhook-id": VECTOR_ID,
        "webhook-timestamp": str(VECTOR_TIMESTAMP),
        "webhook-signature": VECTOR_SIGNATURE,
    }


@given(secret=secrets, message_id=st.text("abc-_Z09", min_size=1), body=st.binary(), now=instants)
def test_a_signature_is_the_hmac_of_id_timestamp_and_body(
    secret: SigningSecret, message_id: str, body: bytes, now: datetime
) -> None:
    headers = signed_headers(SigningSecrets(secret), message_id, body, now)

    key = b64decode(secret.reveal().removeprefix("whsec_"))
    content = f"{message_id}.{int(now.timestamp())}.".encode() + body
    version, _, signature = headers["webhook-signature"].partition(",")
    assert version == "v1"
    assert b64decode(signature) == hmac.digest(key, content, "sha256")


@given(secret=secrets, body=st.binary(), other=st.binary())
def test_another_body_id_or_instant_has_another_signature(secret: SigningSecret, body: bytes, other: bytes) -> None:
    signature = secret.sign("a", 1, body)

    assert (secret.sign("a", 1, other) == signature) is (body == other)
    assert secret.sign("b", 1, body) != signature
    assert secret.sign("a", 2, body) != signature


def test_no_bytes_can_move_between_the_id_the_timestamp_and_the_body() -> None:
    """The ids of entries have a full stop. Every other division of what is signed has no number as its timestamp."""
    content = f'{an_entry().id}.1614265330.{{"version": 1.5}}'
    parts = content.split(".")
    divisions = [
        (".".join(parts[:first]), ".".join(parts[first:second]), ".".join(parts[second:]))
        for first in range(1, len(parts))
        for second in range(first + 1, len(parts))
    ]

    readable = [one for one in divisions if one[1].isdigit() and one[2].startswith("{")]
    assert readable == [(an_entry().id, "1614265330", '{"version": 1.5}')]


@given(secrets)
def test_a_secret_is_read_as_it_was_written(secret: SigningSecret) -> None:
    assert SigningSecret.parse(secret.reveal()) == secret
    assert secret.reveal().startswith("whsec_")


@given(secrets)
def test_a_secret_appears_in_no_representation(secret: SigningSecret) -> None:
    both = SigningSecrets(secret).rotated(secret, NOW)

    assert secret.reveal()[6:] not in f"{secret!r} {secret} {both!r}"
    for write_down in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            write_down(secret)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!", "whsec_QUJD", "whsec_" + "QUJD" * 40])
def test_no_secret_is_weaker_or_longer_than_the_scheme_allows(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        SigningSecret.parse(text)

    assert len(text) < 7 or text[6:] not in str(refused.value)


# ---------------------------------------------------------------- rotation

OLD, NEW, NEWER = (SigningSecret(letter * 32) for letter in (b"o", b"n", b"m"))
A_DAY = timedelta(days=1)


def test_while_a_secret_is_rotated_requests_are_signed_by_both() -> None:
    rotated = SigningSecrets(OLD).rotated(NEW, NOW + A_DAY)

    signed = signed_headers(rotated, "id", b"{}", NOW)["webhook-signature"]

    at = int(NOW.timestamp())
    assert signed == f"{NEW.sign('id', at, b'{}')} {OLD.sign('id', at, b'{}')}"
    assert rotated.valid(NOW + A_DAY) == [NEW]


def test_a_rotation_whose_answer_was_lost_takes_no_secret_from_the_receiver() -> None:
    twice = SigningSecrets(OLD).rotated(NEW, NOW + A_DAY).rotated(NEWER, NOW + A_DAY)

    assert twice.valid(NOW) == [NEWER, NEW, OLD]


def test_without_a_grace_every_former_secret_ends_at_once() -> None:
    rotated = SigningSecrets(OLD).rotated(NEW, NOW + A_DAY).rotated(NEWER, NOW)

    assert rotated.valid(NOW) == [NEWER]


def test_few_former_secrets_are_kept() -> None:
    rotated = SigningSecrets(OLD)
    for _ in range(10):
        rotated = rotated.rotated(NEW, NOW + A_DAY)

    assert len(rotated.former) == MOST_FORMER


# ---------------------------------------------------------------- the endpoint


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com",
        "https://app.example.com/hooks/permille?token=a%20b",
        "https://app.example.com:8443/",
        "https://[2606:4700::1111]/hooks",
        "https://x.example/" + "a" * (LONGEST_URL - 18),
    ],
)
def test_an_https_url_with_a_host_is_taken_as_it_is(url: str) -> None:
    assert check_url(url, local=False) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://app.example.com/", "begins with https://, not http"),
        ("app.example.com/hooks", "begins with https://, not app.example.com/hooks"),
        ("ftp://app.example.com", "begins with https://, not ftp"),
        ("https://", "with a host"),
        ("https:///hooks", "with a host"),
        ("https://me:pass@app.example.com/", "without user name"),
        ("https://@app.example.com/", "without user name"),
        ("https://app.example.com/#part", "without fragment"),
        ("https://app.example.com:99999/", "is no URL"),
        ("https://app.example.com:a/", "is no URL"),
        ("https://[::1/", "is no URL"),
        ("https://app.example.com/a b", "without spaces"),
        ("https://app.example.com/\r\nx: y", "without spaces"),
        ("https://bäckerei.example/", "ASCII"),
        ("https://x.example/" + "a" * LONGEST_URL, "2,000"),
    ],
)
def test_any_other_url_is_refused(url: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        check_url(url, local=False)


@given(st.text())
def test_whatever_is_typed_is_a_url_or_a_clear_refusal(text: str) -> None:
    try:
        outcome: object = check_url(text, local=True)
    except InvalidInput as refused:
        outcome = [field for field, _ in refused.errors]

    assert outcome in (text, ["url"])


def test_plain_http_is_for_the_embedded_stack_alone() -> None:
    assert check_url("http://127.0.0.1:8080/", local=True)


def test_an_endpoint_takes_the_kinds_that_it_names_or_all() -> None:
    everything = WebhookEndpoint("https://x.example", (), NOW)
    disablings = everything.changed("https://y.example", ["reinstated", "disabled"])

    assert everything.takes("complaint")
    assert [kind for kind in ("complaint", "disabled", "reinstated") if disablings.takes(kind)] == [
        "disabled",
        "reinstated",
    ]


def test_who_sets_an_endpoint_again_that_was_gone_has_it_back() -> None:
    gone = WebhookEndpoint("https://x.example", (), NOW, gone_at=NOW + A_DAY)

    assert gone.changed("https://x.example", []) == WebhookEndpoint("https://x.example", (), NOW)


def test_timelines_do_not_show_the_query_which_can_hold_a_password() -> None:
    assert WebhookEndpoint("https://x.example/a?token=t", (), NOW).shown == "https://x.example/a"


# ---------------------------------------------------------------- the outcome, and repetition


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (204, None),
        (299, None),
        *((status, PostFailure.STATUS) for status in (100, 199, 300, 301, 302, 307, 308, 400, 404, 429, 500, 503, 999)),
        (410, PostFailure.GONE),
    ],
)
def test_2xx_is_delivered_and_everything_else_is_not(status: int, failure: PostFailure | None) -> None:
    assert Reply(status).failure is failure


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(204), "the endpoint answered 204 No Content"),
        (Reply(410), "the endpoint answered 410 Gone"),
        (Reply(999), "the endpoint answered 999"),
        (Reply(without_status=PostFailure.TIMEOUT), "the endpoint did not answer in time"),
    ],
)
def test_an_outcome_is_said_in_words(reply: Reply, said: str) -> None:
    assert reply.sentence() == said


@pytest.mark.parametrize("failure", [why for why in PostFailure if why not in (PostFailure.STATUS, PostFailure.GONE)])
def test_each_failure_without_a_status_has_words(failure: PostFailure) -> None:
    assert Reply(without_status=failure).sentence()


def test_an_event_is_repeated_for_three_days_by_growing_delays_that_sqs_can_keep() -> None:
    waited = [delay_after(attempt) for attempt in range(1, MOST_ATTEMPTS)]

    assert waited == list(DELAYS) == sorted(DELAYS)
    assert waited[:6] == [timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000)]  # of the specification
    assert timedelta(days=3) <= sum(waited, timedelta()) < timedelta(days=4)
    assert max(waited) < timedelta(hours=12)  # counted by SQS from the message's receipt
    assert sum(waited[: LATE_FROM - 1], timedelta()) > timedelta(minutes=30)


def test_after_its_last_attempt_an_event_becomes_a_dead_letter_at_once() -> None:
    queue = load()["Resources"]["WebhookQueue"]["Properties"]

    assert queue["RedrivePolicy"]["maxReceiveCount"] == MOST_ATTEMPTS
    assert delay_after(MOST_ATTEMPTS) == delay_after(MOST_ATTEMPTS + 5) == timedelta()
    assert sum(DELAYS, timedelta()).total_seconds() < queue["MessageRetentionPeriod"]
