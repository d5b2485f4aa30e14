"""What people can decide about an account: one command for each, valid once it is made.

A field's type names its rule in validation.py. A command that breaks rules raises InvalidInput with every field that is
wrong. Names and addresses without a rule are checked by the use case that makes the command. What depends on the
account or on the time is decided by decisions.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

from permille.domain.account.provider import Provider
from permille.domain.people import validation
from permille.domain.sending.iam_risk import TakenRisk
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import acts_as_staff

Reason = Annotated[str, validation.reason]
Note = Annotated[str, validation.note]
Decider = Annotated[str, validation.decider]
Day = Annotated[date, validation.day]
Instant = Annotated[datetime, validation.instant]
Batch = Annotated[int, validation.batch]
Cause = Annotated[str, validation.cause]
Change = Annotated[str, validation.change]
EntryId = Annotated[str, validation.entry_id]


@dataclass(frozen=True, slots=True)
class Validated:
    """Holds each field against its rule. `needs_zone`, `needs_policy`: what the decision has to know beside the
    account."""

    needs_zone: ClassVar[bool] = False
    needs_policy: ClassVar[bool] = False

    def __post_init__(self) -> None:
        wrong = []
        for name, rule in _rules(type(self)):  # type: ignore[arg-type]  # mypy looks at the hash of its instances
            try:
                object.__setattr__(self, name, rule(getattr(self, name)))
            except InvalidInput as error:
                wrong.append((name, str(error)))
        if wrong:
            raise InvalidInput.of(wrong)


@cache
def _rules(command: type) -> list[tuple[str, Any]]:
    """Of each field that has one."""
    hints = get_type_hints(command, include_extras=True)
    return [(name, hint.__metadata__[0]) for name, hint in hints.items() if hasattr(hint, "__metadata__")]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCommand(Validated):
    """What support decides.

    reason: why, as it stands on the timeline
    by: who decided: an ARN, or `staff:` and a name
    """

    reason: Reason
    by: Decider


class Disable(StaffCommand):
    """The SMTP credential is switched off; of an account that is off, the trial that it waits for is cancelled."""

    __slots__ = ()


class Enable(StaffCommand):
    """The SMTP credential is switched on, and counting begins anew; or a deny that was put in by hand is lifted, and
    counting goes on."""

    __slots__ = ()


class Close(StaffCommand):
    """The SMTP credential is switched off for good: a closed account is never enabled again."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt(StaffCommand):
    """No rule disables the account for a while.

    until: the instant at which the exemption ends, in UTC
    """

    until: Instant


class ReleaseHold(StaffCommand):
    """A disabling by a rule that waits for staff happens, although the breaker is open or deliveries are missing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectComplaint(StaffCommand):
    """Whether one complaint counts is decided by a person.

    complaint: the id of its entry on the timeline
    """

    complaint: EntryId


class VoidComplaint(CorrectComplaint):
    """It is taken back, and counts no more."""

    __slots__ = ()
    needs_policy = True


class RestoreComplaint(CorrectComplaint):
    """It was taken back, and counts again."""

    __slots__ = ()


class Unexempt(StaffCommand):
    """The exemption ends."""

    __slots__ = ()


class ResetOwnerMail(StaffCommand):
    """Mails are sent to the owner again."""

    __slots__ = ()


class RevokeOwnerLinks(StaffCommand):
    """No link to the account's pages that was made before is valid any more."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOwner(StaffCommand):
    """The account has another owner, or the same one another address, name or time zone. None: as it is.

    owner_email: where the owner is written to from now on
    owner_name: how the owner is greeted; may be empty
    timezone: where the owner lives
    """

    owner_email: str | None = None
    owner_name: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeIdentities(StaffCommand):
    """The account sends from other domains and addresses.

    before: those that it sent from; rows of before do not say it
    after: those that it sends from now on
    """

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSenders(StaffCommand):
    """The account has senders more, or fewer; one at least remains.

    risks: those that are taken with some of them
    """

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    risks: tuple[TakenRisk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReview(Validated):
    """The account may send on a single day; a trial that has not begun moves to that day.

    day: where the owner is
    note: what the owner reads beside it; may be empty
    by: who decided
    short_day: also where fewer hours of the day are left than the policy wants
    """

    needs_zone = needs_policy = True

    day: Day
    note: Note = ""
    by: Decider
    short_day: bool = False


class DeclineReview(StaffCommand):
    """The owner may ask again after a cooldown."""

    __slots__ = ()
    needs_zone = needs_policy = True


class CancelTrial(StaffCommand):
    """A trial that has not begun is taken back; the owner may ask again at once."""

    __slots__ = ()


class ConfirmTrial(StaffCommand):
    """A trial went well; the account is reinstated."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOwner(Validated):
    """by: who does it: the owner, a platform, or staff in the owner's place"""

    by: Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest(_OfOwner):
    """What an owner asks for.

    day: of the next batch, where the owner is
    batch: how many e-mails go out on it
    cause: what went wrong
    change: what was changed
    """

    needs_zone = True

    day: Day
    batch: Batch
    cause: Cause
    change: Change

    @property
    def by_staff(self) -> bool:
        """Staff ask for the owner, and are not bound by how often a day an owner may."""
        return acts_as_staff(self.by)


class RequestReview(ReviewRequest):
    """The owner asks to get the SMTP account back."""

    __slots__ = ()


class AmendReview(ReviewRequest):
    """An open request is changed."""

    __slots__ = ()


class PutReview(ReviewRequest):
    """A request is made, or changed where one is open. Idempotent."""

    __slots__ = ()


class WithdrawReview(_OfOwner):
    """An open request is taken back, or the trial that was agreed on, if it has not begun."""

    __slots__ = ()


class DeleteReview(_OfOwner):
    """As WithdrawReview, but idempotent."""

    __slots__ = ()


class RequestLink(Validated):
    """A new link to the report is mailed to the owner, if that was not done too often of late."""

    __slots__ = ()
    needs_zone = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectProvider(_OfOwner):
    """The owner's e-mails can go through a third-party SMTP server, to which a login has succeeded.

    provider: the server, and where its password is kept
    replaces: the provider that was connected when the login was tried
    """

    provider: Provider
    replaces: Provider | None


class DisconnectProvider(_OfOwner):
    """The third-party SMTP server is forgotten."""

    __slots__ = ()


Command = (
    Disable
    | Enable
    | Close
    | Exempt
    | ReleaseHold
    | VoidComplaint
    | RestoreComplaint
    | Unexempt
    | ResetOwnerMail
    | RevokeOwnerLinks
    | ChangeOwner
    | ChangeIdentities
    | ChangeSenders
    | ApproveReview
    | DeclineReview
    | CancelTrial
    | ConfirmTrial
    | RequestReview
    | AmendReview
    | PutReview
    | WithdrawReview
    | DeleteReview
    | RequestLink
    | ConnectProvider
    | DisconnectProvider
)
