"""The world as changing an account needs it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from permille.ports.accounts import Policies, Switch
from permille.ports.operator import AllAccounts, AllTimelines
from permille.usecases.senders.onboarding import Onboarding


@dataclass(frozen=True, slots=True)
class Order:
    """Why an account is changed, who says so, and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changing:
    """`pause` sleeps for so many seconds."""

    onboarding: Onboarding
    policies: Policies
    switch: Switch
    pause: Callable[[float], None] = time.sleep

    @property
    def accounts(self) -> AllAccounts:
        return self.onboarding.accounts

    @property
    def timeline(self) -> AllTimelines:
        return self.onboarding.timeline
