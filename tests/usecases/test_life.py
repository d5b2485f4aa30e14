"""A whole life, from the first complaint to the return: feedback, support, owner and time in any order, with failures
at any call and others who are faster, against a table of moves and a model of a few lines."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support.builders import ACCOUNT, CALLER, NOW, OWNER_MAIL_SENDER, STAFF, a_request, an_account, ses_event
from tests.support.enforcement import FakeEnforcement
from tests.support.examples import examples
from tests.support.fakes import FakeLedger, FakeQuarantine, Killed, When

from permille.aws.events import as_received
from permille.domain.account.account import Account
from permille.domain.account.credential import PROPAGATION
from permille.domain.account.second_chance import RequestedDay, ReviewState, Trial
from permille.domain.people.commands import Command
from permille.domain.people.owner_commands import AmendReview, WithdrawReview
from permille.domain.people.staff_commands import (
    ApproveReview,
    CancelTrial,
    Close,
    ConfirmTrial,
    DeclineReview,
    Disable,
    Enable,
    Exempt,
    ReleaseHold,
    Unexempt,
)
from permille.domain.policy.e_value import is_evident
from permille.domain.policy.policy import DEFAULT, Breaker, Policy, RecentRatio, SecondChance
from permille.domain.rules.backlog import ANY_NUMBER, COUNTED_WITHIN, HOLD_AT_MOST, STALLED_AFTER
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.rules.reminders import next_reminder_at, requested_day
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import Entry, only
from permille.domain.values import calendar
from permille.domain.values.errors import DecisionRefused, Unavailable
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally, first_day
from permille.domain.words.wording import OWNER
from permille.usecases.decisions.decisions import apply
from permille.usecases.feedback.ingest import IngestServices, ingest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACTIVE, DISABLED, TRIAL, OBSERVING, CLOSED = Status
A_DAY = timedelta(days=1)
BATCH = 50  # e-mails: what is asked for
DECIDED_OFTEN = 8  # versions
OFF_OR_TRIED = {DISABLED, TRIAL, OBSERVING}

# By which entry an account comes from where to where: "An account's life" in docs/architecture.md.
MOVES: dict[str, tuple[set[Status], Status]] = {
    "disabled": ({ACTIVE}, DISABLED),
    "disabling_reversed": ({DISABLED}, ACTIVE),
    "trial_began": ({DISABLED}, TRIAL),
    "trial_ended": ({TRIAL}, OBSERVING),
    "stays_suspended": ({TRIAL, OBSERVING}, DISABLED),
    "trial_unused": ({OBSERVING}, DISABLED),
    "reinstated": ({OBSERVING}, ACTIVE),
    "staff_disabled": ({ACTIVE, TRIAL, OBSERVING}, DISABLED),
    "staff_enabled": (OFF_OR_TRIED, ACTIVE),
    "closed": (set(Status) - {CLOSED}, CLOSED),
}
ANSWERS: dict[str, tuple[set[str], str]] = {
    "review_requested": ({"", "declined", "withdrawn"}, "open"),
    "review_amended": ({"open"}, "open"),
    "review_due": ({"open"}, "open"),
    "review_day_passed": ({"open"}, "open"),
    "review_approved": ({"open", "approved"}, "approved"),  # again, where an agreed trial is moved
    "review_declined": ({"open"}, "declined"),
    "review_withdrawn": ({"open", "approved"}, "withdrawn"),
    "trial_cancelled": ({"approved"}, ""),
    "review_reopened": ({"approved"}, "open"),
    "trial_began": ({"approved"}, "approved"),
    "trial_ended": ({"approved"}, "approved"),
}
BY_A_PERSON = {
    *("deny_lifted", "undenied_by_hand", "staff_enabled", "staff_disabled", "closed"),
    *("review_approved", "trial_confirmed"),
}

stages = st.sampled_from([0, 1, 2, 3, 3])  # active, disabled, on trial, observed
waits = st.sampled_from([timedelta(seconds=1), timedelta(minutes=10), timedelta(hours=5), A_DAY, 3 * A_DAY])
OWNERS, SUPPORTS = ["request", "amend", "withdraw"], ["approve", "approve", "decline", "confirm"]
STAFFS = ["disable", "enable", "exempt", "unexempt", "cancel", "release"]
decisions = st.sampled_from([*OWNERS, *SUPPORTS, *STAFFS])
lags = st.sampled_from([timedelta(), timedelta(seconds=4), PROPAGATION])
policies = st.builds(
    lambda chance, breaker, recent, days: replace(
        DEFAULT, second_chance=chance, breaker=breaker, recent_ratio=recent, one_recipient_days=days
    ),
    st.builds(
        SecondChance,
        reinstate_by_staff=st.booleans(),
        needs_at_least=st.sampled_from([1, 30]),
        most_times=st.sampled_from([0, 1, 3]),
        most_at_least=st.sampled_from([1, 1000]),
        least_hours=st.sampled_from([0, 24]),
        ratio_above=st.sampled_from([0, 0, 20, 60]),
    ),
    st.builds(
        Breaker,
        at_least=st.sampled_from([0, 1, 5]),
        beyond_doubt_alpha=st.sampled_from([None, Decimal("0.001"), Decimal("0.000001")]),
        beyond_doubt_times=st.sampled_from([1, 2]),
    ),
    st.none() | st.just(RecentRatio(days=1, complaints_at_least=1)),
    st.sampled_from([0, 0, 1, 7]),
)
calls = st.sampled_from(
    [
        *(
            "accounts.get",
            "tallies.days",
            "feedback_backlog.size",
            "feedback_backlog.oldest_sent_at",
            "heartbeat.last",
            "timeline.since",
        ),
        *(
            "control.breaker",
            "accounts.save",
            "accounts.save",
            "switch.state_of",
            "leases.acquire_lease",
            "switch.apply",
        ),
        *("switch.group", "switch.key", "leases.release_lease", "accounts.page", "switch.denied_senders"),
    ]
)


class Life(RuleBasedStateMachine):
    """One account. What the ports keep is looked at after each step; what it must be after a tick, the model says."""

    @initialize(
        zone=st.sampled_from(["UTC", "Asia/Kathmandu"]),
        stage=stages,
        denied=st.booleans(),
        newer=st.booleans(),
        policy=policies,
    )
    def begin(self, zone: str, stage: int, denied: bool, newer: bool, policy: Policy) -> None:
        self.now: datetime = NOW
        self.zone = ZoneInfo(zone)
        self.policy = policy
        self.world = FakeEnforcement(newer_rows=newer)
        self.world.policies.policy = policy
        self.world.rows.lap = replace(self.world.rows.lap, policy=policy.id)
        self.world.open(an_account(timezone=zone))
        self.sent: list[datetime] = []  # every mail that SES took, by its instant
        self.queue: list[tuple[str, int, int]] = []  # feedback that is delivered again
        self.acknowledged: dict[tuple[str, int], tuple[int, Tally]] = {}
        self.dead = False  # some of it is delivered no more
        self.backlog = 0  # and that of others
        self.lagged = self.replayed = False
        self.stalls = False  # nothing is counted, of anybody
        self.epochs: tuple[datetime, ...] = ()
        steps = (self._is_disabled, self._is_on_trial, lambda: self._is_observed(denied=denied))
        for step in steps[:stage]:
            step()
        if denied and self.world.account().status.may_send:
            self.somebody_denies_it_by_hand_and_an_hour_goes_by()

    def _is_disabled(self) -> None:
        for _ in range(2):
            self.mail_goes_out(readers=20, complain=True)
        self.all_is_well_for_a_tick()

    def _is_on_trial(self) -> None:
        self.a_day_is_asked_for_and_given(0)
        self.all_is_well_for_a_tick()

    def _is_observed(self, *, denied: bool) -> None:
        self.mail_goes_out(readers=20, complain=False)
        if denied:
            self.somebody_denies_it_by_hand_and_an_hour_goes_by()
        self.it_is_the_next_moment_of_the_trial(early=False)

    # ------------------------------------------------------------ mail and what becomes of it

    @precondition(lambda self: self.world.can_send() == [True])
    @rule(readers=st.sampled_from([1, 20]), complain=st.booleans())
    def mail_goes_out(self, readers: int, complain: bool) -> None:
        self.sent.append(self.now)
        self._receive("Delivery", len(self.sent) - 1, readers)
        if complain:
            self._receive("Complaint", len(self.sent) - 1)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def somebody_complains_about_some_mail(self, data: st.DataObject) -> None:
        self._receive("Complaint", data.draw(st.integers(0, len(self.sent) - 1)))

    def _receive(self, kind: str, number: int, readers: int = 1) -> None:
        """Of the mail of that number."""
        sent_at, names = self.sent[number], [f"r-{n}@example.com" for n in range(readers)]
        if kind == "Complaint":
            names = [_who(number)]
        body = json.dumps(ses_event(kind, f"m-{number}", sent_at=sent_at, recipients=names, destination=names))
        failed = ["r"]
        with suppress(Killed):
            ledger, left = FakeLedger(self.world.rows), timedelta(minutes=1)
            services = IngestServices(ledger, FakeQuarantine(), lambda: self.policy, OWNER_MAIL_SENDER)
            failed = ingest(services, [as_received("r", body)], self.now, lambda: left)
        if failed:
            self.queue.append((kind, number, readers))
        else:
            epoch = 1 + sum(sent_at >= start for start in self.world.account().epochs)
            tally = Tally(delivered=readers) if kind == "Delivery" else Tally(complaints=1)
            self.acknowledged.setdefault((kind, number), (epoch, tally))
        self._count_what_waits()

    @precondition(lambda self: self.queue)
    @rule()
    def what_failed_is_delivered_again(self) -> None:
        again, self.queue = self.queue, []
        for feedback in again:
            self._receive(*feedback)

    @precondition(lambda self: self.queue)
    @rule()
    def what_failed_becomes_a_dead_letter(self) -> None:
        self.queue, self.dead = [], True
        self._count_what_waits()

    @rule(stalls=st.booleans())
    def counting_stalls_or_goes_on(self, stalls: bool) -> None:
        self.stalls = stalls

    @rule(backlog=st.sampled_from([0, 0, 1, 50_000]))
    def feedback_of_others_waits(self, backlog: int) -> None:
        self.backlog = backlog
        self._count_what_waits()

    def _count_what_waits(self) -> None:
        self.world.feed.messages = self.backlog + len(self.queue)

    # ------------------------------------------------------------ people

    @rule(decision=decisions, days=st.integers(0, 2))
    def somebody_decides(self, decision: str, days: int) -> None:
        self.now += timedelta(seconds=1)
        with suppress(DecisionRefused, Killed, Unavailable):
            self._decide(decision, days)

    @precondition(lambda self: self.world.account().version > DECIDED_OFTEN)
    @rule()
    def support_closes_it_for_good(self) -> None:
        self.somebody_decides("close", 0)

    @rule(first=decisions, second=decisions)
    def somebody_decides_twice_within_a_second(self, first: str, second: str) -> None:
        for decision in (first, second):
            self.now += timedelta(seconds=0.3)
            with suppress(DecisionRefused, Killed, Unavailable):
                self._decide(decision, 0)
            self.the_stream_runs()

    def _decide(self, decision: str, days: int = 0) -> None:
        day = calendar.today(self.zone, self.now) + days * A_DAY
        apply(self.world.deciding, ACCOUNT, self._command(decision, day), self.now)

    def _command(self, decision: str, day: date) -> Command:
        why = {"reason": "Why", "by": STAFF}
        commands: dict[str, Callable[[], Command]] = {
            "request": lambda: a_request(day=day, batch=BATCH),
            "amend": lambda: a_request(AmendReview, day=day, batch=BATCH),
            "withdraw": lambda: WithdrawReview(by=OWNER),
            "approve": lambda: ApproveReview(day=day, by=STAFF, short_day=True),
            "decline": lambda: DeclineReview(**why),
            "confirm": lambda: ConfirmTrial(**why),
            "cancel": lambda: CancelTrial(**why),
            "disable": lambda: Disable(**why),
            "enable": lambda: Enable(**why),
            "close": lambda: Close(**why),
            "exempt": lambda: Exempt(until=self.now + A_DAY, **why),
            "unexempt": lambda: Unexempt(**why),
            "release": lambda: ReleaseHold(**why),
        }
        return commands[decision]()

    @precondition(lambda self: self.world.account().status in (ACTIVE, DISABLED))
    @rule(days=st.integers(0, 2))
    def a_day_is_asked_for_and_given(self, days: int) -> None:
        """Before any run has seen to it that the account is off."""
        self.somebody_decides("disable", 0)
        self.somebody_decides("request", days)
        self.somebody_decides("approve", days)

    @rule(is_open=st.booleans())
    def the_breaker_is_opened_or_reset(self, is_open: bool) -> None:
        self.world.rows.breaker = BreakerState(opened_at=self.now if is_open else None)

    @precondition(lambda self: self.world.account().status.may_send)
    @rule(denied=st.booleans())
    def somebody_puts_it_into_the_deny_group_by_hand_or_takes_it_out(self, denied: bool) -> None:
        self.world.switch.users[CALLER].denied = denied

    @precondition(lambda self: self.world.account().status.may_send)
    @rule()
    def somebody_denies_it_by_hand_and_an_hour_goes_by(self) -> None:
        for _ in range(2):
            self.all_is_well_for_a_tick()
        self.somebody_puts_it_into_the_deny_group_by_hand_or_takes_it_out(denied=True)
        self.time_goes_by(timedelta(hours=1), tick=True)

    @rule(mode=st.sampled_from([Mode.MONITOR, Mode.ENFORCE, Mode.ENFORCE]))
    def the_stack_is_deployed_with_another_mode(self, mode: Mode) -> None:
        self.world.enter(mode)

    # ------------------------------------------------------------ time, with and without ticks

    @rule(wait=waits, tick=st.booleans())
    def time_goes_by(self, wait: timedelta, tick: bool) -> None:
        self.now += wait
        if tick:
            self._tick()

    @precondition(lambda self: self.world.account().trial)
    @rule(early=st.booleans())
    def it_is_the_next_moment_of_the_trial(self, early: bool) -> None:
        trial = self.world.account().trial
        instants = (trial.begins_at, trial.ends_at, trial.verdict_at) if trial else ()
        moments = [one for one in instants if one > self.now]
        self.now = max(self.now, min(moments, default=self.now) - timedelta(seconds=1 + early))
        self._tick()

    @precondition(lambda self: self.world.account().status is OBSERVING)
    @rule(backlog=st.sampled_from([0, 1]), confirm=st.booleans())
    def the_verdict_is_due(self, backlog: int, confirm: bool) -> None:
        trial = self.world.account().trial
        assert trial is not None
        self.now = max(self.now, trial.verdict_at + COUNTED_WITHIN)
        self.feedback_of_others_waits(backlog)
        self.all_is_well_for_a_tick()
        if confirm:
            self.somebody_decides("confirm", 0)
            self.all_is_well_for_a_tick()

    @rule()
    def all_is_well_for_a_tick(self) -> None:
        self.world.faults.heal()
        self.now += timedelta(seconds=80)  # whoever was killed has no lease any more
        self._tick()

    @precondition(lambda self: not self.lagged)
    @rule(behind=st.sampled_from([timedelta(minutes=1), 2 * A_DAY]))
    def a_tick_comes_whose_clock_is_behind(self, behind: timedelta) -> None:
        """As a replayed one does, on a stack whose IAM does not lag. When IAM shows a change is told by Lambda's clock,
        which is right."""
        self.replayed = True
        with suppress(Killed, Unavailable):
            self.world.run(self.now - behind)

    @rule()
    def the_stream_runs(self) -> None:
        with suppress(Killed, Unavailable):
            self.world.process(now=self.now)

    def _tick(self) -> None:
        self.now += timedelta(seconds=1)
        if not self.stalls:  # feedback of others is
            self.world.rows.counted_at = self.now
        before, told = self.world.account(), len(self._told())
        complaints = self._counts(before).complaints
        quiet = self.world.faults.none and self.world.rows.leased_until.get(ACCOUNT, self.now) <= self.now
        quiet = quiet and not self.queue  # of feedback whose nudge failed no run can know
        expected, denied = self._next(before), self.world.switch.users[CALLER].denied
        with suppress(Killed, Unavailable):
            self.world.run(self.now)
        if "reinstated" in [entry.kind for entry in self._told()[told:]]:
            assert before.trial is not None
            assert complaints == 0 or before.trial.ratio_above
            assert self.now >= before.trial.verdict_at + COUNTED_WITHIN
        if quiet:
            assert self.world.account().status is expected
            stays_denied = denied and before.in_sync and expected is before.status
            assert self.world.can_send() == [expected.may_send and not stays_denied] or (denied and self.lagged)
            if _is_open(before) and _is_open(self.world.account()):
                self._is_reminded()

    def _is_reminded(self) -> None:
        """Nobody waits for an answer that cannot come."""
        found = self.world.account().review
        assert found is not None
        days = list(RequestedDay)
        assert days.index(found.last_reminder) >= days.index(requested_day(found, self.now))

    # ------------------------------------------------------------ what may go wrong

    @rule(skip=st.integers(0, 15), when=st.sampled_from(When), error=st.sampled_from([Unavailable, Killed]))
    def something_is_going_to_fail(self, skip: int, when: When, error: type[BaseException]) -> None:
        self.world.faults.fail(skip=skip, when=when, error=error("injected"))

    @precondition(lambda self: not self.replayed)
    @rule(lag=lags)
    def iam_lags(self, lag: timedelta) -> None:
        self.world.switch.lag, self.lagged = lag, True

    @rule()
    def sqs_is_not_going_to_answer(self) -> None:
        self.world.faults.fail("feedback_backlog.size", times=30)

    @rule()
    def iam_is_going_to_be_down(self) -> None:
        self.world.faults.fail("switch.state_of", times=30)

    @rule(call=calls, decision=decisions)
    def somebody_is_going_to_decide_in_between(self, call: str, decision: str) -> None:
        self.world.faults.meanwhile(call, lambda: self.somebody_decides(decision, 0))

    @precondition(lambda self: self.sent)
    @rule(call=calls, data=st.data())
    def somebody_is_going_to_complain_in_between(self, call: str, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.sent) - 1))
        self.world.faults.meanwhile(call, lambda: self._receive("Complaint", number))
        self.it_is_the_next_moment_of_the_trial(early=False)

    @rule(call=calls)
    def another_run_is_going_to_be_faster(self, call: str) -> None:
        self.world.faults.meanwhile(call, self.the_stream_runs)

    # ------------------------------------------------------------ the model

    def _next(self, account: Account) -> Status:
        """What one undisturbed look has to lead to."""
        counts = self._counts(account)
        match account.status:
            case Status.ACTIVE:
                return DISABLED if self._is_to_be_disabled(account, counts) else ACTIVE
            case Status.DISABLED if trial := account.current_trial:  # none if the request was withdrawn
                return TRIAL if trial.begins_at <= self.now < trial.ends_at else DISABLED
            case Status.DISABLED:
                return ACTIVE if self._is_to_be_reversed(account, counts) else DISABLED
            case Status.TRIAL | Status.OBSERVING if account.trial:
                return self._next_of_trial(account, account.trial, counts)
        return account.status

    def _is_to_be_disabled(self, account: Account, counts: Tally) -> bool:
        to_come = self._to_come(account)
        if not self._is_broken(account, counts, to_come) or not self._is_new(account) or self._is_spared(account):
            return False
        if account.hold and account.hold.released:
            return True
        if counts.delivered + to_come < counts.complaints:
            return False
        return not self._breaker_stops() or self._passes_beyond_doubt(account, counts, to_come)

    def _is_new(self, account: Account) -> bool:
        """Whether anything was counted since the last look that kept it, or a person changed the mode."""
        look = account.assessment
        if look is None or not look.kept or look.mode != self.world.enforcement.mode:
            return True
        first = first_day(look.day, DEFAULT.window_days)
        told = only(CountedComplaint, self._told())
        since = [one for one in told if one.facts.epoch == account.epoch and one.facts.sent_at.date() >= first]
        return len(since) > look.complaints

    def _passes_beyond_doubt(self, account: Account, counts: Tally, to_come: int) -> bool:
        rule, passed = self.policy.breaker, self.world.rows.passed.get(hour_of(self.now), 0)
        if rule.beyond_doubt_alpha is None or passed >= rule.beyond_doubt_times * rule.at_least:
            return False
        by_ratio = counts.complaints >= 2 and counts.complaints * 1000 > counts.delivered + to_come
        found, limit = (counts, 1) if by_ratio else (self._counts(account, of_days=1), RecentRatio().limit_per_1000)
        return is_evident(found.complaints, found.delivered + to_come, limit, rule.beyond_doubt_alpha)

    def _next_of_trial(self, account: Account, trial: Trial, counts: Tally) -> Status:
        if counts.complaints and not trial.ratio_above:
            return DISABLED
        if self._is_broken(account, counts, self._to_come(account)):
            return DISABLED
        if account.status is TRIAL:
            too_many = 0 < trial.most_sent < counts.delivered
            return OBSERVING if self.now >= trial.ends_at or too_many else TRIAL
        held = self._is_broken(account, counts)  # but for what is to come
        if self.now < trial.verdict_at + COUNTED_WITHIN or self._is_stalled() or held:
            return OBSERVING
        if counts.delivered < trial.least_delivered or (counts.complaints and counts.delivered <= trial.ratio_above):
            return DISABLED
        return ACTIVE if trial.confirmed or not self._wants_support(trial) else OBSERVING

    def _wants_support(self, trial: Trial) -> bool:
        return self.policy.second_chance.reinstate_by_staff or trial.denied_by_hand

    def _is_broken(self, account: Account, counts: Tally, to_come: int = 0) -> bool:
        if counts.complaints >= 2 and counts.complaints * 1000 > counts.delivered + to_come:
            return True
        rule, today = self.policy.recent_ratio, self._counts(account, of_days=1)
        return rule is not None and rule.is_broken(today.complaints, today.delivered + to_come)

    def _to_come(self, account: Account) -> int:
        """How many deliveries more a broken ratio has to withstand."""
        if self._is_stalled():
            return ANY_NUMBER
        since = account.hold.waits_since if account.hold else None
        is_over = since is not None and self.now - since >= HOLD_AT_MOST
        return 0 if is_over else self.world.feed.messages

    def _is_stalled(self) -> bool:
        counted_at = self.world.rows.counted_at
        return self.world.feed.messages > 0 and (counted_at is None or self.now - counted_at >= STALLED_AFTER)

    def _is_to_be_reversed(self, account: Account, counts: Tally) -> bool:
        is_due = account.recheck is not None and self.now >= account.recheck.at
        return is_due and account.in_sync and not self._is_stalled() and not self._is_broken(account, counts)

    def _is_spared(self, account: Account) -> bool:
        return self.world.enforcement.mode is Mode.MONITOR or account.exempt_at(self.now)

    def _breaker_stops(self) -> bool:
        state, passed = self.world.rows.breaker, self.world.rows.passed.get(hour_of(self.now), 0)
        return state.opened_at is not None or passed >= self.policy.breaker.at_least

    def _counts(self, account: Account, of_days: int = DEFAULT.window_days) -> Tally:
        of_trial = account.status in (TRIAL, OBSERVING)  # it is decided by all of its mail, however late
        until = account.recheck.disabled_at if account.recheck else self.now  # the second look is by the same window
        first = first_day(until.date(), of_days)
        if of_trial and of_days == DEFAULT.window_days:
            first = account.epochs[-1].date()
        days = self.world.rows.tallies.items()
        return sum((t for (_, epoch, day), t in days if epoch == account.epoch and day >= first), Tally())

    def _told(self) -> list[Entry]:
        return self.world.rows.told(ACCOUNT)

    # ------------------------------------------------------------ always so

    @invariant()
    def each_change_is_told_once_and_is_one_of_the_table(self) -> None:
        status, answer = ACTIVE, ""
        for kind in [entry.kind for entry in self._told()]:
            if kind in MOVES:
                allowed, moved = MOVES[kind]
                assert status in allowed, f"{kind} of one that is {status}"
                status = moved
            if kind in ANSWERS:
                assert kind in MOVES or status is DISABLED, f"{kind} of one that is {status}"
                states, answered = ANSWERS[kind]
                assert answer in states, f"{kind} where the request is {answer or 'none'}"
                answer = answered
            elif kind in MOVES:
                answer = ""
        account = self.world.account()
        assert status is account.status
        assert answer == (account.review.state if account.review else "")
        assert (account.current_trial is not None) == (answer == "approved")

    @invariant()
    def each_reminder_is_told_once_of_each_day_that_is_asked_for(self) -> None:
        day, told = "", set[str]()
        for entry in self._told():
            match entry.kind:
                case "review_requested":
                    day, told = entry.data["day"], set()
                case "review_amended" if entry.data["day"] != day:
                    day, told = entry.data["day"], set()
                case "review_reopened" if entry.data["day"] >= day:
                    told.add("review_day_passed")
                case "review_due" | "review_day_passed":
                    assert not told & {entry.kind, "review_day_passed"}
                    assert entry.data["day"] == day
                    told.add(entry.kind)

    @invariant()
    def an_open_request_is_looked_at_when_there_is_something_to_remind_of(self) -> None:
        account = self.world.account()
        if _is_open(account) and account.review and (at := next_reminder_at(account.review, self.now)):
            assert account.due_at is not None
            assert account.due_at <= at

    @invariant()
    def a_receipt_is_mailed_once_an_hour_at_most(self) -> None:
        at = [entry.at for entry in self.world.told("review_requested") if entry.is_mailed]
        over = [entry.at for entry in self._told() if entry.kind in MOVES or entry.kind == "trial_cancelled"]
        for one, other in pairwise(at):
            assert other - one >= timedelta(hours=1) or any(one < moved < other for moved in over)

    @invariant()
    def epochs_are_only_added_and_each_is_told(self) -> None:
        epochs = self.world.account().epochs
        assert epochs[: len(self.epochs)] == self.epochs
        assert sorted(set(epochs)) == list(epochs)
        assert len(epochs) == len(self.world.told("trial_began")) + len(self.world.told("staff_enabled"))
        self.epochs = epochs

    @invariant()
    def a_strike_is_a_disabling_by_the_rule_or_a_suspension(self) -> None:
        struck = len(self.world.told("disabled")) + len(self.world.told("stays_suspended"))
        struck -= len(self.world.told("disabling_reversed"))
        assert self.world.account().strikes == struck

    @invariant()
    def what_is_counted_is_what_was_acknowledged_in_the_epoch_that_it_was_sent_in(self) -> None:
        account = self.world.account()
        rows = self.world.rows.tallies.items()
        counted = sum((tally for (_, epoch, _), tally in rows if epoch == account.epoch), Tally())
        known = sum((tally for epoch, tally in self._acknowledged() if epoch == account.epoch), Tally())
        assert counted == known or self.queue or self.dead

    def _acknowledged(self) -> "Iterator[tuple[int, Tally]]":
        """Each with its epoch: of one recipient's complaints one for the days that the policy says."""
        days, counted = self.policy.one_recipient_days, set[tuple[int, int, str]]()
        for (kind, number), (epoch, tally) in self.acknowledged.items():
            if days and kind == "Complaint":
                one = epoch, self.sent[number].date().toordinal() // days, _who(number)
                if one in counted:
                    continue
                counted.add(one)
            yield epoch, tally

    @invariant()
    def whoever_was_denied_by_hand_is_switched_on_again_by_a_person_alone(self) -> None:
        denied = False
        for kind in [entry.kind for entry in self._told()]:
            assert not (denied and kind in ("reinstated", "disabling_reversed"))
            denied = kind == "denied_by_hand" or (denied and kind not in BY_A_PERSON)

    @invariant()
    def nobody_touched_the_keys_so_nothing_drifted(self) -> None:
        assert not self.world.told("drift")

    def teardown(self) -> None:
        """Nobody is stuck: with time and ticks each trial comes to its end, and the switch says so."""
        self.world.faults.heal()
        self.stalls = False
        if self.queue:
            self.what_failed_is_delivered_again()
        if self.world.account().status is OBSERVING:
            self.the_verdict_is_due(backlog=1, confirm=False)
        self.feedback_of_others_waits(0)
        for _ in range(5):
            self.now += 3 * A_DAY
            self._tick()
            self.each_change_is_told_once_and_is_one_of_the_table()
            self.nobody_touched_the_keys_so_nothing_drifted()

        account = self.world.account()
        waits_for_support = (
            account.trial is not None and account.status is OBSERVING and self._wants_support(account.trial)
        )
        assert account.status in (ACTIVE, DISABLED, CLOSED) or waits_for_support
        assert account.trial is None or waits_for_support
        assert self.world.can_send() == [account.status is ACTIVE and not account.denied_by_hand]
        if account.denied_by_hand:
            self._decide("enable")
            self.world.settles(self.now)
            assert self.world.can_send() == [True]
        self.world.settles(self.now)
        assert self.world.account().in_sync
        assert not _is_open(account) or (account.review and account.review.last_reminder is RequestedDay.OVER)


def _who(number: int) -> str:
    """Who complains about the mail of that number: one of two."""
    return f"r-{number % 2}@example.com"


def _is_open(account: Account) -> bool:
    return account.review is not None and account.review.state is ReviewState.OPEN


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=examples(300), stateful_step_count=40, deadline=None)
