"""The append-only history of an account, and that of the whole stack (SYSTEM). An entry is facts, never prose; what
kind of facts they are says everything else about it.

The kinds are declared in entries/, each in one place: its facts and their types, who reads it, whether the owner gets a
mail, how it changes the account's status, and the words in which it is told.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast, dataclass_transform

from permille.domain.values.entry_id import id_at
from permille.domain.values.json_values import from_json, to_json
from permille.domain.values.status import Status
from permille.domain.words.mail_text import MailContext, Section, Tone
from permille.domain.words.wording import in_zone

SYSTEM = "#system"  # the timeline of the whole stack; no account's id has a #
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # of every timeline


By = Annotated[
    str,
    "Who did it: owner; platform: and the name of its token; staff as AWS knows them, or staff: and their name. Empty "
    "in older entries.",
]


class Audience(StrEnum):
    OWNER = "owner"
    STAFF = "staff"


class Topic(StrEnum):
    """What is found again however much else is written: an index has these entries by their topic."""

    REPORTS = "reports"  # what recipients reported, and what support corrected of it
    STANDING = "standing"  # by which it came to be as it is: status, trials, a deny by hand, the provider; the policy


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What the account was before, as far as that is certain, and what it is from then on."""

    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Kind:
    """What is declared of a kind of entries.

    mailed: the owner gets a mail about each
    tone: how that mail looks
    change: how it changes the account's status; None where it does not
    ends_trial: it says how a trial went
    system: it is on the timeline of the whole stack, not on an account's
    topic: by which such entries are found; None where they are read among all others alone
    """

    name: str
    audience: Audience
    mailed: bool = False
    tone: Tone = Tone.WARN
    change: StatusChange | None = None
    ends_trial: bool = False
    system: bool = False
    topic: Topic | None = None


class Facts:
    """The facts of one kind of entries: a frozen dataclass under `declared`. Undeclared ones fail at construction."""

    __slots__ = ()
    declaration: ClassVar[Kind]

    @property
    def kind(self) -> Kind:
        return self.declaration

    @property
    def is_mailed(self) -> bool:
        """Whether the owner gets a mail about these."""
        return self.kind.mailed

    @property
    def mailed_to(self) -> str:
        """The address that the mail about these goes to, if it is not the owner's: such a mail names neither owner nor
        link."""
        return ""

    def headline(self, platform: str) -> str:
        """One line that stands alone: a mail's subject, a row of a list."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What happened, in one or two plain sentences with the numbers that were used."""
        raise NotImplementedError

    @property
    def tone(self) -> Tone:
        return self.kind.tone

    def mail(self, about: MailContext) -> Sequence[Section]:  # noqa: ARG002 - of kinds that are not mailed
        """What a mail says beside headline and sentence."""
        return ()


F = TypeVar("F", bound=Facts)
F_co = TypeVar("F_co", bound=Facts, covariant=True)

KINDS: dict[str, type[Facts]] = {}  # by name: those whose modules are imported; entries/registry.py imports all


@dataclass_transform(frozen_default=True, kw_only_default=True)
def declared(
    name: str,
    audience: Audience,
    *,
    mailed: bool = False,
    tone: Tone = Tone.WARN,
    change: tuple[Status, Status] | None = None,
    ends_trial: bool = False,
    system: bool = False,
    topic: Topic | None = None,
) -> Callable[[type[F]], type[F]]:
    """Declares a class of facts as the kind `name`. What changes the status or ends a trial has the topic STANDING."""
    about = Topic.STANDING if change or ends_trial else topic

    def declare(of: type[F]) -> type[F]:
        assert name not in KINDS, f"{name} is declared twice"
        made = dataclass(frozen=True, slots=True, kw_only=True)(of)
        made.declaration = Kind(
            name, audience, mailed, tone, StatusChange(*change) if change else None, ends_trial, system, about
        )
        KINDS[name] = made
        return made

    return declare


