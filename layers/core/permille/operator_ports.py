"""What the operator's command needs of the world, beyond ports.py and by the same rules: a fake and an adapter of each
pass the same contract test. Nothing here is for a function's run: what reads all there is reads it by a scan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from permille.desk_ports import Resets
from permille.ports import Accounts, Control, Leases, Policies, Quarantined, Sender, Suppressions, Timeline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from permille.domain.account import Account
    from permille.domain.entries.system import SenderIgnored, SenderUnignored
    from permille.domain.links import For, Grant
    from permille.domain.suppression import Addition, Detailed
    from permille.domain.timeline import Entry, TimelineEntry
    from permille.tables import Lacking, TableSetup


class AllAccounts(Accounts, Leases, Protocol):
    def all(self) -> Iterator[Account]:
        """Every account, in no order."""

    def owner_of(self, caller: str) -> str:
        """The id of the account that a sender belongs to; empty where it is nobody's, or ignored."""

    def ignored(self) -> Iterator[Sender]:
        """The senders whose mail counts for nobody, in no order."""

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        """Counts a sender's mail for nobody from now on, and writes the entry, in one transaction. Raises Conflict
        where the sender belongs to an account."""

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        """Ends that, and writes the entry, in one transaction. Raises Conflict where the sender is not ignored."""

    def remove(self, account: Account) -> None:
        """Takes back an account that was added just now, with its senders; its timeline keeps what was written. Raises
        Conflict where somebody decided about it meanwhile."""


class AllTimelines(Timeline, Protocol):
    def append(self, entry: Entry) -> None:
        """Writes an entry that goes with no other write. Raises Conflict where one has its id."""

    def all_since(self, at: datetime) -> Iterator[Entry]:
        """Every account's entries from then on, in no order."""

    def of_kinds(self, kinds: Collection[str]) -> Iterator[Entry]:
        """Every account's entries of these kinds, in no order."""


class SesSuppressions(Protocol):
    """SES's suppression list of the AWS account in its Region: whoever is on it gets no mail of any account's."""

    def reason(self, address: str) -> str:
        """Why the address is on it, as SES says: BOUNCE or COMPLAINT; empty where it is not."""

    def remove(self, address: str) -> None:
        """Can be repeated without harm."""


class AllSuppressions(Suppressions, Protocol):
    def detailed(self, account_id: str) -> Iterator[Detailed]:
        """Every card that suppresses an address, with its reason, in no order; strongly consistent."""

    def added(self, account_id: str) -> frozenset[str]:
        """The addresses that staff have added and nobody has taken off; strongly consistent."""

    def add(self, account_id: str, additions: Sequence[Addition], entry: Entry | None) -> None:
        """Suppresses at most MOST_LIFTED addresses and writes the entry, in one transaction. Raises Conflict where one
        is added already."""


class QuarantinedFeedback(Protocol):
    def all(self) -> Iterator[Quarantined]:
        """All that is in quarantine, in no order, read page by page as it is taken. What comes back meanwhile, as a
        replayed body can, is not met again."""

    def body(self, body_id: str) -> str | None:
        """Strongly consistent; None where it is gone."""

    def drop(self, quarantined: Quarantined) -> None:
        """Deletes it as it was read: where it came back meanwhile, as a replayed body can, it stays."""


class FeedbackQueue(Protocol):
    def put(self, body: str) -> None:
        """Has a body read and counted like one that SES sends."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter in somebody's hands. `receipt`: what the queue gave for it."""

    body: str
    receipt: str


class DeadLetters(Protocol):
    """What could not be done, and rests until somebody has mended why."""

    def count(self) -> int:
        """About how many there are, those in somebody's hands included."""

    def take(self, at_most: int) -> Sequence[Letter]:
        """Some of them, hidden from everybody else for 15 minutes; none where there are no others."""

    def put_back(self, letter: Letter) -> None:
        """Puts it on the queue that it came from, and then deletes it here."""

    def delete(self, letter: Letter) -> None: ...


class PolicyDocument(Policies, Protocol):
    def text(self) -> str | None:
        """As it was set; None where nobody has set one: the preset seed is in force then."""

    def set(self, text: str) -> None:
        """Puts it in force, unread: whoever calls has parsed it."""


class OperatorControl(Control, Resets, Protocol):
    pass


class LinkIssuer(Protocol):
    def token(self, audience: For, name: str, lasts: timedelta, grant: Grant | None = None) -> str:
        """A token that lets staff or a platform in. Who asked, as AWS vouches for them, is on the system timeline by
        then, and in the token. Raises InvalidInput, PermissionDenied."""


