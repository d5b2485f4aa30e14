"""Exactly once, on DynamoDB: random feedback comes several times, in any order and in both dialects, in batches of
several writers, while epochs begin and any AWS call fails. It is held against a model of a few lines."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from moto.core.models import MockAWS
from tests.aws.conftest import TABLES
from tests.support.aws_tables import create_in_moto
from tests.support.builders import NOW, Body, an_account, ses_event, ses_notification, sns_envelope
from tests.support.examples import examples

from permille.aws.accounts import DynamoAccounts
from permille.aws.bounces import DynamoBounces
from permille.aws.events import as_received
from permille.aws.ledger import DynamoLedger
from permille.aws.quarantine import DynamoQuarantine
from permille.aws.stored_values import instant
from permille.aws.tallies import DynamoTallies
from permille.aws.timeline import DynamoTimeline
from permille.domain.policy.policy import DEFAULT
from permille.domain.values.tally import Tally, epoch_of
from permille.usecases.feedback.ingest import RESERVE, IngestServices, ingest


class Fault(StrEnum):
    NONE = "none"
    BEFORE = "error before"
    AFTER = "error after the effect"
    THROTTLED = "throttled"
    CONFLICT = "transaction conflict"


class FaultyLine:
    """One fault for each AWS call, in the order they were planned; none when the plan is over."""

    def __init__(self, client: Any) -> None:
        self.plan: list[Fault] = []
        self._now = Fault.NONE
        client.meta.events.register_first("before-call.dynamodb", self._before)
        client.meta.events.register_last("after-call.dynamodb", self._after)

    def _before(self, model: Any, **_: object) -> Any:
        self._now = self.plan.pop(0) if self.plan else Fault.NONE
        if self._now is Fault.BEFORE:
            raise ConnectionClosedError(endpoint_url="https://dynamodb.example")
        if self._now is Fault.THROTTLED:
            return _refused("ThrottlingException")
        if self._now is Fault.CONFLICT and model.name == "TransactWriteItems":
            return _refused("TransactionCanceledException", "TransactionConflict")
        return None

    def _after(self, **_: object) -> None:
        if self._now is Fault.AFTER:
            raise ConnectionClosedError(endpoint_url="https://dynamodb.example")


def _refused(code: str, reason: str = "None") -> Any:
    headers: Any = HeadersDict()
    answer = {"Error": {"Code": code, "Message": "injected"}, "CancellationReasons": [{"Code": reason}]}
    return AWSResponse("", 400, headers, None), answer | {"ResponseMetadata": {"HTTPHeaders": {}}}


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of feedback as the model knows it: what it adds, and to what."""

    identities: frozenset[str]
    epoch: int
    day: datetime
    tally: Tally


addresses = st.lists(st.sampled_from(["ann@a.example", "Bea@a.example", "cyd@b.example"]), min_size=1, unique=True)
wrappings = st.sampled_from(["raw", "sns"])
dialects = st.sampled_from([ses_event, ses_notification])
copies = st.sampled_from([1, 1, 1, 1, 2, 5])  # mostly one: a second would heal what was lost
failures = st.lists(st.sampled_from([fault for fault in Fault if fault is not Fault.NONE]), min_size=1, max_size=4)
plans: st.SearchStrategy[list[Fault]] = st.one_of(
    st.just([]), st.builds(lambda good, bad: [Fault.NONE] * good + bad, st.integers(0, 4), failures)
)


