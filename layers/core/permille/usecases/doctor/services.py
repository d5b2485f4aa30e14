"""What checking a stack needs."""

from collections.abc import Collection
from dataclasses import dataclass

from permille.domain.doctor.names import StackNames
from permille.domain.values.status import Mode
from permille.ports.accounts import Accounts, Control, CredentialSwitch, Policies
from permille.ports.desk import QuarantineCount, Queues
from permille.ports.doctor import (
    AllSenders,
    Checkups,
    Clocks,
    DeployedFunctions,
    QueueAttributes,
    Safeguards,
    SesCounts,
    SesSetup,
    Topics,
)
from permille.ports.history import Tallies
from permille.ports.iam_users import ExistingUsers


@dataclass(frozen=True, slots=True)
class OperatorReads:
    """What the operator's rights allow, and no function's: IAM users one by one, and this computer's clock.

    ours: patterns of the ARNs of the stack's resources
    """

    switch: CredentialSwitch
    users: ExistingUsers
    clock: Clocks
    ours: Collection[str]


@dataclass(frozen=True, slots=True)
class Probes:
    """The ports that only the doctor reads by."""

    ses: SesSetup
    ses_counts: SesCounts
    topics: Topics
    queues: Queues
    queue_attributes: QueueAttributes
    quarantine: QuarantineCount
    functions: DeployedFunctions
    safeguards: Safeguards
    senders: AllSenders
    checkups: Checkups


@dataclass(frozen=True, slots=True)
class DoctorServices:
    """The dependencies of the checks.

    code: the version of this code
    operator: what the command has besides; None in the function
    """

    names: StackNames
    accounts: Accounts
    tallies: Tallies
    policies: Policies
    control: Control
    probes: Probes
    mode: Mode
    code: str
    operator: OperatorReads | None = None
