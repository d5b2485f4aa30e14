"""The records of bounces, as their senders may see them."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, SENT_AT, SIMULATED, a_bounce, bounce_records

from permille.domain.feedback.bounces import LONGEST_DIAGNOSTIC, LONGEST_SUBJECT, bounce_record, campaigns
from permille.domain.feedback.feedback import Bounce, Rejection
from permille.domain.feedback.recipients import Recipients
from permille.domain.values.entry_id import id_at

ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.mark.parametrize(
    ("listed", "destination", "known"),
    [
        ((ANN,), (ANN,), [ANN]),
        ((ANN, BOB), (ANN, BOB), [ANN, BOB]),  # each of them bounced
        (("Ann <ANN@Example.com>",), (ANN,), [ANN]),
        ((ANN, SIMULATED), (ANN,), [ANN]),
        (("postmaster",), (ANN,), [""]),  # no address that could be compared with others
        ((), (ANN,), [ANN]),  # the mail went to nobody else
        ((), (ANN, BOB), ["", ""]),  # both count, and neither is known to have bounced
        ((), (), [""]),
        ((), None, [""]),
    ],
)
def test_a_card_names_its_recipient_where_that_is_certain(
    listed: tuple[str, ...], destination: tuple[str, ...] | None, known: list[str]
) -> None:
    bounce = a_bounce(listed, destination=destination)

    assert [one.recipient for one in bounce.counting()] == known
    assert len(set(bounce.identities())) == len(known)


def only_record(bounce: Bounce, **at: Any) -> Any:
    (one,) = bounce.counting()
    return bounce_record(bounce, one, at.get("at", NOW), epoch=2)


def test_a_card_tells_which_mail_it_was_when_it_bounced_and_why() -> None:
    rejection = Rejection("5.1.1", "smtp; 550 5.1.1\r\n user unknown")
    told = only_record(a_bounce([ANN], rejection=rejection, subject="Fresh bread", campaign="spring")).details

    assert (told.message_id, told.subject, told.campaign, told.epoch) == ("m-1", "Fresh bread", "spring", 2)
    assert (told.sent_at, told.bounced_at) == (SENT_AT, NOW - timedelta(hours=1))
    assert (told.status, told.why) == ("5.1.1", "the address does not exist")
    assert told.diagnostic == "smtp; 550 5.1.1 user unknown"


def test_a_bounce_that_does_not_say_when_it_happened_happened_when_it_is_counted() -> None:
    assert only_record(a_bounce(bounced_at=None)).details.bounced_at == NOW


def test_a_cards_id_is_its_own_and_sorts_by_the_instant_of_counting() -> None:
    first, second = bounce_records(ANN, BOB)

    assert first.id != second.id
    assert len(first.id.partition("-")[2]) == 32  # many have the same instant
    assert id_at(NOW) < min(first.id, second.id) < max(first.id, second.id) < id_at(NOW + timedelta(microseconds=1))


def test_foreign_texts_are_one_line_and_bounded() -> None:
    hostile = "\u202eevil\x00\n" + 900 * "x"
    told = only_record(a_bounce(rejection=Rejection("", hostile), subject=hostile)).details

    assert len(told.subject) == LONGEST_SUBJECT
    assert len(told.diagnostic) == LONGEST_DIAGNOSTIC
    assert told.diagnostic.startswith("evil xxx")


def test_cards_are_grouped_by_campaign_those_with_the_most_first_else_by_subject() -> None:
    records = [
        *bounce_records(ANN, subject="Rye", at=NOW),
        *bounce_records(ANN, BOB, campaign="spring", message_id="m-2", at=NOW - timedelta(hours=1)),
        *bounce_records(ANN, subject="", message_id="m-3", at=NOW - timedelta(hours=2)),
    ]

    assert [(one.name, len(one.records)) for one in campaigns(records)] == [
        ("spring", 2),
        ("Rye", 1),
        ("(no subject)", 1),
    ]


def test_each_recipient_has_its_own_rejection() -> None:
    rejections = {ANN: Rejection("5.1.1", ""), "postmaster": Rejection("5.7.1", "")}
    bounce = Bounce(
        a_bounce().message,
        Recipients((ANN, BOB), ("postmaster",)),
        permanent=True,
        sub_type="",
        rejections=rejections,
    )

    assert [one.rejection.status for one in bounce.counting()] == ["5.1.1", "", "5.7.1"]
