"""The webhook's function posts each event until the endpoint took it, and the operator's use cases set it up."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, STAFF
from tests.support.fakes import Rows
from tests.support.measured import Measured
from tests.support.operator_fakes import FakeAllTimelines
from tests.support.webhook_fakes import (
    ENDPOINT,
    SECRET,
    FakeWebhook,
    FakeWebhookRegister,
    FakeWebhookSecrets,
    a_pending_event,
)

from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import Conflict, InvalidInput, NotFound, PermissionDenied, ServiceError, Unavailable
from permille.domain.webhooks.delivery import DELAYS, MOST_ATTEMPTS, PostFailure, Reply
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.domain.webhooks.signature import SigningSecret
from permille.usecases.notifications.webhook_delivery import post_event, post_test
from permille.usecases.notifications.webhook_setup import (
    LONGEST_GRACE,
    WebhookSetup,
    remove_webhook,
    rotate_secret,
    set_webhook,
    webhook_status,
)

OTHER = SigningSecret(b"o" * 32)
URL = ENDPOINT.url


@pytest.fixture
def webhook() -> FakeWebhook:
    return FakeWebhook()


# ---------------------------------------------------------------- posting


def test_an_event_is_posted_with_its_signature_and_is_done_with(webhook: FakeWebhook) -> None:
    event = a_pending_event()

    assert post_event(webhook.services, event, NOW)

    ((url, headers, body),) = webhook.client.posted
    assert (url, body) == (URL, event.body)
    assert headers["webhook-id"] == event.entry_id == json.loads(body)["id"]
    assert headers["webhook-signature"] == SECRET.sign(event.entry_id, int(NOW.timestamp()), event.body)


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(302), Reply(404), Reply(without_status=PostFailure.TIMEOUT)], ids=repr
)
@pytest.mark.parametrize("attempt", range(1, MOST_ATTEMPTS + 1))
def test_what_an_endpoint_does_not_take_comes_back_after_a_delay_that_grows(
    webhook: FakeWebhook, reply: Reply, attempt: int
) -> None:
    webhook.client.answers[URL] = reply

    assert not post_event(webhook.services, a_pending_event(attempt=attempt), NOW)

    assert webhook.pending.delays == [("r-1", [*DELAYS, timedelta()][attempt - 1])]
    assert webhook.pending.dead_letters == []
    assert webhook.rows.webhook == ENDPOINT


def test_an_endpoint_that_is_gone_gets_nothing_more_and_nothing_is_lost(webhook: FakeWebhook) -> None:
    webhook.client.answers[URL] = Reply(410)
    events = [a_pending_event(kind="disabled"), a_pending_event(kind="reinstated")]

    assert [post_event(webhook.services, event, NOW) for event in events] == [True, True]

    assert len(webhook.client.posted) == 1
    assert webhook.pending.dead_letters == [event.body for event in events]
    assert webhook.rows.webhook == WebhookEndpoint(URL, (), NOW, gone_at=NOW)


def test_without_a_webhook_events_are_dropped(webhook: FakeWebhook) -> None:
    webhook.rows.webhook = None

    assert post_event(webhook.services, a_pending_event(), NOW)
    assert (webhook.client.posted, webhook.pending.dead_letters) == ([], [])


def test_an_event_is_never_posted_without_a_signature(webhook: FakeWebhook) -> None:
    webhook.secrets.kept = None

    with pytest.raises(Unavailable, match="rotate-secret"):
        post_event(webhook.services, a_pending_event(), NOW)
    assert webhook.client.posted == []


@pytest.mark.parametrize("error", [Unavailable("injected"), PermissionDenied("injected")], ids=repr)
@pytest.mark.parametrize(
    ("reply", "call"),
    [
        (Reply(204), "webhook_register.get"),
        (Reply(204), "webhook_secrets.get"),
        (Reply(410), "webhook_register.mark_gone"),
        (Reply(410), "pending.give_up"),
        (Reply(500), "pending.retry_in"),
    ],
)
def test_whatever_call_fails_the_event_comes_back_and_is_done_in_the_end(
    webhook: FakeWebhook, reply: Reply, call: str, error: ServiceError
) -> None:
    webhook.client.answers[URL] = reply
    webhook.faults.fail(call, error=error)

    with pytest.raises(type(error)):
        post_event(webhook.services, a_pending_event(), NOW)

    again = post_event(webhook.services, a_pending_event(attempt=2), NOW)
    assert again is (reply.failure is not PostFailure.STATUS)
    assert len(webhook.pending.dead_letters) == (reply.status == 410)


def test_an_event_that_fails_for_half_an_hour_is_measured_for_the_alarm(
    webhook: FakeWebhook, measured: Measured
) -> None:
    webhook.client.answers[URL] = Reply(500)

    for attempt in (1, 2, 3, 4):
        post_event(webhook.services, a_pending_event(attempt=attempt), NOW)

    values = measured.values()
    assert (values["webhook.failed"], values["webhook.failed_long"]) == ([1, 1, 1, 1], [1])


def test_a_test_event_is_posted_also_where_the_endpoint_was_gone(webhook: FakeWebhook) -> None:
    webhook.rows.webhook = WebhookEndpoint(URL, (), NOW, gone_at=NOW)

    assert post_test(webhook.services, "e-1", b"{}", NOW) == Reply(204)
    assert [headers["webhook-id"] for _, headers, _ in webhook.client.posted] == ["e-1"]


def test_without_a_webhook_nothing_is_tested(webhook: FakeWebhook) -> None:
    webhook.rows.webhook = None

    assert post_test(webhook.services, "e-1", b"{}", NOW) is None


# ---------------------------------------------------------------- setting it up


class Operator:
    """An operator, and what is set."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.secrets = FakeWebhookSecrets(self.rows.faults)
        self.setup = WebhookSetup(FakeWebhookRegister(self.rows), self.secrets, FakeAllTimelines(self.rows))

    def sets(self, url: str = URL, *kinds: str, new: SigningSecret = SECRET, now: datetime = NOW) -> Any:
        return set_webhook(self.setup, url, kinds, new, STAFF, now)

    def entries(self) -> list[Any]:
        return [entry.facts for entry in self.rows.told(SYSTEM)]