@dataclass(frozen=True, slots=True)
class Unknown(Facts):
    """What a newer version wrote: of a kind, or with facts, that this one does not know. How a kind changes the status
    is known whatever its facts are."""

    name: str
    audience: Audience
    data: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        known = KINDS.get(self.name)
        return replace(known.declaration, mailed=False) if known else Kind(self.name, self.audience)

    def headline(self, platform: str) -> str:  # noqa: ARG002
        return f"An entry of the kind {self.name}"

    def sentence(self) -> str:
        return "A newer version of Permille wrote it, and this one cannot say more."


@dataclass(frozen=True, slots=True)
class TimelineEntry(Generic[F_co]):
    """`as_read`: the facts in JSON as they were read, where a newer version wrote more of them than are declared."""

    account_id: str
    id: str
    at: datetime
    facts: F_co
    as_read: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        return self.facts.kind.name

    @property
    def audience(self) -> Audience:
        return self.facts.kind.audience

    @property
    def change(self) -> StatusChange | None:
        return self.facts.kind.change

    @property
    def topic(self) -> Topic | None:
        return self.facts.kind.topic

    @property
    def is_mailed(self) -> bool:
        return self.facts.is_mailed

    def headline(self, platform: str) -> str:
        return self.facts.headline(platform)

    def sentence(self) -> str:
        return self.facts.sentence()

    def in_zone(self, zone: tzinfo) -> "TimelineEntry[F_co]":
        """To be told to people: its instants, also those in lists, as they are where its account is."""
        return replace(self, at=_in_zone(self.at, zone), facts=_in_zone(self.facts, zone))

    @property
    def data(self) -> dict[str, Any]:
        """The facts as JSON."""
        if self.as_read is not None:
            return dict(self.as_read)
        return facts_data(self.facts)

    @property
    def facts_json(self) -> str:
        return json_text(self.data)


Entry = TimelineEntry[Facts]


def _in_zone(value: Any, zone: tzinfo) -> Any:
    match value:
        case datetime():
            return in_zone(value, zone)
        case tuple():
            return tuple(_in_zone(one, zone) for one in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            named = {one.name: getattr(value, one.name) for one in fields(value)}
            return replace(value, **{name: _in_zone(one, zone) for name, one in named.items()})
        case _:
            return value


def json_text(data: Mapping[str, Any]) -> str:
    """As facts are stored."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def facts_data(facts: Facts) -> dict[str, Any]:
    return dict(facts.data) if isinstance(facts, Unknown) else cast("dict[str, Any]", to_json(facts))


def entry(account_id: str, at: datetime, facts: F, seed: str = "") -> TimelineEntry[F]:
    """A new entry; `seed` tells it from others of the same kind, account and instant."""
    return TimelineEntry(account_id, id_at(at, f"{account_id} {facts.kind.name} {seed}"), at, facts)


def system_entry(at: datetime, facts: F) -> TimelineEntry[F]:
    """A new entry of the whole stack's timeline: two of one instant are one where all their facts are the same."""
    return entry(SYSTEM, at, facts, seed=json.dumps(facts_data(facts), sort_keys=True))


def entry_as_read(
    account_id: str, entry_id: str, at: datetime, kind: str, audience: str, data: Mapping[str, Any]
) -> Entry:
    """An entry as it is stored: of a kind that is not imported, or whose facts are not as they are declared, it says no
    more than that."""
    try:
        facts: Facts = from_json(KINDS[kind], data)
    except (KeyError, ValueError):
        read = Audience(audience) if audience in list(Audience) else Audience.STAFF
        return TimelineEntry(account_id, entry_id, at, Unknown(kind, read, data))
    return TimelineEntry(account_id, entry_id, at, facts, None if facts_data(facts) == data else data)


def only(facts: type[F], entries: Iterable[Entry]) -> list[TimelineEntry[F]]:
    """Those of the entries that hold such facts."""
    return [cast("TimelineEntry[F]", one) for one in entries if isinstance(one.facts, facts)]
