"""What people can decide that is about no single account's status: one command for each, valid once it is made, as in
commands.py."""

from dataclasses import dataclass
from typing import Annotated

from permille.domain import validation
from permille.domain.commands import StaffCommand
from permille.domain.links import For


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
class RevokeAccess(StaffCommand):
    """No link for staff, or no token for platforms, that was made before is valid any more."""

    audience: For


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