@pytest.fixture
def operator() -> Operator:
    return Operator()


def test_a_new_webhook_has_a_new_secret_and_an_entry(operator: Operator) -> None:
    endpoint, secret = operator.sets("https://x.example/?token=t", "disabled")

    assert operator.rows.webhook == endpoint == WebhookEndpoint("https://x.example/?token=t", ("disabled",), NOW)
    assert secret is SECRET
    assert operator.secrets.kept is not None
    assert operator.secrets.kept.current == SECRET
    (facts,) = operator.entries()
    assert (facts.url, facts.kinds, facts.by) == ("https://x.example/", ("disabled",), STAFF)


def test_who_sets_a_webhook_again_keeps_its_secret_and_since_when_it_is_set(operator: Operator) -> None:
    operator.sets()

    endpoint, secret = operator.sets("https://y.example", new=OTHER, now=NOW + timedelta(hours=1))

    assert (secret, endpoint.since) == (None, NOW)
    assert operator.secrets.kept is not None
    assert operator.secrets.kept.current == SECRET


def test_a_secret_that_nobody_has_is_not_kept(operator: Operator) -> None:
    """The first attempt stored it, and did not get as far as to print it."""
    operator.rows.faults.fail("webhook_register.save")
    with pytest.raises(Unavailable):
        operator.sets()

    _, secret = operator.sets(new=OTHER)

    assert secret is OTHER
    assert operator.secrets.kept is not None
    assert operator.secrets.kept.current == OTHER


def test_a_webhook_whose_secret_was_deleted_by_hand_gets_a_new_one(operator: Operator) -> None:
    operator.sets()
    operator.secrets.kept = None

    assert operator.sets(new=OTHER, now=NOW + timedelta(hours=1))[1] is OTHER


def test_a_kind_that_does_not_exist_is_refused_before_anything_is_stored(operator: Operator) -> None:
    with pytest.raises(InvalidInput, match="there is no kind disabeld"):
        operator.sets(URL, "disabeld")

    assert (operator.rows.webhook, operator.secrets.kept) == (None, None)


def test_a_rotation_signs_with_both_until_the_grace_is_over(operator: Operator) -> None:
    operator.sets()

    rotated = rotate_secret(operator.setup, OTHER, 24, STAFF, NOW + timedelta(hours=1))

    assert operator.secrets.kept == rotated
    assert rotated.valid(NOW + timedelta(hours=24, minutes=59)) == [OTHER, SECRET]
    assert rotated.valid(NOW + timedelta(hours=25)) == [OTHER]
    assert operator.entries()[-1].former_until == NOW + timedelta(hours=25)


@pytest.mark.parametrize("call", ["timeline.append", "webhook_secrets.put"])
def test_a_rotation_that_fails_changes_no_secret(operator: Operator, call: str) -> None:
    operator.sets()
    operator.rows.faults.fail(call)

    with pytest.raises(Unavailable):
        rotate_secret(operator.setup, OTHER, 24, STAFF, NOW)

    assert operator.secrets.kept is not None
    assert operator.secrets.kept.valid(NOW) == [SECRET]


@pytest.mark.parametrize("hours", [-1, LONGEST_GRACE + 0.1, float("nan"), float("inf")])
def test_a_grace_of_more_than_a_week_is_refused(operator: Operator, hours: float) -> None:
    operator.sets()

    with pytest.raises(InvalidInput, match="0 to 168 hours"):
        rotate_secret(operator.setup, OTHER, hours, STAFF, NOW)


def test_without_a_webhook_there_is_nothing_to_rotate(operator: Operator) -> None:
    with pytest.raises(NotFound, match="permille webhook set"):
        rotate_secret(operator.setup, OTHER, 24, STAFF, NOW)


def test_removing_deletes_endpoint_and_secret_and_can_be_repeated(operator: Operator) -> None:
    operator.sets()

    removed = remove_webhook(operator.setup, STAFF, NOW + timedelta(hours=1))

    assert removed == ENDPOINT
    assert (operator.rows.webhook, operator.secrets.kept, webhook_status(operator.setup)) == (None, None, None)
    assert operator.entries()[-1].url == URL
    assert remove_webhook(operator.setup, STAFF, NOW + timedelta(hours=2)) is None


@pytest.mark.parametrize("call", ["webhook_register.get", "webhook_register.remove", "webhook_secrets.delete"])
def test_a_removal_that_was_cut_off_is_finished_by_the_next(operator: Operator, call: str) -> None:
    operator.sets()
    operator.rows.faults.fail(call)
    with pytest.raises(Unavailable):
        remove_webhook(operator.setup, STAFF, NOW + timedelta(hours=1))

    remove_webhook(operator.setup, STAFF, NOW + timedelta(hours=1))

    assert (operator.rows.webhook, operator.secrets.kept) == (None, None)


def test_who_removes_what_somebody_else_has_just_removed_is_told(operator: Operator) -> None:
    operator.sets()
    operator.rows.faults.meanwhile("webhook_register.remove", lambda: setattr(operator.rows, "webhook", None))

    with pytest.raises(Conflict):
        remove_webhook(operator.setup, STAFF, NOW + timedelta(hours=1))
