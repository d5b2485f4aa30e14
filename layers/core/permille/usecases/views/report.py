"""Gathers the owner's report: the state of an account, its history, and what the owner can do."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.account.judging import judge_account
from permille.domain.feedback import bounces
from permille.domain.people.review import ReviewStage, stage
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.facts import Audience
from permille.domain.timeline.kinds.corrections import voided
from permille.domain.timeline.timeline import Entry
from permille.domain.values.calendar import DAY
from permille.domain.values.entry_id import id_at
from permille.ports.accounts import Policies
from permille.ports.history import Bounces, Tallies, Timeline
from permille.ports.paging import Page
from permille.reading.complaint_records import Campaign, campaigns
from permille.reading.periods import (
    Epochs,
    Period,
    epochs_begun,
    midnight,
    periods,
    range_of_days,
    range_of_weeks,
    read_from,
)
from permille.reading.spans import Span, last_change, spans
from permille.usecases.history import OF_DECISIONS, read_history
from permille.zones import shown_zone_of

READ_ENTRIES = 400  # of the timeline, in one query: as many as a busy account just below its limit gets in 45 days
READ_BOUNCES = 400  # in one query


class ReportRange(StrEnum):
    """What the report covers: the send days of the window, or a year of weeks."""

    WINDOW = "window"
    YEAR = "year"


_SHOWN: dict[ReportRange, Callable[[date, Policy], list[tuple[date, date]]]] = {
    ReportRange.WINDOW: lambda today, policy: range_of_days(today, policy.window_days),
    ReportRange.YEAR: lambda today, _: range_of_weeks(today),
}


@dataclass(frozen=True, slots=True)
class ReportServices:
    """The dependencies of the report."""

    tallies: Tallies
    timeline: Timeline
    policies: Policies
    bounces: Bounces


@dataclass(frozen=True, slots=True)
class OwnerReport:
    """Everything that an owner is shown.

    zone: the account's time zone
    verdict: what the policy says now
    periods: days or weeks of the range, oldest first
    spans: how long the account had which status in the range, oldest first
    epochs: the numbers of the epochs that began in the range, and when
    campaigns: complaints by campaign
    bounces: permanent bounces by campaign
    entries: those for the owner, newest first
    earlier: the cursor of earlier entries; empty: there are none
    since: the entry by which the account got its status; None where it was not read
    voided: the ids of the entries of complaints that support voided
    """

    account: Account
    zone: tzinfo
    now: datetime
    verdict: Verdict
    range: ReportRange
    periods: list[Period]
    spans: list[Span]
    epochs: list[tuple[int, datetime]]
    campaigns: list[Campaign]
    bounces: list[bounces.BouncedCampaign]
    entries: Sequence[Entry]
    earlier: str
    since: Entry | None
    voided: Collection[str]
    stage: ReviewStage

    @property
    def begins(self) -> datetime:
        """The beginning of the range (UTC)."""
        return midnight(self.periods[0].first)

    @property
    def ends(self) -> datetime:
        """The end of the range (UTC)."""
        return midnight(self.periods[-1].last + DAY)

    @property
    def unlisted(self) -> int:
        """How many complaints count whose entries are too old to be read."""
        return max(0, self.verdict.counts.complaints - sum(campaign.counting for campaign in self.campaigns))

    @property
    def unlisted_bounces(self) -> int:
        """How many bounces of the range are not listed: too many, or so old that their records have expired."""
        counted = sum(period.tally.bounces for period in self.periods)
        return max(0, counted - sum(len(campaign.records) for campaign in self.bounces))


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the report is made of.

    days: first and last day of each period
    epochs: tallies by epoch and day
    latest: the newest entries, one page
    history: the entries of all topics, newest first
    """

    policy: Policy
    days: list[tuple[date, date]]
    epochs: Epochs
    latest: Page[Entry]
    history: Sequence[Entry]
    bounces: Sequence[bounces.BounceRecord]


def gather_report(
    services: ReportServices, account: Account, now: datetime, shown: ReportRange = ReportRange.WINDOW
) -> OwnerReport:
    """The report of an account that was just read. Takes two queries beside the policy, a third where e-mails bounced,
    and two more where the timeline is longer than READ_ENTRIES."""
    now = account.after_last_decision(now)
    return _report(account, _read(services, account, now, shown), shown, now)


def _read(services: ReportServices, account: Account, now: datetime, shown: ReportRange) -> _Sources:
    policy = services.policies.current()
    days = _SHOWN[shown](now.date(), policy)
    epochs = services.tallies.by_epoch(account.id, read_from(days[0][0], policy.window_days))
    latest = services.timeline.latest(account.id, READ_ENTRIES)
    history = read_history(services.timeline, account.id, *OF_DECISIONS, newest=latest).entries[::-1]
    begins = id_at(midnight(days[0][0]))
    any_bounced = any(tally.bounces for of_epoch in epochs.values() for tally in of_epoch.values())
    bounced = services.bounces.latest(account.id, begins, READ_BOUNCES).items if any_bounced else []
    return _Sources(policy, days, epochs, latest, history, bounced)


def _report(account: Account, read: _Sources, shown: ReportRange, now: datetime) -> OwnerReport:
    begins, zone = midnight(read.days[0][0]), shown_zone_of(account)
    verdict = judge_account(account, read.policy, read.epochs.get(account.epoch, {}), now.date())
    page = _of_owner(read.latest)
    recent = (entry for entry in read.history if entry.at >= begins)
    return OwnerReport(
        account=account,
        zone=zone,
        now=now,
        verdict=verdict,
        range=shown,
        periods=periods(read.epochs, read.days, account.epochs, read.policy.window_days, now),
        spans=spans(read.history, account.status, begins, now),
        epochs=list(epochs_begun(account.epochs, begins, now)),
        campaigns=campaigns(recent, account.epoch, verdict.first_day),
        bounces=bounces.campaigns(read.bounces),
        entries=page.items,
        earlier=page.next,
        since=last_change(read.history),
        voided=voided(read.history),
        stage=stage(account, zone, now),
    )


def earlier_entries(timeline: Timeline, account_id: str, limit: int, before: str = "") -> Page[Entry]:
    """A page of the owner's entries, newest first. It may have fewer than `limit`, since entries for staff are left
    out."""
    return _of_owner(timeline.latest(account_id, limit, before))


def _of_owner(latest: Page[Entry]) -> Page[Entry]:
    return Page([entry for entry in latest.items if entry.audience is Audience.OWNER], latest.next)
