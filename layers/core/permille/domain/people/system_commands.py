"""What staff and operators can decide about the whole stack and about suppressions, and note: one command for each,
valid once it is made."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated

from permille.domain.login.links import Grant, LinkRole, check_lifetime
from permille.domain.people import validation
from permille.domain.people.staff_commands import StaffCommand
from permille.domain.people.validated import Decider, Validated
from permille.domain.values.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBreaker(StaffCommand):
    """Closes the breaker.

    allow: how many more disablings by the rules may pass in this hour; None for the policy's bound
    """

    allow: Annotated[int | None, validation.grant] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreSender(StaffCommand):
    """Feedback about mail of an IAM user or role is dropped: it counts for no account, and is not quarantined."""

    sender: Annotated[str, validation.sender]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnignoreSender(StaffCommand):
    """Reverses IgnoreSender: feedback is quarantined until an account has the sender."""

    sender: Annotated[str, validation.sender]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink(Validated):
    """Makes a login link for a member of staff, or a token for a platform.

    role: staff or platform
    name: of the holder
    lasts: its lifetime
    by: the ARN of whoever makes it
    grant: what a platform's token allows; None of a link
    """

    role: LinkRole
    name: Annotated[str, validation.holder]
    lasts: timedelta
    by: Decider
    grant: Grant | None = None

    def __post_init__(self) -> None:
        super(MakeLink, self).__post_init__()  # slots=True creates another class, so that super() fails
        if self.role is LinkRole.OWNER or (self.role is LinkRole.PLATFORM) is not (self.grant is not None):
            raise InvalidInput("a link for staff is granted nothing, and a token for a platform something")
        _check_name(self.role, self.name)
        validation.of_field("lasts", partial(check_lifetime, self.role), self.lasts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAccess(StaffCommand):
    """Revokes all links for staff, or tokens for platforms, that were made before.

    role: staff or platform
    name: of the only holder whose links are revoked; empty for all holders
    """

    role: LinkRole
    name: Annotated[str, validation.holder_or_all] = ""

    def __post_init__(self) -> None:
        super(RevokeAccess, self).__post_init__()
        if self.name:
            _check_name(self.role, self.name)


def _check_name(role: LinkRole, name: str) -> None:
    if role is LinkRole.PLATFORM:
        validation.of_field("name", validation.platform, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Validated):
    """Notes something about an account, for staff alone.

    text: in one or several lines
    by: who wrote it
    """

    text: Annotated[str, validation.note_text]
    by: Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsuppress(StaffCommand):
    """Takes a recipient off the suppression list.

    address: in any spelling
    """

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppress(StaffCommand):
    """Suppresses a recipient.

    address: in its bare form
    """

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSuppressions(StaffCommand):
    """Suppresses a list of recipients.

    addresses: in their bare form, each once
    """

    addresses: tuple[str, ...]
