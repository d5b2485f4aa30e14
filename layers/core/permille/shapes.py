"""What machines are shown: the JSON shapes of accounts, which the JSON API and the command's --json share. Instants are
ISO 8601 in UTC, days as the account's own zone counts them."""

from collections.abc import Mapping
from typing import Any

from permille.domain import wording
from permille.domain.account import Account, Review
from permille.domain.cards import Campaign, Card
from permille.domain.periods import Period
from permille.domain.policy import Verdict
from permille.domain.reputation import PER, Tally
from permille.domain.route import Route, Via
from permille.domain.timeline import Entry
from permille.report import Report
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


def report(shown: Report) -> dict[str, Any]:
    """Everything that an owner's report shows; `periods` are send days, or weeks of them, oldest first. Who of the
    staff decided is not for owners."""
    return {
        **_nameless(standing(shown.account)),
        "at": shown.now.isoformat(),
        "stage": shown.stage,
        "verdict": verdict(shown.verdict),
        "range": shown.range,
        "periods": [period(one) for one in shown.periods],
        "spans": [
            {"status": span.status, "begins": span.begins.isoformat(), "ends": span.ends.isoformat()}
            for span in shown.spans
        ],
        "epochs": [{"epoch": number, "begins": at.isoformat()} for number, at in shown.epochs],
        "campaigns": [campaign(one) for one in shown.campaigns],
        "complaints_not_listed": shown.unlisted,
        "provider": _without(provider(shown.account), "secret_arn", "secret_version"),
        "timeline": [_nameless(entry(one)) for one in shown.entries],
        "earlier": shown.earlier or None,
    }


def _nameless(shown: dict[str, Any]) -> dict[str, Any]:
    return _without(shown, "by", "decided_by") or {}


def _without(shown: Mapping[str, Any] | None, *names: str) -> dict[str, Any] | None:
    """At any depth."""
    if shown is None:
        return None
    return {
        name: _without(value, *names) if isinstance(value, Mapping) else value
        for name, value in shown.items()
        if name not in names
    }


def verdict(found: Verdict) -> dict[str, Any]:
    """What the policy says now."""
    return {
        "decision": found.decision,
        "rule": found.rule,
        **tally(found.counts),
        "per_1000": _per_1000(found.counts),
        "allowance_left": found.allowance_left,
        "limit_per_1000": found.policy.complaint_ratio.limit_per_1000,
        "window_days": found.policy.window_days,
        "first_day": str(found.first_day),
        "last_day": str(found.last_day),
        "policy": found.policy.id,
    }


def tally(counts: Tally) -> dict[str, int]:
    return {"delivered": counts.delivered, "complaints": counts.complaints, "bounces": counts.bounces}


def period(shown: Period) -> dict[str, Any]:
    return {
        "first_day": str(shown.first),
        "last_day": str(shown.last),
        **tally(shown.tally),
        "by_epoch": [{"epoch": epoch, **tally(counts)} for epoch, counts in shown.tallies],
        "epoch": shown.epoch,
        "window": {**tally(shown.window), "per_1000": _per_1000(shown.window)},
    }


def _per_1000(counts: Tally) -> float | None:
    return round(counts.complaints * PER / counts.delivered, 4) if counts.delivered else None


def campaign(shown: Campaign) -> dict[str, Any]:
    return {"campaign": shown.name, "counting": shown.counting, "reports": [card(one) for one in shown.cards]}


def card(shown: Card) -> dict[str, Any]:
    return {
        "entry_id": shown.entry_id,
        "subject": shown.subject,
        "recipient": shown.recipient or None,
        "sent_at": shown.sent_at.isoformat(),
        "reported_at": shown.reported_at.isoformat(),
        "did": shown.did,
        "counts": shown.counts,
        "why_not_counted": shown.why_not or None,
        "epoch": shown.epoch,
    }


def entry(told: Entry) -> dict[str, Any]:
    return {"id": told.id, "kind": told.kind, "at": told.at.isoformat(), "facts": told.facts}
