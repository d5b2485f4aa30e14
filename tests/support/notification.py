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
        self.services = NotifyServices(
            accounts=FakeAccounts(self.rows),
            timeline=FakeTimeline(self.rows),
            bus=self.bus,
            mailer=self.mailer,
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
