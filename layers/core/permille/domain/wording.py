"""The words for what is on the timeline: made of an entry's facts, here and nowhere else."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from permille.domain.policy import Rule
from permille.domain.reputation import Tally
from permille.domain.timeline import Entry, Facts, Kind

LONGEST_QUOTE = 100
LONGEST_REASON = 1000
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # control characters, and the ends of lines and paragraphs
_NO_CHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
# The flags of England, Scotland and Wales are a black flag and tag characters, which anywhere else are hidden text.
_HIDDEN = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f)|["
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction
    "\u00ad\u200b\u2060\ufeff"  # have no width
    "\U000e0000-\U000e007f"  # tags
    f"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef{_NO_CHARACTERS}"  # half pairs, private use, none
    "]"
)
_JOINERS = "\u200c\u200d"
_SHOW_NOTHING = f" {_JOINERS}{''.join(map(chr, range(0xFE00, 0xFE10)))}"  # alone; within words and emoji they do


def headline(entry: Entry, platform: str) -> str:
    """One line that stands alone: a mail's subject, a row of a list."""
    return _HEADLINES[entry.kind](entry.facts, platform)


def sentence(entry: Entry) -> str:
    """What happened, in one or two plain sentences with the numbers that were used."""
    return _SENTENCES[entry.kind](entry.facts)


def why_route(came_by: Entry | None, platform: str, *, waking: bool) -> str:
    """Why an account's e-mails go through what they do, in one sentence; empty where nothing is known of it."""
    if waking:
        return f"Your {platform} SMTP account is being switched on"
    return headline(came_by, platform) if came_by else ""


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
    return f"The SMTP credential did not agree with the account's status: {'; '.join(map(drifted, facts['found']))}"


def drifted(found: Facts) -> str:
    """What of a sender does not agree with the account's status."""
    return f"{plain(found['sender'])} {_DRIFTS[found['what']].format(key=plain(found['key']))}"


def _missing_headline(facts: Facts, _: str) -> str:
    return f"IAM does not know the user any more: {', '.join(facts['senders'])}"


def _owner_mail_headline(facts: Facts, _: str) -> str:
    return f"The owner's address is not written to any more: a mail to it {FATES[facts['state']]}"


WAITS_FOR = {
    "feedback": "feedback that could still turn it waits to be counted",
    "stalled": "feedback waits, and none is being counted",
    "breaker": "the breaker is open",
}
_DRIFTS = {
    "awake": "has the key {key} Active",
    "asleep": "has the key {key} still asleep",
    "not denied": "is out of the deny group",
    "denied": "is in the deny group",
}
REQUESTED_DAYS = {"near": "that day is today or tomorrow", "over": "that day is over"}
FATES = {"bounced": "bounced for good", "complained": "was marked as spam"}
ABOUT_OLDER_MAIL = "It is about e-mail that is too old to count towards the limit."
_HEADLINES: Mapping[Kind, Callable[[Facts, str], str]] = {
    Kind.CREATED: _created_headline,
    Kind.COMPLAINT: _complaint_headline,
    Kind.REPORT: _report_headline,
    Kind.ALERT: _alert_headline,
    Kind.DISABLED: _disabled_headline,
    Kind.DISABLING_REVERSED: lambda _, platform: f"Your {platform} SMTP account works again: it was disabled too early",
    Kind.STAFF_DISABLED: lambda _, platform: f"Your {platform} SMTP account has been disabled by {platform} Support",
    Kind.STAFF_ENABLED: lambda _, platform: f"Your {platform} SMTP account works again",
    Kind.CLOSED: lambda _, platform: f"Your {platform} SMTP account has been closed",
    Kind.REVIEW_REQUESTED: lambda _, __: "We have got your request for a review",
    Kind.REVIEW_AMENDED: lambda _, __: "Your request for a review was changed",
    Kind.REVIEW_APPROVED: lambda facts, platform: (
        f"Your {platform} SMTP account is going to work on {day(facts['begins_at'])}"
    ),
    Kind.REVIEW_DECLINED: lambda _, __: "Your request for a review was declined",
    Kind.REVIEW_REOPENED: lambda _, __: "Please choose a new day for your trial",
    Kind.REVIEW_WITHDRAWN: lambda _, __: "Your request for a review was withdrawn",
    Kind.REVIEW_DUE: lambda facts, _: f"A request for {day(facts['day'])} is not answered yet",
    Kind.REVIEW_DAY_PASSED: lambda _, __: "Your day passed before support answered: please choose another one",
    Kind.TRIAL_CANCELLED: lambda _, __: "Your trial day was cancelled",
    Kind.TRIAL_CONFIRMED: lambda _, __: "Support has confirmed the trial",
    Kind.CONFIRMATION_WANTED: lambda _, __: "The trial went well; support has to say that the account is reinstated",
    Kind.TRIAL_BEGAN: lambda _, platform: f"Your {platform} SMTP account works today, and today only",
    Kind.TRIAL_ENDED: lambda _, __: "Your trial day is over, and we are waiting for late complaints",
    Kind.TRIAL_UNUSED: lambda _, __: "Your trial day was not used",
    Kind.STAYS_SUSPENDED: lambda _, platform: f"Your {platform} SMTP account stays suspended",
    Kind.REINSTATED: lambda _, platform: f"Welcome back: your {platform} SMTP account works again",
    Kind.WOULD_DISABLE: _would_disable_headline,
    Kind.WOULD_KEEP: lambda _, __: "The rules are kept again; nothing had been switched",
    Kind.HELD: _held_headline,
    Kind.BREAKER_OPENED: lambda facts, _: f"The breaker opened: {facts['bound']} accounts were disabled within an hour",
    Kind.EXEMPTED: lambda facts, _: f"No rule disables this account until {moment(facts['until'])}",
    Kind.UNEXEMPTED: lambda _, __: "The rules apply to this account again",
    Kind.DRIFT: _drift_headline,
    Kind.SENDER_MISSING: _missing_headline,
    Kind.OWNER_MAIL: _owner_mail_headline,
    Kind.OWNER_MAIL_RESET: lambda _, __: "The owner is written to again",
    Kind.LINKS_REVOKED: lambda _, __: "All links to the account's pages were revoked",
    Kind.PROVIDER_CONNECTED: lambda facts, _: f"{plain(facts['host'])} is connected as your other e-mail provider",
    Kind.PROVIDER_DISCONNECTED: lambda facts, _: f"{plain(facts['host'])} is no longer connected",
    Kind.UNSUPPRESSED: lambda facts, _: f"{plain(facts['recipient'])} may be mailed again",
}

