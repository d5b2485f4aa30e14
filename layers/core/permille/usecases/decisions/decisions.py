"""Applies the decisions of people: reads what the decision needs, decides, and saves the account and its entries. The
timeline's stream starts Enforce, which switches the credential."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from permille.domain.account.account import Account
from permille.domain.people.commands import Command
from permille.domain.people.correction import ComplaintToCorrect
from permille.domain.people.decisions import Context, apply_command
from permille.domain.people.read_before import AnswerRead, VersionRead
from permille.domain.people.staff_commands import CorrectComplaint
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.values.errors import Conflict, DecisionRefused, NotFound, Unavailable
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Timeline
from permille.usecases.decisions.find_account import find_account
from permille.zones import shown_zone_of, zone_of

ATTEMPTS = 10
NOTHING_READ: Mapping[str, VersionRead] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of several decisions.

    about: what the decision was about, as the caller names it
    account: the account afterwards; None where the decision was refused
    refused: why; empty where it was applied
    """

    about: str
    account: Account | None = None
    refused: str = ""


class DecisionServices(Protocol):
    """The dependencies of decisions."""

    @property
    def accounts(self) -> Accounts: ...

    @property
    def policies(self) -> Policies: ...

    @property
    def timeline(self) -> Timeline: ...


def apply(
    services: DecisionServices,
    account_id: str,
    command: Command,
    now: datetime,
    *,
    read: VersionRead | AnswerRead | None = None,
) -> Account:
    """Applies a command, and returns the account afterwards. Raises NotFound; DecisionRefused where the command does
    not suit the account, or `read` is outdated; and Unavailable, also where others kept writing.

    read: an optimistic lock: what the page showed on which somebody decided
    """
    for _ in range(ATTEMPTS):
        account = find_account(services.accounts, account_id)
        context = _context(services, account, command)
        outcome = apply_command(account, command, context, account.after_last_decision(now))
        if read:
            read.check(account)
        try:
            return services.accounts.save(account, outcome.account, outcome.entries, *outcome.changes)
        except Conflict:
            continue
    raise Unavailable(f"{account_id}: others kept writing; try again")


def decide_each(
    services: DecisionServices,
    account_ids: Iterable[str],
    command: Command,
    now: datetime,
    read: Mapping[str, VersionRead] = NOTHING_READ,
) -> Iterator[Result]:
    """Applies the same command to each account, lazily: every account has a decision, an entry and a result of its own.
    Raises a ServiceError as `attempt` does.

    read: optimistic locks by account; none for those that it lacks
    """
    for account_id in dict.fromkeys(account_ids):
        yield attempt(services, account_id, command, now, about=account_id, read=read.get(account_id))


def attempt(
    services: DecisionServices,
    account_id: str,
    command: Command,
    now: datetime,
    about: str,
    read: VersionRead | None = None,
) -> Result:
    """Applies one of several decisions. A refusal is a result, and does not stop the others. Raises a ServiceError;
    what was decided by then stays."""
    try:
        return Result(about, apply(services, account_id, command, now, read=read))
    except (DecisionRefused, NotFound) as refused:
        return Result(about, refused=str(refused))


def _context(services: DecisionServices, account: Account, command: Command) -> Context:
    """Reads what the command needs, so that an unknown zone or an unreadable policy stops no command without need of
    it."""
    policy = services.policies.current() if command.needs_policy else DEFAULT
    return Context(
        zone=zone_of(account) if command.needs_zone else UTC,
        shown_zone=shown_zone_of(account),
        second_chance=policy.second_chance,
        window_days=policy.window_days,
        complaint=_complaint_to_correct(services, account, command.complaint)
        if isinstance(command, CorrectComplaint)
        else None,
    )


def _complaint_to_correct(services: DecisionServices, account: Account, entry_id: str) -> ComplaintToCorrect:
    """The complaint that is to be corrected. Raises NotFound."""
    entry = services.timeline.get(account.id, entry_id)
    if entry is None:
        raise NotFound(f"{account.id} has no complaint {entry_id}; `permille complaint list {account.id}` names them")
    facts = entry.facts
    return ComplaintToCorrect(
        entry, isinstance(facts, Reported) and services.accounts.is_voided(account.id, facts.identity)
    )
