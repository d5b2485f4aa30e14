"""Entries of the append-only log of an account, and of that of the whole stack (SYSTEM). An entry holds facts, never
prose."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Generic, TypeVar, cast

from permille.domain.timeline.facts import KINDS, Audience, F, Facts, StatusChange, Topic, Unknown
from permille.domain.values.entry_id import id_at
from permille.domain.values.json_values import from_json, to_json
from permille.domain.words.wording import in_zone

SYSTEM = "#system"  # the timeline of the whole stack; no account's id has a #
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # of every timeline
F_co = TypeVar("F_co", bound=Facts, covariant=True)


@dataclass(frozen=True, slots=True)
class TimelineEntry(Generic[F_co]):
    """One entry.

    account_id: whose timeline it is on, or SYSTEM
    id: sorts by time
    at: the instant
    facts: what is known of it
    as_read: the facts as JSON as they were read, where a newer version wrote more than is declared, else None
    """

    account_id: str
    id: str
    at: datetime
    facts: F_co
    as_read: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return self.facts.kind.name

    @property
    def audience(self) -> Audience:
        return self.facts.kind.audience

    @property
    def change(self) -> StatusChange | None:
        """How it changes the account's status; None where it does not."""
        return self.facts.kind.change

    @property
    def topic(self) -> Topic | None:
        """By which it is indexed; None where it is not."""
        return self.facts.kind.topic

    @property
    def is_mailed(self) -> bool:
        """Whether the owner gets a mail about it."""
        return self.facts.is_mailed

    @property
    def is_announced(self) -> bool:
        """Whether staff get a message about it."""
        return self.facts.is_announced

    def headline(self, platform: str) -> str:
        """As Facts.headline()."""
        return self.facts.headline(platform)

    def sentence(self) -> str:
        """As Facts.sentence()."""
        return self.facts.sentence()

    def in_zone(self, zone: tzinfo) -> "TimelineEntry[F_co]":
        """The same entry with all its instants, also those in lists, in a time zone: for people."""
        return replace(self, at=_in_zone(self.at, zone), facts=_in_zone(self.facts, zone))

    @property
    def data(self) -> dict[str, Any]:
        """The facts as JSON."""
        if self.as_read is not None:
            return dict(self.as_read)
        return facts_data(self.facts)

    @property
    def facts_json(self) -> str:
        """The facts as JSON text, as they are stored."""
        return json_text(self.data)


Entry = TimelineEntry[Facts]


def _in_zone(value: Any, zone: tzinfo) -> Any:
    match value:
        case datetime():
            return in_zone(value, zone)
        case tuple():
            return tuple(_in_zone(item, zone) for item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            members = {field.name: getattr(value, field.name) for field in fields(value)}
            return replace(value, **{name: _in_zone(member, zone) for name, member in members.items()})
        case _:
            return value


def json_text(data: Mapping[str, Any]) -> str:
    """JSON text as facts are stored: compact, and with sorted names."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def facts_data(facts: Facts) -> dict[str, Any]:
    """The facts as JSON; those of a newer version as they were read."""
    return dict(facts.data) if isinstance(facts, Unknown) else cast("dict[str, Any]", to_json(facts))


def entry(account_id: str, at: datetime, facts: F, distinguisher: str = "") -> TimelineEntry[F]:
    """Makes an entry. Two of the same account, instant, kind and `distinguisher` have one id, and are one entry."""
    return TimelineEntry(account_id, id_at(at, f"{account_id} {facts.kind.name} {distinguisher}"), at, facts)


def system_entry(at: datetime, facts: F) -> TimelineEntry[F]:
    """Makes an entry of the whole stack's timeline. Two of one instant with equal facts are one entry."""
    return entry(SYSTEM, at, facts, distinguisher=json.dumps(facts_data(facts), sort_keys=True))


def entry_as_read(
    account_id: str, entry_id: str, at: datetime, kind: str, audience: str, data: Mapping[str, Any]
) -> Entry:
    """Makes an entry from its stored form. Its facts are Unknown where the kind is not imported, or where `data` does
    not suit the declaration."""
    try:
        facts: Facts = from_json(KINDS[kind], data)
    except (KeyError, ValueError):
        read_by = Audience(audience) if audience in list(Audience) else Audience.STAFF
        return TimelineEntry(account_id, entry_id, at, Unknown(kind, read_by, data))
    return TimelineEntry(account_id, entry_id, at, facts, None if facts_data(facts) == data else data)


def only(kind: type[F], entries: Iterable[Entry]) -> list[TimelineEntry[F]]:
    """The entries whose facts are of the class `kind`, in the same order."""
    return [cast("TimelineEntry[F]", entry) for entry in entries if isinstance(entry.facts, kind)]
