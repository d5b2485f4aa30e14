"""The account's append-only history. An entry is a kind and facts; the words are made of them here and nowhere else."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from permille.domain.feedback import Complaint
from permille.domain.policy import PER, Verdict
from permille.domain.reputation import Days

LONGEST_QUOTE = 100
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
    WOULD_DISABLE = "would_disable"
    WOULD_KEEP = "would_keep"
    OWNER_MAIL = "owner_mail"

    @property
    def audience(self) -> Audience:
        return Audience.STAFF if self in _FOR_STAFF else Audience.OWNER

    @property
    def is_mailed(self) -> bool:
        """Whether the owner gets a mail about it. A complaint is told by the alert that collects it."""
        return self in (Kind.ALERT, Kind.DISABLED)


_FOR_STAFF = (Kind.WOULD_DISABLE, Kind.WOULD_KEEP, Kind.OWNER_MAIL)


@dataclass(frozen=True, slots=True)
class Entry:
    account_id: str
    id: str
    kind: Kind
    at: datetime
    facts: Facts

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
    """The report's card: what the owner may know of it, and whether and where it counted."""
    kind = Kind.REPORT if report.why_not_counted else Kind.COMPLAINT
    facts = {
        "identity": report.identity,
        "message_id": report.message.id,
        "subject": report.message.subject,
        "campaign": report.message.campaign,
        "feedback_type": report.feedback_type,
        "recipient": report.recipient,
        "sent_at": report.message.sent_at.isoformat(),
        "reported_at": report.reported_at.isoformat(),
        "epoch": epoch,
        "why_not_counted": report.why_not_counted,
    }
    return entry(account_id, kind, at, facts, seed=report.identity)


def owner_mail(account_id: str, at: datetime, state: str, identity: str) -> Entry:
    """Mail to the owner `bounced` or was `complained` about: the address is written to no more."""
    return entry(account_id, Kind.OWNER_MAIL, at, {"state": state}, seed=identity)


def alert(account_id: str, at: datetime, verdict: Verdict, complaints: list[Entry]) -> Entry:
    """Tells of the complaints since the last alert, and how much is left."""
    facts = _numbers(verdict) | {
        "level": "warning" if verdict.decision == "warn" else "notice",
        "new_complaints": len(complaints),
        "listed": [dict(one.facts) for one in complaints[-LISTED_COMPLAINTS:]],
    }
    return entry(account_id, Kind.ALERT, at, facts)


def judged(account_id: str, kind: Kind, at: datetime, verdict: Verdict, days: Days, complaints: list[Entry]) -> Entry:
    """The decision record: rule, window, counts per send day, policy, and the complaints by their identities."""
    facts = _numbers(verdict) | {
        "rule": verdict.rule,
        "days": [
            {"day": str(day), "delivered": t.delivered, "complaints": t.complaints, "bounces": t.bounces}
            for day, t in sorted(days.items())
        ],
        "complaint_identities": [str(one.facts["identity"]) for one in complaints[-LISTED_IDENTITIES:]],
    }
    return entry(account_id, kind, at, facts)


def _numbers(verdict: Verdict) -> dict[str, Any]:
    return {
        "delivered": verdict.counts.delivered,
        "complaints": verdict.counts.complaints,
        "bounces": verdict.counts.bounces,
        "allowance_left": verdict.allowance_left,
        "limit_per_1000": verdict.limit,
        "window_days": verdict.window_days,
        "first_day": str(verdict.first_day),
        "last_day": str(verdict.last_day),
        "policy": verdict.policy_id,
    }


# ---------------------------------------------------------------- words


def headline(entry: Entry, platform: str) -> str:
    """One line that stands alone: a mail's subject, a row of a list."""
    return _HEADLINES[entry.kind](entry.facts, platform)


def sentence(entry: Entry) -> str:
    """What happened, in one or two plain sentences with the numbers that were used."""
    return _SENTENCES[entry.kind](entry.facts)


def _complaint_headline(facts: Facts, _: str) -> str:
    return f"{plain(facts['recipient']) or 'A recipient'} marked your e-mail {quoted(facts)} as spam"


def _report_headline(facts: Facts, _: str) -> str:
    return f"A report about your e-mail {quoted(facts)} arrived; it does not count as a complaint"


