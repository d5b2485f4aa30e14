"""The account's append-only history. An entry is a kind and facts, never prose."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from permille.domain.feedback import Complaint
from permille.domain.policy import Decision, Rule, Verdict
from permille.domain.policy_file import policy_data
from permille.domain.reputation import Days

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # of every timeline
LISTED_COMPLAINTS = 20  # of an alert
LISTED_IDENTITIES = 1000  # of a decision record: an entry has to fit into a row and an event

Facts = Mapping[str, Any]  # JSON: texts, integers, lists and objects of them


class Audience(StrEnum):
    OWNER = "owner"
    STAFF = "staff"


class Kind(StrEnum):
    CREATED = "created"
    COMPLAINT = "complaint"
    REPORT = "report"
    ALERT = "alert"
    DISABLED = "disabled"
    DISABLING_REVERSED = "disabling_reversed"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    CLOSED = "closed"
    REVIEW_REQUESTED = "review_requested"
    REVIEW_AMENDED = "review_amended"
    REVIEW_APPROVED = "review_approved"
    REVIEW_DECLINED = "review_declined"
    REVIEW_REOPENED = "review_reopened"
    REVIEW_WITHDRAWN = "review_withdrawn"
    REVIEW_DUE = "review_due"
    REVIEW_DAY_PASSED = "review_day_passed"
    TRIAL_CANCELLED = "trial_cancelled"
    TRIAL_BEGAN = "trial_began"
    TRIAL_ENDED = "trial_ended"
    TRIAL_UNUSED = "trial_unused"
    STAYS_SUSPENDED = "stays_suspended"
    REINSTATED = "reinstated"
    CONFIRMATION_WANTED = "confirmation_wanted"
    TRIAL_CONFIRMED = "trial_confirmed"
    WOULD_DISABLE = "would_disable"
    WOULD_KEEP = "would_keep"
    HELD = "held"
    BREAKER_OPENED = "breaker_opened"
    EXEMPTED = "exempted"
    UNEXEMPTED = "unexempted"
    DRIFT = "drift"
    SENDER_MISSING = "sender_missing"
    OWNER_MAIL = "owner_mail"
    OWNER_MAIL_RESET = "owner_mail_reset"
    LINKS_REVOKED = "links_revoked"
    PROVIDER_CONNECTED = "provider_connected"
    PROVIDER_DISCONNECTED = "provider_disconnected"
    UNSUPPRESSED = "unsuppressed"

    @property
    def audience(self) -> Audience:
        return Audience.OWNER if self in _FOR_OWNERS else Audience.STAFF

    @property
    def is_mailed(self) -> bool:
        """Whether the owner gets mails about such entries. A complaint is told by the alert that collects it."""
        return self in _MAILED


_SWITCHED = (Kind.DISABLED, Kind.DISABLING_REVERSED, Kind.STAFF_DISABLED, Kind.STAFF_ENABLED, Kind.CLOSED)
_SECOND_CHANCE = (
    Kind.REVIEW_REQUESTED,
    Kind.REVIEW_APPROVED,
    Kind.REVIEW_DECLINED,
    Kind.REVIEW_REOPENED,
    Kind.REVIEW_DAY_PASSED,
    Kind.TRIAL_CANCELLED,
    Kind.TRIAL_BEGAN,
    Kind.TRIAL_ENDED,
    Kind.TRIAL_UNUSED,
    Kind.STAYS_SUSPENDED,
    Kind.REINSTATED,
)
_MAILED = (Kind.ALERT, *_SWITCHED, *_SECOND_CHANCE)
_PROVIDER = (Kind.PROVIDER_CONNECTED, Kind.PROVIDER_DISCONNECTED)
_REQUEST = (Kind.REVIEW_AMENDED, Kind.REVIEW_WITHDRAWN)
_FOR_OWNERS = (Kind.CREATED, Kind.COMPLAINT, Kind.REPORT, *_REQUEST, *_PROVIDER, *_MAILED)


@dataclass(frozen=True, slots=True)
class Entry:
    account_id: str
    id: str
    kind: Kind
    at: datetime
    facts: Facts

    @property
    def is_mailed(self) -> bool:
        """Whether the owner gets a mail about it: not about a request for which no receipt is due."""
        return self.kind.is_mailed and bool(self.facts.get("receipt", True))

    @property
    def facts_json(self) -> str:
        return json.dumps(self.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def id_at(instant: datetime, seed: str = "") -> str:
    """An entry's id: sorts by time, and is the same whenever the same happening is written again at that instant."""
    stamp = instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{stamp}-{sha256(seed.encode()).hexdigest()[:8]}" if seed else stamp


