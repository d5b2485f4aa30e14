"""The words for what is on the timeline: made of an entry's facts, here and nowhere else."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from permille.domain.policy import Rule
from permille.domain.reputation import PER
from permille.domain.timeline import Entry, Facts, Kind

LONGEST_QUOTE = 100
LONGEST_REASON = 1000


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
    return f"{facts['rule']} is broken, and nothing is switched: the account is {facts['spared']}"


def _held_headline(facts: Facts, _: str) -> str:
    return f"{facts['rule']} is broken, and nothing is switched yet: {WAITS_FOR[facts['why']]}"


def _drift_headline(facts: Facts, _: str) -> str:
    return f"The SMTP credential did not agree with the account's status: {'; '.join(map(_find, facts['found']))}"


def _find(found: Facts) -> str:
    return f"{found['sender']} {_DRIFTS[found['what']].format(key=found['key'])}"


def _missing_headline(facts: Facts, _: str) -> str:
    return f"IAM does not know the user any more: {', '.join(facts['senders'])}"


def _owner_mail_headline(facts: Facts, _: str) -> str:
    return f"The owner's address is not written to any more: a mail to it {_FATES[facts['state']]}"


WAITS_FOR = {
    "feedback": "feedback that could still turn it waits to be counted",
    "breaker": "the breaker is open",
}
_DRIFTS = {
    "awake": "has the key {key} Active",
    "asleep": "has the key {key} still asleep",
    "not denied": "is out of the deny group",
    "denied": "is in the deny group",
}
_FATES = {"bounced": "bounced for good", "complained": "was marked as spam"}
ABOUT_OLDER_MAIL = "It is about e-mail that is too old to count towards the limit."
_HEADLINES: Mapping[Kind, Callable[[Facts, str], str]] = {
    Kind.CREATED: _created_headline,
    Kind.COMPLAINT: _complaint_headline,
    Kind.REPORT: _report_headline,
    Kind.ALERT: _alert_headline,
    Kind.DISABLED: _disabled_headline,
    Kind.STAFF_DISABLED: lambda _, platform: f"Your {platform} SMTP account has been disabled by {platform} Support",
    Kind.STAFF_ENABLED: lambda _, platform: f"Your {platform} SMTP account works again",
    Kind.CLOSED: lambda _, platform: f"Your {platform} SMTP account has been closed",
    Kind.WOULD_DISABLE: _would_disable_headline,
    Kind.WOULD_KEEP: lambda _, __: "The rules are kept again; nothing had been switched",
    Kind.HELD: _held_headline,
    Kind.BREAKER_OPENED: lambda facts, _: f"The breaker opened: {facts['bound']} accounts were disabled within an hour",
    Kind.EXEMPTED: lambda facts, _: f"No rule disables this account until {moment(facts['until'])}",
    Kind.UNEXEMPTED: lambda _, __: "The rules apply to this account again",
    Kind.DRIFT: _drift_headline,
    Kind.SENDER_MISSING: _missing_headline,
    Kind.OWNER_MAIL: _owner_mail_headline,
}

_SENTENCES: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.CREATED: lambda facts: f"Mail sent by {', '.join(facts['senders'])} counts for this account.",
    Kind.COMPLAINT: lambda facts: f"Sent on {day(facts['sent_at'])}, reported on {day(facts['reported_at'])}.",
    Kind.REPORT: lambda facts: f"Sent on {day(facts['sent_at'])}. Not counted: {plain(facts['why_not_counted'])}.",
    Kind.ALERT: lambda facts: f"{counted(facts) if facts['complaints'] else ABOUT_OLDER_MAIL} {left(facts)}",
    Kind.DISABLED: lambda facts: broken(facts),
    Kind.STAFF_DISABLED: lambda facts: f"The reason: {reason(facts)}",
    Kind.STAFF_ENABLED: lambda facts: f"Only e-mails sent from now on are counted. The reason: {reason(facts)}",
    Kind.CLOSED: lambda facts: f"The reason: {reason(facts)}",
    Kind.WOULD_DISABLE: lambda facts: broken(facts),
    Kind.WOULD_KEEP: lambda facts: f"{counted(facts)} {left(facts)}",
    Kind.HELD: lambda facts: broken(facts),
    Kind.BREAKER_OPENED: lambda _: (
        "The rules disable nobody until a person has looked: permille breaker show, permille breaker reset."
    ),
    Kind.EXEMPTED: lambda facts: f"By {plain(facts['by'])}: {reason(facts)}",
    Kind.UNEXEMPTED: lambda facts: f"By {plain(facts['by'])}: {reason(facts)}",
    Kind.DRIFT: lambda _: "Permille switches it again.",
    Kind.SENDER_MISSING: lambda _: "Nobody can send as a user that is gone, so there is nothing to switch.",
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


def broken(facts: Facts) -> str:
    """The numbers that broke the rule, and the rule's own."""
    burst = facts.get("burst", {})
    match facts["rule"]:
        case Rule.BOUNCE_BURST:
            share = f" and {burst['percent']} % of that day's e-mails" if burst["percent"] else ""
            return (
                f"Of the e-mails sent on {day(burst['day'])}, {burst['bounces']:,} bounced for good and "
                f"{burst['delivered']:,} were delivered. The limit is {burst['more_than']:,} bounces{share}."
            )
        case Rule.COMPLAINT_BURST:
            return (
                f"{_times(burst['complaints'], 'complaint')} about the e-mails of the last {burst['days']} days. "
                f"The limit is {burst['more_than']:,}."
            )
        case _:
            return f"{counted(facts)} {limit(facts)}"