def _alert_headline(facts: Facts, _: str) -> str:
    new = facts["new_complaints"]
    marked = "Someone marked your e-mail as spam" if new == 1 else f"{new:,} new spam complaints about your e-mails"
    return f"Warning: {marked[0].lower()}{marked[1:]}" if facts["level"] == "warning" else marked


def _created_headline(_: Facts, platform: str) -> str:
    return f"Your {platform} SMTP account was set up"


def _disabled_headline(_: Facts, platform: str) -> str:
    return f"Your {platform} SMTP account has been disabled due to poor sending reputation"  # the seed's exact words


def _would_disable_headline(facts: Facts, _: str) -> str:
    return f"Observed only: {facts['rule']} is broken; enforcing would disable the account"


def _would_keep_headline(_: Facts, __: str) -> str:
    return "Observed only: the rules are kept again"


def _owner_mail_headline(facts: Facts, _: str) -> str:
    return f"The owner's address is not written to any more: a mail to it {_FATES[facts['state']]}"


_FATES = {"bounced": "bounced for good", "complained": "was marked as spam"}
ABOUT_OLDER_MAIL = "It is about e-mail that is too old to count towards the limit."
_HEADLINES: Mapping[Kind, Callable[[Facts, str], str]] = {
    Kind.CREATED: _created_headline,
    Kind.COMPLAINT: _complaint_headline,
    Kind.REPORT: _report_headline,
    Kind.ALERT: _alert_headline,
    Kind.DISABLED: _disabled_headline,
    Kind.WOULD_DISABLE: _would_disable_headline,
    Kind.WOULD_KEEP: _would_keep_headline,
    Kind.OWNER_MAIL: _owner_mail_headline,
}

_SENTENCES: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.CREATED: lambda facts: f"Mail sent by {', '.join(facts['senders'])} counts for this account.",
    Kind.COMPLAINT: lambda facts: f"Sent on {day(facts['sent_at'])}, reported on {day(facts['reported_at'])}.",
    Kind.REPORT: lambda facts: f"Sent on {day(facts['sent_at'])}. Not counted: {plain(facts['why_not_counted'])}.",
    Kind.ALERT: lambda facts: f"{counted(facts) if facts['complaints'] else ABOUT_OLDER_MAIL} {left(facts)}",
    Kind.DISABLED: lambda facts: f"{counted(facts)} {limit(facts)}",
    Kind.WOULD_DISABLE: lambda facts: f"{counted(facts)} {limit(facts)}",
    Kind.WOULD_KEEP: lambda facts: f"{counted(facts)} {left(facts)}",
    Kind.OWNER_MAIL: lambda _: "Reach the owner in another way, and have the address mended.",
}


def counted(facts: Facts) -> str:
    """`2 complaints in 1,000 delivered e-mails over the last 45 days: 2.00 per 1,000.`"""
    complaints, delivered = facts["complaints"], facts["delivered"]
    rate = f": {complaints * PER / delivered:.2f} per 1,000" if delivered > complaints else ""
    return (
        f"{_times(complaints, 'complaint')} in {_times(delivered, 'delivered e-mail')} "
        f"over the last {facts['window_days']} days{rate}."
    )


def limit(facts: Facts) -> str:
    return f"The limit is {_times(facts['limit_per_1000'], 'complaint')} for every 1,000."


def left(facts: Facts) -> str:
    allowance = facts["allowance_left"]
    if allowance == 0:
        return "One more would disable your SMTP account."
    return f"You can have {allowance:,} more before your SMTP account is disabled."


def quoted(facts: Facts) -> str:
    """Which mail it was, as its sender named it: made safe to print, since senders write what they like."""
    subject = plain(str(facts["subject"]))
    campaign = plain(str(facts["campaign"]))
    return (f'"{subject}"' if subject else "(no subject)") + (f" (campaign {campaign})" if campaign else "")


def plain(text: str) -> str:
    """Foreign text on one line: no control or direction-turning characters, and not longer than a line."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    kept = " ".join(kept.split())
    return kept if len(kept) <= LONGEST_QUOTE else kept[: LONGEST_QUOTE - 1] + "…"


def _times(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def day(instant: str) -> str:
    day = date.fromisoformat(instant[:10])
    return f"{day.day} {day:%B %Y}"