def entry(account_id: str, kind: Kind, at: datetime, facts: Facts, seed: str = "") -> Entry:
    """An entry of `kind`; `seed` tells it from others of the same kind, account and instant."""
    return Entry(account_id, id_at(at, f"{account_id} {kind} {seed}"), kind, at, facts)


def created(account_id: str, at: datetime, senders: tuple[str, ...]) -> Entry:
    return entry(account_id, Kind.CREATED, at, {"senders": list(senders)})


def complaint(account_id: str, at: datetime, report: Complaint, epoch: int) -> Entry:
    """The report's card: what the owner may know of it, and whether and where it counted. One that does not say when
    it was made was made when it is counted."""
    kind = Kind.REPORT if report.why_not_counted else Kind.COMPLAINT
    facts = {
        "identity": report.identity,
        "message_id": report.message.id,
        "subject": report.message.subject,
        "campaign": report.message.campaign,
        "feedback_type": report.feedback_type,
        "recipient": report.recipient,
        "sent_at": report.message.sent_at.isoformat(),
        "reported_at": (report.reported_at or at).isoformat(),
        "epoch": epoch,
        "why_not_counted": report.why_not_counted,
    }
    return entry(account_id, kind, at, facts, seed=report.identity)


def owner_mail(account_id: str, at: datetime, state: str, identity: str) -> Entry:
    """Mail to the owner `bounced` or was `complained` about: the address is written to no more."""
    return entry(account_id, Kind.OWNER_MAIL, at, {"state": state}, seed=identity)


def alert(account_id: str, at: datetime, verdict: Verdict, complaints: list[Entry], exempt_until: str = "") -> Entry:
    """Tells of the complaints since the last alert, and how much is left."""
    facts = numbers(verdict) | {
        "level": "notice" if verdict.decision is Decision.KEEP else "warning",
        "new_complaints": len(complaints),
        "listed": [dict(one.facts) for one in complaints[-LISTED_COMPLAINTS:]],
        "exempt_until": exempt_until,
        "over": verdict.breaks,
    }
    return entry(account_id, Kind.ALERT, at, facts)


def judged(
    account_id: str,
    kind: Kind,
    at: datetime,
    verdict: Verdict,
    days: Days,
    complaints: list[Entry],
    code: str = "",
    spared: str = "",
) -> Entry:
    """The decision record: rule, window, counts per send day, policy, and the complaints by their identities. `code`
    is the version of the program that decided; `spared`, why nothing is switched where it is not."""
    facts = numbers(verdict) | {
        "days": [
            {"day": str(day), "delivered": t.delivered, "complaints": t.complaints, "bounces": t.bounces}
            for day, t in sorted(days.items())
        ],
        "complaint_identities": [str(one.facts["identity"]) for one in complaints[-LISTED_IDENTITIES:]],
        "rules": policy_data(verdict.policy),
        "code": code,
        "spared": spared,
    }
    return entry(account_id, kind, at, facts)


def disabling_reversed(account_id: str, at: datetime, verdict: Verdict, disabled_at: datetime) -> Entry:
    """The mail sent before the account was disabled keeps the rules after all: the disabling came too early."""
    return entry(account_id, Kind.DISABLING_REVERSED, at, numbers(verdict) | {"disabled_at": disabled_at.isoformat()})


