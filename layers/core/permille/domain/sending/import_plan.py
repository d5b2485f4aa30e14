"""What an import does with each line of its file, and why: decided from what was read of the stack, SES and IAM."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.sending.ses_pace import Estimate, estimate
from permille.domain.values.status import Status

MOST_IDENTITIES = 10_000  # of SES in a Region: https://docs.aws.amazon.com/ses/latest/dg/quotas.html


class ImportAction(StrEnum):
    """What is done with a line."""

    CREATE = "create"
    ADOPT = "adopt"
    COMPLETE = "complete"
    SKIP = "skip"
    REFUSE = "refuse"

    @property
    def changes_something(self) -> bool:
        """Whether an account is added or completed."""
        return self in (ImportAction.CREATE, ImportAction.ADOPT, ImportAction.COMPLETE)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of the file, as far as it could be read.

    line: its number, from 1 for the header
    adopts: the IAM users that the account sends with; empty: one is created
    takes_over: its users leave the group of SES's console
    error: why the line is wrong; empty where it is not
    """

    line: int
    account_id: str
    owner_email: str = ""
    identities: tuple[str, ...] = ()
    adopts: tuple[str, ...] = ()
    takes_over: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What a plan is made from.

    accounts: those that exist, by id
    identities: those that SES has
    users, user_quota: how many IAM users the AWS account has, and can have
    reusable: the lines whose IAM user exists already and can be used
    obstacles: by line, what else keeps the account from being added
    notes: by line, what the operator should know
    """

    accounts: Mapping[str, Account]
    identities: frozenset[str] = frozenset()
    users: int = 0
    user_quota: int = 5000
    reusable: frozenset[int] = frozenset()
    obstacles: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """What is done with one line.

    why: the reason where it is skipped, completed or refused
    new_identities: those that SES does not have yet
    """

    asked: AccountLine
    action: ImportAction
    why: str = ""
    notes: tuple[str, ...] = ()
    new_identities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What is done with all lines.

    new_users, new_identities: how many are created in IAM and SES
    """

    accounts: tuple[PlannedAccount, ...]
    new_users: int
    new_identities: int

    @property
    def totals(self) -> dict[ImportAction, int]:
        """How many lines there are of each action."""
        counted = Counter(planned.action for planned in self.accounts)
        return {action: counted[action] for action in ImportAction}

    @property
    def changes(self) -> tuple[PlannedAccount, ...]:
        """The accounts that are added or completed, in the order of the file."""
        return tuple(planned for planned in self.accounts if planned.action.changes_something)

    @property
    def refused(self) -> tuple[PlannedAccount, ...]:
        """The lines that cannot be imported."""
        return tuple(planned for planned in self.accounts if planned.action is ImportAction.REFUSE)

    @property
    def estimate(self) -> Estimate:
        """How long it takes to apply the plan."""
        asked = [planned.asked for planned in self.changes]
        identities = sum(len(each.identities) for each in asked)
        return estimate(len(asked), identities, sum(len(each.adopts) for each in asked if each.takes_over))


def plan_import(lines: Sequence[AccountLine], facts: ImportFacts) -> ImportPlan:
    """Decides about each line in the order of the file. A line that would exceed a quota is refused."""
    planning = _Planning(facts)
    accounts = tuple(planning.decide(asked) for asked in lines)
    return ImportPlan(accounts, planning.new_users, len(planning.new_identities))


class _Planning:
    """Decides line by line, and remembers what the lines before used up."""

    def __init__(self, facts: ImportFacts) -> None:
        self._facts = facts
        self._line_of: dict[str, int] = {}  # by id of an account, and by name of an adopted user
        self.new_users = 0
        self.new_identities: set[str] = set()

    def decide(self, asked: AccountLine) -> PlannedAccount:
        """What is done with the line."""
        if why := asked.error or self._repeated(asked):
            return PlannedAccount(asked, ImportAction.REFUSE, why)
        account = self._facts.accounts.get(asked.account_id)
        if account:
            return _of_existing(asked, account)
        if why := self._facts.obstacles.get(asked.line, "") or self._exceeded(asked):
            return PlannedAccount(asked, ImportAction.REFUSE, why)
        self.new_users += self._needs_user(asked)
        unknown = tuple(name for name in asked.identities if name not in self._facts.identities)
        self.new_identities |= {*unknown}
        action = ImportAction.ADOPT if asked.adopts else ImportAction.CREATE
        return PlannedAccount(asked, action, notes=tuple(self._facts.notes.get(asked.line, ())), new_identities=unknown)

    def _repeated(self, asked: AccountLine) -> str:
        users = [f"the IAM user {name}" for name in asked.adopts]
        for what in (f"the account {asked.account_id}", *users):
            before = self._line_of.setdefault(what.lower(), asked.line)
            if before != asked.line:
                return f"{what} is on line {before} already"
        return ""

    def _exceeded(self, asked: AccountLine) -> str:
        if self._needs_user(asked) and self._facts.users + self.new_users >= self._facts.user_quota:
            return (
                f"IAM has room for {self._facts.user_quota:,} users in an AWS account, which cannot be raised: give "
                "this business a stack in another one"
            )
        if len(self._facts.identities | self.new_identities | {*asked.identities}) > MOST_IDENTITIES:
            return f"SES has room for {MOST_IDENTITIES:,} identities in a Region: ask AWS for more"
        return ""

    def _needs_user(self, asked: AccountLine) -> bool:
        return not asked.adopts and asked.line not in self._facts.reusable


def _of_existing(asked: AccountLine, account: Account) -> PlannedAccount:
    if account.is_closed:
        why = "the account was closed, and an id is never given again: take another id"
        return PlannedAccount(asked, ImportAction.REFUSE, why)
    if not account.adding_run:
        differs = [*["owner_email"] * (asked.owner_email != account.owner_email)]
        differs += ["identities"] * ({*asked.identities} != {*account.identities})
        notes = [f"its {' and '.join(differs)} differ from the line: `permille account change`"] * bool(differs)
        return PlannedAccount(asked, ImportAction.SKIP, "the account is there already", tuple(notes))
    if account.status is not Status.ACTIVE:
        why = f"an import of it was cut off, and it is {account.status} now: enable it, or close it and take another id"
        return PlannedAccount(asked, ImportAction.REFUSE, why)
    return PlannedAccount(asked, ImportAction.COMPLETE, "an import of it was cut off")
