"""Ingesting and enforcing in any order, with failures at any call, against a model of a few lines."""

import json
from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    OWNER_MAIL_SENDER,
    an_account,
    days_of,
    ses_event,
    ses_notification,
)
from tests.support.enforcement import FakeEnforcement
from tests.support.examples import examples
from tests.support.fakes import FakeLedger, FakeQuarantine, Killed, When

from permille.aws.events import as_received
from permille.domain.policy.policy import DEFAULT
from permille.domain.policy.verdict import Decision, judge
from permille.domain.values.errors import Unavailable
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.usecases.feedback.ingest import IngestServices, ingest

messages = st.lists(st.sampled_from([f"m-{n}" for n in range(6)]), min_size=1, max_size=5)
kinds = st.sampled_from(["Delivery", "Complaint", "Complaint"])
dialects = st.sampled_from([ses_event, ses_notification])
errors = st.sampled_from([Unavailable, Killed])


class Permille(RuleBasedStateMachine):
    """Once feedback was acknowledged, the model has it, however often it came and whatever went wrong before."""

    @initialize(delivered=st.sampled_from([0, 990, 1995, 5000]))
    def begin(self, delivered: int) -> None:
        self.now: datetime = NOW
        self.world = FakeEnforcement()
        self.world.open(an_account())
        self.world.counted(delivered, 0)
        self.delivered = delivered
        self.acknowledged: set[tuple[str, str]] = set()  # the model: what counts, once each
        self.waiting: list[tuple[str, str]] = []  # in the queue, to be delivered again

    @rule(kind=kinds, ids=messages, dialect=dialects)
    def feedback_comes_in(self, kind: str, ids: list[str], dialect: object) -> None:
        assert callable(dialect)
        self._receive({f"{n}": (kind, one, json.dumps(dialect(kind, one))) for n, one in enumerate(ids)})

    @precondition(lambda self: self.waiting)
    @rule()
    def what_failed_is_delivered_again(self) -> None:
        again, self.waiting = self.waiting, []
        self._receive({f"{n}": (kind, one, json.dumps(ses_event(kind, one))) for n, (kind, one) in enumerate(again)})

    def _receive(self, batch: dict[str, tuple[str, str, str]]) -> None:
        received = [as_received(record_id, body) for record_id, (_, _, body) in batch.items()]
        failed = list(batch)
        with suppress(Killed):  # nothing was acknowledged
            ledger = FakeLedger(self.world.rows)
            quarantine, left = FakeQuarantine(), timedelta(minutes=1)
            services = IngestServices(ledger, quarantine, lambda: DEFAULT, OWNER_MAIL_SENDER)
            failed = ingest(services, received, self.now, lambda: left)
        for record_id, (kind, one, _) in batch.items():
            if record_id in failed:
                self.waiting.append((kind, one))
            else:
                self.acknowledged.add((kind, one))

    @rule(seconds=st.sampled_from([0, 5, 60, 90, 3600]))
    def a_minute_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with suppress(Killed, Unavailable):
            self.world.run(self.now)

    @rule(skip=st.integers(0, 12), when=st.sampled_from(When), error=errors)
    def something_is_going_to_fail(self, skip: int, when: When, error: type[BaseException]) -> None:
        self.world.faults.fail(skip=skip, when=when, error=error("injected"))

    @rule(call=st.sampled_from(["accounts.save", "switch.state_of", "leases.acquire_lease", "switch.apply"]))
    def another_run_is_going_to_be_faster(self, call: str) -> None:
        self.world.faults.meanwhile(call, lambda: self._another_run())

    def _another_run(self) -> None:
        with suppress(Killed, Unavailable):
            self.world.process(now=self.now)

    @rule(call=st.sampled_from(["tallies.days", "accounts.save"]), message_id=st.sampled_from(["m-7", "m-8"]))
    def a_complaint_is_going_to_come_in_between(self, call: str, message_id: str) -> None:
        event = json.dumps(ses_event("Complaint", message_id))
        self.world.faults.meanwhile(call, lambda: self._receive({"0": ("Complaint", message_id, event)}))

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        counts = self._counts()
        possible = self.acknowledged | set(self.waiting)
        assert counts.complaints <= len([one for one in possible if one[0] == "Complaint"])
        assert counts.delivered - self.delivered <= len([one for one in possible if one[0] == "Delivery"])

    @invariant()
    def each_disabling_is_told_and_each_that_is_taken_back(self) -> None:
        disabled, reversed_ = (len(self.world.told(kind)) for kind in ("disabled", "disabling_reversed"))
        assert disabled - reversed_ == (self.world.account().status is Status.DISABLED)

    def teardown(self) -> None:
        """When all is quiet again, everything is counted exactly once, and switch and status agree."""
        self.world.faults.heal()
        self.what_failed_is_delivered_again()
        for _ in range(4):
            self.now += timedelta(minutes=90)
            self.world.run(self.now)

        deliveries, complaints = (len([one for one in self.acknowledged if one[0] == kind]) for kind in KINDS)
        assert self._counts() == Tally(self.delivered + deliveries, complaints)
        assert self.world.agrees()
        assert self.world.can_send() == [self.world.account().status is Status.ACTIVE]
        self._no_key_is_forgotten()
        self._judged_as_the_rule_says(complaints)

    def _no_key_is_forgotten(self) -> None:
        account = self.world.account()
        deactivated = frozenset() if account.status is Status.ACTIVE else frozenset({f"{CALLER}-k1"})
        assert account.in_sync
        assert account.credential.deactivated.get(CALLER, frozenset()) == deactivated

    def _judged_as_the_rule_says(self, complaints: int) -> None:
        counted = self.world.rows.told(ACCOUNT, "complaint")
        told = {one["identity"] for alert in self.world.told("alert") for one in alert.data["listed"]}
        told |= {one for record in self.world.told("disabled") for one in record.data["complaint_identities"]}
        if self.world.account().status is Status.ACTIVE:
            now = judge(DEFAULT, days_of(self._counts().delivered, complaints), self.now.date())
            undelivered = (
                self.world.account().hold_reason is HoldReason.NO_DELIVERIES and now.counts.delivered < complaints
            )
            assert now.decision is not Decision.DISABLE or undelivered
            assert told == {one.data["identity"] for one in counted}
        else:  # more may have been delivered since; the record has the numbers of its moment
            record = self.world.told("disabled")[-1]
            assert DEFAULT.complaint_ratio.is_broken(record.data["complaints"], record.data["delivered"])
            assert len(record.data["complaint_identities"]) == record.data["complaints"]

    def _counts(self) -> Tally:
        return sum(self.world.rows.tallies.values(), Tally())


KINDS = ("Delivery", "Complaint")
TestPermille = Permille.TestCase
TestPermille.settings = settings(max_examples=examples(100), stateful_step_count=30, deadline=None)