def reason(facts: Facts) -> str:
    """What support wrote, as a sentence."""
    text = plain(str(facts["reason"]), LONGEST_REASON)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def explanation(facts: Facts) -> list[str]:
    """A decision record, word for word: the rule, the arithmetic, and what it was made of."""
    first, last = day(facts["first_day"]), day(facts["last_day"])
    days = [_day_of(one) for one in facts["days"] if one["delivered"] or one["complaints"] or one["bounces"]]
    identities = [f"  {plain(one)}" for one in facts["complaint_identities"]]
    return [
        broken(facts) if facts["rule"] else f"{counted(facts)} {left(facts)}",
        *_arithmetic(facts),
        *([f"The e-mails sent from {first} to {last}, by the day of sending:", *days] if days else []),
        *(["The complaints that were counted:", *identities] if identities else []),
        f"Policy {facts['policy']}, decided by version {facts['code']}.",
    ]


def _day_of(one: Facts) -> str:
    counts = (
        _times(one["delivered"], "delivered e-mail"),
        _times(one["complaints"], "complaint"),
        _times(one["bounces"], "bounce"),
    )
    return f"  {one['day']}: {', '.join(counts)}"


def _arithmetic(facts: Facts) -> list[str]:
    """Why the named rule is broken, in the integers that were compared."""
    match facts["rule"]:
        case Rule.COMPLAINT_RATIO:
            return _ratio_arithmetic(facts)
        case Rule.BOUNCE_BURST:
            burst = facts["burst"]
            sent, percent = burst["bounces"] + burst["delivered"], burst["percent"]
            line = (
                f"bounce_burst is broken: {burst['bounces']:,} bounces are more than {burst['more_than']:,}, and "
                f"{_product(burst['bounces'], 100)} is more than {_product(percent, sent)}."
            )
        case Rule.COMPLAINT_BURST:
            burst = facts["burst"]
            line = f"complaint_burst is broken: {burst['complaints']:,} is more than {burst['more_than']:,}."
        case _:
            line = "No rule is broken."
    return [line]


def _ratio_arithmetic(facts: Facts) -> list[str]:
    complaints, ratio = facts["complaints"], facts["rules"]["complaint_ratio"]
    line = (
        f"complaint_ratio is broken: {_times(complaints, 'complaint')} are at least {ratio['complaints_at_least']:,}, "
        f"and {_product(complaints, PER)} is more than {_product(facts['limit_per_1000'], facts['delivered'])}."
    )
    if ratio["alpha"] is None:
        return [line]
    return [line, f"The evidence is ln E = {facts['ln_e']}, which is enough for alpha = {facts['alpha']}."]


def _product(one: int, other: int) -> str:
    return f"{one:,} x {other:,} = {one * other:,}"


def limit(facts: Facts) -> str:
    return f"The limit is {_times(facts['limit_per_1000'], 'complaint')} for every 1,000."


def left(facts: Facts) -> str:
    allowance = facts["allowance_left"]
    if facts.get("exempt_until"):
        return f"No rule disables your SMTP account until {moment(facts['exempt_until'])}."
    if allowance == 0:
        return "One more would disable your SMTP account."
    return f"You can have {allowance:,} more before your SMTP account is disabled."


def quoted(facts: Facts) -> str:
    """Which mail it was, as its sender named it: made safe to print, since senders write what they like."""
    subject = plain(str(facts["subject"]))
    campaign = plain(str(facts["campaign"]))
    return (f'"{subject}"' if subject else "(no subject)") + (f" (campaign {campaign})" if campaign else "")


def plain(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Foreign text on one line: no control or direction-turning characters, and not longer than a line."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    kept = "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    kept = " ".join(kept.split())
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def _times(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def day(instant: str) -> str:
    day = date.fromisoformat(instant[:10])
    return f"{day.day} {day:%B %Y}"


def moment(instant: str) -> str:
    return f"{day(instant)}, {instant[11:16]} UTC"
