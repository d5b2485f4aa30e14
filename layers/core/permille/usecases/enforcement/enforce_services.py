"""What enforcing needs of the outside."""

from dataclasses import dataclass

from permille.domain.values.status import Mode
from permille.ports.accounts import Accounts, Control, Policies
from permille.ports.feedback import FeedbackBacklog, Heartbeat, QuarantineAge
from permille.ports.history import Bounces, Tallies, Timeline
from permille.usecases.enforcement.switching import CredentialServices


@dataclass(frozen=True, slots=True)
class EnforceServices:
    """The dependencies of enforcing. `code`: the version of the program, for decision records."""

    accounts: Accounts
    switching: CredentialServices
    tallies: Tallies
    timeline: Timeline
    bounces: Bounces
    policies: Policies
    control: Control
    feedback_backlog: FeedbackBacklog
    heartbeat: Heartbeat
    quarantine: QuarantineAge
    mode: Mode
    code: str = ""