_SENTENCES: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.CREATED: lambda facts: f"Mail sent by {', '.join(facts['senders'])} counts for this account.",
    Kind.COMPLAINT: lambda facts: f"Sent on {day(facts['sent_at'])}, reported on {day(facts['reported_at'])}.",
    Kind.REPORT: lambda facts: f"Sent on {day(facts['sent_at'])}. Not counted: {plain(facts['why_not_counted'])}.",
    Kind.ALERT: lambda facts: f"{counted(facts) if facts['complaints'] else ABOUT_OLDER_MAIL} {left(facts)}",
    Kind.DISABLED: lambda facts: broken(facts),
    Kind.DISABLING_REVERSED: lambda facts: (
        f"When it was disabled ({moment(facts['disabled_at'])}), not all of your e-mails had been counted yet. "
        f"Now they are: {counted(facts)} {left(facts)}"
    ),
    Kind.STAFF_DISABLED: lambda facts: f"The reason: {reason(facts)}",
    Kind.STAFF_ENABLED: lambda facts: f"Only e-mails sent from now on are counted. The reason: {reason(facts)}",
    Kind.CLOSED: lambda facts: f"The reason: {reason(facts)}",
    Kind.REVIEW_REQUESTED: lambda facts: _next_batch(facts),
    Kind.REVIEW_AMENDED: lambda facts: _next_batch(facts),
    Kind.REVIEW_APPROVED: lambda facts: (
        f"It works from {local(facts['begins_at'])} to {local(facts['ends_at'])}"
        + (f", and not on {day(facts['instead_of'])}." if facts.get("instead_of") else ".")
        + (f" {reason(facts, 'note')}" if facts["note"] else "")
    ),
    Kind.REVIEW_DECLINED: lambda facts: (
        f"The reason: {reason(facts)} You can ask again from {day(facts['ask_again_on'])} on."
    ),
    Kind.REVIEW_REOPENED: lambda facts: (
        f"We are sorry: {day(facts['day'])} was over before your SMTP account could be switched on. "
        "Your request is open again."
    ),
    Kind.REVIEW_DUE: lambda facts: (
        f"The owner wants to send {times(facts['batch'], 'e-mail')} on that day, from {moment(facts['begins_at'])} on: "
        "permille review approve, or decline."
    ),
    Kind.REVIEW_DAY_PASSED: lambda facts: (
        f"We are sorry: {day(facts['day'])} is over, and support has not answered your request yet. It is still open."
    ),
    Kind.TRIAL_CANCELLED: lambda facts: (
        f"Your SMTP account stays off on {day(facts['day'])}. The reason: {reason(facts)} "
        "You can ask for another day at any time."
    ),
    Kind.TRIAL_BEGAN: lambda facts: (
        f"It works until {local(facts['ends_at'])}. One complaint about an e-mail that you send today ends it."
    ),
    Kind.TRIAL_ENDED: lambda facts: (
        f"{_delivered(facts)}. Your SMTP account is off until we know what the recipients say, "
        f"on {local(facts['verdict_at'])}."
    ),
    Kind.TRIAL_UNUSED: lambda _: "Nothing of it was delivered, so there is nothing to decide by.",
    Kind.STAYS_SUSPENDED: lambda facts: (
        f"{times(facts['complaints'], 'complaint')} about the e-mails of your trial day; {_delivered(facts)}."
        if facts["complaints"]
        else f"Too many of the e-mails of your trial day bounced for good; {_delivered(facts)}."
    ),
    Kind.REVIEW_WITHDRAWN: lambda facts: (
        f"It was about the e-mails of {day(facts['day'])}. You can ask again at any time."
    ),
    Kind.TRIAL_CONFIRMED: lambda facts: f"By {plain(facts['by'])}: {reason(facts)}",
    Kind.CONFIRMATION_WANTED: lambda facts: (
        f"{_delivered(facts)} on the trial day, and nobody complained: permille review confirm, or disable."
    ),
    Kind.REINSTATED: lambda facts: f"{_delivered(facts)} on your trial day, and nobody complained.",
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
    Kind.OWNER_MAIL_RESET: lambda facts: f"By {plain(facts['by'])}: {reason(facts)}",
    Kind.LINKS_REVOKED: lambda facts: f"By {plain(facts['by'])}: {reason(facts)}",
    Kind.PROVIDER_CONNECTED: lambda facts: (
        f"While your SMTP account is off, your e-mails can go through it as {plain(facts['user'])}."
        + (f" It takes the place of {plain(facts['replaces'])}." if facts["replaces"] else "")
    ),
    Kind.PROVIDER_DISCONNECTED: lambda _: "Your e-mails do not go through it any more.",
    Kind.UNSUPPRESSED: lambda facts: f"By {plain(facts['by'])}: {reason(facts)}",
}