class Tables(Protocol):
    """Tables as wholes, whatever is in them."""

    def named(self, beginning: str) -> list[str]:
        """All whose names begin so, in order."""

    def setup(self, name: str) -> TableSetup | None:
        """None where there is no such table."""

    def enable(self, name: str, lacking: Lacking) -> None:
        """Sets what it lacks. Can be repeated without harm. Raises Unavailable where the table is still being made."""


class Functions(Protocol):
    def stop(self, name: str) -> None:
        """No run of the function begins any more, whatever calls for one; one that runs comes to its end. Can be
        repeated without harm."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A CNAME record, by which SES verifies a domain."""

    name: str
    value: str


class DefaultSets(Protocol):
    """The domains and addresses that SES lets the platform send from, with their default configuration sets."""

    def default_set(self, identity: str) -> str | None:
        """Its default configuration set, empty where it has none; None where SES does not know the identity."""

    def set_default(self, identity: str, configuration_set: str) -> None:
        """Empty: from now on it has none."""

    def create(self, identity: str, configuration_set: str) -> Sequence[DnsRecord]:
        """Creates it with that default, and returns what has to be published to verify a domain. Raises Conflict where
        SES knows it already."""

    def delete(self, identity: str, configuration_set: str) -> None:
        """Deletes one that has that default; leaves any other. Can be repeated without harm."""


class Forwarding(Protocol):
    def forwards(self, identity: str) -> bool:
        """Whether SES mails the feedback about its mail to whoever sent it."""

    def set_forwarding(self, identity: str, *, on: bool) -> None: ...


class SesAccount(Protocol):
    """SES as the AWS account has it in its Region."""

    def in_sandbox(self) -> bool:
        """Whether it sends to verified identities alone."""

    def all(self) -> Iterator[str]:
        """The identities that it knows, verified or not, in no order."""

    def has_set(self, configuration_set: str) -> bool:
        """Whether it knows a configuration set of that name."""


class Identities(DefaultSets, Forwarding, SesAccount, Protocol):
    pass


@dataclass(frozen=True, slots=True)
class IamUser:
    """As IAM has it, and so SES in its feedback, however the name was typed."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy that applies to a user. `name` is what people know it by; `document` is JSON, also URL-encoded, or what
    was parsed from it."""

    name: str
    document: str | Mapping[str, Any]


class ExistingUsers(Protocol):
    def find(self, name: str) -> IamUser | None: ...

    def groups(self, name: str) -> frozenset[str]:
        """The IAM groups that the user is in."""

    def policies(self, name: str, without: Collection[str] = ()) -> Iterator[AppliedPolicy]:
        """Its own and its groups', inline and attached, but those of the groups `without`."""

    def boundary(self, name: str) -> AppliedPolicy | None:
        """The policy that bounds what all the others allow it; None where it has no permissions boundary."""

    def has_role(self, name: str) -> bool:
        """Whether there is an IAM role of that name."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UsedKey:
    """`used_at`: None where IAM knows of no use, of which it hears late."""

    id: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Room:
    used: int
    quota: int


class SenderUsers(Protocol):
    """The IAM users that are made for accounts. Each bears a mark that says for which."""

    def create(self, name: str, mark: str) -> bool:
        """A user without keys. False where there is one of that name, which is left as it is."""

    def room(self) -> Room:
        """How many users the AWS account has, and can have."""

    def allow(self, name: str, resources: Collection[str]) -> None:
        """Lets the user send through these ARNs alone. Raises InvalidInput where they are too many for IAM."""

    def allowed(self, name: str, mark: str) -> frozenset[str] | None:
        """What `allow` has let the user send through; None where no user of that name bears the mark, or it has never
        been let."""

    def delete(self, name: str, mark: str) -> bool:
        """Deletes a user that bears the mark, with all that it has; leaves any other, and returns False then. Can be
        repeated without harm."""


class SenderKeys(Protocol):
    """The access keys of the IAM users that are made for accounts."""

    def keys(self, name: str) -> Sequence[UsedKey]:
        """Those that it has, the oldest first."""

    def is_marked(self, name: str, mark: str) -> bool:
        """Whether the user bears the mark; False where there is none."""

    def create_key(self, name: str) -> AccessKey: ...

    def delete_key(self, name: str, key: str) -> None:
        """Can be repeated without harm."""


class Membership(Protocol):
    """Each call can be repeated without harm."""

    def join(self, name: str, group: str) -> None: ...

    def leave(self, name: str, group: str) -> None: ...

    def disallow(self, name: str) -> None:
        """Takes away what `allow` has let the user."""


class IamUsers(ExistingUsers, Membership, SenderUsers, SenderKeys, Protocol):
    pass
