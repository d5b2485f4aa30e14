"""By what accounts are found without a scan: the keys of their table's indexes, made of the account alone."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from permille.addresses.mailbox import canonical_address
from permille.aws.rows import instant, known_of
from permille.domain.account.account import Account
from permille.domain.account.look import MILLION, Assessment
from permille.domain.account.restrictions import Exemption

SUPPORT = "support"  # the one partition of the sparse index `reviews`
ACCOUNT = "account"  # the one partition of `names`
SENDING, OFF = "sending", "off"  # those of `risk`


def index_keys(account: Account) -> dict[str, str | int | None]:
    asks, look = account.waiting_for_support_since, account.look
    return {
        "asks": SUPPORT if asks else None,
        "waiting_for_support_since": asks_key(account.id, asks) if asks else None,
        "switched": SENDING if account.may_send else OFF,
        "risk": risk_key(account.id, look),
        **look_keys(look),
        "every": ACCOUNT,
        "owner": owner_key(account.owner_email),
    }


def asks_key(account_id: str, since: datetime) -> str:
    return f"{instant(since)}#{account_id}"


def risk_key(account_id: str, look: Assessment | None) -> str:
    """Sorts the worst first, and equals by their ids."""
    return f"{2 * MILLION - (look.risk if look else 0):07d}#{account_id}"


def look_keys(look: Assessment | None) -> dict[str, str | int | None]:
    """None of what there is none, so that the indexes are sparse."""
    complaints, bounces = (look.complaints or None, look.bounces or None) if look else (None, None)
    looked_in = month(look.day) if look and (complaints or bounces) else None
    return {"look_month": looked_in, "complaints": complaints, "bounces": bounces}


def month(day: date) -> str:
    """A partition of `complaints` and `bounces`: who was last judged in an earlier month is in none that matters."""
    return f"{day:%Y-%m}"


def owner_key(email: str) -> str:
    """An address is found however it is written; what is none, by itself."""
    return canonical_address(email) or email.lower()


def look_row(look: Assessment | None) -> dict[str, Any] | None:
    return {**asdict(look), "day": str(look.day)} if look else None


def look_of(row: dict[str, Any] | None) -> Assessment | None:
    return Assessment(**{**known_of(Assessment, row), "day": date.fromisoformat(row["day"])}) if row else None


def exemption_of(row: dict[str, str] | None) -> Exemption | None:
    return Exemption(datetime.fromisoformat(row["until"]), row["reason"], row["by"]) if row else None
