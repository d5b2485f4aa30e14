"""Fakes of the ports of the webhook and of messages to staff, in memory; any call can be made to fail."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from tests.support.builders import NOW, PLATFORM, an_entry
from tests.support.fakes import Faults, Rows

from permille.domain.timeline.kinds.webhook import WebhookRemoved, WebhookSet
from permille.domain.timeline.timeline import Entry, TimelineEntry
from permille.domain.values.errors import Conflict
from permille.domain.webhooks.delivery import Reply
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.domain.webhooks.signature import SigningSecret, SigningSecrets
from permille.ports.notifications import StaffMessage
from permille.ports.webhooks import PendingEvent
from permille.schema.entry_schema import event_text
from permille.usecases.notifications.webhook_delivery import WebhookServices
from permille.usecases.notifications.webhook_setup import not_set

ENDPOINT = WebhookEndpoint("https://hooks.example/permille", (), NOW)
SECRET = SigningSecret(b"k" * 32)


class FakeWebhookRegister:
    """Implements `WebhookRegister` and `WebhookState`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self) -> WebhookEndpoint | None:
        with self._rows.faults.call("webhook_register.get"):
            return self._rows.webhook

    def mark_gone(self, endpoint: WebhookEndpoint, now: datetime) -> None:
        with self._rows.faults.call("webhook_register.mark_gone"):
            if self._rows.webhook and self._rows.webhook.url == endpoint.url:
                self._rows.webhook = replace(self._rows.webhook, gone_at=now)

    def save(self, endpoint: WebhookEndpoint, entry: TimelineEntry[WebhookSet]) -> None:
        with self._rows.faults.call("webhook_register.save"):
            self._rows.append(entry)
            self._rows.webhook = endpoint

    def remove(self, entry: TimelineEntry[WebhookRemoved]) -> None:
        with self._rows.faults.call("webhook_register.remove"):
            if self._rows.webhook is None:
                raise Conflict("there is no webhook")
            self._rows.append(entry)
            self._rows.webhook = None


@dataclass(slots=True)
class FakeWebhookSecrets:
    """Implements `WebhookSecrets`."""

    faults: Faults = field(default_factory=Faults)
    kept: SigningSecrets | None = field(default=None, repr=False)

    def get(self) -> SigningSecrets | None:
        with self.faults.call("webhook_secrets.get"):
            return self.kept

    def put(self, secrets: SigningSecrets) -> None:
        with self.faults.call("webhook_secrets.put"):
            self.kept = secrets

    def delete(self) -> None:
        with self.faults.call("webhook_secrets.delete"):
            self.kept = None


@dataclass(slots=True)
class FakeWebhookQueue:
    """Implements `WebhookQueue`."""

    faults: Faults = field(default_factory=Faults)
    entries: list[Entry] = field(default_factory=list)
    zones: list[tzinfo] = field(default_factory=list)

    def enqueue(self, entry: Entry, zone: tzinfo) -> None:
        with self.faults.call("webhook_queue.enqueue"):
            self.entries.append(entry)
            self.zones.append(zone)


@dataclass(slots=True)
class FakePendingEvents:
    """Implements `PendingEvents`. `delays`: of each event, in the order of calls."""

    faults: Faults = field(default_factory=Faults)
    delays: list[tuple[str, timedelta]] = field(default_factory=list)
    dead_letters: list[bytes] = field(default_factory=list)

    def retry_in(self, event: PendingEvent, delay: timedelta) -> None:
        with self.faults.call("pending.retry_in"):
            self.delays.append((event.receipt, delay))

    def give_up(self, event: PendingEvent) -> None:
        with self.faults.call("pending.give_up"):
            self.dead_letters.append(event.body)


@dataclass(slots=True)
class FakeWebhookClient:
    """Implements `WebhookClient`. `answers`: what an endpoint answers, by its URL; others take everything."""

    faults: Faults = field(default_factory=Faults)
    answers: dict[str, Reply] = field(default_factory=dict)
    posted: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        with self.faults.call("client.post"):
            self.posted.append((url, headers, body))
            return self.answers.get(url, Reply(204))


@dataclass(slots=True)
class FakeWebhookTester:
    """Implements `WebhookTester`. `endpoint`: what is set; `reply`: what the endpoint answers."""

    endpoint: Callable[[], WebhookEndpoint | None]
    faults: Faults = field(default_factory=Faults)
    reply: Reply = field(default_factory=lambda: Reply(204))

    def test(self) -> Reply:
        with self.faults.call("webhook_tester.test"):
            if self.endpoint() is None:
                raise not_set()
            return self.reply


@dataclass(slots=True)
class FakeStaffTopic:
    """Implements `StaffTopic`."""

    faults: Faults = field(default_factory=Faults)
    messages: list[StaffMessage] = field(default_factory=list)

    def publish(self, message: StaffMessage) -> None:
        with self.faults.call("staff.publish"):
            self.messages.append(message)


@dataclass(slots=True)
class FakeHourlyCount:
    """Implements `HourlyCount`."""

    faults: Faults = field(default_factory=Faults)
    counted: Counter[str] = field(default_factory=Counter)

    def next(self, now: datetime) -> int:
        with self.faults.call("staff_count.next"):
            self.counted[f"{now:%Y-%m-%dT%H}"] += 1
            return self.counted[f"{now:%Y-%m-%dT%H}"]


def a_pending_event(*, attempt: int = 1, kind: str = "disabled", receipt: str = "r-1") -> PendingEvent:
    entry = an_entry(kind)
    return PendingEvent(event_text(entry, PLATFORM, UTC).encode(), entry.id, kind, attempt, receipt)


class FakeWebhook:
    """The function's use case with fakes around it: an endpoint is set that takes everything."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.rows = Rows(faults=self.faults, webhook=ENDPOINT)
        self.secrets = FakeWebhookSecrets(self.faults, SigningSecrets(SECRET))
        self.client, self.pending = FakeWebhookClient(self.faults), FakePendingEvents(self.faults)
        self.services = WebhookServices(FakeWebhookRegister(self.rows), self.secrets, self.client, self.pending)
