"""Staff hear of what waits for them: once for each entry, without a person's name, and not without end."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, PLATFORM, an_entry
from tests.support.measured import Measured
from tests.support.notification import FakeNotify

from permille.domain.timeline.facts import Unknown
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.verdicts import RuleHeld
from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.values.status import HoldReason
from permille.usecases.notifications.notify import Channel, deliver
from permille.usecases.notifications.staff_messages import MOST_AN_HOUR, staff_message

BASE = "https://console.example/"
ANNOUNCED = {
    "review_requested": "bakery: The owner asks for a review: 800 e-mails on 11 March 2026",
    "review_due": "bakery: A request for 15 March 2026 is not answered yet",
    "confirmation_wanted": "bakery: The trial went well; support has to say that the account is reinstated",
    "breaker_opened": "The breaker opened: 5 accounts were disabled within an hour",
    "held": "bakery: complaint_ratio is broken, and the account is held: the breaker is full or open",
    "drift": "bakery: The SMTP credential was changed in IAM; Permille switches it again",
    "denied_by_hand": "bakery: Senders were put into the deny group by hand",
}


@pytest.fixture
def notify() -> FakeNotify:
    return FakeNotify()


def announced(kind: str, account_id: str = ACCOUNT) -> Entry:
    found = an_entry(kind, account_id=SYSTEM if KINDS[kind].declaration.system else account_id)
    facts = found.facts
    return (
        replace(found, facts=replace(facts, hold_reason=HoldReason.BREAKER)) if isinstance(facts, RuleHeld) else found
    )


@pytest.mark.parametrize("kind", ANNOUNCED)
def test_what_waits_for_staff_is_announced_in_plain_words_with_a_link_to_the_desk(kind: str) -> None:
    message = staff_message(announced(kind), PLATFORM, BASE)

    assert message.subject == f"[{PLATFORM}] {ANNOUNCED[kind]}"
    page = "system" if KINDS[kind].declaration.system else f"accounts/{ACCOUNT}"
    assert message.link == f"https://console.example/desk/{page}"
    assert message.text.endswith(".")


def test_nothing_else_is_announced() -> None:
    assert {kind for kind in KINDS if announced(kind).is_announced} == ANNOUNCED.keys()


@pytest.mark.parametrize("why", HoldReason)
def test_a_hold_is_announced_where_it_does_not_end_by_itself(why: HoldReason) -> None:
    held = announced("held")
    assert isinstance(held.facts, RuleHeld)

    found = replace(held.facts, hold_reason=why).is_announced

    assert found is (why in (HoldReason.BREAKER, HoldReason.NO_DELIVERIES))


@pytest.mark.parametrize("kind", ANNOUNCED)
def test_a_message_names_no_person_and_lets_nobody_in(kind: str) -> None:
    message = staff_message(announced(kind), PLATFORM, BASE)

    said = f"{message.subject} {message.text} {message.link}"
    assert not re.search(r"@|token=|We mailed an old list|AKIA", said)


@pytest.mark.parametrize("platform", ["A" * 60, "Bäckerei & Co", "a\r\nBcc: x"])
@pytest.mark.parametrize("kind", ANNOUNCED)
def test_a_subject_is_one_line_of_less_than_100_characters(kind: str, platform: str) -> None:
    """SNS refuses any other."""
    subject = staff_message(announced(kind, "a" * 54), platform, BASE).subject

    assert len(subject) < 100
    assert subject.isprintable()


def test_an_entry_of_a_newer_version_is_announced_by_whoever_knows_it() -> None:
    entry = an_entry("drift")

    assert not replace(entry, facts=Unknown("drift", entry.audience, {})).is_announced


# ---------------------------------------------------------------- through Notify


def test_staff_get_one_message_for_an_entry_however_often_the_stream_delivers_it(notify: FakeNotify) -> None:
    for _ in range(3):
        deliver(notify.services, [announced("review_requested"), an_entry("disabled")], NOW)

    (message,) = notify.staff.messages
    assert message == staff_message(announced("review_requested"), notify.services.brand.platform, BASE)


def test_of_any_number_in_an_hour_few_are_sent_and_the_last_says_so(notify: FakeNotify, measured: Measured) -> None:
    entries = [announced("drift", f"shop-{number}") for number in range(MOST_AN_HOUR + 10)]

    deliver(notify.services, entries, NOW)

    assert len(notify.staff.messages) == MOST_AN_HOUR
    assert "No more messages in this hour" in notify.staff.messages[-1].subject
    assert len(notify.bus.entries) == len(entries)
    assert measured.values()["staff.withheld"] == [1] * 10


def test_the_next_hour_has_messages_again(notify: FakeNotify) -> None:
    deliver(notify.services, [announced("drift", f"shop-{number}") for number in range(MOST_AN_HOUR + 1)], NOW)

    deliver(notify.services, [announced("review_requested")], NOW + timedelta(hours=1))

    assert "The owner asks for a review" in notify.staff.messages[-1].subject


@pytest.mark.parametrize("call", ["staff.publish", "staff_count.next"])
def test_a_message_that_fails_is_repeated_and_holds_up_nothing(notify: FakeNotify, call: str) -> None:
    asked = announced("review_requested")
    notify.rows.put(asked)
    notify.faults.fail(call)

    deliver(notify.services, [asked], NOW)

    assert notify.retry_queue.jobs == [(ACCOUNT, asked.id, Channel.STAFF)]
    assert (len(notify.bus.entries), len(notify.mailer.sent)) == (1, 1)
    notify.work_the_queue()
    assert len(notify.staff.messages) == 1
