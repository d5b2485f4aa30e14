"""Applies what people decide: gathers what the decision needs, decides, and writes down account and timeline. Enforce,
told by the timeline's stream, switches the credential."""

from datetime import UTC, datetime
from typing import Protocol

from permille.domain.account import Account
from permille.domain.commands import Command
from permille.domain.decisions import AnswerRead, Context, VersionRead, decide
from permille.domain.errors import Conflict, NotFound, Unavailable
from permille.domain.policy import SecondChance
from permille.ports import Accounts, Policies
from permille.zones import zone_of

ATTEMPTS = 10


class Services(Protocol):
    @property
    def accounts(self) -> Accounts: ...

    @property
    def policies(self) -> Policies: ...


def apply(
    services: Services,
    account_id: str,
    command: Command,
    now: datetime,
    *,
    read: VersionRead | AnswerRead | None = None,
) -> Account:
    """The account as it is then. `read`, an optimistic lock: what the page showed that somebody decided on.

    Raises NotFound, DecisionRefused where the command does not suit the account or `read` is out of date, and
    Unavailable, also where others kept writing.
    """
    for _ in range(ATTEMPTS):
        account = services.accounts.get(account_id)
        if account is None:
            raise NotFound(f"There is no account {account_id}.")
        context = _context(services, account, command)
        outcome = decide(account, command, context, account.after_last_decision(now))
        if read:
            read.check(account)
        try:
            return services.accounts.save(account, outcome.account, outcome.entries)
        except Conflict:
            continue
    raise Unavailable(f"{account_id}: others kept writing; try again")


def _context(services: Services, account: Account, command: Command) -> Context:
    """Neither a zone that is unknown nor a policy that cannot be read is in the way of a command without need of it."""
    return Context(
        zone=zone_of(account) if command.needs_zone else UTC,
        second_chance=services.policies.current().second_chance if command.needs_policy else SecondChance(),
    )
