"""What support decides is written down like everything else; enforce, told by the timeline's stream, switches it."""

from collections.abc import Callable
from datetime import datetime

from permille.domain.account import Account, Outcome
from permille.domain.errors import Conflict, DecisionRefused, Unavailable
from permille.ports import Accounts

ATTEMPTS = 10

Action = Callable[[Account, datetime], Outcome]


def as_read(decision: Action, is_as_read: Callable[[Account], bool], refusal: str) -> Action:
    """Nobody decides on what they have not seen: where the account is not as it was read, DecisionRefused with that
    text."""

    def decided(account: Account, now: datetime) -> Outcome:
        outcome = decision(account, now)
        if not is_as_read(account):
            raise DecisionRefused(refusal)
        return outcome

    return decided


def act(accounts: Accounts, account_id: str, action: Action, now: datetime) -> Account | None:
    """Applies one of the decisions of domain/staff.py or domain/review.py and returns the account; None where there is
    none. Raises `DecisionRefused` where the decision does not suit the account, Unavailable where others kept
    writing."""
    for _ in range(ATTEMPTS):
        account = accounts.get(account_id)
        if account is None:
            return None
        outcome = action(account, account.after_last_decision(now))
        try:
            return accounts.save(account, outcome.account, outcome.entries)
        except Conflict:
            continue
    raise Unavailable(f"{account_id}: others kept writing; try again")
