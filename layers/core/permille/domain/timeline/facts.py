"""What a kind of timeline entries is: a class of facts under `declared()`.

The kinds are declared in kinds/, each in one place: its facts and their types, its audience, whether the owner gets a
mail, how it changes the account's status, and its words. Facts are stored; words are made from them when they are read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeVar, dataclass_transform

from permille.domain.login.mail_links import ActionLink
from permille.domain.values.status import Status
from permille.domain.words.mail_text import SEE_REPORT, MailButton, MailContext, MailTone, Section

By = Annotated[
    str,
    "Who did it: owner; platform: and the name of its token; staff as AWS knows them, or staff: and their name. Empty "
    "in older entries.",
]


class Audience(StrEnum):
    """Who may read an entry: owner and staff, or staff alone."""

    OWNER = "owner"
    STAFF = "staff"


MAX_OF_TOPIC = 1000  # entries of a topic that are read at once, at most


class Topic(StrEnum):
    """By which an index lists some entries, so that they are found among any number of others."""

    REPORTS = "reports"  # reports of recipients, and their corrections by staff
    STANDING = "standing"  # what made the account's state: status, trials, a deny by hand, the provider; the policy
    NOTES = "notes"  # internal notes of staff


@dataclass(frozen=True, slots=True)
class StatusChange:
    """How a kind of entries changes the account's status.

    before: the status before; of kinds that can follow several, the most frequent
    after: the status from then on
    """

    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Kind:
    """The declaration of a kind of entries.

    name: as it is stored
    audience: who may read such entries
    mailed: whether the owner gets a mail about each
    tone: how that mail looks
    change: how it changes the account's status; None where it does not
    ends_trial: whether it says how a trial ended
    system: whether it is on the timeline of the whole stack, and not on an account's
    topic: by which such entries are indexed; None where they are not
    announced: whether staff get a message about each
    """

    name: str
    audience: Audience
    mailed: bool = False
    tone: MailTone = MailTone.WARN
    change: StatusChange | None = None
    ends_trial: bool = False
    system: bool = False
    topic: Topic | None = None
    announced: bool = False


class Facts:
    """Base of the facts of each kind: a frozen dataclass under `declared()`."""

    __slots__ = ()
    declaration: ClassVar[Kind]

    @property
    def kind(self) -> Kind:
        """The declaration of their kind."""
        return self.declaration

    @property
    def is_mailed(self) -> bool:
        """Whether the owner gets a mail about this entry."""
        return self.kind.mailed

    @property
    def is_announced(self) -> bool:
        """Whether staff get a message about this entry."""
        return self.kind.announced

    @property
    def mailed_to(self) -> str:
        """The address of the mail where it is not the owner's, else empty. Such a mail has neither name nor link."""
        return ""

    def headline(self, platform: str) -> str:
        """One line that stands alone: a mail's subject, a row of a list."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What happened, in one or two plain sentences with the numbers that were used."""
        raise NotImplementedError

    def announcement(self, platform: str) -> str:
        """One line for staff, where they get a message about it. It leaves the stack, and names nobody but senders."""
        return self.headline(platform)

    @property
    def tone(self) -> MailTone:
        """How the mail looks."""
        return self.kind.tone

    @property
    def can_be_stopped(self) -> bool:
        """Whether the owner can stop such mails by a link in them."""
        return False

    @property
    def action(self) -> ActionLink | None:
        """What the mail's button does without a login; None where it opens the report."""
        return None

    @property
    def button(self) -> MailButton:
        """The button of the mail: what the owner can do next."""
        return SEE_REPORT

    def mail(self, about: MailContext) -> Sequence[Section]:  # noqa: ARG002 - of kinds that are not mailed
        """The sections of the mail, after headline and sentence."""
        return ()


F = TypeVar("F", bound=Facts)

KINDS: dict[str, type[Facts]] = {}  # by name, of the modules that are imported; kinds/registry.py imports all


@dataclass_transform(frozen_default=True, kw_only_default=True)
def declared(
    name: str,
    audience: Audience,
    *,
    mailed: bool = False,
    tone: MailTone = MailTone.WARN,
    change: tuple[Status, Status] | None = None,
    ends_trial: bool = False,
    system: bool = False,
    topic: Topic | None = None,
    announced: bool = False,
) -> Callable[[type[F]], type[F]]:
    """Class decorator that declares a kind. Its topic is STANDING if it changes the status or ends a trial."""
    indexed_by = Topic.STANDING if change or ends_trial else topic
    changed = change and StatusChange(*change)
    kind = Kind(name, audience, mailed, tone, changed, ends_trial, system, indexed_by, announced)

    def declare(cls: type[F]) -> type[F]:
        assert name not in KINDS, f"{name} is declared twice"
        facts = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        facts.declaration = kind
        KINDS[name] = facts
        return facts

    return declare


@dataclass(frozen=True, slots=True)
class Unknown(Facts):
    """Facts of a newer version: their kind, or their form, is not known to this one.

    name: of the kind
    audience: as it is stored
    data: the facts as JSON
    """

    name: str
    audience: Audience
    data: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """The declaration where the kind is known, so that it still changes the status; such entries are neither
        mailed nor announced."""
        known = KINDS.get(self.name)
        return replace(known.declaration, mailed=False, announced=False) if known else Kind(self.name, self.audience)

    def headline(self, platform: str) -> str:  # noqa: ARG002
        return f"An entry of the kind {self.name}"

    def sentence(self) -> str:
        return "A newer version of Permille wrote it, and this one cannot say more."
