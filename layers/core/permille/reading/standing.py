"""The state of an account in a few sentences, with which the owner's report begins."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.account.second_chance import ReviewState
from permille.domain.policy.verdict import Decision, Rule, Verdict
from permille.domain.timeline.kinds.numbers import PlainNumbers
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status
from permille.domain.values.tally import PER_MILLE
from permille.domain.words.wording import FEW, STILL_ON, capital, day, local, rate, times
from permille.reading import binomial

BAD_LUCK = 0.05  # the least probability of what the report calls bad luck


class ReportTone(StrEnum):
    """The colour of the state."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    WAIT = "wait"


def tone(account: Account, verdict: Verdict) -> ReportTone:
    """The colour of the account's state."""
    match account.status:
        case _ if account.denied_by_hand:
            return ReportTone.BAD
        case Status.ACTIVE:
            return _ACTIVE_TONES[verdict.decision]
        case Status.TRIAL | Status.OBSERVING:
            return ReportTone.WAIT
        case _:
            return ReportTone.BAD


_ACTIVE_TONES: Mapping[Decision, ReportTone] = {
    Decision.KEEP: ReportTone.GOOD,
    Decision.WARN: ReportTone.WARN,
    Decision.DISABLE: ReportTone.WARN,
}


def status_line(account: Account, verdict: Verdict, since: Entry | None, zone: tzinfo, smtp: str) -> str:
    """Whether mail goes out, in one sentence.

    since: the entry that made the status what it is; None where that is not known
    smtp: the name of the SMTP account, as a subject
    """
    match account.status:
        case _ if account.denial:
            return f"{smtp} is off since {day(account.denial.since.astimezone(zone))}."
        case Status.ACTIVE:
            return f"{smtp} works{_although(verdict)}."
        case Status.DISABLED:
            return f"{smtp} is off{_since(since, zone)}{_and_next(account, zone)}."
        case Status.TRIAL:
            return f"{smtp} works today, and today only."
        case Status.OBSERVING:
            return f"{smtp} is off{_until_verdict(account, zone)}."
        case _:
            return f"{smtp} has been closed."


def _although(verdict: Verdict) -> str:
    if verdict.decision is Decision.WARN:
        return ", and you are close to the limit"
    return f", although {_BROKEN[verdict.rule]}" if verdict.rule else ""


_BROKEN: Mapping[Rule, str] = {
    Rule.COMPLAINT_RATIO: "you are above the limit",
    Rule.BOUNCE_BURST: "too many of your e-mails bounced",
    Rule.COMPLAINT_BURST: "there were too many complaints within a few days",
    Rule.RECENT_RATIO: "too many people complained about the e-mails of the last days",
}


def _since(entry: Entry | None, zone: tzinfo) -> str:
    return f" since {day(entry.at.astimezone(zone))}" if entry else ""


def _and_next(account: Account, zone: tzinfo) -> str:
    if trial := account.scheduled_trial:
        return f", and works again on {day(trial.begins_at.astimezone(zone))}, for that day"
    if account.review and account.review.state is ReviewState.OPEN:
        return ", and your request for a review is with support"
    return ""


def _until_verdict(account: Account, zone: tzinfo) -> str:
    if account.trial and account.trial.confirmation_requested:
        return "; your trial went well, and support has the last look"
    verdict_at = f", on {day(account.trial.verdict_at.astimezone(zone))}" if account.trial else ""
    return f" until we know what the recipients say{verdict_at}"


def numbers_line(account: Account, verdict: Verdict) -> str:
    """`2 complaints in 4,212 delivered: 0.48 per 1,000; you can have 2 more`"""
    counts = verdict.counts
    numbers = f"{times(counts.complaints, 'complaint')} in {counts.delivered:,} delivered"
    per_1000 = rate(counts)
    return f"{numbers}{f': {per_1000} per 1,000' if per_1000 else ''}; {_what_is_left(account, verdict)}"


