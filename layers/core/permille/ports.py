"""What the use cases need of the world. Each port is kept by an adapter under aws/ (that of SMTP is smtp.py) and by a
fake in the tests, and both pass the same contract test. All raise a `ServiceError` where a service does not do what it
was asked: `Unavailable` for a passing cause, `PermissionDenied` or `RequestRejected` where a retry does not help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Protocol

from permille.domain.reputation import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from permille.domain.account import Account
    from permille.domain.bounces import Card
    from permille.domain.breaker import BreakerChange, BreakerState
    from permille.domain.correction import Correction
    from permille.domain.entries.complaints import OwnerMailStopped
    from permille.domain.entries.system import AccessRevoked, LinkMade, ModeEntered
    from permille.domain.links import For, Register
    from permille.domain.policy import Policy
    from permille.domain.provider import Password, Server, Trouble
    from permille.domain.reputation import Days
    from permille.domain.suppression import Suppression
    from permille.domain.switch import Asleep, Changes, Credential, SenderState
    from permille.domain.timeline import Audience, Entry, TimelineEntry, Topic
    from permille.paging import Page


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose mail a caller sends, and when that account's later epochs began. Where it is the platform's own mail, which
    nobody is judged by, `ignored` is the reason that staff gave, and there is no account."""

    caller: str
    account_id: str
    epochs: tuple[datetime, ...] = ()
    ignored: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One thing to count exactly once: `identity` is its marker. A complaint brings its entry, which is its card too,
    and a bounce a `card`; a report that does not count has an empty tally. `once`, where it is not empty, is a marker
    that several have: only the first of them is counted, and of the others the entry `repeated` is written."""

    identity: str
    account_id: str
    day: date
    epoch: int
    tally: Tally
    entry: Entry | None = None
    once: str = ""
    repeated: Entry | None = None
    card: Card | None = None

    @property
    def as_repeated(self) -> Count:
        """What is written where another one was counted."""
        return replace(self, tally=Tally(), entry=self.repeated, once="", repeated=None)


@dataclass(frozen=True, slots=True)
class Counted:
    """Identities: `new` are counted now, `known` were before, `failed` are not counted and can be tried again."""

    new: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to an owner. `entry_id` goes with it, so that what becomes of it can be told."""

    to: str
    subject: str
    text: str
    html: str
    account_id: str
    entry_id: str


