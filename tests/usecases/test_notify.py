"""What was written is handed on: once where it can be, later where it could not, and the stream never waits."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, an_account, an_entry
from tests.support.fakes import (
    FakeTokenSigner,
    When,
)
from tests.support.measured import Measured
from tests.support.notification import COMPLAINT, DISABLED, FakeNotify
from tests.support.webhook_fakes import ENDPOINT

from permille.domain.account.account import TICK
from permille.domain.account.monthly_mail import MonthlyMail
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied, RequestRejected, ServiceError, Unavailable
from permille.usecases.login.access import Links
from permille.usecases.notifications.notify import RESERVE, Channel, channels_of, deliver, redrive, retry
from permille.zones import shown_zone_of

LINKS = Links(FakeTokenSigner(), "https://console.example")


@pytest.fixture
def notify() -> FakeNotify:
    return FakeNotify()


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_goes_to_the_bus_and_what_is_mailed_to_the_owner_too(kind: str) -> None:
    mailed = [Channel.MAIL] if KINDS[kind].declaration.mailed else []
    announced = [Channel.STAFF] if an_entry(kind).is_announced else []

    assert channels_of(an_entry(kind)) == [Channel.BUS, *mailed, *announced, Channel.WEBHOOK]


def test_bus_and_owner_get_an_entry_once_however_often_the_stream_delivers_it(notify: FakeNotify) -> None:
    for _ in range(3):
        deliver(notify.services, [DISABLED, COMPLAINT, DISABLED], NOW)

    assert notify.bus.entries == [DISABLED, COMPLAINT]
    assert [(mail.to, mail.entry_id) for mail in notify.mailer.sent] == [("owner@bakery.example", DISABLED.id)]
    assert notify.retry_queue.jobs == []


@pytest.mark.parametrize(
    ("call", "channel"),
    [
        ("mailer.send", Channel.MAIL),
        ("bus.publish", Channel.BUS),
        ("accounts.get", Channel.BUS),
        ("idempotency.run_once", Channel.BUS),
    ],
)
def test_what_fails_is_queued_for_a_retry_and_the_rest_is_delivered(
    notify: FakeNotify, call: str, channel: Channel
) -> None:
    notify.faults.fail(call)

    deliver(notify.services, [DISABLED], NOW)

    assert notify.retry_queue.jobs == [(ACCOUNT, DISABLED.id, channel)]
    assert (len(notify.bus.entries), len(notify.mailer.sent)) == ((0, 1) if channel is Channel.BUS else (1, 0))


def test_what_there_is_no_time_for_is_queued_so_that_the_stream_goes_on(notify: FakeNotify) -> None:
    """SES does not answer, and each mail takes as long as its time limit."""
    left = iter([RESERVE + TICK, RESERVE, RESERVE, RESERVE, RESERVE])

    deliver(notify.services, [DISABLED, COMPLAINT], NOW, lambda: next(left))

    assert notify.bus.entries == [DISABLED]
    queued = [
        (DISABLED, Channel.MAIL),
        (DISABLED, Channel.WEBHOOK),
        (COMPLAINT, Channel.BUS),
        (COMPLAINT, Channel.WEBHOOK),
    ]
    assert notify.retry_queue.jobs == [(ACCOUNT, entry.id, channel) for entry, channel in queued]
    notify.work_the_queue()
    assert (notify.bus.entries, len(notify.mailer.sent)) == ([DISABLED, COMPLAINT], 1)


def test_an_account_that_nobody_understands_goes_to_the_dead_letters_and_stops_no_other(
    notify: FakeNotify, caplog: pytest.LogCaptureFixture
) -> None:
    notify.rows.accounts["florist"], theirs = an_account("florist"), an_entry("disabled", account_id="florist")
    notify.rows.unreadable.add(ACCOUNT)

    deliver(notify.services, [DISABLED, theirs], NOW)

    assert notify.bus.entries == [theirs]
    assert [mail.entry_id for mail in notify.mailer.sent] == [theirs.id]
    assert notify.dead_letters.jobs == [(ACCOUNT, DISABLED.id, channel) for channel in (Channel.BUS, Channel.MAIL)]
    why = [vars(record)["why"] for record in caplog.records if record.msg == "entry.refused"]
    assert [text.startswith("ValueError in get, line ") for text in why] == [
        True,
        True,
    ]  # a message may name an address


def test_the_bus_says_the_words_of_the_mail_where_the_account_is(notify: FakeNotify) -> None:
    vienna = an_account(timezone="Europe/Vienna")
    notify.rows.accounts[ACCOUNT] = vienna
    system = an_entry("breaker_opened", account_id=SYSTEM)

    deliver(notify.services, [DISABLED, system, an_entry(account_id="gone")], NOW)

    assert notify.bus.zones == [shown_zone_of(vienna), UTC, UTC]


@pytest.mark.parametrize(
    ("kind", "button", "part"),
    [
        ("disabled", "Ask for a review", "&to=ask"),
        ("stays_suspended", "Ask for a review", "&to=ask"),
        ("trial_unused", "Ask for a review", "&to=ask"),
        ("trial_cancelled", "Ask for a review", "&to=ask"),
        ("review_day_passed", "Choose another day", "&to=ask"),
        ("review_reopened", "Choose another day", "&to=ask"),
        ("alert", "See your report", ""),
        ("review_declined", "See your report", ""),
    ],
)
def test_where_a_review_can_be_asked_for_the_mails_button_says_so_and_opens_the_form(
    notify: FakeNotify, kind: str, button: str, part: str
) -> None:
    deliver(notify.services, [an_entry(kind)], NOW)

    mail = notify.mailer.sent[0]
    assert f">{button}</a>" in mail.html
    assert f"\n{button.upper()}\n" in mail.text
    assert mail.text.partition("/enter?token=")[2].split("\n")[0].partition("&")[1:] == (part[:1], part[1:])


def test_the_monthly_mail_can_be_stopped_by_its_link_and_no_other_mail_can(notify: FakeNotify) -> None:
    deliver(notify.services, [DISABLED, an_entry("monthly_standing")], NOW)

    disabled, monthly = notify.mailer.sent
    assert disabled.stop == ""
    assert monthly.stop.startswith("https://console.example/monthly-mail?token=")
    assert monthly.stop in monthly.text
    assert monthly.stop in monthly.html
    assert "/monthly-mail" not in disabled.text + disabled.html


def test_a_monthly_mail_that_its_owner_stopped_meanwhile_is_not_sent(notify: FakeNotify) -> None:
    notify.rows.accounts[ACCOUNT] = an_account(monthly_mail=MonthlyMail(stopped=True))

    deliver(notify.services, [DISABLED, an_entry("monthly_standing")], NOW)

    assert [mail.entry_id for mail in notify.mailer.sent] == [DISABLED.id]


def test_a_retry_delivers_once(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send")
    deliver(notify.services, [DISABLED], NOW)

    notify.work_the_queue()
    deliver(notify.services, [DISABLED], NOW)

    assert len(notify.mailer.sent) == 1
    assert notify.bus.entries == [DISABLED]


def test_a_mail_whose_answer_was_lost_may_go_out_a_second_time_but_no_more(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send", when=When.AFTER)
    deliver(notify.services, [DISABLED], NOW)

    notify.work_the_queue()
    deliver(notify.services, [DISABLED, DISABLED], NOW)

    assert len(notify.mailer.sent) == 2


def test_the_stream_never_waits_for_a_mail_server(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send", times=100)

    deliver(notify.services, [DISABLED, COMPLAINT], NOW)

    assert len(notify.retry_queue.jobs) == 1
    assert notify.bus.entries == [DISABLED, COMPLAINT]


def test_what_can_be_neither_delivered_nor_queued_is_retried_by_the_stream(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send")
    notify.faults.fail("retry_queue.enqueue")

    with pytest.raises(Unavailable):
        deliver(notify.services, [DISABLED], NOW)
    deliver(notify.services, [DISABLED], NOW)

    assert len(notify.mailer.sent) == 1


def test_what_fails_again_goes_back_to_the_queue(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send")

    with pytest.raises(Unavailable):
        retry(notify.services, ACCOUNT, DISABLED.id, Channel.MAIL, NOW)


# ---------------------------------------------------------------- what is refused for good

FOR_GOOD = [PermissionDenied("injected"), RequestRejected("injected")]
each_refusal = pytest.mark.parametrize("refusal", FOR_GOOD, ids=lambda error: type(error).__name__)
each_call = pytest.mark.parametrize(
    ("call", "channel"),
    [
        ("mailer.send", Channel.MAIL),
        ("bus.publish", Channel.BUS),
        ("accounts.get", Channel.BUS),
        ("idempotency.run_once", Channel.BUS),
        ("signer.sign", Channel.MAIL),
    ],
)


@each_refusal
@each_call
def test_a_permanent_refusal_goes_to_the_dead_letters_and_the_rest_is_delivered(
    notify: FakeNotify, call: str, channel: Channel, refusal: ServiceError
) -> None:
    notify.faults.fail(call, error=refusal)

    deliver(notify.services, [DISABLED], NOW)

    assert notify.dead_letters.jobs == [(ACCOUNT, DISABLED.id, channel)]
    assert notify.retry_queue.jobs == []
    assert (len(notify.bus.entries), len(notify.mailer.sent)) == ((0, 1) if channel is Channel.BUS else (1, 0))


@each_refusal
@pytest.mark.parametrize("call", ["timeline.get", "mailer.send", "accounts.get", "idempotency.run_once", "signer.sign"])
def test_a_later_try_that_is_refused_for_good_is_the_last(notify: FakeNotify, call: str, refusal: ServiceError) -> None:
    notify.retry_queue.enqueue(ACCOUNT, DISABLED.id, Channel.MAIL)
    notify.faults.fail(call, error=refusal)

    notify.work_the_queue()

    assert (notify.dead_letters.jobs, notify.retry_queue.jobs) == ([(ACCOUNT, DISABLED.id, Channel.MAIL)], [])


def test_a_refusal_is_counted_with_what_it_is_about(notify: FakeNotify, measured: Measured) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("MessageRejected"))

    deliver(notify.services, [DISABLED], NOW)

    assert measured.values()["entry.refused"] == [1]


def test_what_cannot_become_a_dead_letter_is_retried_by_the_stream(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("injected"))
    notify.faults.fail("dead_letters.enqueue")

    with pytest.raises(Unavailable):
        deliver(notify.services, [DISABLED], NOW)
    deliver(notify.services, [DISABLED], NOW)

    assert len(notify.mailer.sent) == 1


def test_what_cannot_even_rest_goes_back_to_the_queue(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("injected"))
    notify.faults.fail("dead_letters.enqueue")

    with pytest.raises(Unavailable):
        retry(notify.services, ACCOUNT, DISABLED.id, Channel.MAIL, NOW)


def test_a_dead_letter_that_is_tried_again_goes_out_once(notify: FakeNotify) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("injected"))
    deliver(notify.services, [DISABLED], NOW)

    notify.retry_queue.jobs = notify.dead_letters.jobs * 2
    notify.work_the_queue()

    assert len(notify.mailer.sent) == 1


@pytest.mark.parametrize("entry_id", ["nothing", COMPLAINT.id])
def test_a_job_whose_entry_or_account_is_gone_is_done(notify: FakeNotify, entry_id: str) -> None:
    notify.rows.accounts.clear()

    retry(notify.services, ACCOUNT, entry_id, Channel.MAIL, NOW)

    assert notify.mailer.sent == []


# ---------------------------------------------------------------- what has no record of having been handed on


def test_redriving_queues_what_was_never_delivered_and_nothing_else(notify: FakeNotify) -> None:
    deliver(notify.services, [COMPLAINT], NOW)
    notify.faults.fail("mailer.send")
    deliver(notify.services, [DISABLED], NOW)
    notify.retry_queue.jobs.clear()  # the queue was purged by hand

    queued = list(redrive([COMPLAINT, DISABLED], None, notify.idempotency, notify.retry_queue))

    assert queued == [(DISABLED, Channel.MAIL)]
    assert notify.retry_queue.jobs == [(ACCOUNT, DISABLED.id, Channel.MAIL)]
    assert list(redrive([COMPLAINT], None, notify.idempotency, notify.retry_queue)) == []


def test_a_redrive_of_what_was_done_in_the_meantime_mails_nobody_twice(notify: FakeNotify) -> None:
    list(redrive([DISABLED], None, notify.idempotency, notify.retry_queue))
    deliver(notify.services, [DISABLED], NOW)

    notify.work_the_queue()

    assert len(notify.mailer.sent) == 1
    assert notify.bus.entries == [DISABLED]


def test_the_address_before_is_told_once_also_where_mail_to_the_new_one_does_not_arrive(notify: FakeNotify) -> None:
    dropped = an_entry("owner_address_dropped")
    notify.rows.put(dropped)
    notify.rows.accounts[ACCOUNT] = an_account(owner_mail="bounced")

    for _ in range(2):
        deliver(notify.services, [dropped], NOW)

    assert [mail.to for mail in notify.mailer.sent] == ["before@bakery.example"]


def test_the_new_address_is_told_with_a_link_that_the_change_has_not_revoked(notify: FakeNotify) -> None:
    notify.rows.accounts[ACCOUNT] = an_account(links_valid_since=NOW + timedelta(minutes=10))

    deliver(notify.services, [an_entry("owner_address_changed")], NOW)

    [mail] = notify.mailer.sent
    assert LINKS.owner(notify.rows.accounts[ACCOUNT], NOW) in mail.text


# ---------------------------------------------------------------- the webhook's queue


def test_while_no_webhook_is_set_nothing_is_queued_for_one_nor_remembered(notify: FakeNotify) -> None:
    deliver(notify.services, [DISABLED], NOW)

    assert notify.webhook_queue.entries == []
    assert notify.idempotency.done == {f"bus#{ACCOUNT}#{DISABLED.id}", f"mail#{ACCOUNT}#{DISABLED.id}"}


def test_the_webhook_gets_an_entry_once_however_often_the_stream_delivers_it(notify: FakeNotify) -> None:
    notify.rows.webhook = ENDPOINT

    for _ in range(3):
        deliver(notify.services, [DISABLED, COMPLAINT], NOW)

    assert notify.webhook_queue.entries == [DISABLED, COMPLAINT]


def test_the_webhook_gets_the_kinds_that_it_takes_alone_in_the_words_of_the_bus(notify: FakeNotify) -> None:
    notify.rows.webhook = ENDPOINT.changed(ENDPOINT.url, ["disabled"])
    notify.rows.accounts[ACCOUNT] = an_account(timezone="Europe/Vienna")

    deliver(notify.services, [DISABLED, COMPLAINT], NOW)

    assert notify.webhook_queue.entries == [DISABLED]
    assert notify.webhook_queue.zones == notify.bus.zones[:1]


def test_the_webhook_gets_nothing_from_before_it_was_set(notify: FakeNotify) -> None:
    """The stream can be late: redriving and the stream have one rule."""
    notify.rows.webhook = replace(ENDPOINT, since=DISABLED.at + timedelta(seconds=1))

    deliver(notify.services, [DISABLED], NOW)

    assert notify.webhook_queue.entries == []


def test_an_endpoint_that_is_gone_still_has_its_events_queued_so_that_none_is_lost(notify: FakeNotify) -> None:
    notify.rows.webhook = replace(ENDPOINT, gone_at=NOW)

    deliver(notify.services, [DISABLED], NOW)

    assert notify.webhook_queue.entries == [DISABLED]


@pytest.mark.parametrize("call", ["webhook_register.get", "webhook_queue.enqueue"])
def test_a_webhook_that_cannot_be_queued_for_holds_up_neither_bus_nor_mail(notify: FakeNotify, call: str) -> None:
    notify.rows.webhook = ENDPOINT
    notify.faults.fail(call)

    deliver(notify.services, [DISABLED], NOW)

    assert (len(notify.bus.entries), len(notify.mailer.sent)) == (1, 1)
    assert notify.retry_queue.jobs == [(ACCOUNT, DISABLED.id, Channel.WEBHOOK)]
    notify.work_the_queue()
    assert notify.webhook_queue.entries == [DISABLED]


def test_redriving_queues_for_the_webhook_what_was_written_since_it_is_set(notify: FakeNotify) -> None:
    later = replace(ENDPOINT, since=NOW + timedelta(hours=1))
    others = ENDPOINT.changed(ENDPOINT.url, ["complaint"])
    deliver(notify.services, [DISABLED], NOW)

    queued = [
        list(redrive([DISABLED], endpoint, notify.idempotency, notify.retry_queue))
        for endpoint in (None, later, others, ENDPOINT)
    ]

    assert queued == [[], [], [], [(DISABLED, Channel.WEBHOOK)]]
