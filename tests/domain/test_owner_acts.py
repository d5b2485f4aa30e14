"""What an owner's link can cause in a day: so many changes of a request, and so many mails."""

from datetime import UTC, date, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, STAFF, a_request, an_account, decided

from permille.domain.account.account import Account
from permille.domain.account.owner_acts import CHANGES_A_DAY, AskedMail, CountedAct, OwnerActs
from permille.domain.people.owner_commands import (
    AmendReview,
    DeleteReview,
    PutReview,
    RequestLink,
    RequestReview,
    WithdrawReview,
)
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words.wording import OWNER

A_DAY, AN_HOUR, A_MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
VIENNA, KIRITIMATI, HONOLULU = ZoneInfo("Europe/Vienna"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Honolulu")
RECEIPT, LINK = AskedMail.RECEIPT, AskedMail.LINK


def changed_often(times: int = CHANGES_A_DAY, zone: tzinfo = UTC) -> Account:
    """An open request that its owner has made, and changed since, so many times in all."""
    account = an_account(status=Status.DISABLED)
    for batch in range(1, times + 1):
        account = decided(account, a_request(PutReview, batch=batch), NOW, zone).account
    return account


@pytest.mark.parametrize("kind", [AmendReview, PutReview])
def test_a_day_has_so_many_changes_and_the_next_is_told_when_it_can_be_made(kind: type[AmendReview]) -> None:
    account = changed_often(zone=VIENNA)

    with pytest.raises(DecisionRefused, match=r"5 times today.* from 11 March 2026, 00:00 \(UTC\+01:00\) on"):
        decided(account, a_request(kind, batch=99), NOW, VIENNA)


def test_to_withdraw_and_ask_again_is_a_change_too() -> None:
    account = decided(changed_often(), WithdrawReview(by=OWNER)).account

    with pytest.raises(DecisionRefused, match="5 times today"):
        decided(account, a_request(RequestReview))


@pytest.mark.parametrize("kind", [WithdrawReview, DeleteReview])
def test_nobody_is_kept_from_withdrawing(kind: type[WithdrawReview | DeleteReview]) -> None:
    assert [entry.kind for entry in decided(changed_often(), kind(by=OWNER)).entries] == ["review_withdrawn"]


def test_the_same_request_once_more_is_no_change_and_is_not_refused() -> None:
    account = changed_often()

    assert decided(account, a_request(PutReview, batch=CHANGES_A_DAY)).entries == []


def test_staff_who_ask_for_an_owner_are_not_bound_and_are_not_counted() -> None:
    account = changed_often()

    by_staff = decided(account, a_request(AmendReview, batch=99, by=STAFF))

    assert [entry.kind for entry in by_staff.entries] == ["review_amended"]
    assert by_staff.account.owner_acts == account.owner_acts


@pytest.mark.parametrize(
    ("zone", "hours", "may"), [(UTC, 11, False), (UTC, 12, True), (VIENNA, 10, False), (VIENNA, 11, True)]
)
def test_the_next_day_where_the_account_is_has_its_own(zone: tzinfo, hours: int, may: bool) -> None:
    account, amended = changed_often(zone=zone), a_request(AmendReview, batch=99, day=NOW.date() + 2 * A_DAY)
    at = NOW + hours * AN_HOUR

    if may:
        assert decided(account, amended, at, zone).account.owner_acts.changes == 1
    else:
        with pytest.raises(DecisionRefused):
            decided(account, amended, at, zone)


def test_a_zone_further_west_begins_no_day_anew() -> None:
    east = changed_often(zone=KIRITIMATI).owner_acts

    with pytest.raises(DecisionRefused):
        east.counted(CountedAct.CHANGE, HONOLULU, NOW)


# ---------------------------------------------------------------- mails


@pytest.mark.parametrize(
    ("asked", "mailed"),  # each mail that is asked for, and after how many minutes
    [
        ([(RECEIPT, 0)], [True]),
        ([(RECEIPT, 0), (RECEIPT, 59)], [True, False]),
        ([(LINK, 0), (LINK, 60), (LINK, 719), (LINK, 720)], [True, False, False, True]),  # the next day
        ([(LINK, 0), (RECEIPT, 1)], [True, True]),  # whoever comes by a new link asks for a review
        ([(LINK, 0), (LINK, 61), (RECEIPT, 122)], [True, False, True]),  # no old link takes the receipt's place
        ([(RECEIPT, 0), (RECEIPT, 61), (LINK, 122)], [True, False, True]),
    ],
)
def test_each_kind_of_mail_is_sent_once_a_day_whatever_is_sent_of_the_other(
    asked: list[tuple[AskedMail, int]], mailed: list[bool]
) -> None:
    acts, sent = OwnerActs(), list[bool]()
    for mail, minutes in asked:
        before, acts = acts, acts.mailed(mail, UTC, NOW + minutes * A_MINUTE)
        sent.append(acts != before)

    assert sent == mailed


def test_a_new_link_is_told_and_mailed() -> None:
    outcome = decided(an_account(), RequestLink())

    assert [(entry.kind, entry.is_mailed) for entry in outcome.entries] == [("link_requested", True)]
    assert decided(outcome.account, RequestLink(), NOW + 719 * A_MINUTE).entries == []
    assert decided(outcome.account, RequestLink(), NOW + 720 * A_MINUTE).entries != []


@given(
    st.lists(st.tuples(st.sampled_from(AskedMail), st.integers(0, 36 * 60)), max_size=60),
    st.sampled_from([UTC, VIENNA, KIRITIMATI, HONOLULU]),
)
def test_a_day_has_one_of_each_kind_that_is_asked_for_and_no_more(
    asked: list[tuple[AskedMail, int]], zone: tzinfo
) -> None:
    acts, now, sent, wanted = OwnerActs(), NOW, list[tuple[AskedMail, date]](), set[tuple[AskedMail, date]]()
    for mail, minutes in asked:
        now += minutes * A_MINUTE
        on = (mail, now.astimezone(zone).date())
        before, acts = acts, acts.mailed(mail, zone, now)
        sent += [on] if acts != before else []
        wanted.add(on)

    assert len(sent) == len(set(sent))
    assert set(sent) == wanted
