"""Hands what was written on the timeline to whoever is to hear of it: the host platform's bus, the owner by mail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.values.errors import ServiceError, Unavailable
from permille.observability import record
from permille.ports.accounts import Accounts
from permille.ports.history import Timeline
from permille.ports.notifications import Bus, Later, Mailer, Once
from permille.rendering.templates import Brand
from permille.usecases.login.access import Links
from permille.usecases.notifications.mails import Addresses, compose
from permille.zones import shown_zone_of


class Effect(StrEnum):
    BUS = "bus"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Handing:
    """The world as handing on needs it."""

    accounts: Accounts
    timeline: Timeline
    bus: Bus
    mailer: Mailer
    once: Once
    later: Later
    dead_letters: Later
    brand: Brand
    links: Links


def effects_of(entry: Entry) -> list[Effect]:
    return [Effect.BUS, Effect.MAIL] if entry.is_mailed else [Effect.BUS]


def hand_on(world: Handing, entries: Iterable[Entry], now: datetime) -> None:
    """Hands on at once what can be, and queues the rest, so that the stream never waits for a mail server. What is
    refused for good goes to the dead letters: to try it again would be in vain."""
    for entry in entries:
        record("entry.received", account=entry.account_id, entry=entry.id, kind=entry.kind)
        for effect in effects_of(entry):
            try:
                _perform(world, entry, effect, now)
            except Unavailable as error:
                record("entry.postponed", account=entry.account_id, entry=entry.id, effect=effect, why=str(error))
                world.later.put(entry.account_id, entry.id, effect)
            except ServiceError as refused:
                _give_up(world, entry.account_id, entry.id, effect, refused)


def hand_on_again(world: Handing, account_id: str, entry_id: str, effect: Effect, now: datetime) -> None:
    """One more try of what was queued. Raises Unavailable where it fails again for a passing cause."""
    record("entry.received_again", account=account_id, entry=entry_id, effect=effect)
    try:
        entry = world.timeline.get(account_id, entry_id)
        if entry is None:
            record("entry.missing", account=account_id, entry=entry_id, effect=effect)
        else:
            _perform(world, entry, effect, now)
    except Unavailable:
        raise
    except ServiceError as refused:
        _give_up(world, account_id, entry_id, effect, refused)


def _give_up(world: Handing, account_id: str, entry_id: str, effect: Effect, refused: ServiceError) -> None:
    """Until somebody has mended what it was refused for, and has it handed on again."""
    record("entry.refused", account=account_id, entry=entry_id, effect=effect, why=str(refused))
    world.dead_letters.put(account_id, entry_id, effect)


def redrive(entries: Iterable[Entry], once: Once, later: Later) -> Iterator[tuple[Entry, Effect]]:
    """Queues what has no record of having been handed on, and yields it."""
    for entry in entries:
        for effect in effects_of(entry):
            if not once.is_done(_key(entry, effect)):
                later.put(entry.account_id, entry.id, effect)
                yield entry, effect


def _key(entry: Entry, effect: Effect) -> str:
    return f"{effect}#{entry.account_id}#{entry.id}"


def _perform(world: Handing, entry: Entry, effect: Effect, now: datetime) -> None:
    def act() -> None:
        if effect is Effect.BUS:
            world.bus.put(entry, _zone(world, entry))
        else:
            _mail(world, entry, now)
        record("entry.handed_on", account=entry.account_id, entry=entry.id, effect=effect)

    world.once.do(_key(entry, effect), act)


def _zone(world: Handing, entry: Entry) -> tzinfo:
    """Where its account is: the bus says the same words as the mail."""
    account = world.accounts.get(entry.account_id) if entry.account_id != SYSTEM else None
    return shown_zone_of(account) if account else UTC


def _mail(world: Handing, entry: Entry, now: datetime) -> None:
    account = world.accounts.get(entry.account_id)
    if account is None:
        record("account.missing", account=entry.account_id, entry=entry.id)
    elif account.owner_mail and not entry.facts.mailed_to:
        record("mail.withheld", account=account.id, entry=entry.id, why=account.owner_mail)
    else:
        addresses = Addresses(world.links.owner(account, now), world.links.guide)
        world.mailer.send(compose(entry, account, world.brand, addresses))
