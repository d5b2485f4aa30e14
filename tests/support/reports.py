"""Reports of accounts in every state."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from tests.support.builders import (
    ACCOUNT,
    NO_SUCH_USER,
    NOW,
    STAFF,
    TODAY,
    a_complaint,
    a_message,
    a_provider_request,
    a_record,
    a_verdict,
    an_account,
    bounce_counts,
    by_staff,
    corrected,
    days_of,
)
from tests.support.fakes import FakeBounces, FakePolicies, FakeTallies, FakeTimeline, Rows

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Denial
from permille.domain.account.monthly_mail import MonthlyMail
from permille.domain.account.provider import Provider
from permille.domain.account.restrictions import Exemption
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.feedback.feedback import Rejection
from permille.domain.people.review import ReviewStage
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.timeline.kinds.complaints import CountedComplaint, reported
from permille.domain.timeline.kinds.credential import Created, DeniedByHand
from permille.domain.timeline.kinds.review import ReviewDeclined
from permille.domain.timeline.kinds.trial import TrialBegan, TrialEnded
from permille.domain.timeline.kinds.trial_outcome import Reinstated
from permille.domain.timeline.timeline import Entry, entry, only
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count
from permille.usecases.views.report import OwnerReport, ReportRange, ReportServices, gather_report

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
CAMPAIGNS = ("Spring sale", "Newsletter 12", "", "Old customers")
ASKED = Review(
    ReviewState.OPEN,
    TODAY + 5 * A_DAY,
    800,
    "We mailed an old list that we had bought at a fair",
    "We took it off, and ask new people twice",
    NOW - timedelta(hours=20),
)
DECIDED: dict[str, Any] = {"decided_at": NOW - timedelta(hours=3), "decided_by": STAFF}
BEGINS = datetime.combine(TODAY, datetime.min.time(), NOW.tzinfo)


def reporting(rows: Rows, policy: Policy = DEFAULT) -> ReportServices:
    return ReportServices(FakeTallies(rows), FakeTimeline(rows), FakePolicies(policy), FakeBounces(rows))


def a_report(
    account: Account | None = None,
    tallies: Mapping[tuple[int, date], Tally] | None = None,
    entries: Sequence[Entry] = (),
    *,
    policy: Policy = DEFAULT,
    shown: ReportRange = ReportRange.WINDOW,
    now: datetime = NOW,
    bounced: Sequence[Count] = (),
) -> OwnerReport:
    """`tallies`: by epoch and send day."""
    account = account or an_account()
    rows = Rows(tallies={(account.id, epoch, day): tally for (epoch, day), tally in (tallies or {}).items()})
    rows.put(*entries)
    rows.bounces.update({(one.account_id, one.identity): one.record for one in bounced if one.record})
    return gather_report(reporting(rows, policy), account, now, shown)


def a_card(
    sent_at: datetime, *, epoch: int = 1, at: datetime | None = None, account_id: str = ACCOUNT, **report: Any
) -> Entry:
    """The entry of a report about mail sent then; `subject`, `campaign` and `id` are the message's."""
    about = {name: report.pop(name) for name in ("subject", "campaign") if name in report}
    message = a_message(report.pop("id", f"m-{sent_at.isoformat()}"), sent_at=sent_at, **about)
    told = at or min(sent_at + timedelta(hours=30), NOW)
    complaint = replace(a_complaint(**report), message=message, reported_at=told)
    return reported(account_id, told, complaint, epoch)