class Ledger(Protocol):
    """Where feedback is counted."""

    def whose(self, callers: Collection[str]) -> dict[str, Sender]:
        """The senders among `callers`, strongly consistent: an epoch committed before the call is seen."""

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> Counted:
        """Counts each identity at most once, ever, whatever fails or is repeated. Identities must be distinct. What
        fails for a passing cause is tried again until `patience` is over. Keeps that counting goes on (`Heartbeat`),
        also where there is nothing to count."""

    def complete(self, count: Count) -> None:
        """Where a complaint was counted before from a copy without the mail's subject or campaign, and this copy has
        them, its card and its entry get them. Nothing else of them changes, and nobody is told again."""

    def nudge(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        """Makes the account due now, where it exists. `bounced`: and remembers that bounces were counted."""

    @property
    def suppressions(self) -> Suppressions:
        """Who is suppressed by what was counted here."""

    def mark_owner_mail(self, identity: str, entry: TimelineEntry[OwnerMailStopped], address: str) -> bool:
        """Marks that mail to the account's owner does not arrive, with its entry, once for each identity and where the
        account exists; returns whether it did. `address`: to which it did not, in its bare form; where it is known and
        is not the owner's, or not any more, nothing is marked."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Why a body is in quarantine; `caller` is empty where the body names none."""

    id: str
    reason: str
    caller: str
    at: datetime


class Quarantine(Protocol):
    """Where feedback is kept that could not be read or attributed."""

    def keep(self, body: str, reason: str, caller: str, now: datetime) -> None:
        """Keeps the raw body; the same body makes no second row, whenever it comes again."""


class QuarantineAge(Protocol):
    def oldest(self) -> datetime | None:
        """When the body that rests longest was kept, the last time it came; None where nothing rests. May lag behind
        what was just kept."""


class Tallies(Protocol):
    def days(self, account_id: str, epoch: int, first: date) -> Days:
        """The epoch's tallies by send day from `first` on, strongly consistent."""

    def by_epoch(self, account_id: str, first: date) -> dict[int, Days]:
        """The same of every epoch that has any."""


class Timeline(Protocol):
    def since(self, account_id: str, at: datetime) -> list[Entry]:
        """The account's entries from then on, oldest first, strongly consistent."""

    def latest(self, account_id: str, at_most: int, before: str = "") -> Page[Entry]:
        """The account's newest entries, the newest first, of those older than the one of the id `before`, strongly
        consistent. The last page may be empty."""

    def about(self, account_id: str, topic: Topic, at_most: int) -> Page[Entry]:
        """The account's newest entries of a topic, the newest first, whatever else was written. May lag behind what was
        just written."""

    def get(self, account_id: str, entry_id: str) -> Entry | None: ...

    def page(self, account_id: str, after: str, at_most: int, audience: Audience | None = None) -> Page[Entry]:
        """Some of the account's entries, those for `audience` where one is named, oldest first, beginning behind the
        entry of that id; fewer than `at_most`, or none, also where more follow. May lag behind what was just written.
        """


MOST_LIFTED = 99  # cards at once, beside the entry that tells of it


KEPT_BOUNCES = timedelta(days=400)  # thirteen months


class Bounces(Protocol):
    """The cards of counted bounces, kept for KEPT_BOUNCES. May lag behind what was just counted."""

    def latest(self, account_id: str, since: str, at_most: int) -> Page[Card]:
        """The newest first, of those whose ids are not before `since`."""

    def page(self, account_id: str, after: str, at_most: int, before: str = "") -> Page[Card]:
        """The oldest first, of those behind the id `after`, and where one is named not behind the id `before`."""


class Suppressions(Protocol):
    """The cards of counted complaints and bounces that suppress the address they name, and what staff added."""

    def cards(self, account_id: str) -> Iterator[Suppression]:
        """Oldest first, read as far as they are taken; an address comes again for each of its cards. May lag behind
        what was just counted."""

    def naming(self, account_id: str, address: str) -> list[str]:
        """The identities of those that suppress `address`, strongly consistent."""

    def about(self, account_id: str, message_id: str, address: str) -> dict[str, datetime]:
        """When the complaints about a message were reported that suppress `address`, by their identities, strongly
        consistent."""

    def lift(self, account_id: str, identities: Sequence[str], entry: Entry | None) -> None:
        """Has at most MOST_LIFTED of them suppress nobody any more and writes the entry, in one transaction. Raises
        Conflict where one does not any more."""


class Accounts(Protocol):
    def get(self, account_id: str) -> Account | None:
        """Strongly consistent."""

    def voided(self, account_id: str, identity: str) -> bool:
        """Whether the complaint of that identity is taken back; strongly consistent."""

    def due(self, now: datetime, at_most: int) -> list[str]:
        """The ids of accounts that are due, the longest due first. May lag behind what was just written."""

    def page(self, after: str, at_most: int) -> list[Account]:
        """Some of all accounts, in an order of their own, beginning behind the one of that id; empty at the end."""

    def save(
        self, read: Account, account: Account, entries: Sequence[Entry], *changes: BreakerChange | Correction
    ) -> Account:
        """Writes the account, its entries, senders that it did not have, a new epoch of its senders, what is due of the
        breaker and what is corrected in one transaction, and returns it with its counters. A sender that it has no more
        stays its own. On condition that the revision is as read: since every other write but the switch's raises it, no
        field can be lost, also where nothing seems to change. Never writes `credential`, which is the switch's. Raises
        Conflict, also where the breaker refuses, the complaint is corrected so already, or a new sender is another
        account's or ignored."""

    def add(self, account: Account, entries: Sequence[Entry]) -> None:
        """A new account with its senders. Raises Conflict if the account or one of the senders exists."""


@dataclass(frozen=True, slots=True)
class Lap:
    """How far the sweep has come: one lap for each hour, mode and policy (its id).

    again_at: ISO 8601; one more lap from then on, when no run goes by a policy any more that it had cached
    after: the last account that was looked at
    active: how many active ones were met
    """

    hour: str = ""
    mode: str = ""
    policy: str = ""
    again_at: str = ""
    after: str = ""
    active: int = 0
    done: bool = False


class Control(Protocol):
    """What the whole stack has one of."""

    def breaker(self, hour: str) -> BreakerState:
        """Strongly consistent."""

    def lap(self) -> Lap: ...

    def enter_mode(self, entry: TimelineEntry[ModeEntered]) -> None:
        """Remembers the mode, and writes the entry, in one transaction; nothing where that mode was entered last."""

    def save_lap(self, lap: Lap) -> None:
        """One that is done also says how many accounts are active."""


class LinkRegister(Protocol):
    """Until when links for staff, and tokens for platforms, are revoked."""

    def get(self, audience: For, name: str) -> Register:
        """Of all, and of that name where it is not empty; strongly consistent. What was written to another table, of
        which this one was restored, is not known: a backup knows of no revocation since."""

    def save(
        self,
        audience: For,
        name: str,
        read: Register,
        register: Register,
        entry: TimelineEntry[LinkMade | AccessRevoked],
    ) -> None:
        """Writes it, and the entry, in one transaction. Raises Conflict where it is not as it was read any more."""


class Policies(Protocol):
    def current(self) -> Policy:
        """The policy in force, a minute old at most. Raises Unavailable, also where it cannot be understood."""


class Feed(Protocol):
    """The queue of feedback; its dead letters are not of it."""

    def waiting(self) -> int:
        """How many messages wait to be counted, those in flight included."""

    def oldest_sent_at(self, now: datetime) -> datetime | None:
        """When the oldest of them was sent to the queue, as far as the last minutes' metrics tell; None where they tell
        nothing, or none waited."""


class Heartbeat(Protocol):
    """That counting goes on at all: the ledger keeps it, about twice a minute while it counts."""

    def last(self) -> datetime | None:
        """When feedback was last taken off the queue and counted, or found to count for nobody; None if never. Half a
        minute late at most."""


class Leases(Protocol):
    """One run at a time works an account's switch; it alone writes `credential`."""

    def take(self, account: Account, asleep: Asleep, now: datetime) -> Account:
        """Takes the lease, and remembers which keys Permille has put or is about to put to sleep. Raises Conflict where
        another run has it, or had it since the account was read, or where something else is to be switched by now."""

    def release(self, account: Account, credential: Credential) -> Account:
        """Gives back the lease that `take` returned the account with, keeps what is known of the credential, and
        returns the account as it is now, whoever decided meanwhile. Raises Conflict where the lease is another's."""


class Switch(Protocol):
    def read(self, caller: str) -> SenderState | None:
        """All keys of a sender and whether it is denied; None if there is no such user."""

    def denied(self) -> frozenset[str]:
        """Every sender in the deny group."""

    def apply(self, caller: str, changes: Changes) -> None:
        """Can be repeated without harm; a key that is gone is passed over. Each barrier is tried, whatever becomes of
        the others, before Unavailable is raised. To be believed only after reading back."""


class Macs(Protocol):
    """HMAC-SHA-256, under a key for each audience."""

    def make(self, audience: For, message: bytes) -> bytes: ...

    def verifies(self, audience: For, message: bytes, mac: bytes) -> bool: ...


class Mailer(Protocol):
    def send(self, mail: Mail) -> None: ...


class Bus(Protocol):
    def put(self, entry: Entry, zone: tzinfo) -> None:
        """Hands the entry to the host platform's bus. `zone`: where its account is, for the words."""


REMEMBERED_FOR = timedelta(days=30)


class Once(Protocol):
    def do(self, key: str, action: Callable[[], None]) -> None:
        """Runs `action` unless it ended well under this key within REMEMBERED_FOR. If it raises it can be repeated."""

    def is_done(self, key: str) -> bool:
        """Whether an action ended well under this key within REMEMBERED_FOR."""


class Later(Protocol):
    def put(self, account_id: str, entry_id: str, effect: str) -> None:
        """Keeps what could not be handed on: for a later try, or until somebody has mended why."""


class Probe(Protocol):
    def attempt(self, server: Server, password: Password) -> Trouble | None:
        """Logs in to an SMTP server over TLS with a verified certificate, sends nothing, and leaves; returns what went
        wrong, if anything. Nobody else is shown the password."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password is kept: `arn` is the secret's, and `version` says which of its versions."""

    arn: str
    version: str


class Secrets(Protocol):
    """The passwords of providers: one secret for each account."""

    def put(self, account_id: str, server: Server, password: Password, keep: Secret | None) -> Secret:
        """Keeps a new version. The one to `keep`, which is in use, can be read until the next but one is kept, also
        where others were put after it that nobody uses."""

    def get(self, secret: Secret) -> Password | None:
        """None where it is gone."""

    def delete(self, account_id: str) -> bool:
        """At once, with all its versions; False where there was none. Can be repeated without harm."""
