"""Delivers timeline entries: to the host platform's bus, to the owner by mail, to staff, and to the webhook's queue."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.values.errors import ServiceError, Unavailable
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.observability import emit, where
from permille.ports.accounts import Accounts
from permille.ports.history import Timeline
from permille.ports.notifications import EventBus, HourlyCount, IdempotencyStore, Mailer, RetryQueue, StaffTopic
from permille.ports.webhooks import WebhookEndpoints, WebhookQueue
from permille.rendering.templates import Brand
from permille.usecases.login.access import Links
from permille.usecases.notifications.mails import addresses_of, compose
from permille.usecases.notifications.staff_messages import MOST_AN_HOUR, last_of_the_hour, staff_message
from permille.zones import shown_zone_of

RESERVE = timedelta(seconds=25)  # of the time left: for a mail that SES does not answer, and for queueing what is left


class Channel(StrEnum):
    """By what an entry is delivered."""

    BUS = "bus"
    MAIL = "mail"
    STAFF = "staff"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class NotifyServices:
    """The dependencies of notifications. `links` makes the links in mails."""

    accounts: Accounts
    timeline: Timeline
    bus: EventBus
    mailer: Mailer
    staff: StaffTopic
    staff_count: HourlyCount
    webhook: WebhookEndpoints
    webhook_queue: WebhookQueue
    idempotency: IdempotencyStore
    retry_queue: RetryQueue
    dead_letters: RetryQueue
    brand: Brand
    links: Links


def channels_of(entry: Entry) -> list[Channel]:
    """The channels of an entry: each is published, some are mailed or announced to staff, and each can be posted."""
    mail = [Channel.MAIL] if entry.is_mailed else []
    staff = [Channel.STAFF] if entry.is_announced else []
    return [Channel.BUS, *mail, *staff, Channel.WEBHOOK]


def deliver(
    services: NotifyServices,
    entries: Iterable[Entry],
    now: datetime,
    time_left: Callable[[], timedelta] = lambda: timedelta.max,
) -> None:
    """Delivers entries from the stream. What fails for a passing cause, and what there is no time for, goes to the
    retry queue, so that the stream never waits for a mail server; what is refused for good, or understood by nobody,
    goes to the dead letters."""
    for entry in entries:
        emit("entry.received", account=entry.account_id, entry=entry.id, kind=entry.kind)
        for channel in channels_of(entry):
            if time_left() > RESERVE:
                _try(services, entry, channel, now)
            else:
                _postpone(services, entry, channel, "there was no time left")


def _try(services: NotifyServices, entry: Entry, channel: Channel, now: datetime) -> None:
    try:
        _perform(services, entry, channel, now)
    except Unavailable as error:
        _postpone(services, entry, channel, str(error))
    except ServiceError as refused:
        _give_up(services, entry.account_id, entry.id, channel, str(refused))
    except Exception as error:  # noqa: BLE001 - one account that nobody understands must not stop the stream
        _give_up(services, entry.account_id, entry.id, channel, where(error))


def _postpone(services: NotifyServices, entry: Entry, channel: Channel, why: str) -> None:
    emit("entry.postponed", account=entry.account_id, entry=entry.id, channel=channel, why=why)
    services.retry_queue.enqueue(entry.account_id, entry.id, channel)


def retry(services: NotifyServices, account_id: str, entry_id: str, channel: Channel, now: datetime) -> None:
    """Retries a delivery from the retry queue. Raises Unavailable where it fails again for a passing cause."""
    emit("entry.retried", account=account_id, entry=entry_id, channel=channel)
    try:
        entry = services.timeline.get(account_id, entry_id)
        if entry is None:
            emit("entry.missing", account=account_id, entry=entry_id, channel=channel)
        else:
            _perform(services, entry, channel, now)
    except Unavailable:
        raise
    except ServiceError as refused:
        _give_up(services, account_id, entry_id, channel, str(refused))


def _give_up(services: NotifyServices, account_id: str, entry_id: str, channel: Channel, why: str) -> None:
    """Adds the delivery to the dead letters, until somebody mended the cause and redrives it."""
    emit("entry.refused", account=account_id, entry=entry_id, channel=channel, why=why)
    services.dead_letters.enqueue(account_id, entry_id, channel)


def redrive(
    entries: Iterable[Entry], endpoint: WebhookEndpoint | None, idempotency: IdempotencyStore, retry_queue: RetryQueue
) -> Iterator[tuple[Entry, Channel]]:
    """Queues the deliveries that have no idempotency record, and yields them.

    endpoint: of the webhook; None where none is set
    """
    for entry in entries:
        for channel in channels_of(entry):
            if channel is Channel.WEBHOOK and not _is_posted(endpoint, entry):
                continue
            if not idempotency.was_done(_key(entry, channel)):
                retry_queue.enqueue(entry.account_id, entry.id, channel)
                yield entry, channel


def _is_posted(endpoint: WebhookEndpoint | None, entry: Entry) -> bool:
    """Whether a webhook was set when the entry was written, and takes entries of this kind."""
    return endpoint is not None and endpoint.since <= entry.at and endpoint.takes(entry.kind)


def _key(entry: Entry, channel: Channel) -> str:
    return f"{channel}#{entry.account_id}#{entry.id}"


def _perform(services: NotifyServices, entry: Entry, channel: Channel, now: datetime) -> None:
    if channel is Channel.WEBHOOK and not _is_posted(services.webhook.get(), entry):
        return

    def act() -> None:
        _deliver_by(channel, services, entry, now)
        emit("entry.delivered", account=entry.account_id, entry=entry.id, channel=channel)

    services.idempotency.run_once(_key(entry, channel), act)


def _deliver_by(channel: Channel, services: NotifyServices, entry: Entry, now: datetime) -> None:
    match channel:
        case Channel.BUS:
            services.bus.publish(entry, _zone(services, entry))
        case Channel.MAIL:
            _mail(services, entry, now)
        case Channel.STAFF:
            _announce(services, entry, now)
        case Channel.WEBHOOK:
            services.webhook_queue.enqueue(entry, _zone(services, entry))


def _zone(services: NotifyServices, entry: Entry) -> tzinfo:
    """The time zone of the entry's account: bus, mail and webhook have the same words."""
    account = services.accounts.get(entry.account_id) if entry.account_id != SYSTEM else None
    return shown_zone_of(account) if account else UTC


def _announce(services: NotifyServices, entry: Entry, now: datetime) -> None:
    """Publishes a message to staff, unless the hour has had its most: whatever happens, nobody's pager is flooded."""
    number = services.staff_count.next(now)
    if number > MOST_AN_HOUR:
        emit("staff.withheld", account=entry.account_id, entry=entry.id)
    elif number == MOST_AN_HOUR:
        services.staff.publish(last_of_the_hour(services.brand.platform, services.links.base))
    else:
        services.staff.publish(staff_message(entry, services.brand.platform, services.links.base))


def _mail(services: NotifyServices, entry: Entry, now: datetime) -> None:
    account = services.accounts.get(entry.account_id)
    if account is None:
        emit("account.missing", account=entry.account_id, entry=entry.id)
    elif why := _withheld(entry, account):
        emit("mail.withheld", account=account.id, entry=entry.id, why=why)
    else:
        services.mailer.send(compose(entry, account, services.brand, addresses_of(services.links, entry, account, now)))


def _withheld(entry: Entry, account: Account) -> str:
    """Why the mail is not sent; empty where it is."""
    if account.owner_mail and not entry.facts.mailed_to:
        return account.owner_mail
    return "stopped" if entry.facts.can_be_stopped and account.monthly_mail.stopped else ""
