"""Every port of permille/operator_ports.py, kept in memory, as in tests/fakes.py; and a whole stack of fakes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from tests.builders import NOW, PLATFORM, STAFF
from tests.desk_fakes import FakeDirectory, FakeResets
from tests.fakes import (
    FakeAccounts,
    FakeControl,
    FakeLater,
    FakeMacs,
    FakeOnce,
    FakeProbe,
    FakeQuarantine,
    FakeSecrets,
    FakeSuppressions,
    FakeSwitch,
    FakeTallies,
    FakeTimeline,
    Faults,
    Rows,
)

from permille.domain.account import Account
from permille.domain.errors import Conflict, InvalidPolicy, Unavailable
from permille.domain.policy import SEED, Policy
from permille.domain.policy_file import parse_policy
from permille.domain.timeline import Entry
from permille.operator_ports import Quarantined
from permille.ports import Sender
from permille_cli.stack import Stack

OUTPUTS = {
    "ConfigurationSetName": "permille",
    "ConsoleUrl": "https://console.example/",
    "DenyGroupName": "permille-denied",
    "PlatformName": PLATFORM,
    "PolicyParameterName": "/permille/policy",
    "Region": "us-east-1",
    "ReplayClock": "off",
    "SenderUsers": "permille-*",
    "SmtpEndpoint": "email-smtp.us-east-1.amazonaws.com:587",
}


class FakeAllAccounts(FakeAccounts):
    """Keeps `operator_ports.AllAccounts`."""

    def all(self) -> Iterator[Account]:
        with self._rows.faults.call("accounts.all"):
            yield from self._rows.accounts.values()

    def owner_of(self, caller: str) -> str:
        with self._rows.faults.call("accounts.owner_of"):
            sender = self._rows.senders.get(caller)
            return sender.account_id if sender else ""

    def ignore_sender(self, caller: str, reason: str, by: str, now: datetime) -> None:  # noqa: ARG002
        with self._rows.faults.call("accounts.ignore_sender"):
            owner = self._rows.senders.get(caller)
            if owner and owner.account_id:
                raise Conflict(f"{caller} is a sender of the account {owner.account_id}")
            self._rows.senders[caller] = Sender(caller, "", ignored=reason)

    def remove(self, account: Account) -> None:
        with self._rows.faults.call("accounts.remove"):
            stored = self._rows.accounts.get(account.id)
            if stored is None or stored.version != account.version:
                raise Conflict(f"{account.id}: somebody decided about it meanwhile")
            del self._rows.accounts[account.id]
            for caller in account.senders:
                del self._rows.senders[caller]


class FakeAllTimelines(FakeTimeline):
    """Keeps `operator_ports.AllTimelines`."""

    def all_since(self, at: datetime) -> Iterator[Entry]:
        with self._rows.faults.call("timeline.all_since"):
            yield from [entry for entry in self._rows.entries.values() if entry.at >= at]


class FakeQuarantinedFeedback(FakeQuarantine):
    """Keeps `operator_ports.QuarantinedFeedback`."""

    def all(self) -> Iterator[Quarantined]:
        with self.faults.call("quarantine.all"):
            kept = list(self.kept.items())
        for body, (reason, caller) in kept:
            yield Quarantined(sha256(body.encode()).hexdigest(), reason, caller, self.last_came[body], body)

    def drop(self, quarantined: Quarantined) -> None:
        with self.faults.call("quarantine.drop"):
            if self.last_came.get(quarantined.body) == quarantined.at:
                del self.kept[quarantined.body], self.last_came[quarantined.body]


@dataclass(slots=True)
class FakeFeedbackQueue:
    """Keeps `operator_ports.FeedbackQueue`."""

    faults: Faults = field(default_factory=Faults)
    bodies: list[str] = field(default_factory=list)

    def put(self, body: str) -> None:
        with self.faults.call("feedback_queue.put"):
            self.bodies.append(body)


@dataclass(slots=True)
class FakePolicyDocument:
    """Keeps `operator_ports.PolicyDocument`."""

    faults: Faults = field(default_factory=Faults)
    document: str | None = None

    def current(self) -> Policy:
        with self.faults.call("policies.current"):
            try:
                return SEED if self.document is None else parse_policy(self.document)
            except InvalidPolicy as error:
                raise Unavailable(f"the policy is wrong: {error}") from error

    def text(self) -> str | None:
        with self.faults.call("policies.text"):
            return self.document

    def set(self, text: str) -> None:
        with self.faults.call("policies.set"):
            self.document = text


class FakeOperatorControl(FakeControl):
    """Keeps `operator_ports.OperatorControl`."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._resets = FakeResets(rows)

    def reset_breaker(self, hour: str, granted: int, reason: str, by: str, now: datetime) -> None:
        self._resets.reset_breaker(hour, granted, reason, by, now)

    def last_reset(self) -> Mapping[str, str] | None:
        return self._resets.last_reset()


@dataclass(frozen=True, eq=False, repr=False)
class FakeStack(Stack):
    """A stack of fakes over the same rows. `faults`: any call of any port can be made to fail."""

    accounts: FakeAllAccounts
    control: FakeOperatorControl
    directory: FakeDirectory
    feedback_queue: FakeFeedbackQueue
    later: FakeLater
    macs: FakeMacs
    once: FakeOnce
    policies: FakePolicyDocument
    probe: FakeProbe
    quarantine: FakeQuarantinedFeedback
    secrets: FakeSecrets
    suppressions: FakeSuppressions
    switch: FakeSwitch
    tallies: FakeTallies
    timeline: FakeAllTimelines
    rows: Rows
    time: datetime = NOW

    @property
    def faults(self) -> Faults:
        return self.rows.faults

    def now(self) -> datetime:
        with self.faults.call("stack.now"):
            return self.time

    def caller(self) -> str:
        with self.faults.call("stack.caller"):
            return STAFF

    def at(self, time: datetime) -> "FakeStack":
        """The same stack at another time."""
        return replace(self, time=time)

    def get(self, account_id: str) -> Account:
        """The account as it is stored."""
        return self.rows.accounts[account_id]

    def kinds(self, account_id: str) -> list[str]:
        """Of the account's entries, oldest first."""
        return [entry.kind for entry in self.rows.told(account_id)]


def a_stack(**outputs: str) -> FakeStack:
    rows = Rows()
    faults = rows.faults
    ports: dict[str, Any] = {
        "accounts": FakeAllAccounts(rows),
        "control": FakeOperatorControl(rows),
        "directory": FakeDirectory(rows),
        "feedback_queue": FakeFeedbackQueue(faults),
        "later": FakeLater(faults),
        "macs": FakeMacs(faults),
        "once": FakeOnce(faults),
        "policies": FakePolicyDocument(faults),
        "probe": FakeProbe(faults=faults),
        "quarantine": FakeQuarantinedFeedback(faults),
        "secrets": FakeSecrets(faults=faults),
        "suppressions": FakeSuppressions(rows),
        "switch": FakeSwitch(faults=faults),
        "tallies": FakeTallies(rows),
        "timeline": FakeAllTimelines(rows),
    }
    return FakeStack(name="permille", outputs=OUTPUTS | outputs, rows=rows, **ports)
