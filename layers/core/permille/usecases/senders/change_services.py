"""What changing an account needs of the outside."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from permille.ports.accounts import CredentialSwitch, Leases, Policies
from permille.ports.operator import AllAccounts, AllTimelines
from permille.usecases.senders.add_account import OnboardServices


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """Why an account is changed, who says so, and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeServices:
    """`pause` sleeps for so many seconds."""

    onboarding: OnboardServices
    leases: Leases
    policies: Policies
    switch: CredentialSwitch
    pause: Callable[[float], None] = time.sleep

    @property
    def accounts(self) -> AllAccounts:
        return self.onboarding.accounts

    @property
    def timeline(self) -> AllTimelines:
        return self.onboarding.timeline
