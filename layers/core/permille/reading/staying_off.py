"""Why an account stays off, in sentences for owners and staff."""

from collections.abc import Sequence
from datetime import tzinfo

from permille.domain.account.account import Account
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.kinds.corrections import voided
from permille.domain.timeline.kinds.credential import DeniedByHand
from permille.domain.timeline.kinds.trial_outcome import StaysSuspended
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status
from permille.domain.values.tally import PER_MILLE
from permille.domain.words.wording import local


def stays_off_line(account: Account, verdict: Verdict, since: Entry | None, zone: tzinfo) -> str:
    """Why an account that a rule disabled stays off although its numbers keep the rules by now; empty where that is not
    so. `since`: as in standing.status_line()."""
    by_rule = account.status is Status.DISABLED and since is not None and isinstance(since.facts, Disabled)
    if not by_rule or verdict.breaks:
        return ""
    counts, limit = verdict.counts, verdict.policy.complaint_ratio.limit_per_1000
    at_limit = counts.complaints and counts.complaints * PER_MILLE == limit * counts.delivered
    now_kept = f"By now the numbers {'are exactly at the limit, which keeps' if at_limit else 'keep'} the rules."
    return f"{now_kept} That alone does not switch it on again. {_recheck_line(account, zone)}"


def _recheck_line(account: Account, zone: tzinfo) -> str:
    """What becomes of a disabling that is judged once more."""
    if account.recheck:
        at = local(account.recheck.at.astimezone(zone))
        return f"On {at} the e-mails sent before are judged once more, and if they keep the rules, it is switched on."
    return "The time in which the e-mails sent before are judged once more is over; the way back is a review."


def kept_now_line(account: Account, verdict: Verdict, since: Entry | None, entries: Sequence[Entry]) -> str:
    """For staff: that the rule which disabled an account is kept now, since a complaint was voided afterwards; empty
    where that is not so. `since`: as in standing.status_line(); `entries`: of its timeline, in any order."""
    if account.status is not Status.DISABLED or since is None or verdict.breaks:
        return ""
    if not any(one.at > since.at for one in voided(entries).values()):
        return ""
    match since.facts:
        case Disabled():
            kept = "the rules are kept"
        case StaysSuspended() if since.facts.rule or not verdict.counts.complaints:
            kept = (
                "the trial's mail keeps the rules" if since.facts.rule else "nobody complained about the trial's mail"
            )
        case _:
            return ""
    voided_since = f"Support has voided a complaint since, and by now {kept}."
    return f"{voided_since} That alone does not switch it on again: enable it, or leave it off."


def by_hand_line(account: Account, platform: str) -> str:
    """That an account is denied by hand; empty where it is not."""
    if account.denial is None:
        return ""
    return f"{DeniedByHand(senders=account.denial.senders).headline(platform)}. No rule did it."
