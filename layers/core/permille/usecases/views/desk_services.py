"""What the pages of the support desk need of the outside."""

from dataclasses import dataclass

from permille.domain.values.entry_id import ENTRY_ID
from permille.domain.values.errors import MalformedRequest
from permille.domain.values.status import Mode
from permille.ports.accounts import Accounts, Control, CredentialSwitch, Policies
from permille.ports.desk import (
    AccessKeys,
    AccountCounts,
    AccountIndex,
    BreakerAdmin,
    QuarantineCount,
    Queues,
    SesReputation,
)
from permille.ports.doctor import Checkups
from permille.ports.history import Bounces, SuppressionAdditions, Suppressions, Tallies, Timeline, TimelineLog
from permille.usecases.views.desk_tabs import UndeliveredCount

ENTRIES = 100  # of a timeline, on a page


@dataclass(frozen=True, slots=True)
class DeskServices:
    """The dependencies of the support desk. `code`: the version of the program, for explanations."""

    accounts: Accounts
    account_index: AccountIndex
    account_counts: AccountCounts
    access_keys: AccessKeys
    tallies: Tallies
    timeline: Timeline
    log: TimelineLog
    policies: Policies
    control: Control
    breaker_admin: BreakerAdmin
    switch: CredentialSwitch
    queues: Queues
    quarantine_count: QuarantineCount
    undelivered: UndeliveredCount
    suppressions: Suppressions
    additions: SuppressionAdditions
    bounces: Bounces
    ses: SesReputation
    checkups: Checkups
    mode: Mode
    code: str = ""


def check_entry_id(text: str) -> None:
    """Raises MalformedRequest where the text is neither empty nor an entry's id."""
    if text and not ENTRY_ID.fullmatch(text):
        raise MalformedRequest("no entry is called so")