def busy_tallies(
    days: int = 45, delivered: int = 700, every: int = 9, epoch: int = 1, bounces: int = 7
) -> dict[tuple[int, date], Tally]:
    """So many send days, today the last, with a complaint on every so manieth."""
    dice = random.Random(7)  # noqa: S311 - no secret
    return {
        (epoch, TODAY - n * A_DAY): Tally(
            delivered=dice.randint(delivered // 3, delivered * 2) if (TODAY - n * A_DAY).weekday() < 6 else 0,
            complaints=1 + (n % 4 == 0) if every and n % every == 1 else 0,
            bounces=dice.randint(0, bounces),
        )
        for n in range(days)
    }


def cards_of(tallies: Mapping[tuple[int, date], Tally]) -> list[Entry]:
    """A card for each complaint of them."""
    found: list[Entry] = []
    for (epoch, day), tally in sorted(tallies.items(), key=lambda one: one[0][1]):
        for n in range(tally.complaints):
            number = len(found)
            found.append(
                a_card(
                    datetime(day.year, day.month, day.day, 8, n % 60, n // 60, tzinfo=NOW.tzinfo),
                    epoch=epoch,
                    id=f"m-{day}-{n}",
                    campaign=CAMPAIGNS[number * 5 % 7 % len(CAMPAIGNS)],
                    candidates=(f"ann{number}@example.com",) if number % 3 else ("a@x.example", "b@x.example"),
                    feedback_type=("abuse", "abuse", "fraud", "")[number % 4],
                )
            )
    return found


def _good() -> OwnerReport:
    tallies = busy_tallies(every=11)
    return a_report(an_account(), tallies, [*cards_of(tallies), _created()])


WHY = (
    NO_SUCH_USER,
    Rejection("5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled."),
    Rejection("5.7.1", "smtp; 554 5.7.1 Message rejected: your domain is on our block list, see https://block.example"),
    Rejection("", ""),
)


def bounces_of_campaigns() -> list[Count]:
    """Most of them of one campaign."""
    return [
        count
        for n in range(24)
        for count in bounce_counts(
            *([f"bob{n}@nowhere.example"] if n % 5 else ["postmaster"]),
            at=NOW - n * AN_HOUR,
            message_id=f"b-{n}",
            campaign=CAMPAIGNS[n % 4] if n < 8 else f"{CAMPAIGNS[0]}",
            rejection=WHY[n % 4],
            subject=f"Fresh bread {n % 3}",
        )
    ]


def _created() -> Entry:
    return entry(ACCOUNT, NOW - 400 * A_DAY, Created(senders=("permille-bakery",)))


def _small(**account: Any) -> OwnerReport:
    """1,200 delivered, 2 complaints, and the policy's example of what is too many below it."""
    return a_report(an_account(**account), {(1, TODAY - 3 * A_DAY): Tally(400, 1), (1, TODAY): Tally(300, 0)}, _one())


def _one() -> list[Entry]:
    return [a_card(NOW - 3 * A_DAY, campaign="Spring sale"), _created()]


DISABLED_ON = NOW - 6 * A_DAY
BROKEN = {(1, TODAY - 20 * A_DAY): Tally(400), (1, TODAY - 8 * A_DAY): Tally(600, 2, 4)}


def _record() -> Entry:
    day = DISABLED_ON.date()
    verdict, days = a_verdict(1000, 2, day), days_of(1000, 2, day)
    return a_record(ACCOUNT, DISABLED_ON, verdict, days, [], "1.0+abc")


def _disabled(entries: Sequence[Entry] = (), counted: int = 2, **account: Any) -> OwnerReport:
    cards = [
        a_card(NOW - 8 * A_DAY, id="m-1", campaign="Old customers", at=NOW - 7 * A_DAY),
        a_card(
            NOW - 8 * A_DAY,
            id="m-2",
            campaign="Old customers",
            at=DISABLED_ON,
            candidates=("a@x.example", "b@x.example"),
        ),
        a_card(NOW - 20 * A_DAY, id="m-3", feedback_type="not-spam", at=NOW - 5 * A_DAY),
    ]
    found = an_account(**{"status": Status.DISABLED, "timezone": "Europe/Berlin", **account})
    tallies = {key: replace(tally, complaints=min(tally.complaints, counted)) for key, tally in BROKEN.items()}
    return a_report(found, tallies, [_created(), *cards, _record(), *entries])


def _declined(again_in: int) -> OwnerReport:
    declined = replace(
        ASKED,
        state=ReviewState.DECLINED,
        reason="The list is still a bought one",
        ask_again_on=TODAY + again_in * A_DAY,
        **DECIDED,
    )
    answer = entry(
        ACCOUNT, NOW, ReviewDeclined(reason=declined.reason, by=STAFF, ask_again_on=TODAY + again_in * A_DAY)
    )
    return _disabled([answer], review=declined)


PROVIDER = Provider("smtp.example.net", 587, "bea@bakery.example", "arn:secret", "v1", NOW - 5 * A_DAY)
APPROVED = replace(ASKED, state=ReviewState.APPROVED, reason="Begin with your best customers", **DECIDED)


SIZE = {"least_delivered": 80, "most_sent": 2400}


def _trial(state: TrialState, day: date, **more: Any) -> Trial:
    begins = datetime(day.year, day.month, day.day, tzinfo=NOW.tzinfo) - timedelta(hours=1)  # Berlin's midnight
    return Trial(state, day, begins, begins + A_DAY, begins + 3 * A_DAY, **more)


def _on_trial(status: Status, state: TrialState, days_ago: int, **trial: Any) -> OwnerReport:
    """The trial's mail in an epoch of its own; the complaints of the old one stay visible."""
    of_trial = _trial(state, TODAY - days_ago * A_DAY, **trial)
    entries: list[Entry] = [entry(ACCOUNT, of_trial.begins_at, TrialBegan(ends_at=of_trial.ends_at))]
    if status is not Status.TRIAL:
        entries.append(entry(ACCOUNT, of_trial.ends_at, TrialEnded(verdict_at=of_trial.verdict_at, delivered=800)))
    if status is Status.ACTIVE:
        entries.append(entry(ACCOUNT, of_trial.verdict_at, Reinstated(delivered=800)))
    account = an_account(
        status=status,
        timezone="Europe/Berlin",
        epochs=(of_trial.begins_at,),
        trial=None if status is Status.ACTIVE else of_trial,
        review=None if status is Status.ACTIVE else APPROVED,
    )
    cards = [a_card(NOW - 20 * A_DAY, id=f"m-{n}", campaign="Old customers", at=NOW - 19 * A_DAY) for n in range(2)]
    tallies = {(1, TODAY - 20 * A_DAY): Tally(1000, 2), (2, of_trial.day): Tally(800)}
    return a_report(account, tallies, [_created(), *cards, _late_record(), *entries])


def _late_record() -> Entry:
    at = NOW - 19 * A_DAY
    return a_record(ACCOUNT, at, a_verdict(1000, 2, at.date()), {}, [], "1.0+abc")


def _flood() -> OwnerReport:
    tallies = busy_tallies(delivered=90_000, every=0)
    dice = random.Random(3)  # noqa: S311
    noisy = {
        key: replace(tally, complaints=dice.randint(3, 14)) if tally.delivered else tally
        for key, tally in tallies.items()
    }
    return a_report(an_account(), noisy, cards_of(noisy))


STATES: Mapping[str, Callable[[], OwnerReport]] = {
    "taken-back": lambda: _taken_back(),
    "new": lambda: a_report(entries=[entry(ACCOUNT, NOW, Created(senders=("permille-bakery",)))]),
    "good": _good,
    "small": _small,
    "over": lambda: _over(),
    "denied": lambda: _denied(),
    "denied-on-trial": lambda: _denied_on_trial(),
    "exempt": lambda: _over(exemption=Exemption(NOW + 9 * A_DAY, "A test", STAFF)),
    "flood": _flood,
    "bounces": lambda: a_report(
        an_account(), {(1, TODAY - A_DAY): Tally(4000, 1, 300)}, _one(), bounced=bounces_of_campaigns()
    ),
    "disabled": _disabled,
    "connected": lambda: _disabled(provider=PROVIDER),
    "provider-asked-for": lambda: _disabled(provider_request=a_provider_request()),
    "unreachable": lambda: _disabled(owner_mail="bounced", monthly_mail=MonthlyMail(stopped=True)),
    "open": lambda: _disabled(review=ASKED),
    "open-passed": lambda: _disabled(
        review=replace(ASKED, day=TODAY - A_DAY, begins_at=BEGINS - 25 * AN_HOUR, ends_at=BEGINS - AN_HOUR)
    ),
    "declined": lambda: _declined(6),
    "declined-again": lambda: _declined(0),
    "scheduled": lambda: _disabled(review=APPROVED, trial=_trial(TrialState.SCHEDULED, TODAY + 5 * A_DAY)),
    "scheduled-by-ratio": lambda: _disabled(
        review=APPROVED, trial=_trial(TrialState.SCHEDULED, TODAY + 5 * A_DAY, **SIZE, ratio_above=500)
    ),
    "trial": lambda: _on_trial(Status.TRIAL, TrialState.RUNNING, 0, **SIZE),
    "trial-by-ratio": lambda: _on_trial(Status.TRIAL, TrialState.RUNNING, 0, **SIZE, ratio_above=500),
    "observing-by-ratio": lambda: _on_trial(Status.OBSERVING, TrialState.OBSERVING, 1, **SIZE, ratio_above=500),
    "still-on": lambda: _still_on(),
    "observing": lambda: _on_trial(Status.OBSERVING, TrialState.OBSERVING, 1),
    "confirmation": lambda: _on_trial(Status.OBSERVING, TrialState.OBSERVING, 4, confirmation_requested=True),
    "reinstated": lambda: _on_trial(Status.ACTIVE, TrialState.OBSERVING, 10),
    "closed": lambda: a_report(
        an_account(status=Status.CLOSED),
        BROKEN,
        [
            by_staff(ACCOUNT, "closed", NOW - 4 * A_DAY, "The account was given up", STAFF),
        ],
    ),
}


def _denied() -> OwnerReport:
    tallies = busy_tallies(every=11)
    account = an_account(denial=Denial(("permille-bakery",), NOW - 2 * AN_HOUR), provider=PROVIDER)
    told = entry(ACCOUNT, NOW - 2 * AN_HOUR, DeniedByHand(senders=("permille-bakery",)))
    return a_report(account, tallies, [*cards_of(tallies), _created(), told])


def _taken_back() -> OwnerReport:
    """Disabled for two, of which support has taken one back since."""
    complaint, *_ = only(CountedComplaint, _disabled().entries)
    return _disabled([corrected(complaint, NOW - A_DAY)], counted=1)


def _still_on() -> OwnerReport:
    """Above the limit because clean mail has left the window."""
    look = Assessment(TODAY - A_DAY, 1000, 2, 0, 0, breaks_rule=True, kept=True)
    return a_report(an_account(assessment=look), {(1, TODAY - 20 * A_DAY): Tally(1000, 2)}, _one())


def _denied_on_trial() -> OwnerReport:
    trial = _on_trial(Status.TRIAL, TrialState.RUNNING, 0)
    return replace(
        trial, account=replace(trial.account, denial=Denial(("permille-bakery",), NOW)), stage=ReviewStage.DENIED
    )


def _over(**account: Any) -> OwnerReport:
    cards = [a_card(NOW - 2 * A_DAY, id=f"m-{n}", campaign="Spring sale") for n in range(2)]
    return a_report(an_account(**account), {(1, TODAY - 2 * A_DAY): Tally(1200, 2)}, cards)


def a_year() -> OwnerReport:
    """Disabled once, and reinstated after a trial; the complaints of the time before are only in the tallies."""
    begins = NOW - 200 * A_DAY
    entries = [
        a_record(ACCOUNT, begins - 20 * A_DAY, a_verdict(), {}, [], "1.0+abc"),
        entry(ACCOUNT, begins, TrialBegan(ends_at=begins + A_DAY)),
        entry(ACCOUNT, begins + A_DAY, TrialEnded(verdict_at=begins + 3 * A_DAY, delivered=800)),
        entry(ACCOUNT, begins + 3 * A_DAY, Reinstated(delivered=800)),
    ]
    tallies = {
        (1 if day < begins.date() else 2, day): tally
        for (_, day), tally in busy_tallies(400, every=13).items()
        if not begins - 20 * A_DAY < datetime(day.year, day.month, day.day, tzinfo=NOW.tzinfo) < begins
    }
    return a_report(an_account(epochs=(begins,)), tallies, [_created(), *entries], shown=ReportRange.YEAR)
