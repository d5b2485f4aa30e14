"""What changing an account needs of the outside, and what is written down of a change."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from permille.ports.accounts import CredentialSwitch, Leases, Policies
from permille.ports.operator import AllAccounts, AllTimelines
from permille.usecases.senders.onboard_services import OnboardServices


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """Why an account is changed, by whom, and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeServices:
    """The dependencies of changing accounts.

    clock: returns the current time: a lease begins when it is acquired, and the steps before it may have taken long
    pause: sleeps for so many seconds
    """

    onboarding: OnboardServices
    leases: Leases
    policies: Policies
    switch: CredentialSwitch
    clock: Callable[[], datetime]
    pause: Callable[[float], None] = time.sleep

    @property
    def accounts(self) -> AllAccounts:
        """The accounts of `onboarding`."""
        return self.onboarding.accounts

    @property
    def timeline(self) -> AllTimelines:
        """The timelines of `onboarding`."""
        return self.onboarding.timeline
