"""The replay looks only where something can change, and decides as if it had looked at every minute."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.archived import BEGAN, DAY, HOUR, a_complaint, a_history

from permille.domain.account.account import Account
from permille.domain.policy.policy import (
    ALLPROWEBTOOLS,
    CONSERVATIVE,
    DEFAULT,
    BounceBurst,
    ComplaintRatio,
    Policy,
    RecentRatio,
)
from permille.domain.policy.verdict import Rule
from permille.domain.rules.decide import decide
from permille.domain.rules.evidence import Rules
from permille.domain.rules.needs import days_needed_from, evidence_of_tallies, needs
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import TimelineEntry, only
from permille.domain.values.status import Mode
from permille.domain.values.tally import Tally
from permille.ports.feedback import Sender
from permille.usecases.feedback.counts import counts_of
from permille_cli.backtest.history import FeedbackHistory, instant_of, send_day
from permille_cli.backtest.replay import replayed

MINUTE = 60
LONG = 6 * DAY


class EveryMinute:
    """The reference: looks at each complaint and at each minute at which the account is due, and counts everything
    anew each time."""

    def __init__(self, history: FeedbackHistory, policy: Policy) -> None:
        self.history, self.rules = history, Rules(policy, Mode.ENFORCE)
        self.account = Account(history.account_id, owner_email="", senders=())
        self.kinds: list[tuple[str, datetime]] = []
        self.off: list[tuple[int, int]] = []

    def run(self, until: int) -> list[tuple[str, datetime]]:
        history = self.history
        complaints = {arrived.at for arrived in history.complaints}
        bounces = set(history.bounces.at)
        minutes = set(range(BEGAN, until + 1, MINUTE))
        for second in sorted(complaints | bounces | minutes):
            if second > until:
                break
            if any(
                self._is_sent(sent)
                for at, sent in zip(history.bounces.at, history.bounces.sent, strict=True)
                if at == second
            ):
                self._mark_due(second)
            is_due = self.account.due_at is not None and self.account.due_at <= instant_of(second)
            arrived = [one for one in history.complaints if one.at == second and self._is_sent(one.sent)]
            if arrived or (second % MINUTE == 0 and is_due):
                self._look(second)
        return self.kinds

    def _mark_due(self, second: int) -> None:
        due = self.account.due_at
        self.account = replace(self.account, due_at=min(due or instant_of(second), instant_of(second)))

    def _is_sent(self, sent: int) -> bool:
        return not any(begin < sent <= end for begin, end in self.off)

    def _look(self, second: int) -> None:
        days, entries = self._counted(second)
        now = self.account.after_last_decision(instant_of(second))
        first = days_needed_from(self.account, self.rules, now)
        tallies = {day: tally for day, tally in days.items() if first and day >= first}
        evidence = evidence_of_tallies(self.account, tallies, self.rules, now)
        if since := needs(self.account, evidence, self.rules, now).complaints_since:
            evidence = replace(evidence, complaints=[one for one in entries if one.at >= since])
        outcome = decide(self.account, evidence, self.rules, now)
        before, after = self.account.status.may_send, outcome.account.status.may_send
        if before and not after:
            self.off.append((second, 2**60))
        elif after and not before:
            self.off[-1] = (self.off[-1][0], second)
        generation = outcome.account.switch_generation
        credential = replace(outcome.account.credential, applied=generation, observed=generation)
        self.account = replace(outcome.account, credential=credential)
        kinds = [entry for entry in outcome.entries if entry.kind in ("disabled", "disabling_reversed")]
        self.kinds += [(entry.kind, entry.at) for entry in kinds]

    def _counted(self, now: int) -> tuple[dict[date, Tally], list[TimelineEntry[CountedComplaint]]]:
        days: dict[date, Tally] = {}
        for arrivals, tally in ((self.history.deliveries, Tally(1)), (self.history.bounces, Tally(0, 0, 1))):
            for at, sent, number in zip(arrivals.at, arrivals.sent, arrivals.number, strict=True):
                if at <= now and self._is_sent(sent):
                    more = Tally(tally.delivered * number, 0, tally.bounces * number)
                    days[send_day(sent)] = days.get(send_day(sent), Tally()) + more
        return days, list(self._complaints(now, days))

    def _complaints(self, now: int, days: dict[date, Tally]) -> Iterator[TimelineEntry[CountedComplaint]]:
        markers: set[str] = set()
        policy = self.rules.policy
        for one in self.history.complaints:
            if one.at <= now and self._is_sent(one.sent):
                sender = Sender("", "bakery")
                [count] = counts_of(one.report, sender, instant_of(one.at), policy.one_recipient_days if policy else 0)
                if count.once in markers:
                    count = count.as_repeated
                markers |= {count.once} - {""}
                days[count.day] = days.get(count.day, Tally()) + count.tally
                yield from only(CountedComplaint, [count.entry] if count.entry else [])


SMALL = Policy(
    id="small",
    window_days=3,
    complaint_ratio=ComplaintRatio(limit_per_1000=9, complaints_at_least=2),
    bounce_burst=BounceBurst(more_than=4, percent=20, days=2),
    recheck_after_minutes=90,
)
POLICIES = [
    SMALL,
    replace(SMALL, id="once", one_recipient_days=2),
    replace(SMALL, id="recent", recent_ratio=RecentRatio(limit_per_1000=20, complaints_at_least=2, alpha=None, days=1)),
    replace(SMALL, id="no recheck", recheck_after_minutes=0, window_days=2),
]
SENT = st.integers(0, LONG)
LATE = st.one_of(st.integers(0, 10), st.integers(0, 3 * HOUR), st.integers(0, 4 * DAY))
ROW = st.tuples(SENT, LATE, st.sampled_from([1, 3, 40, 100, 300]))
BOUNCED = st.tuples(SENT, LATE, st.integers(1, 6))
REPORT = st.tuples(SENT, LATE, st.sampled_from(["abuse", "abuse", "abuse", "not-spam"]), st.integers(0, 3))


@given(
    st.lists(ROW, max_size=12), st.lists(REPORT, max_size=8), st.lists(BOUNCED, max_size=3), st.sampled_from(POLICIES)
)
def test_a_replay_decides_as_if_enforce_had_looked_at_every_minute(
    deliveries: list[tuple[int, int, int]],
    reports: list[tuple[int, int, str, int]],
    bounces: list[tuple[int, int, int]],
    policy: Policy,
) -> None:
    history = a_history(
        [(sent + late, sent, number) for sent, late, number in deliveries],
        [
            a_complaint(sent + late, sent, number, of=f"reader-{of}@inbox.example", feedback_type=said)
            for number, (sent, late, said, of) in enumerate(reports)
        ],
        [(sent + late, sent, number) for sent, late, number in bounces],
    )
    until = BEGAN + LONG + 5 * DAY

    stops = replayed(history, policy, until).stops

    instants = [("disabled", stop.at) for stop in stops]
    instants += [("disabling_reversed", stop.reversed_at) for stop in stops if stop.reversed_at]
    assert sorted(instants, key=lambda one: one[1]) == EveryMinute(history, policy).run(until)


def test_a_complaint_about_mail_that_has_left_the_window_disables_nobody_who_is_above_the_limit_by_time_alone() -> None:
    """The last daily look before it has noted that time alone broke the rule."""
    complaints = [a_complaint(2 * DAY + HOUR, 2 * DAY, "1"), a_complaint(2 * DAY + 2 * HOUR, 2 * DAY, "2")]
    late = a_complaint(3 * DAY + 12 * HOUR, HOUR, "late")
    history = a_history([(HOUR, HOUR, 1_000), (2 * DAY, 2 * DAY, 100)], [*complaints, late])

    assert replayed(history, SMALL, BEGAN + 4 * DAY).stops == []
    assert EveryMinute(history, SMALL).run(BEGAN + 4 * DAY) == []


@pytest.mark.parametrize("late", [30, 5 * MINUTE, 3 * HOUR, 30 * HOUR])
def test_who_is_held_without_deliveries_is_disabled_at_the_tick_after_they_arrive(late: int) -> None:
    complaints = [a_complaint(HOUR, 0, "1"), a_complaint(2 * HOUR, 0, "2")]
    history = a_history([(2 * HOUR + late, 0, 50)], complaints)

    [stop] = replayed(history, SMALL, BEGAN + 3 * DAY).stops

    assert stop.at == instant_of(BEGAN + 2 * HOUR + -(-late // MINUTE) * MINUTE)
    assert EveryMinute(history, SMALL).run(BEGAN + 3 * DAY)[0] == ("disabled", stop.at)


def test_who_is_held_is_looked_at_when_the_window_moves() -> None:
    """Then the complaints without deliveries leave it, and the others break the rule."""
    lacking = [a_complaint(HOUR + n, 0, f"a{n}") for n in range(200)]
    others = [a_complaint(DAY + HOUR + n, DAY, f"b{n}") for n in range(2)]
    history = a_history([(DAY, DAY, 100)], [*lacking, *others])

    [stop] = replayed(history, SMALL, BEGAN + 6 * DAY).stops

    assert (stop.at, stop.complaints) == (instant_of(BEGAN + 3 * DAY), 2)
    assert EveryMinute(history, SMALL).run(BEGAN + 6 * DAY)[0] == ("disabled", stop.at)


def test_a_bounce_is_judged_at_the_next_full_minute() -> None:
    history = a_history([(0, 0, 10)], [], [(90, 30, 6)])

    [stop] = replayed(history, SMALL, BEGAN + DAY).stops

    assert (stop.at, stop.rule, stop.bounces) == (instant_of(BEGAN + 120), Rule.BOUNCE_BURST, 6)


@pytest.mark.parametrize("policy", [DEFAULT, ALLPROWEBTOOLS, CONSERVATIVE], ids=lambda policy: policy.id)
def test_an_account_without_complaints_and_bounces_is_never_disabled(policy: Policy) -> None:
    assert replayed(a_history([(0, 0, 10), (DAY, DAY, 10)]), policy, BEGAN + 90 * DAY).stops == ()
