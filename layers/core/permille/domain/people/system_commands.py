"""What people can decide that is about no single account's status: one command for each, valid once it is made, as in
commands.py."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated

from permille.domain.login.links import Grant, LinkRole, check_lifetime
from permille.domain.people import validation
from permille.domain.people.commands import Decider, StaffCommand, Validated
from permille.domain.values.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBreaker(StaffCommand):
    """The breaker is closed.

    allow: how many more disablings by the rules may pass in this hour; None for as many as usual
    """

    allow: Annotated[int | None, validation.grant] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreSender(StaffCommand):
    """Feedback about mail that an IAM user or role sends counts for nobody."""

    sender: Annotated[str, validation.sender]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnignoreSender(StaffCommand):
    """It does not count for nobody any more: it is quarantined until an account has the sender."""

    sender: Annotated[str, validation.sender]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink(Validated):
    """Somebody is let in to support's desk, or a platform to the JSON API.

    name: of who is let in
    lasts: so long
    by: who makes it, as AWS knows them
    grant: what a platform's token opens
    """

    audience: LinkRole
    name: Annotated[str, validation.holder]
    lasts: timedelta
    by: Decider
    grant: Grant | None = None

    def __post_init__(self) -> None:
        super(MakeLink, self).__post_init__()  # slots make another class of it
        if self.audience is LinkRole.OWNER or (self.audience is LinkRole.PLATFORM) is not (self.grant is not None):
            raise InvalidInput("a link for staff is granted nothing, and a token for a platform something")
        _check_name(self.audience, self.name)
        validation.of_field("lasts", partial(check_lifetime, self.audience), self.lasts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAccess(StaffCommand):
    """No link for staff, or no token for platforms, that was made before is valid any more.

    name: whose alone; empty for all
    """

    audience: LinkRole
    name: Annotated[str, validation.holder_or_all] = ""

    def __post_init__(self) -> None:
        super(RevokeAccess, self).__post_init__()
        if self.name:
            _check_name(self.audience, self.name)


def _check_name(audience: LinkRole, name: str) -> None:
    if audience is LinkRole.PLATFORM:
        validation.of_field("name", validation.platform, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsuppress(StaffCommand):
    """A suppressed recipient may be mailed again.

    address: however it is written
    """

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppress(StaffCommand):
    """A recipient is mailed no more.

    address: in its bare form
    """

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSuppressions(StaffCommand):
    """Recipients are mailed no more.

    addresses: in their bare form, each once
    """

    addresses: tuple[str, ...]
