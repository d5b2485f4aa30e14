"""Whatever an owner does with a request, their address is not flooded: one receipt, and at most one an hour."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, a_request, an_account
from tests.support.fakes import (
    DecisionServices,
    FakeAccounts,
    FakeMailer,
    FakeTimeline,
    FakeTokenSigner,
    Rows,
)
from tests.support.notification import mailing_services

from permille.domain.account.owner_acts import CHANGES_A_DAY
from permille.domain.people.commands import Command
from permille.domain.people.owner_commands import AmendReview, WithdrawReview
from permille.domain.values.errors import DecisionRefused, Unavailable
from permille.domain.values.status import Status
from permille.domain.words.wording import OWNER
from permille.usecases.decisions.decisions import apply
from permille.usecases.login.access import Links
from permille.usecases.notifications.notify import deliver

AN_HOUR = timedelta(hours=1)
RECEIPT = "We have got your request for a review"


class Owner:
    """A disabled account, whose entries are handed on as they are written."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.rows = Rows(accounts={ACCOUNT: an_account(status=Status.DISABLED)})
        self.accounts, self.mailer = FakeAccounts(self.rows), FakeMailer()
        links, timeline = Links(FakeTokenSigner(), "https://console.example"), FakeTimeline(self.rows)
        self.world = mailing_services(self.accounts, timeline, self.mailer, links)

    def asks(self, **different: Any) -> None:
        self._does(a_request(**different))

    def amends(self, **different: Any) -> None:
        self._does(a_request(AmendReview, **different))

    def withdraws(self) -> None:
        self._does(WithdrawReview(by=OWNER))

    def _does(self, command: Command) -> None:
        known = set(self.rows.entries)
        self.now += timedelta(seconds=1)
        apply(DecisionServices(self.accounts, FakeTimeline(self.rows)), ACCOUNT, command, self.now)
        deliver(self.world, [entry for key, entry in self.rows.entries.items() if key not in known], self.now)

    @property
    def mails(self) -> list[str]:
        return [mail.subject for mail in self.mailer.sent]


@pytest.fixture
def owner() -> Owner:
    return Owner()


def test_amendments_are_on_the_timeline_and_not_mailed_and_a_day_has_so_many(owner: Owner) -> None:
    owner.asks()

    for number in range(CHANGES_A_DAY - 1):
        owner.amends(batch=1 + number)
    with pytest.raises(DecisionRefused, match="5 times today"):
        owner.amends(batch=99)

    assert owner.mails == [RECEIPT]
    assert len(owner.rows.told(ACCOUNT, "review_amended")) == CHANGES_A_DAY - 1


def test_requests_that_are_withdrawn_on_one_day_give_one_mail(owner: Owner) -> None:
    for _ in range(CHANGES_A_DAY):
        owner.asks()
        owner.withdraws()

    assert owner.mails == [RECEIPT]
    assert len(owner.rows.told(ACCOUNT, "review_requested")) == CHANGES_A_DAY


def test_a_request_on_the_day_after_the_last_receipt_has_a_receipt_again(owner: Owner) -> None:
    owner.asks()
    for passed in (AN_HOUR, 10 * AN_HOUR, AN_HOUR):
        owner.withdraws()
        owner.now += passed
        owner.asks()

    assert owner.mails == [RECEIPT, RECEIPT]


def test_what_cannot_be_written_is_not_counted(owner: Owner) -> None:
    owner.rows.faults.fail("accounts.save")
    with pytest.raises(Unavailable):
        owner.asks()

    owner.asks()

    assert owner.rows.accounts[ACCOUNT].owner_acts.changes == 1
