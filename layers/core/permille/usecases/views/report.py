"""The owner's report: how an account stands, how it came to this, and what can be done."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from permille.domain.account.account import Account
from permille.domain.feedback import bounces
from permille.domain.people.review import ReviewStage, stage
from permille.domain.policy.policy import Policy
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.facts import Audience, Topic
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
from permille.usecases.history import read_history
from permille.zones import shown_zone_of

READ_ENTRIES = 400  # of the timeline, in one query: what 45 days bring to a busy account just below its limit
READ_BOUNCES = 400  # in one query


class ReportRange(StrEnum):
    """What the report shows: the send days of the window, or a year of weeks."""

    WINDOW = "window"
    YEAR = "year"


_SHOWN: dict[ReportRange, Callable[[date, Policy], list[tuple[date, date]]]] = {
    ReportRange.WINDOW: lambda today, policy: range_of_days(today, policy.window_days),
    ReportRange.YEAR: lambda today, _: range_of_weeks(today),
}


@dataclass(frozen=True, slots=True)
class ReportServices:
    """What the report needs of the outside."""

    tallies: Tallies
    timeline: Timeline
    policies: Policies
    bounces: Bounces


@dataclass(frozen=True, slots=True)
class OwnerReport:
    """Everything that an owner is shown. `verdict`: what the policy says now. `periods` and `spans` are of the range,
    oldest first. `entries`: the owner's, newest first, and `earlier` the id to read on before, empty at the beginning
    of the timeline. `since`: by which entry the account became what it is, where that was read. `voided`: which
    complaints support has taken back, by their entries' ids."""

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
        return midnight(self.periods[0].first)

    @property
    def ends(self) -> datetime:
        return midnight(self.periods[-1].last + DAY)

    @property
    def unlisted(self) -> int:
        """How many complaints count whose entries are so old that they were not read."""
        return max(0, self.verdict.counts.complaints - sum(campaign.counting for campaign in self.campaigns))

    @property
    def unlisted_bounces(self) -> int:
        """How many bounces of the range are not listed: too many, or so old that their records have expired."""
        counted = sum(period.tally.bounces for period in self.periods)
        return max(0, counted - sum(len(campaign.records) for campaign in self.bounces))


def gather_report(
    services: ReportServices, account: Account, now: datetime, shown: ReportRange = ReportRange.WINDOW
) -> OwnerReport:
    """The report of an account as it was just read, by two queries beside the policy, a third where e-mails bounced,
    and two more where the timeline is longer than READ_ENTRIES."""
    policy, now = services.policies.current(), account.after_last_decision(now)
    days = _SHOWN[shown](now.date(), policy)
    epochs = services.tallies.by_epoch(account.id, read_from(days[0][0], policy.window_days))
    latest = services.timeline.latest(account.id, READ_ENTRIES)
    known = read_history(services.timeline, account.id, *Topic, newest=latest).entries[::-1]
    begins = id_at(midnight(days[0][0]))
    any_bounced = any(tally.bounces for of_epoch in epochs.values() for tally in of_epoch.values())
    bounced = services.bounces.latest(account.id, begins, READ_BOUNCES).items if any_bounced else []
    return _report(account, policy, shown, days, epochs, latest, known, bounced, now)


def _report(
    account: Account,
    policy: Policy,
    shown: ReportRange,
    days: list[tuple[date, date]],
    epochs: Epochs,
    latest: Page[Entry],
    known: Sequence[Entry],
    bounced: Sequence[bounces.BounceRecord],
    now: datetime,
) -> OwnerReport:
    begins, zone = midnight(days[0][0]), shown_zone_of(account)
    verdict = account.verdict(policy, epochs.get(account.epoch, {}), now.date())
    told = _of_owner(latest)
    recent = (entry for entry in known if entry.at >= begins)
    return OwnerReport(
        account=account,
        zone=zone,
        now=now,
        verdict=verdict,
        range=shown,
        periods=periods(epochs, days, account.epochs, policy.window_days, now),
        spans=spans(known, account.status, begins, now),
        epochs=list(epochs_begun(account.epochs, begins, now)),
        campaigns=campaigns(recent, account.epoch, verdict.first_day),
        bounces=bounces.campaigns(bounced),
        entries=told.items,
        earlier=told.next,
        since=last_change(known),
        voided=voided(known),
        stage=stage(account, zone, now),
    )


def earlier_entries(timeline: Timeline, account_id: str, limit: int, before: str = "") -> Page[Entry]:
    """A page of the owner's timeline, newest first. Some of what is read is for staff alone, so a page may be shorter
    than `limit`."""
    return _of_owner(timeline.latest(account_id, limit, before))


def _of_owner(latest: Page[Entry]) -> Page[Entry]:
    return Page([entry for entry in latest.items if entry.audience is Audience.OWNER], latest.next)