def counted(facts: Facts) -> str:
    """`2 complaints in 1,000 delivered e-mails over the last 45 days: 2.00 per 1,000.`"""
    counts = Tally(facts["delivered"], facts["complaints"])
    per_1000 = rate(counts)
    return (
        f"{times(counts.complaints, 'complaint')} in {times(counts.delivered, 'delivered e-mail')} "
        f"over the last {facts['window_days']} days{f': {per_1000} per 1,000' if per_1000 else ''}."
    )


def rate(counts: Tally) -> str:
    """Complaints per 1,000 delivered; empty where a rate would say nothing."""
    per_1000 = counts.per_1000()
    return "" if per_1000 is None else str(per_1000)


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
                f"{times(burst['complaints'], 'complaint')} about the e-mails of the last {burst['days']} days. "
                f"The limit is {burst['more_than']:,}."
            )
        case _:
            return f"{counted(facts)} {limit(facts)}"


def reason(facts: Facts, name: str = "reason") -> str:
    """What support wrote, as a sentence."""
    text = plain(str(facts[name]), LONGEST_REASON)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def limit(facts: Facts) -> str:
    return f"The limit is {times(facts['limit_per_1000'], 'complaint')} for every 1,000."


def left(facts: Facts) -> str:
    allowance = facts["allowance_left"]
    if facts.get("exempt_until"):
        return f"No rule disables your SMTP account until {moment(facts['exempt_until'])}."
    if facts.get("over"):
        return "That is above the limit."
    if allowance == 0:
        return "One more would disable your SMTP account."
    return f"You can have {allowance:,} more before your SMTP account is disabled."


def quoted(facts: Facts) -> str:
    """Which mail it was, as its sender named it: made safe to print, since senders write what they like."""
    subject = plain(str(facts["subject"]))
    campaign = plain(str(facts["campaign"]))
    return (f'"{subject}"' if subject else "(no subject)") + (f" (campaign {campaign})" if campaign else "")


def plain(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Foreign text on one line: nothing that reorders it or hides in it, and not longer than a line. Every script and
    emoji stays as it is, also those that Unicode has yet to assign; what shows nothing at all is empty."""
    kept = " ".join((text if text.isprintable() else _printable(text)).split())
    if not kept.strip(_SHOW_NOTHING):
        return ""
    return kept if len(kept) <= longest else _printable(kept[: longest - 1]).rstrip(_JOINERS) + "…"


def _printable(text: str) -> str:
    return _HIDDEN.sub(lambda found: found["flag"] or "", _BREAKS.sub(" ", text))


def _next_batch(facts: Facts) -> str:
    return f"Your next batch: {times(facts['batch'], 'e-mail')} on {day(facts['day'])}. Support answers by e-mail."


def _delivered(facts: Facts) -> str:
    """`800 e-mails were delivered`"""
    return f"{times(facts['delivered'], 'e-mail')} {'was' if facts['delivered'] == 1 else 'were'} delivered"


def times(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def day(instant: str) -> str:
    day = date.fromisoformat(instant[:10])
    return f"{day.day} {day:%B %Y}"


def moment(instant: str) -> str:
    return f"{day(instant)}, {instant[11:16]} UTC"


def local(instant: str) -> str:
    """An instant with its own zone: `15 March 2026, 00:00 (UTC+01:00)`."""
    zone = instant[-6:] if instant[-6:] != "+00:00" else ""
    return f"{day(instant)}, {instant[11:16]} (UTC{zone})"
