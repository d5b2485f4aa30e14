"""The keys of the indexes of the accounts' table, made of the account alone, so that accounts are found without a
scan."""

from datetime import date, datetime

from permille.addresses.mailbox import canonical_address
from permille.aws.stored_values import DUE, OFF, SENDING, instant
from permille.domain.account.account import Account
from permille.domain.account.account_search import lasting_states, off_since, search_text
from permille.domain.account.assessment import RISK_SCALE, Assessment

SUPPORT = "support"  # the one partition of the sparse index `reviews`
ACCOUNT = "account"  # the one partition of `search`


def index_keys(account: Account) -> dict[str, str | int | None]:
    """The attributes that an account has for the indexes alone: keys, what it is searched by, and `held`, which lists
    show. None where it has none."""
    since, look = account.waiting_for_support_since, account.assessment
    return {
        "held": str(account.hold_reason) or None,
        "due": DUE if account.due_at else None,
        "asks": SUPPORT if since else None,
        "waiting_for_support_since": asks_key(account.id, since) if since else None,
        "switched": SENDING if account.may_send else OFF,
        "risk": risk_key(account.id, look),
        **assessment_keys(look),
        "every": ACCOUNT,
        "owner": owner_key(account.owner_email),
        **search_keys(account),
    }


def search_keys(account: Account) -> dict[str, str | None]:
    """What accounts are searched by. `states`: the names of `lasting_states`, of which none is a part of another."""
    off_at = off_since(account)
    return {
        "search_text": search_text(account),
        "states": " ".join(sorted(lasting_states(account))) or None,
        "exempt_until": instant(account.exemption.until) if account.exemption else None,
        "off_since": instant(off_at) if off_at else None,
    }


def asks_key(account_id: str, since: datetime) -> str:
    """Sorts the longest waiting first, and equals by their ids."""
    return f"{instant(since)}#{account_id}"


def risk_key(account_id: str, look: Assessment | None) -> str:
    """Sorts the worst first, and equals by their ids."""
    return f"{2 * RISK_SCALE - (look.risk if look else 0):07d}#{account_id}"


KEEPS_RULES = f"{RISK_SCALE + 1:07d}"  # the keys of accounts that break a rule are smaller


def assessment_keys(look: Assessment | None) -> dict[str, str | int | None]:
    """None for a count of 0, so that the indexes are sparse."""
    complaints, bounces = (look.complaints or None, look.bounces or None) if look else (None, None)
    assessed_in = month(look.day) if look and (complaints or bounces) else None
    return {"assessed_month": assessed_in, "complaints": complaints, "bounces": bounces}


def month(day: date) -> str:
    """The partition of `complaints` and `bounces` that an account judged on this day is in: YYYY-MM."""
    return f"{day:%Y-%m}"


def owner_key(email: str) -> str:
    """The address without its display name and in lower case, so that it is found however it is written."""
    return canonical_address(email) or email.lower()
