"""An account as lists show it."""

from dataclasses import dataclass, fields
from typing import Self

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Exemption
from permille.domain.values.status import HoldReason, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """The attributes of `Account` that lists show, under the same names."""

    id: str
    owner_email: str
    owner_name: str = ""
    status: Status
    denied_by_hand: bool
    in_sync: bool
    hold_reason: HoldReason = HoldReason.NO
    would_disable: bool
    exemption: Exemption | None = None
    strikes: int
    assessment: Assessment | None = None
    awaits_support: bool
    version: int

    @property
    def may_send(self) -> bool:
        """As `Account.may_send`."""
        return self.status.may_send and not self.denied_by_hand

    @property
    def allowance_left(self) -> int | None:
        """How many more complaints are allowed; None where it was never judged."""
        if self.assessment is None:
            return None
        return self.assessment.allowance_left if self.may_send else 0

    @classmethod
    def of(cls, account: Account) -> Self:
        """The account as it would be listed now."""
        return cls(**{field.name: getattr(account, field.name) for field in fields(cls)})