def held(account_id: str, at: datetime, verdict: Verdict, why: str, waiting: int) -> Entry:
    """A broken rule is not acted on: `feedback` waits that could still turn it, counting has `stalled`, or the
    `breaker` is open."""
    facts = numbers(verdict) | {"why": why, "waiting": waiting}
    return entry(account_id, Kind.HELD, at, facts, seed=why)


def breaker_opened(account_id: str, at: datetime, bound: int) -> Entry:
    """So many accounts were disabled by the rules within one hour that a person has to look; this one is the first
    that was not."""
    return entry(account_id, Kind.BREAKER_OPENED, at, {"bound": bound})


def by_staff(account_id: str, kind: Kind, at: datetime, reason: str, by: str, **more: str) -> Entry:
    """What support did to an account: why, and who it was."""
    return entry(account_id, kind, at, {"reason": reason, "by": by, **more})


def review_requested(
    account_id: str, at: datetime, day: date, batch: int, cause: str, change: str, *, receipt: bool = True
) -> Entry:
    """The owner asks for a day on which the next batch goes out, and says what went wrong and what was changed.
    `receipt`: the owner gets a mail that says so."""
    facts = _request(day, batch, cause, change) | {"receipt": receipt}
    return entry(account_id, Kind.REVIEW_REQUESTED, at, facts)


def review_amended(account_id: str, at: datetime, day: date, batch: int, cause: str, change: str) -> Entry:
    """The owner has changed an open request, which now says this."""
    return entry(account_id, Kind.REVIEW_AMENDED, at, _request(day, batch, cause, change))


def _request(day: date, batch: int, cause: str, change: str) -> dict[str, Any]:
    return {"day": str(day), "batch": batch, "cause": cause, "change": change}


