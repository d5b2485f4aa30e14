"""What staff can decide about an account: one command for each, valid once it is made."""

from dataclasses import dataclass

from permille.domain.people.validated import (
    Day,
    Decider,
    EntryId,
    Instant,
    Note,
    Reason,
    Validated,
)
from permille.domain.sending.iam_risk import AcceptedRisk


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCommand(Validated):
    """Base of decisions of staff.

    reason: why; it is written to the timeline
    by: who decided: an ARN, or `staff:` and a name
    """

    reason: Reason
    by: Decider


class Disable(StaffCommand):
    """Switches the SMTP credential off; of a disabled account it cancels the scheduled trial."""

    __slots__ = ()


class Enable(StaffCommand):
    """Switches the SMTP credential on, and begins an epoch; or lifts a deny by hand, and the epoch goes on."""

    __slots__ = ()


class Close(StaffCommand):
    """Switches the SMTP credential off for good: a closed account cannot be enabled."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt(StaffCommand):
    """Exempts the account from disabling by rules.

    until: the end of the exemption, in UTC
    """

    until: Instant


class ReleaseHold(StaffCommand):
    """Lets a held disabling happen, although the breaker is open or deliveries are missing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectComplaint(StaffCommand):
    """Base of decisions whether one complaint counts.

    complaint: the id of its timeline entry
    """

    complaint: EntryId


class VoidComplaint(CorrectComplaint):
    """Voids the complaint: it does not count any more."""

    __slots__ = ()
    needs_policy = True


class RestoreComplaint(CorrectComplaint):
    """Restores a voided complaint: it counts again."""

    __slots__ = ()


class Unexempt(StaffCommand):
    """Ends the exemption."""

    __slots__ = ()


class ResetOwnerMail(StaffCommand):
    """Resumes mails to the owner, which a bounce or complaint had stopped."""

    __slots__ = ()


class RevokeOwnerLinks(StaffCommand):
    """Revokes all links to the account's pages that were made before."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOwner(StaffCommand):
    """Changes the owner's address, name or time zone. None leaves a value as it is.

    owner_email: the address of mails
    owner_name: the name in greetings; may be empty
    timezone: an IANA time zone
    """

    owner_email: str | None = None
    owner_name: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeIdentities(StaffCommand):
    """Changes the domains and addresses that the account sends from.

    before: the former ones, which rows of older versions do not have
    after: the new ones
    """

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSenders(StaffCommand):
    """Adds and removes senders; at least one has to remain.

    add, remove: names of IAM users
    risks: the accepted risks of senders that are added
    """

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    risks: tuple[AcceptedRisk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReview(Validated):
    """Approves a trial on one day, or moves a trial that has not begun to that day.

    day: in the account's time zone
    note: for the owner; may be empty
    by: who decided
    short_day: confirms a day of which fewer hours are left than the policy demands
    """

    needs_zone = needs_policy = True

    day: Day
    note: Note = ""
    by: Decider
    short_day: bool = False


class DeclineReview(StaffCommand):
    """Declines the open request. The owner may ask again after a cooldown."""

    __slots__ = ()
    needs_zone = needs_policy = True


class CancelTrial(StaffCommand):
    """Cancels a trial that has not begun. The owner may ask again at once."""

    __slots__ = ()


class ConfirmTrial(StaffCommand):
    """Confirms a trial that went well, so that the account is reinstated."""

    __slots__ = ()