def _what_is_left(account: Account, verdict: Verdict) -> str:
    on_trial = account.status in (Status.TRIAL, Status.OBSERVING)
    if on_trial and (account.trial is None or account.trial.one_complaint_ends(verdict.counts.delivered)):
        return "one complaint about your trial day ends it"
    if not account.may_send or verdict.breaks:
        return f"the limit is {verdict.policy.complaint_ratio.limit_per_1000} per 1,000"
    if verdict.allowance_left == 0:
        return "one more would disable your SMTP account"
    return f"you can have {verdict.allowance_left:,} more"


def broken_line(account: Account, verdict: Verdict) -> str:
    """The numbers of a broken rule other than complaint_ratio, whose numbers are in numbers_line(); else empty."""
    other = account.status is Status.ACTIVE and verdict.rule not in (None, Rule.COMPLAINT_RATIO)
    return PlainNumbers.of(verdict).broken() if other else ""


def held_line(account: Account) -> str:
    """That a broken rule is not acted on yet; empty where none is held."""
    if account.status is not Status.ACTIVE or account.hold is None:
        return ""
    if account.hold.needs_staff:
        return "Whether your SMTP account stays on is not decided yet: support looks at it first."
    return "Whether your SMTP account stays on is not decided yet: not all of your e-mails have been counted."


def exemption_line(account: Account, now: datetime, zone: tzinfo) -> str:
    """That an exemption is in force; empty where none is."""
    if account.status is not Status.ACTIVE or not account.exempt_at(now) or account.exemption is None:
        return ""
    return f"No rule disables your SMTP account until {local(account.exemption.until.astimezone(zone))}."


def still_on_line(account: Account, verdict: Verdict, now: datetime) -> str:
    """That an account above a limit stays on, since time alone broke the rule; empty where that is not so."""
    last = account.assessment
    if last is None or account.status is not Status.ACTIVE or not verdict.breaks or account.exempt_at(now):
        return ""
    time_alone = last.breaks_rule and last.kept and last.counts.complaints >= verdict.counts.complaints
    return f"{capital(STILL_ON)}." if time_alone else ""


def undecided_line(account: Account, verdict: Verdict, now: datetime) -> str:
    """Why an account that breaks a rule is on, where neither a hold nor an exemption nor time alone is the reason."""
    if account.status is not Status.ACTIVE or not verdict.breaks or account.hold or account.exempt_at(now):
        return ""
    if still_on_line(account, verdict, now):
        return ""
    if account.would_disable:
        return "Nothing is switched off for it: at the moment the rules only watch."
    return "That is new: whether your SMTP account stays on is decided within minutes."


def few_line(account: Account, verdict: Verdict) -> str:
    """That an account above the limit keeps the rules, since it has too few complaints; empty where that is not so."""
    is_kept = account.status is Status.ACTIVE and not verdict.breaks
    return FEW if is_kept and _is_above_limit(verdict) else ""


def _is_above_limit(verdict: Verdict) -> bool:
    counts, limit = verdict.counts, verdict.policy.complaint_ratio.limit_per_1000
    return counts.complaints * PER_MILLE > limit * counts.delivered


def chance_line(verdict: Verdict) -> str:
    """That a small number above the limit can be bad luck, with the probability for a sender exactly at the limit. A
    broken rule is broken all the same. Empty where it is hardly luck, or nothing is above the limit."""
    counts, limit = verdict.counts, verdict.policy.complaint_ratio.limit_per_1000
    if not _is_above_limit(verdict):
        return ""
    chance = binomial.chance(counts.complaints, counts.delivered, limit)
    if chance <= BAD_LUCK:
        return ""
    explanation = (
        f"Small numbers can be bad luck: of 100 senders who are exactly at the limit, about {chance * 100:.0f} would "
        f"have {counts.complaints:,} or more complaints in {counts.delivered:,} delivered e-mails."
    )
    broken = verdict.rule is Rule.COMPLAINT_RATIO
    same = " The limit is the same for everybody, so the number counts all the same."
    return f"{explanation}{same}" if broken else explanation
