"""The review queue of support: requests, and trials that wait to be confirmed, with the evidence."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.second_chance import Review
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.kinds.corrections import counting, voided
from permille.domain.timeline.kinds.staff import StaffDisabled
from permille.domain.timeline.kinds.trial_outcome import StaysSuspended
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import Entry
from permille.domain.words.wording import campaign_name
from permille.ports.history import Timeline
from permille.reading.staying_off import kept_now_line
from permille.usecases.history import OF_DECISIONS, History, read_history


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An open request, or a trial that went well and waits to be confirmed.

    review: the request; of a trial the one by which it was approved
    waits: for how long it has waited
    disabled: the entry by which the account was disabled
    campaigns: names of campaigns and the number of their complaints, most first
    trials: the entries that ended earlier trials, oldest first
    kept_now: the sentence that the rules are kept since a complaint was voided; empty where they are not, None where
        that is not known
    is_truncated: there are more complaints or earlier trials than were read
    """

    account: Account
    review: Review | None
    waits: timedelta
    disabled: Entry | None
    campaigns: list[tuple[str, int]]
    trials: list[Entry]
    kept_now: str | None = ""
    is_truncated: bool = False


Judge = Callable[[Account], Verdict | None]  # what the policy says now, where that is known


def queue(accounts: Iterable[Account], timeline: Timeline, now: datetime, judge: Judge) -> list[ReviewCase]:
    """The cases of accounts that wait for support, in their order. Only accounts with a voided complaint are judged
    anew."""
    return [case(account, read_history(timeline, account.id, *OF_DECISIONS), now, judge) for account in accounts]


def case(account: Account, history: History, now: datetime, judge: Judge) -> ReviewCase:
    """The case of one account, by its timeline."""
    entries = history.entries
    disabled = [entry for entry in entries if isinstance(entry.facts, Disabled | StaffDisabled | StaysSuspended)]
    complaints = [entry.facts for entry in counting(entries) if entry.facts.epoch == account.epoch]
    campaigns = Counter(campaign_name(facts.campaign, facts.subject) for facts in complaints)
    return ReviewCase(
        account=account,
        review=account.review,
        waits=now - (account.waiting_for_support_since or now),
        disabled=disabled[-1] if disabled else None,
        campaigns=campaigns.most_common(),
        trials=[entry for entry in entries if entry.facts.kind.ends_trial],
        kept_now=_kept_now(account, entries, disabled, judge),
        is_truncated=history.is_truncated,
    )


def _kept_now(account: Account, entries: Sequence[Entry], disabled: Sequence[Entry], judge: Judge) -> str | None:
    if not disabled or not voided(entries):
        return ""
    verdict = judge(account)
    return kept_now_line(account, verdict, disabled[-1], entries) if verdict else None
