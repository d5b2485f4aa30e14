"""What staff look for among all accounts: a text that people know of an account, and a state that it is in."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from permille.domain.account.account import Account

WEEK = timedelta(days=7)


class AccountFilter(StrEnum):
    """A state by which staff list accounts."""

    HELD = "held"  # a broken rule waits for staff
    REVIEW = "review"  # it waits for support
    TRIAL = "trial"  # a trial is agreed on, runs, or is observed
    EXEMPT = "exempt"  # no rule disables it
    OFF_THIS_WEEK = "off_this_week"  # it was switched off within seven days, and is off
    NEAR_LIMIT = "near_limit"  # it may send, has complaints, and no more are allowed


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """What accounts have to match.

    text: a part of what search_text() holds, as folded() makes it; empty: all accounts
    only: None for all states
    """

    text: str = ""
    only: AccountFilter | None = None

    def matches(self, account: "Account", now: datetime) -> bool:
        """Whether the account matches at `now`."""
        return self.text in search_text(account) and (self.only is None or _is_in(self.only, account, now))


def _is_in(state: AccountFilter, account: "Account", now: datetime) -> bool:
    match state:
        case AccountFilter.EXEMPT:
            return account.exempt_at(now)
        case AccountFilter.OFF_THIS_WEEK:
            since = off_since(account)
            return since is not None and since > now - WEEK
        case _:
            return state in lasting_states(account)


def lasting_states(account: "Account") -> frozenset[AccountFilter]:
    """The states of the account that no passing of time ends."""
    states = {
        AccountFilter.HELD: account.hold is not None and account.hold.why.needs_staff and not account.hold.released,
        AccountFilter.REVIEW: account.awaits_support,
        AccountFilter.TRIAL: account.current_trial is not None,
        AccountFilter.NEAR_LIMIT: _allows_no_more(account),
    }
    return frozenset(state for state, holds in states.items() if holds)


def off_since(account: "Account") -> datetime | None:
    """When the account was switched off; None where it may send, and where that was never recorded."""
    return None if account.may_send else account.route_changes.off_at


def _allows_no_more(account: "Account") -> bool:
    look = account.assessment
    return account.may_send and look is not None and look.complaints > 0 and look.allowance_left == 0


def search_text(account: "Account") -> str:
    """Everything by which people know an account, each in a line of its own: its id, the owner's address and name, its
    identities, and its senders."""
    known = (account.id, account.owner_email, account.owner_name, *account.identities, *account.senders)
    return "\n".join(("", *map(folded, known), ""))


def folded(text: str) -> str:
    """A text as it is compared: in one line, and whatever the case and the width of its letters."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def whole_line(text: str) -> str:
    """A text for AccountSearch that is found only where it is the whole of an id, address, name or sender."""
    return f"\n{folded(text)}\n"
