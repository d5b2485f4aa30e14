"""What was written is handed on: once where it can be, later where it could not, and the stream never waits."""

from datetime import UTC, timedelta

import pytest
from tests.support.builders import ACCOUNT, BRAND, NOW, an_account, an_entry
from tests.support.fakes import (
    FakeAccounts,
    FakeBus,
    FakeLater,
    FakeMacs,
    FakeMailer,
    FakeOnce,
    FakeTimeline,
    Faults,
    Rows,
    When,
)
from tests.support.measured import Measured

from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied, RequestRejected, ServiceError, Unavailable
from permille.usecases.login.access import Links
from permille.usecases.notifications.notify import Effect, Handing, effects_of, hand_on, hand_on_again, redrive
from permille.zones import shown_zone_of

LINKS = Links(FakeMacs(), "https://console.example")
DISABLED, COMPLAINT = an_entry("disabled"), an_entry("complaint")


class Notification:
    """The use case with fakes around it, and one account that is told of what happened to it."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.rows = Rows(faults=self.faults)
        self.rows.accounts[ACCOUNT] = an_account()
        self.rows.put(DISABLED, COMPLAINT)
        self.bus, self.mailer = FakeBus(self.faults), FakeMailer(self.faults)
        self.once, self.later = FakeOnce(self.faults), FakeLater(self.faults)
        self.dead_letters = FakeLater(self.faults, name="dead_letters")
        self.world = Handing(
            accounts=FakeAccounts(self.rows),
            timeline=FakeTimeline(self.rows),
            bus=self.bus,
            mailer=self.mailer,
            once=self.once,
            later=self.later,
            dead_letters=self.dead_letters,
            brand=BRAND,
            links=Links(FakeMacs(self.faults), "https://console.example"),
        )

    def work_the_queue(self) -> None:
        jobs, self.later.jobs = self.later.jobs, []
        for account_id, entry_id, effect in jobs:
            hand_on_again(self.world, account_id, entry_id, Effect(effect), NOW)


@pytest.fixture
def notify() -> Notification:
    return Notification()


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_goes_to_the_bus_and_what_is_mailed_to_the_owner_too(kind: str) -> None:
    mailed = [Effect.MAIL] if KINDS[kind].declaration.mailed else []

    assert effects_of(an_entry(kind)) == [Effect.BUS, *mailed]


def test_bus_and_owner_hear_once_however_often_the_stream_tells(notify: Notification) -> None:
    for _ in range(3):
        hand_on(notify.world, [DISABLED, COMPLAINT, DISABLED], NOW)

    assert notify.bus.entries == [DISABLED, COMPLAINT]
    assert [(mail.to, mail.entry_id) for mail in notify.mailer.sent] == [("owner@bakery.example", DISABLED.id)]
    assert notify.later.jobs == []


@pytest.mark.parametrize(
    ("call", "effect"),
    [("mailer.send", Effect.MAIL), ("bus.put", Effect.BUS), ("accounts.get", Effect.BUS), ("once.do", Effect.BUS)],
)
def test_what_fails_is_put_off_and_the_rest_goes_out(notify: Notification, call: str, effect: Effect) -> None:
    notify.faults.fail(call)

    hand_on(notify.world, [DISABLED], NOW)

    assert notify.later.jobs == [(ACCOUNT, DISABLED.id, effect)]
    assert (len(notify.bus.entries), len(notify.mailer.sent)) == ((0, 1) if effect is Effect.BUS else (1, 0))


def test_the_bus_says_the_words_of_the_mail_where_the_account_is(notify: Notification) -> None:
    vienna = an_account(timezone="Europe/Vienna")
    notify.rows.accounts[ACCOUNT] = vienna
    system = an_entry("breaker_opened", account_id=SYSTEM)

    hand_on(notify.world, [DISABLED, system, an_entry(account_id="gone")], NOW)

    assert notify.bus.zones == [shown_zone_of(vienna), UTC, UTC]


def test_what_was_put_off_is_handed_on_once(notify: Notification) -> None:
    notify.faults.fail("mailer.send")
    hand_on(notify.world, [DISABLED], NOW)

    notify.work_the_queue()
    hand_on(notify.world, [DISABLED], NOW)

    assert len(notify.mailer.sent) == 1
    assert notify.bus.entries == [DISABLED]


def test_a_mail_whose_answer_was_lost_may_go_out_a_second_time_but_no_more(notify: Notification) -> None:
    notify.faults.fail("mailer.send", when=When.AFTER)
    hand_on(notify.world, [DISABLED], NOW)

    notify.work_the_queue()
    hand_on(notify.world, [DISABLED, DISABLED], NOW)

    assert len(notify.mailer.sent) == 2


def test_the_stream_never_waits_for_a_mail_server(notify: Notification) -> None:
    notify.faults.fail("mailer.send", times=100)

    hand_on(notify.world, [DISABLED, COMPLAINT], NOW)

    assert len(notify.later.jobs) == 1
    assert notify.bus.entries == [DISABLED, COMPLAINT]


def test_what_can_be_neither_handed_on_nor_put_off_is_told_again_by_the_stream(notify: Notification) -> None:
    notify.faults.fail("mailer.send")
    notify.faults.fail("later.put")

    with pytest.raises(Unavailable):
        hand_on(notify.world, [DISABLED], NOW)
    hand_on(notify.world, [DISABLED], NOW)

    assert len(notify.mailer.sent) == 1


def test_what_fails_again_goes_back_to_the_queue(notify: Notification) -> None:
    notify.faults.fail("mailer.send")

    with pytest.raises(Unavailable):
        hand_on_again(notify.world, ACCOUNT, DISABLED.id, Effect.MAIL, NOW)


# ---------------------------------------------------------------- what is refused for good

FOR_GOOD = [PermissionDenied("injected"), RequestRejected("injected")]
each_refusal = pytest.mark.parametrize("refusal", FOR_GOOD, ids=lambda error: type(error).__name__)
each_call = pytest.mark.parametrize(
    ("call", "effect"),
    [
        ("mailer.send", Effect.MAIL),
        ("bus.put", Effect.BUS),
        ("accounts.get", Effect.BUS),
        ("once.do", Effect.BUS),
        ("macs.make", Effect.MAIL),
    ],
)


@each_refusal
@each_call
def test_what_is_refused_for_good_rests_in_the_dead_letters_at_once_and_the_rest_goes_out(
    notify: Notification, call: str, effect: Effect, refusal: ServiceError
) -> None:
    notify.faults.fail(call, error=refusal)

    hand_on(notify.world, [DISABLED], NOW)

    assert notify.dead_letters.jobs == [(ACCOUNT, DISABLED.id, effect)]
    assert notify.later.jobs == []
    assert (len(notify.bus.entries), len(notify.mailer.sent)) == ((0, 1) if effect is Effect.BUS else (1, 0))


@each_refusal
@pytest.mark.parametrize("call", ["timeline.get", "mailer.send", "accounts.get", "once.do", "macs.make"])
def test_a_later_try_that_is_refused_for_good_is_the_last(
    notify: Notification, call: str, refusal: ServiceError
) -> None:
    notify.later.put(ACCOUNT, DISABLED.id, Effect.MAIL)
    notify.faults.fail(call, error=refusal)

    notify.work_the_queue()

    assert (notify.dead_letters.jobs, notify.later.jobs) == ([(ACCOUNT, DISABLED.id, Effect.MAIL)], [])


def test_a_refusal_is_counted_with_what_it_is_about(notify: Notification, measured: Measured) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("MessageRejected"))

    hand_on(notify.world, [DISABLED], NOW)

    assert measured.values()["entry.refused"] == [1]


def test_what_cannot_even_rest_is_told_again_by_the_stream(notify: Notification) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("injected"))
    notify.faults.fail("dead_letters.put")

    with pytest.raises(Unavailable):
        hand_on(notify.world, [DISABLED], NOW)
    hand_on(notify.world, [DISABLED], NOW)

    assert len(notify.mailer.sent) == 1


def test_what_cannot_even_rest_goes_back_to_the_queue(notify: Notification) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("injected"))
    notify.faults.fail("dead_letters.put")

    with pytest.raises(Unavailable):
        hand_on_again(notify.world, ACCOUNT, DISABLED.id, Effect.MAIL, NOW)


def test_a_dead_letter_that_is_tried_again_goes_out_once(notify: Notification) -> None:
    notify.faults.fail("mailer.send", error=RequestRejected("injected"))
    hand_on(notify.world, [DISABLED], NOW)

    notify.later.jobs = notify.dead_letters.jobs * 2
    notify.work_the_queue()

    assert len(notify.mailer.sent) == 1


@pytest.mark.parametrize("entry_id", ["nothing", COMPLAINT.id])
def test_a_job_whose_entry_or_account_is_gone_is_done(notify: Notification, entry_id: str) -> None:
    notify.rows.accounts.clear()

    hand_on_again(notify.world, ACCOUNT, entry_id, Effect.MAIL, NOW)

    assert notify.mailer.sent == []


# ---------------------------------------------------------------- what has no record of having been handed on


def test_what_was_never_handed_on_is_queued_again_and_nothing_else(notify: Notification) -> None:
    hand_on(notify.world, [COMPLAINT], NOW)
    notify.faults.fail("mailer.send")
    hand_on(notify.world, [DISABLED], NOW)
    notify.later.jobs.clear()  # the queue was purged by hand

    queued = list(redrive([COMPLAINT, DISABLED], notify.once, notify.later))

    assert queued == [(DISABLED, Effect.MAIL)]
    assert notify.later.jobs == [(ACCOUNT, DISABLED.id, Effect.MAIL)]
    assert list(redrive([COMPLAINT], notify.once, notify.later)) == []


def test_a_redrive_of_what_was_done_in_the_meantime_mails_nobody_twice(notify: Notification) -> None:
    list(redrive([DISABLED], notify.once, notify.later))
    hand_on(notify.world, [DISABLED], NOW)

    notify.work_the_queue()

    assert len(notify.mailer.sent) == 1
    assert notify.bus.entries == [DISABLED]


def test_the_address_before_is_told_once_also_where_mail_to_the_new_one_does_not_arrive(notify: Notification) -> None:
    dropped = an_entry("owner_address_dropped")
    notify.rows.put(dropped)
    notify.rows.accounts[ACCOUNT] = an_account(owner_mail="bounced")

    for _ in range(2):
        hand_on(notify.world, [dropped], NOW)

    assert [mail.to for mail in notify.mailer.sent] == ["before@bakery.example"]


def test_the_new_address_is_told_with_a_link_that_the_change_has_not_revoked(notify: Notification) -> None:
    notify.rows.accounts[ACCOUNT] = an_account(links_valid_since=NOW + timedelta(minutes=10))

    hand_on(notify.world, [an_entry("owner_address_changed")], NOW)

    [mail] = notify.mailer.sent
    assert LINKS.owner(notify.rows.accounts[ACCOUNT], NOW) in mail.text