class ExactlyOnce(RuleBasedStateMachine):
    moto: MockAWS
    dynamodb: Any
    faulty: Any
    line: FaultyLine
    accounts: DynamoAccounts
    tallies: DynamoTallies
    timeline: DynamoTimeline
    bounces: DynamoBounces

    @initialize()
    def begin(self) -> None:
        self.line.plan.clear()
        self.moto.reset()  # moto remembers every item that it ever made, and copies all tables for a transaction
        create_in_moto()
        self.now = NOW
        self.account_id = f"a{uuid.uuid4().hex[:12]}"
        self.caller = f"permille-{self.account_id}"
        self.epochs: list[datetime] = []
        self.mails: list[tuple[str, datetime, list[str]]] = []
        self.queue: list[str] = []
        self.model: dict[str, tuple[int, str, Tally]] = {}  # by identity: epoch, send day, what it adds
        self.wakes = False
        self.days = 0
        self.who: dict[str, str] = {}  # of the complaints whose recipient is known
        self.accounts.add(an_account(self.account_id, senders=(self.caller,)), [])
        self.a_mail_is_sent(["ann@a.example", "Bea@a.example"], 0)

    # ------------------------------------------------------------ the world

    @precondition(lambda self: not self.model)
    @rule(days=st.sampled_from([1, 7]))
    def one_recipient_counts_once(self, days: int) -> None:
        """About mail of so many days, from before the first complaint on."""
        self.days = days

    @rule(to=addresses, hours=st.sampled_from([0, 1, 30]))
    def a_mail_is_sent(self, to: list[str], hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.mails.append((f"{self.account_id}-{len(self.mails)}", self.now, to))

    @rule()
    def an_epoch_begins(self) -> None:
        """Committed before any mail of it can be sent."""
        self.now += timedelta(seconds=1)
        self.epochs.append(self.now)
        self.dynamodb.update_item(
            TableName=TABLES.senders,
            Key={"caller_identity": {"S": self.caller}},
            UpdateExpression="SET epochs = :e",
            ExpressionAttributeValues={":e": {"L": [{"S": instant(start)} for start in self.epochs]}},
        )

    @rule(data=st.data(), kind=st.sampled_from(["Delivery", "Bounce"]), permanent=st.booleans())
    def recipients_are_reported(self, data: st.DataObject, kind: str, permanent: bool) -> None:
        message_id, sent_at, to = data.draw(st.sampled_from(self.mails))
        named = data.draw(st.lists(st.sampled_from(to), min_size=1, unique=True))
        different = {"bounceType": "Permanent" if permanent else "Transient"} if kind == "Bounce" else {}
        if kind == "Delivery" or permanent:
            tally = Tally(delivered=1) if kind == "Delivery" else Tally(bounces=1)
            for address in named:
                self._expect(f"{kind}#{message_id}#{address.lower()}", sent_at, tally)
            self.wakes |= kind == "Bounce"
        self._told(data, kind, message_id, sent_at, to, recipients=named, **different)

    @rule(data=st.data(), counts=st.booleans(), number=st.integers(1, 2))
    def a_recipient_complains(self, data: st.DataObject, counts: bool, number: int) -> None:
        message_id, sent_at, to = data.draw(st.sampled_from(self.mails))
        different = {
            "recipients": to,
            "feedbackId": f"f-{number}",
            "complaintFeedbackType": "abuse" if counts else "not-spam",
        }
        identity = message_id if len(to) == 1 else f"{message_id}#f-{number}"
        self._expect(f"{counts} {identity}", sent_at, Tally(complaints=int(counts)))
        if counts and len(to) == 1:
            self.who[f"{counts} {identity}"] = to[0].lower()
        self.wakes = True
        self._told(data, "Complaint", message_id, sent_at, to, **different)

    def _expect(self, identity: str, sent_at: datetime, tally: Tally) -> None:
        self.model[identity] = epoch_of(sent_at, self.epochs), sent_at.date().isoformat(), tally

    def _told(
        self, data: st.DataObject, kind: str, message_id: str, sent_at: datetime, to: Sequence[str], **different: Any
    ) -> None:
        """One to five times, each in either dialect, raw or in SNS's envelope."""
        for _ in range(data.draw(copies)):
            dialect, wrapping = data.draw(dialects), data.draw(wrappings)
            body: Body = dialect(
                kind, message_id, caller=self.caller, sent_at=sent_at, destination=to, **dict(different)
            )
            text = json.dumps(body)
            self.queue.append(json.dumps(sns_envelope(text)) if wrapping == "sns" else text)

    # ------------------------------------------------------------ Permille

    @precondition(lambda self: self.queue)
    @rule(data=st.data(), writer=st.sampled_from("abc"), patient=st.booleans(), plan=plans)
    def a_batch_is_received(self, data: st.DataObject, writer: str, patient: bool, plan: list[Fault]) -> None:
        """In any order, while calls fail; what was acknowledged is delivered again all the same, now and then."""
        self.line.plan = plan
        size = min(len(self.queue), data.draw(st.sampled_from([100, 3, 1])))
        chosen = data.draw(st.randoms(use_true_random=False)).sample(range(len(self.queue)), size)
        failed = self._ingest([self.queue[index] for index in chosen], writer, patient=patient)
        again = data.draw(st.sampled_from([False, False, True]))
        done = {index for number, index in enumerate(chosen) if f"r-{number}" not in failed and not again}
        self.queue = [body for index, body in enumerate(self.queue) if index not in done]

    def _ingest(self, bodies: list[str], writer: str, *, patient: bool) -> list[str]:
        ledger = DynamoLedger(tables=TABLES, writer=writer, dynamodb=self.faulty, pause=lambda _: None)
        quarantine = DynamoQuarantine(table="QuarantineTable", dynamodb=self.faulty)
        batch = [as_received(f"r-{number}", body) for number, body in enumerate(bodies)]
        time_left = RESERVE + timedelta(seconds=20 if patient else 0)
        policy = replace(DEFAULT, one_recipient_days=self.days)
        services = IngestServices(ledger, quarantine, lambda: policy, "notify")
        return ingest(services, batch, self.now, lambda: time_left)

    # ------------------------------------------------------------ what must hold

    @rule()
    def nothing_is_counted_twice(self) -> None:
        expected = self._expected()
        for key, tally in self._counted().items():
            most = expected[key]
            assert tally.delivered <= most.delivered
            assert tally.complaints <= most.complaints
            assert tally.bounces <= most.bounces

    def teardown(self) -> None:
        self.line.plan.clear()
        assert self._ingest(self.queue, "d", patient=True) == []

        assert self._counted() == {key: tally for key, tally in self._expected().items() if tally != Tally()}
        assert self._entries() == sum(" " in identity for identity in self.model)
        assert self._bounced() == sorted(identity for identity in self.model if _is_bounce(identity))
        account = self.accounts.get(self.account_id)
        assert account is not None
        assert (account.due_at is not None) == self.wakes
        assert (account.bounced_at is not None) == any(map(_is_bounce, self.model))

    def _expected(self) -> dict[tuple[int, int], Tally]:
        """By epoch and the days that belong together: one complaint of each recipient, where the policy says so."""
        sums, seen = dict[tuple[int, int], Tally](), set[tuple[int, int, str]]()
        for identity, (epoch, day, tally) in self.model.items():
            key, who = self._key(epoch, date.fromisoformat(day)), self.who.get(identity, "") if self.days else ""
            repeated = (*key, who) in seen
            seen |= {(*key, who)} if who else set()
            sums[key] = sums.get(key, Tally()) + (Tally() if repeated else tally)
        return sums

    def _counted(self) -> dict[tuple[int, int], Tally]:
        sums = dict[tuple[int, int], Tally]()
        for epoch, days in self.tallies.by_epoch(self.account_id, NOW.date()).items():
            for day, tally in days.items():
                if tally != Tally():
                    sums[self._key(epoch, day)] = sums.get(self._key(epoch, day), Tally()) + tally
        return sums

    def _key(self, epoch: int, day: date) -> tuple[int, int]:
        return epoch, day.toordinal() // max(self.days, 1)

    def _bounced(self) -> list[str]:
        """Of each bounce its card, as the model names it."""
        cards = self.bounces.page(self.account_id, "", 1000).items
        return sorted(f"Bounce#{card.details.message_id}#{card.recipient}" for card in cards)

    def _entries(self) -> int:
        entries = self.timeline.since(self.account_id, NOW)
        return sum(entry.kind in ("complaint", "uncounted_report", "repeated_complaint") for entry in entries)


def _is_bounce(identity: str) -> bool:
    return identity.startswith("Bounce#")


def test_whatever_fails_everything_is_counted_exactly_once(dynamodb: Any, moto: MockAWS) -> None:
    ExactlyOnce.moto, ExactlyOnce.dynamodb = moto, dynamodb
    ExactlyOnce.faulty = boto3.client("dynamodb")
    ExactlyOnce.line = FaultyLine(ExactlyOnce.faulty)
    ExactlyOnce.accounts = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    ExactlyOnce.tallies = DynamoTallies(table="TalliesTable")
    ExactlyOnce.timeline = DynamoTimeline(table="TimelineTable")
    ExactlyOnce.bounces = DynamoBounces(complaints="ComplaintsTable")

    run_state_machine_as_test(
        seed(20261123)(ExactlyOnce),
        settings=settings(
            max_examples=examples(200), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