def review_approved(
    account_id: str, at: datetime, begins_at: datetime, ends_at: datetime, note: str, by: str, *, instead_of: str = ""
) -> Entry:
    """Support has agreed to a day, which lasts from one instant to the other, both in the account's time zone.
    `instead_of`: the day that had been agreed on before, where it was moved."""
    facts = {"begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat(), "note": note, "by": by}
    return entry(account_id, Kind.REVIEW_APPROVED, at, facts | {"instead_of": instead_of})


def review_declined(account_id: str, at: datetime, reason: str, by: str, ask_again_on: date) -> Entry:
    return by_staff(account_id, Kind.REVIEW_DECLINED, at, reason, by, ask_again_on=str(ask_again_on))


def review_reopened(account_id: str, at: datetime, day: date) -> Entry:
    """The trial's day was over before it could begin."""
    return entry(account_id, Kind.REVIEW_REOPENED, at, {"day": str(day)})


def review_withdrawn(account_id: str, at: datetime, day: date) -> Entry:
    return entry(account_id, Kind.REVIEW_WITHDRAWN, at, {"day": str(day)})


def review_due(account_id: str, at: datetime, day: date, batch: int, begins_at: datetime) -> Entry:
    """The day that an unanswered request asks for begins within a day, or has begun; its beginning is in UTC."""
    return entry(account_id, Kind.REVIEW_DUE, at, {"day": str(day), "batch": batch, "begins_at": begins_at.isoformat()})


def review_day_passed(account_id: str, at: datetime, day: date) -> Entry:
    """The day is over, and the request is still unanswered."""
    return entry(account_id, Kind.REVIEW_DAY_PASSED, at, {"day": str(day)})


def trial_cancelled(account_id: str, at: datetime, day: date, reason: str, by: str) -> Entry:
    """Support takes the day back that it had agreed to."""
    return by_staff(account_id, Kind.TRIAL_CANCELLED, at, reason, by, day=str(day))


def confirmation_wanted(account_id: str, at: datetime, delivered: int) -> Entry:
    """Nobody complained about the trial, and the policy wants support to say that the account is reinstated."""
    return entry(account_id, Kind.CONFIRMATION_WANTED, at, {"delivered": delivered})


def trial_began(account_id: str, at: datetime, ends_at: datetime) -> Entry:
    return entry(account_id, Kind.TRIAL_BEGAN, at, {"ends_at": ends_at.isoformat()})


def trial_ended(account_id: str, at: datetime, verdict_at: datetime, delivered: int) -> Entry:
    """The day is over: late complaints are waited for until the verdict."""
    return entry(account_id, Kind.TRIAL_ENDED, at, {"verdict_at": verdict_at.isoformat(), "delivered": delivered})


def trial_unused(account_id: str, at: datetime) -> Entry:
    return entry(account_id, Kind.TRIAL_UNUSED, at, {})


def stays_suspended(
    account_id: str, at: datetime, delivered: int, complaints: int, of_trial: list[Entry], rule: str
) -> Entry:
    """The mail of the trial was complained about, or broke another `rule`."""
    listed = [dict(one.facts) for one in of_trial[-LISTED_COMPLAINTS:]]
    facts = {"delivered": delivered, "complaints": complaints, "listed": listed, "rule": rule}
    return entry(account_id, Kind.STAYS_SUSPENDED, at, facts)


def reinstated(account_id: str, at: datetime, delivered: int) -> Entry:
    return entry(account_id, Kind.REINSTATED, at, {"delivered": delivered})


def provider_connected(account_id: str, at: datetime, host: str, port: int, user: str, replaces: str) -> Entry:
    """The owner's e-mails can go through a third-party SMTP server, in the place of the host that it `replaces`."""
    facts = {"host": host, "port": port, "user": user, "replaces": replaces}
    return entry(account_id, Kind.PROVIDER_CONNECTED, at, facts)


def provider_disconnected(account_id: str, at: datetime, host: str, port: int, user: str) -> Entry:
    return entry(account_id, Kind.PROVIDER_DISCONNECTED, at, {"host": host, "port": port, "user": user})


def drift(account_id: str, at: datetime, found: Sequence[Mapping[str, str]]) -> Entry:
    """The credential was found not to agree with the status: a `sender`, `what` is wrong with it, with which `key`."""
    return entry(account_id, Kind.DRIFT, at, {"found": [dict(one) for one in found]})


def sender_missing(account_id: str, at: datetime, callers: Sequence[str]) -> Entry:
    return entry(account_id, Kind.SENDER_MISSING, at, {"senders": list(callers)})


def numbers(verdict: Verdict) -> dict[str, Any]:
    """What the words about a verdict are made of."""
    ratio = verdict.policy.complaint_ratio
    facts: dict[str, Any] = {
        "rule": str(verdict.rule or ""),
        "delivered": verdict.counts.delivered,
        "complaints": verdict.counts.complaints,
        "bounces": verdict.counts.bounces,
        "allowance_left": verdict.allowance_left,
        "limit_per_1000": ratio.limit_per_1000,
        "window_days": verdict.policy.window_days,
        "first_day": str(verdict.first_day),
        "last_day": str(verdict.last_day),
        "policy": verdict.policy.id,
    }
    if verdict.ln_e is not None:
        facts |= {"ln_e": f"{verdict.ln_e:.12g}", "alpha": str(ratio.alpha)}
    if verdict.rule is Rule.BOUNCE_BURST and verdict.worst and verdict.policy.bounce_burst:
        day, tally = verdict.worst
        facts["burst"] = {"day": str(day), "delivered": tally.delivered, "bounces": tally.bounces}
        facts["burst"] |= asdict(verdict.policy.bounce_burst)
    if verdict.rule is Rule.COMPLAINT_BURST and verdict.recent and verdict.policy.complaint_burst:
        facts["burst"] = {"complaints": verdict.recent.complaints} | asdict(verdict.policy.complaint_burst)
    return facts
