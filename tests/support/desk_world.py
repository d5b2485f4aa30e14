"""The support desk on fakes."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.builders import (
    ACCOUNT,
    NOW,
    TODAY,
    a_complaint_entry,
    a_sender,
    an_account,
    an_entry,
    complaint_entries,
    corrected,
)
from tests.support.desk_fakes import (
    FakeAccessKeys,
    FakeAccountIndex,
    FakeBreakerAdmin,
    FakeQuarantineCount,
    FakeQueues,
    FakeSes,
)
from tests.support.doctor_fakes import FakeCheckups
from tests.support.fakes import (
    FakeBounces,
    FakeControl,
    FakePolicies,
    FakeSuppressions,
    FakeSwitch,
    FakeTallies,
    FakeTimeline,
    Faults,
    Rows,
    User,
)
from tests.support.within_role import AccountsWithinRole

from permille.console.site.desk_decisions import decide
from permille.domain.account.account import Account
from permille.domain.account.correction import Void
from permille.domain.account.credential import ACTIVE, INACTIVE
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally
from permille.ports.desk import QueueStatus
from permille.usecases.views.desk_services import DeskServices
from permille.usecases.views.desk_tabs import UndeliveredCount

if TYPE_CHECKING:
    from collections.abc import Mapping

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
ANNA = "staff:Anna (link by user/sam)"
REQUEST = Review(ReviewState.OPEN, TODAY, 800, "We mailed an old list", "We took it off", NOW - 5 * HOUR)
WENT_WELL = Trial(TrialState.OBSERVING, TODAY, NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, confirmation_requested=True)
COMPLAINT = a_complaint_entry("m-9", NOW - HOUR)
QUEUES = [QueueStatus("Feedback", 12, timedelta(minutes=7)), QueueStatus("Feedback's dead letters", 0, None)]


def asking(account_id: str = ACCOUNT, **different: Any) -> Account:
    """Disabled, with an open request."""
    usual = {"status": Status.DISABLED, "strikes": 1, "review": REQUEST}
    return an_account(account_id, **{**usual, **different})


def agreed(account_id: str = ACCOUNT) -> Account:
    """Disabled, with a trial that has not begun."""
    day = TODAY + timedelta(days=1)
    trial = Trial(TrialState.SCHEDULED, day, NOW + 12 * HOUR, NOW + 36 * HOUR, NOW + 84 * HOUR)
    review = replace(REQUEST, day=day, state=ReviewState.APPROVED, decided_at=NOW - HOUR, decided_by=ANNA)
    return asking(account_id, review=review, trial=trial, due_at=trial.begins_at)


def went_well(account_id: str = ACCOUNT) -> Account:
    """Its trial needs confirmation."""
    return an_account(account_id, status=Status.OBSERVING, epochs=(NOW - 3 * HOUR,), trial=WENT_WELL, strikes=1)


class FakeDesk:
    """The services of the desk on fakes, with its accounts."""

    def __init__(self, rows: Rows | None = None) -> None:
        self.rows = rows or Rows(faults=Faults())
        self.faults = self.rows.faults
        self.directory = FakeAccountIndex(self.rows)
        self.switch = FakeSwitch(faults=self.faults)
        self.queues = FakeQueues(list(QUEUES), faults=self.faults)
        self.resting = FakeQuarantineCount(faults=self.faults)
        self.resets = FakeBreakerAdmin(self.rows)
        self.access_keys = FakeAccessKeys(faults=self.faults)
        self.ses = FakeSes(faults=self.faults)
        self.checkups = FakeCheckups(self.faults)
        self.policies = FakePolicies(faults=self.faults)
        self.desk = DeskServices(
            accounts=AccountsWithinRole(self.rows, "Console"),
            account_index=self.directory,
            account_counts=self.directory,
            access_keys=self.access_keys,
            tallies=FakeTallies(self.rows),
            timeline=FakeTimeline(self.rows),
            log=FakeTimeline(self.rows),
            policies=self.policies,
            control=FakeControl(self.rows),
            breaker_admin=self.resets,
            switch=self.switch,
            queues=self.queues,
            quarantine_count=self.resting,
            undelivered=UndeliveredCount(self.queues, self.resting),
            suppressions=FakeSuppressions(self.rows),
            additions=FakeSuppressions(self.rows),
            bounces=FakeBounces(self.rows),
            ses=self.ses,
            checkups=self.checkups,
            mode=Mode.ENFORCE,
            code="1.0",
        )

    def add(self, *accounts: Account) -> None:
        """Adds accounts with senders whose keys agree with the status."""
        for account in accounts:
            self.rows.accounts[account.id] = account
            may_send = account.status.may_send
            for caller in account.senders:
                self.rows.senders[caller] = a_sender(caller, account.id)
                self.switch.users[caller] = User({f"{caller}-k1": ACTIVE if may_send else INACTIVE}, not may_send)

    def lost_it(self, account: Account | None = None) -> None:
        """Adds an account that was disabled for two complaints and requests a review."""
        self.add(account or asking())
        self.rows.tallies[ACCOUNT, 1, TODAY] = Tally(1000, 2)
        self.rows.put(*complaint_entries(2), an_entry("disabled"))

    def complained(self, *, voided: bool = False) -> None:
        """Counts COMPLAINT, and voids it if `voided`."""
        identity = COMPLAINT.facts.identity
        self.rows.put(COMPLAINT)
        self.rows.markers.add((ACCOUNT, identity))
        self.rows.tallies[ACCOUNT, 1, COMPLAINT.facts.sent_at.date()] = Tally(0, int(not voided))
        if voided:
            self.rows.put(corrected(COMPLAINT, COMPLAINT.at + SECOND))
            self.rows.voided[ACCOUNT, identity] = Void(COMPLAINT.at + SECOND, ANNA, "A test")

    def account(self, account_id: str = ACCOUNT) -> Account:
        return self.rows.accounts[account_id]

    def decide(self, name: str, account_id: str = ACCOUNT, **form: str) -> Account:
        usual: Mapping[str, str] = {
            "version": "1",
            "reason": "Because",
            "day": str(TODAY),
            "until": str(TODAY),
            "complaint": COMPLAINT.id,
        }
        return decide(self.desk, account_id, name, {**usual, **form}, ANNA, NOW)
