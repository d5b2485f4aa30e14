"""What machines are shown: the JSON shapes of accounts, which the JSON API and the command's --json share. Instants are
ISO 8601 in UTC, days as the account's own zone counts them."""

from typing import Any

from permille.domain import wording
from permille.domain.account import Account, Review
from permille.domain.route import Route, Via
from permille.review import Case


def standing(account: Account) -> dict[str, Any]:
    """The review and the trial of an account."""
    return {
        "account_id": account.id,
        "status": account.status,
        "review": review(account.review),
        "trial": trial(account),
    }


def review(found: Review | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "state": found.state,
        "day": str(found.day),
        "batch": found.batch,
        "cause": found.cause,
        "change": found.change,
        "requested_at": found.requested_at.isoformat(),
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "decided_by": found.decided_by or None,
        "reason": found.reason or None,
        "ask_again_on": str(found.ask_again_on) if found.ask_again_on else None,
    }


def trial(account: Account) -> dict[str, Any] | None:
    found = account.trial
    if found is None:
        return None
    instants = {name: getattr(found, name).isoformat() for name in ("begins_at", "ends_at", "verdict_at")}
    return {"state": found.state, "day": str(found.day), **instants}


def case(asking: Case) -> dict[str, Any]:
    """A request in support's queue, with its evidence."""
    disabled = asking.disabled
    return {
        **standing(asking.account),
        "strikes": asking.account.strikes,
        "waits_seconds": int(asking.waits.total_seconds()),
        "disabled": {"kind": disabled.kind, "at": disabled.at.isoformat(), **disabled.facts} if disabled else None,
        "campaigns": [{"campaign": name, "complaints": count} for name, count in asking.campaigns],
        "trials": [{"at": entry.at.isoformat(), "how": entry.kind, **entry.facts} for entry in asking.trials],
    }


def provider(account: Account) -> dict[str, Any] | None:
    """Never with the password: whoever may read the secret finds it there, under this version."""
    found = account.provider
    if found is None:
        return None
    return {
        "host": found.host,
        "port": found.port,
        "user": found.user,
        "secret_arn": found.secret,
        "secret_version": found.version,
        "connected_at": found.connected_at.isoformat(),
    }


def route(account: Account, taken: Route, platform: str, smtp_endpoint: str) -> dict[str, Any]:
    """May the account send now, and through what. `smtp_endpoint`: HOST:PORT of its SMTP account."""
    through: dict[str, Any] = dict.fromkeys(("host", "port", "user", "secret_arn", "secret_version"))
    if taken.via is Via.SES:
        host, _, port = smtp_endpoint.rpartition(":")
        through |= {"host": host, "port": int(port)}
    elif taken.via is Via.PROVIDER:
        through |= {name: value for name, value in (provider(account) or {}).items() if name in through}
    return {
        "account_id": account.id,
        "status": account.status,
        "may_send": taken.may_send,
        "via": taken.via,
        **through,
        "since": taken.came_by.at.isoformat() if taken.came_by else None,
        "why": wording.why_route(taken.came_by, platform, waking=taken.waking),
    }
