"""Notify's use case with fakes around it."""

from tests.support.builders import ACCOUNT, BRAND, NOW, an_account, an_entry
from tests.support.fakes import (
    FakeAccounts,
    FakeBus,
    FakeIdempotencyStore,
    FakeMailer,
    FakeRetryQueue,
    FakeTimeline,
    FakeTokenSigner,
    Faults,
    Rows,
)
from tests.support.webhook_fakes import FakeHourlyCount, FakeStaffTopic, FakeWebhookQueue, FakeWebhookRegister

from permille.ports.accounts import Accounts
from permille.ports.history import Timeline
from permille.ports.notifications import Mailer
from permille.usecases.login.access import Links
from permille.usecases.notifications.notify import Channel, NotifyServices, retry

DISABLED, COMPLAINT = an_entry("disabled"), an_entry("complaint")


class FakeNotify:
    """One account with two entries, and the services that notify of them."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.rows = Rows(faults=self.faults)
        self.rows.accounts[ACCOUNT] = an_account()
        self.rows.put(DISABLED, COMPLAINT)
        self.bus, self.mailer = FakeBus(self.faults), FakeMailer(self.faults)
        self.idempotency, self.retry_queue = FakeIdempotencyStore(self.faults), FakeRetryQueue(self.faults)
        self.dead_letters = FakeRetryQueue(self.faults, name="dead_letters")
        self.staff, self.staff_count = FakeStaffTopic(self.faults), FakeHourlyCount(self.faults)
        self.webhook_queue = FakeWebhookQueue(self.faults)
        self.services = NotifyServices(
            accounts=FakeAccounts(self.rows),
            timeline=FakeTimeline(self.rows),
            bus=self.bus,
            mailer=self.mailer,
            staff=self.staff,
            staff_count=self.staff_count,
            webhook=FakeWebhookRegister(self.rows),
            webhook_queue=self.webhook_queue,
            idempotency=self.idempotency,
            retry_queue=self.retry_queue,
            dead_letters=self.dead_letters,
            brand=BRAND,
            links=Links(FakeTokenSigner(self.faults), "https://console.example"),
        )

    def work_the_queue(self) -> None:
        jobs, self.retry_queue.jobs = self.retry_queue.jobs, []
        for account_id, entry_id, channel in jobs:
            retry(self.services, account_id, entry_id, Channel(channel), NOW)


def mailing_services(accounts: Accounts, timeline: Timeline, mailer: Mailer, links: Links) -> NotifyServices:
    """The services where mails alone are looked at."""
    return NotifyServices(
        accounts=accounts,
        timeline=timeline,
        bus=FakeBus(),
        mailer=mailer,
        staff=FakeStaffTopic(),
        staff_count=FakeHourlyCount(),
        webhook=FakeWebhookRegister(Rows()),
        webhook_queue=FakeWebhookQueue(),
        idempotency=FakeIdempotencyStore(),
        retry_queue=FakeRetryQueue(),
        dead_letters=FakeRetryQueue(),
        brand=BRAND,
        links=links,
    )
