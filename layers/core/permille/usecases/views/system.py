"""The whole stack, as staff see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.doctor.checkup import Checkup
from permille.domain.policy.policy import Policy
from permille.domain.rules.breaker import hour_of
from permille.domain.timeline.timeline import SYSTEM, Entry
from permille.domain.values.status import Mode
from permille.ports.accounts import Lap
from permille.ports.desk import (
    QueueStatus,
)
from permille.ports.paging import Page
from permille.usecases.enforcement import breaker, held_accounts
from permille.usecases.enforcement.breaker import BreakerStatus
from permille.usecases.views.availability import or_none
from permille.usecases.views.desk_services import ENTRIES, DeskServices, check_entry_id
from permille.usecases.views.desk_tabs import MOST_COUNTED


@dataclass(frozen=True, slots=True)
class SystemState:
    """The state of the stack. What cannot be read now is None.

    quarantined: how many bodies are in quarantine, up to MOST_COUNTED
    lap: the progress of the sweep
    checkup: the last scheduled checks; None also where there were none
    without_deliveries: how many accounts are held because fewer deliveries than complaints were counted
    entries: a page of the system timeline, newest first
    """

    mode: Mode
    policy: Policy | None
    breaker: BreakerStatus
    queues: Sequence[QueueStatus] | None
    quarantined: int | None
    lap: Lap
    checkup: Checkup | None
    without_deliveries: int
    entries: Page[Entry]


def system_state(desk: DeskServices, before: str, now: datetime) -> SystemState:
    """Reads the state of the stack. Raises MalformedRequest.

    before: an entry's id: the page of entries ends before it; empty: the newest
    """
    check_entry_id(before)
    policy = or_none("the policy", desk.policies.current)
    return SystemState(
        mode=desk.mode,
        policy=policy,
        breaker=breaker.status(desk.control, desk.breaker_admin, policy, now),
        queues=or_none("the queues", lambda: desk.queues.statuses(now)),
        quarantined=or_none("the quarantine", lambda: desk.quarantine_count.count(MOST_COUNTED)),
        lap=desk.control.lap(),
        checkup=or_none("the results of the checks", desk.checkups.last),
        without_deliveries=held_accounts.count_without_deliveries(desk.account_index),
        entries=desk.timeline.latest(SYSTEM, ENTRIES, before),
    )


def active_accounts(desk: DeskServices, now: datetime) -> int:
    """How many accounts may send, by the last whole lap of the sweep; 0 where that cannot be read now."""
    state = or_none("the breaker", lambda: desk.control.breaker(hour_of(now)))
    return state.active_accounts if state else 0
