"""What adding, changing and closing accounts needs of the outside."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from permille.domain.sending.iam_risk import resources_of
from permille.ports.iam_users import IamUsers
from permille.ports.identities import Identities
from permille.ports.operator import AllAccounts, AllTimelines
from permille.usecases.senders.adoption import AdoptionServices
from permille.usecases.senders.identities import IdentityServices
from permille.usecases.senders.rollback import Rollback, nothing_undone, rollback_on_error
from permille.usecases.senders.sender_user import SenderUserCreator


@dataclass(frozen=True, slots=True)
class OnboardServices:
    """The dependencies of adding, changing and closing accounts.

    stack: the stack's name, which the tag of its IAM users begins with
    ses: the prefix of the ARNs of SES in the stack's Region, as in arn:aws:ses:us-east-1:123456789012
    own: the known ARNs of the stack's resources
    configuration_set: the name of ours
    switchable: the pattern of the names of users that the stack may switch
    deny_group: the IAM group by which users are denied
    pause: sleeps for so many seconds
    undoes: whether earlier steps are undone where a later one fails; otherwise the next try completes them
    """

    accounts: AllAccounts
    timeline: AllTimelines
    identities: Identities
    users: IamUsers
    stack: str
    ses: str
    own: Sequence[str]
    configuration_set: str
    switchable: str
    deny_group: str
    pause: Callable[[float], None]
    undoes: bool = True

    def rollback(self) -> AbstractContextManager[Rollback]:
        """The steps of a change; undone, or not, where one fails."""
        return rollback_on_error() if self.undoes else nothing_undone()

    @property
    def adoption(self) -> AdoptionServices:
        """The dependencies of adopting users."""
        ours = resources_of(self.stack, self.ses, self.own)
        return AdoptionServices(self.accounts, self.users, self.switchable, self.deny_group, ours)

    def resources(self, identities: Iterable[str]) -> frozenset[str]:
        """The ARNs that an account with these identities may send through: the identities and our configuration set."""
        names = [f"identity/{name}" for name in identities]
        return frozenset(f"{self.ses}:{name}" for name in [*names, f"configuration-set/{self.configuration_set}"])

    def tag(self, account_id: str) -> str:
        """The tag of the IAM user that is created for the account."""
        return f"{self.stack}/{self.region}/{account_id}"

    @property
    def region(self) -> str:
        """The stack's AWS Region."""
        return self.ses.split(":")[3]

    def user_of(self, account_id: str) -> SenderUserCreator:
        """Creates the account's IAM user."""
        return SenderUserCreator(self.accounts, self.users, self.switchable, self.deny_group, self.tag(account_id))

    def preparing(self, rollback: Rollback, is_kept: Callable[[str], bool] = lambda _: False) -> IdentityServices:
        """Prepares identities; `is_kept` as in IdentityServices."""
        return IdentityServices(self.identities, self.timeline, self.configuration_set, rollback, is_kept)
