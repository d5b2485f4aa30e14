"""The life of an account: what becomes of it, what is told, and when it is looked at again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import (
    NOW,
    STAFF,
    a_backlog,
    a_complaint_entry,
    an_account,
    complaint_entries,
    days_of,
    decided,
    evidence,
)
from tests.support.deciding import decide

from permille.domain.account.account import TICK, Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Renewal
from permille.domain.account.restrictions import Exemption, Hold, Recheck
from permille.domain.people.staff_commands import Enable
from permille.domain.policy.policy import ALLPROWEBTOOLS, DEFAULT
from permille.domain.policy.policy_file import policy_data
from permille.domain.policy.verdict import Rule
from permille.domain.rules.backlog import HOLD_AT_MOST, STALLED_AFTER
from permille.domain.rules.breaker import BreakerPosition, OpenBreaker, PassBreaker, hour_of
from permille.domain.rules.decide import LONG_HOLD
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.needs import COMMIT_LAG, Needs, evidence_of_tallies, needs
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.decision_record import SendDay
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.values.status import HoldReason, Mode, Status
from permille.domain.values.tally import Days

if TYPE_CHECKING:
    from permille.domain.timeline.kinds.complaints import CountedComplaint
    from permille.domain.timeline.timeline import TimelineEntry

ENFORCE, MONITOR = Mode.ENFORCE, Mode.MONITOR
ENFORCING = Rules(DEFAULT, ENFORCE)
ACTIVE, DISABLED = Status.ACTIVE, Status.DISABLED
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TOMORROW = datetime(2026, 3, 11, tzinfo=UTC)
EXEMPTION = Exemption(NOW + timedelta(hours=1), "A partner", STAFF)
WINDOW_BEGINS = datetime(2026, 1, 25, tzinfo=UTC)

modes = st.sampled_from(Mode)
accounts = st.builds(
    an_account,
    status=st.sampled_from(Status),
    in_sync=st.booleans(),
    would_disable=st.booleans(),
    alerted_at=st.none() | st.sampled_from([NOW - timedelta(days=3), NOW - timedelta(minutes=30), NOW]),
    due_at=st.none() | st.just(NOW),
)
pieces_of_evidence = st.builds(evidence, st.integers(0, 4000), st.integers(0, 5))


def looked_at(
    account: Account, found: Evidence, now: datetime = NOW, mode: Mode = ENFORCE
) -> tuple[Account, list[str]]:
    outcome = decide(account, found, Rules(DEFAULT, mode), now)
    return outcome.account, [str(entry.kind) for entry in outcome.entries]


@pytest.mark.parametrize(
    ("mode", "before", "delivered", "complaints", "after", "told"),
    [
        # active, a complaint is counted: an alert, and active it stays
        (ENFORCE, {}, 5000, 1, ACTIVE, ["alert"]),
        (ENFORCE, {}, 1000, 1, ACTIVE, ["alert"]),
        # ... none without a complaint
        (ENFORCE, {}, 5000, 0, ACTIVE, []),
        (ENFORCE, {}, 0, 0, ACTIVE, []),
        # active, a rule is broken: disabled, and that replaces the alert
        (ENFORCE, {}, 1000, 2, DISABLED, ["disabled"]),
        (ENFORCE, {"alerted_at": NOW - timedelta(minutes=5)}, 1000, 2, DISABLED, ["disabled"]),
        # disabled stays disabled, however good or bad the numbers become
        (ENFORCE, {"status": DISABLED}, 1000, 2, DISABLED, []),
        (ENFORCE, {"status": DISABLED}, 90_000, 2, DISABLED, []),
        (MONITOR, {"status": DISABLED}, 90_000, 2, DISABLED, []),
        # observing switches nothing and mails nobody: staff read when the verdict changes, once
        (MONITOR, {}, 1000, 1, ACTIVE, []),
        (MONITOR, {}, 1000, 2, ACTIVE, ["would_disable"]),
        (MONITOR, {"would_disable": True}, 1000, 2, ACTIVE, []),
        (MONITOR, {"would_disable": True}, 2000, 2, ACTIVE, ["would_keep"]),
        (MONITOR, {}, 2000, 2, ACTIVE, []),
        # entering enforce judges anew
        (ENFORCE, {"would_disable": True}, 1000, 2, DISABLED, ["disabled"]),
        (ENFORCE, {"would_disable": True}, 2000, 0, ACTIVE, []),
    ],
)
def test_what_becomes_of_an_account(
    mode: Mode, before: dict[str, Any], delivered: int, complaints: int, after: Status, told: list[str]
) -> None:
    account, kinds = looked_at(an_account(**before), evidence(delivered, complaints), mode=mode)

    assert account.status is after
    assert kinds == told
    assert account.decided_at == (NOW if told else None)


def test_entering_enforcement_forgets_what_was_only_observed() -> None:
    account, told = looked_at(an_account(would_disable=True), evidence(2000, 0))

    assert (account.would_disable, told) == (False, [])


def test_a_closed_account_is_never_due() -> None:
    account, told = looked_at(an_account(status=Status.CLOSED, due_at=NOW), evidence(1000, 2))

    assert (account.due_at, told) == (None, [])


def test_a_disabling_is_written_down_whole_and_waits_for_the_switch() -> None:
    before, found = an_account(strikes=1, would_disable=True), evidence(1000, 2)
    outcome = decide(before, found, Rules(DEFAULT, ENFORCE, code="1.2.3"), NOW)

    ids = frozenset(one.id for one in found.complaints)
    assert outcome.account == before.to_be_switched(
        status=DISABLED,
        strikes=2,
        would_disable=False,
        recheck=Recheck(NOW + HOUR, NOW),
        decided_at=NOW,
        alerted_at=NOW,
        alerted_entry_ids=ids,
        due_at=NOW,
        assessment=Assessment(
            NOW.date(), 1000, 2, 0, allowance_left=0, breaks_rule=True, policy="default", mode="enforce"
        ),
    )
    (record,) = outcome.entries
    assert (record.account_id, record.at) == (before.id, NOW)
    assert record.facts == Disabled(
        rule=Rule.COMPLAINT_RATIO,
        delivered=1000,
        complaints=2,
        bounces=0,
        allowance_left=0,
        limit_per_1000=1,
        window_days=45,
        first_day=WINDOW_BEGINS.date(),
        last_day=NOW.date(),
        policy="default",
        days=(SendDay(day=NOW.date(), delivered=1000, complaints=2, bounces=0),),
        complaint_identities=("complaint#m-1", "complaint#m-2"),
        rules=policy_data(DEFAULT),
        code="1.2.3",
    )


def test_the_record_names_no_complaint_about_mail_that_was_not_judged() -> None:
    older = a_complaint_entry("m-old", sent_at=NOW - timedelta(days=50))
    of_another_epoch = replace(older, facts=replace(older.facts, epoch=2, sent_at=NOW))
    found = evidence(1000, 2, [older, of_another_epoch, *complaint_entries(2)])

    outcome = decide(an_account(), found, ENFORCING, NOW)

    assert outcome.entries[0].data["complaint_identities"] == ["complaint#m-1", "complaint#m-2"]


@given(accounts, pieces_of_evidence, modes)
def test_deciding_twice_changes_nothing_but_when_to_look_again(account: Account, found: Evidence, mode: Mode) -> None:
    once = decide(account, found, Rules(DEFAULT, mode), NOW).account

    twice = decide(once, found, Rules(DEFAULT, mode), NOW)

    assert twice.entries == []
    assert replace(twice.account, due_at=once.due_at) == once


@given(accounts, pieces_of_evidence, modes)
def test_nothing_but_a_broken_rule_under_enforcement_takes_the_credential(
    account: Account, found: Evidence, mode: Mode
) -> None:
    after, told = looked_at(account, found, mode=mode)

    taken = account.status.may_send and not after.status.may_send
    assert taken is ("disabled" in told)
    assert not taken or mode is ENFORCE


# ---------------------------------------------------------------- when to look again


@pytest.mark.parametrize("name", ["bakery", "a", "zoo-42", "x" * 54])
@pytest.mark.parametrize("mode", Mode)
def test_while_the_window_holds_complaints_somebody_looks_early_next_day(name: str, mode: Mode) -> None:
    account, _ = looked_at(an_account(name), evidence(5000, 1), mode=mode)

    assert account.due_at is not None
    assert TOMORROW <= account.due_at < TOMORROW + timedelta(hours=6)


def test_the_daily_looks_are_spread_over_the_hours() -> None:
    found = evidence(5000, 1)

    times = {looked_at(an_account(f"a-{n}"), found)[0].due_at for n in range(50)}

    assert len({at.hour for at in times if at}) == 6


@pytest.mark.parametrize("mode", Mode)
def test_without_a_complaint_nobody_needs_to_look(mode: Mode) -> None:
    assert looked_at(an_account(due_at=NOW), evidence(5000, 0), mode=mode)[0].due_at is None


@pytest.mark.parametrize(("in_sync", "due_at"), [(False, NOW), (True, None)])
def test_a_disabled_account_is_due_until_the_switch_agrees(in_sync: bool, due_at: datetime | None) -> None:
    account = an_account(status=DISABLED, in_sync=in_sync, due_at=NOW)

    assert looked_at(account, evidence(1000, 2))[0].due_at == due_at


@pytest.mark.parametrize(
    ("renewal", "due_at", "due"),
    [
        ({"until": NOW + DAY}, None, NOW + DAY),
        ({"until": NOW + DAY}, NOW + HOUR, NOW + HOUR),
        ({"until": NOW}, None, NOW),  # the old key is to be made Inactive now
        ({"until": NOW, "ended": True}, None, None),
        ({"until": NOW + DAY, "new": ""}, None, None),  # no new key was made yet
    ],
)
def test_an_account_is_due_when_the_old_key_of_a_renewed_credential_ends(
    renewal: dict[str, Any], due_at: datetime | None, due: datetime | None
) -> None:
    renewed = Renewal(**{"sender": "permille-bakery", "old": ("k1",), "new": "k2", **renewal})
    exemption = Exemption(due_at, "A partner", STAFF) if due_at else None  # it is judged when that ends

    account, _ = looked_at(an_account(renewal=renewed, exemption=exemption), evidence(1000, 0))

    assert account.due_at == due


@pytest.mark.parametrize(
    ("decided_at", "now"), [(None, NOW), (NOW - HOUR, NOW), (NOW, NOW + TICK), (NOW + HOUR, NOW + HOUR + TICK)]
)
def test_time_never_runs_backwards_for_an_account(decided_at: datetime | None, now: datetime) -> None:
    assert an_account(decided_at=decided_at).after_last_decision(NOW) == now


# ---------------------------------------------------------------- alerts: at once, then at most one an hour


def wanted(account: Account, days: Days, rules: Rules, now: datetime) -> Needs:
    return needs(account, evidence_of_tallies(account, days, rules, now), rules, now)


class Story:
    """An account over time: complaints come in, looks are taken with the evidence that enforcing would gather."""

    def __init__(self) -> None:
        self.account = an_account()
        self.written: list[TimelineEntry[CountedComplaint]] = []
        self.told: list[str] = []

    def complain(self, message_id: str, at: datetime) -> None:
        self.written.append(a_complaint_entry(message_id, at))

    def look(self, now: datetime) -> list[str]:
        """The messages that an alert tells of, if one is written."""
        days = days_of(100_000, len(self.written))
        since = wanted(self.account, days, ENFORCING, now).complaints_since
        found = Evidence(days, [entry for entry in self.written if since and entry.at >= since])
        outcome = decide(self.account, found, ENFORCING, now)
        self.account = outcome.account
        told = [one["message_id"] for entry in outcome.entries for one in entry.data["listed"]]
        self.told += told
        return told


def test_the_first_complaint_alerts_at_once() -> None:
    story = Story()
    story.complain("m-1", NOW)

    assert story.look(NOW) == ["m-1"]


def test_complaints_within_the_hour_are_in_one_alert() -> None:
    story = Story()
    story.complain("m-1", NOW)
    story.look(NOW)
    story.complain("m-2", NOW + timedelta(minutes=10))
    story.complain("m-3", NOW + timedelta(minutes=50))

    assert story.look(NOW + timedelta(minutes=59)) == []
    assert story.account.due_at == NOW + HOUR
    assert story.look(NOW + HOUR) == ["m-2", "m-3"]


def test_a_complaint_after_a_quiet_hour_alerts_at_once() -> None:
    story = Story()
    story.complain("m-1", NOW)
    story.look(NOW)
    story.complain("m-2", NOW + 3 * HOUR)

    assert story.look(NOW + 3 * HOUR) == ["m-2"]


def test_a_complaint_that_is_committed_late_is_in_the_next_alert() -> None:
    story = Story()
    story.complain("m-1", NOW)
    story.look(NOW)
    story.complain("m-late", NOW - COMMIT_LAG)  # its instant lies before the alert that could not see it

    assert story.look(NOW + HOUR) == ["m-late"]


MINUTES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 110), st.booleans()), max_size=25)


@given(MINUTES)
def test_no_complaint_is_in_two_alerts_and_none_is_lost(moments: list[tuple[int, int, bool]]) -> None:
    story = Story()
    for number, (minute, lag, looks) in enumerate(sorted(moments)):
        now = NOW + timedelta(minutes=minute)
        story.complain(f"m-{number}", now - timedelta(seconds=lag))
        if looks:
            story.look(now)

    story.look(NOW + timedelta(hours=6))
    story.look(NOW + timedelta(hours=7))

    assert sorted(story.told) == sorted(f"m-{number}" for number in range(len(moments)))


@given(MINUTES)
def test_alerts_are_an_hour_apart(moments: list[tuple[int, int, bool]]) -> None:
    story, alerts = Story(), []
    for number, (minute, _, _) in enumerate(sorted(moments)):
        now = NOW + timedelta(minutes=minute)
        story.complain(f"m-{number}", now)
        if story.look(now):
            alerts.append(now)

    assert all(later - earlier >= HOUR for earlier, later in pairwise(alerts))


@pytest.mark.parametrize(
    ("alerted_at", "delivered", "complaints", "since"),
    [
        (None, 5000, 0, WINDOW_BEGINS),  # a complaint about older mail is told too
        (None, 5000, 1, WINDOW_BEGINS),
        (NOW - HOUR, 5000, 1, NOW - HOUR - COMMIT_LAG),
        (NOW - HOUR, 1000, 2, WINDOW_BEGINS),  # the record of a broken rule names them all
    ],
)
def test_no_more_of_the_timeline_is_read_than_is_needed(
    alerted_at: datetime | None, delivered: int, complaints: int, since: datetime
) -> None:
    account = an_account(alerted_at=alerted_at)

    assert wanted(account, days_of(delivered, complaints), ENFORCING, NOW).complaints_since == since


@pytest.mark.parametrize(
    ("different", "mode", "since"),
    [
        ({}, MONITOR, WINDOW_BEGINS),  # for the record
        ({"would_disable": True}, MONITOR, None),
        ({"would_disable": True, "alerted_at": NOW, "exemption": EXEMPTION}, ENFORCE, NOW - COMMIT_LAG),
        ({"exemption": EXEMPTION}, ENFORCE, WINDOW_BEGINS),
    ],
)
def test_whom_a_broken_rule_spares_is_read_whole_for_the_record_alone(
    different: dict[str, Any], mode: Mode, since: datetime | None
) -> None:
    assert wanted(an_account(**different), days_of(1000, 2), Rules(DEFAULT, mode), NOW) == Needs(since)


# ---------------------------------------------------------------- the brakes: the hold, the breaker, an exemption


def braked(found: Evidence, **different: Any) -> Outcome:
    return decide(an_account(due_at=NOW), replace(found, **different), ENFORCING, NOW)


@pytest.mark.parametrize(("waiting", "after"), [(999, DISABLED), (1000, ACTIVE), (50_000, ACTIVE)])
def test_no_ratio_is_judged_that_waiting_feedback_could_still_turn(waiting: int, after: Status) -> None:
    outcome = braked(evidence(1000, 2, waiting=waiting))

    assert outcome.account.status is after
    assert outcome.account.hold_reason is (HoldReason.NO if after is DISABLED else HoldReason.FEEDBACK)
    assert outcome.account.due_at == NOW


def test_a_hold_has_one_entry_for_staff_and_ends_by_itself() -> None:
    held = braked(evidence(1000, 2, waiting=5000))
    again = decide(held.account, evidence(1000, 2, waiting=4000), ENFORCING, NOW + MINUTE)
    after = decide(again.account, evidence(1000, 2), ENFORCING, NOW + MINUTE)

    assert [entry.kind for entry in held.entries] == ["held"]
    assert held.entries[0].data["waiting"] == 5000
    assert (again.entries, again.account.due_at) == ([], NOW + MINUTE)  # behind those that have waited longer
    assert (after.account.status, after.account.hold_reason) == (DISABLED, HoldReason.NO)


@pytest.mark.parametrize("waiting", [1000, 50_000, None])
def test_however_much_waits_a_hold_is_over_after_two_minutes(waiting: int | None) -> None:
    account = braked(evidence(1000, 2, waiting=waiting)).account

    before = decide(account, evidence(1000, 2, waiting=waiting), ENFORCING, NOW + HOLD_AT_MOST - TICK).account
    after = decide(before, evidence(1000, 2, waiting=waiting), ENFORCING, NOW + HOLD_AT_MOST).account

    assert (account.status, before.status, after.status) == (ACTIVE, ACTIVE, DISABLED)


@pytest.mark.parametrize("waiting", [1, None])
@pytest.mark.parametrize("counted_at", [None, NOW - STALLED_AFTER])
def test_while_nothing_at_all_is_counted_nobody_is_judged_on_a_ratio(
    waiting: int | None, counted_at: datetime | None
) -> None:
    stalled = replace(evidence(1000, 2), backlog=a_backlog(waiting, counted_at))

    account = braked(stalled).account
    later = decide(account, stalled, ENFORCING, NOW + HOUR).account

    assert (account.status, account.hold_reason) == (later.status, later.hold_reason) == (ACTIVE, HoldReason.STALLED)


def test_a_number_that_is_no_ratio_is_judged_whatever_is_counted() -> None:
    stalled = replace(evidence(1000, 5), backlog=a_backlog(1, None))

    outcome = decide(an_account(), stalled, Rules(ALLPROWEBTOOLS, ENFORCE), NOW)

    assert outcome.account.status is DISABLED
    assert outcome.entries[0].data["rule"] == "complaint_burst"


def test_however_often_a_hold_changes_its_reason_staff_read_of_it_once_and_once_that_it_needs_them() -> None:
    account, told = an_account(due_at=NOW), list[str]()
    for minute in range(120):
        found = evidence(1000, 2, waiting=[5000, 0][minute % 2])
        stalls = replace(found, backlog=a_backlog(1, None)) if minute % 3 == 0 else found
        outcome = decide(
            account, replace(stalls, breaker_position=BreakerPosition.OPEN), ENFORCING, NOW + minute * MINUTE / 60
        )
        account, told = outcome.account, told + [str(entry.kind) for entry in outcome.entries]

    assert told.count("held") == 2


def test_of_a_long_hold_the_owner_is_alerted_of_the_complaints() -> None:
    stalled = replace(evidence(1000, 2), backlog=a_backlog(1, None))
    held = braked(stalled)

    outcome = decide(held.account, stalled, ENFORCING, NOW + LONG_HOLD)

    assert [entry.kind for entry in outcome.entries] == ["alert"]
    assert outcome.entries[0].data["over"]


def test_what_was_held_and_turned_is_let_go() -> None:
    held = braked(evidence(1000, 2, waiting=5000)).account

    after = decide(held, evidence(6000, 2), ENFORCING, NOW + HOUR).account

    assert (after.status, after.hold_reason) == (ACTIVE, HoldReason.NO)


@pytest.mark.parametrize(
    ("breaker_position", "told", "opens"),
    [
        (BreakerPosition.OPEN, ["held", "alert"], False),
        (BreakerPosition.FULL, ["held", "breaker_opened", "alert"], True),
    ],
)
def test_an_open_or_full_breaker_lets_nobody_be_disabled_by_a_rule(
    breaker_position: BreakerPosition, told: list[str], opens: bool
) -> None:
    outcome = braked(evidence(1000, 2), breaker_position=breaker_position, bound=5)

    assert outcome.account.status is ACTIVE
    assert outcome.account.hold_reason is HoldReason.BREAKER
    assert [str(entry.kind) for entry in outcome.entries] == told
    assert outcome.breaker == ([OpenBreaker(NOW)] if opens else [])


def test_a_disabling_by_a_rule_passes_the_breaker() -> None:
    assert braked(evidence(1000, 2), bound=5).breaker == [PassBreaker(hour_of(NOW), 5)]
    assert not braked(evidence(2000, 2)).breaker


def test_an_exempt_account_is_alerted_and_not_disabled() -> None:
    account = an_account(exemption=Exemption(NOW + HOUR, "A partner", STAFF))

    outcome = decide(account, evidence(1000, 2), ENFORCING, NOW)

    assert outcome.account.status is ACTIVE
    assert outcome.account.due_at == NOW + HOUR  # judged again when it ends
    assert [entry.kind for entry in outcome.entries] == ["would_disable", "alert"]
    assert outcome.entries[0].data["not_enforced"] == "exempt"
    assert outcome.entries[1].data["exempt_until"] == (NOW + HOUR).isoformat()


def test_an_exempt_account_is_alerted_of_each_complaint_once() -> None:
    account = an_account(exemption=Exemption(NOW + 30 * DAY, "A partner", STAFF))
    found = evidence(1000, 2)
    told = list[str]()

    for day in range(5):
        outcome = decide(account, found, ENFORCING, NOW + day * DAY)
        account = outcome.account
        told += [str(entry.kind) for entry in outcome.entries]

    assert told == ["would_disable", "alert"]


def test_after_support_has_enabled_it_old_complaints_cause_no_alert() -> None:
    disabled = decide(an_account(), evidence(1000, 2), ENFORCING, NOW).account
    late = a_complaint_entry("m-late", NOW + HOUR)
    enabled = decided(disabled, Enable(reason="Cleaned", by=STAFF), NOW + DAY).account
    new = a_complaint_entry("m-new", NOW + DAY + HOUR)
    found = Evidence(days_of(1000, 1), [*complaint_entries(2), late, new])

    (alert,) = decide(enabled, found, ENFORCING, NOW + DAY + HOUR).entries

    assert [one["message_id"] for one in alert.data["listed"]] == ["m-new"]


def test_when_an_exemption_is_over_the_rules_apply() -> None:
    account = an_account(exemption=Exemption(NOW, "A partner", STAFF))

    after, told = looked_at(account, evidence(1000, 2))

    assert (after.status, told) == (DISABLED, ["disabled"])


def test_without_a_policy_nobody_is_judged_and_the_account_stays_due() -> None:
    outcome = decide(an_account(due_at=NOW), evidence(1000, 2), Rules(None, ENFORCE), NOW + HOUR)

    assert outcome.entries == []
    assert (outcome.account.status, outcome.account.due_at) == (ACTIVE, NOW + HOUR)


def test_a_rule_that_what_waits_could_turn_is_not_the_one_that_is_named() -> None:
    """Two rules are broken; one of them is no ratio, so it is by that one that the account is disabled."""
    outcome = decide(an_account(), evidence(1000, 5, waiting=10_000), Rules(ALLPROWEBTOOLS, ENFORCE), NOW)

    assert outcome.account.status is DISABLED
    assert outcome.entries[0].data["rule"] == "complaint_burst"


brakes = st.sampled_from(BreakerPosition)
spared_accounts = st.builds(
    an_account,
    status=st.sampled_from(Status),
    in_sync=st.booleans(),
    would_disable=st.booleans(),
    hold=st.none() | st.builds(Hold, st.sampled_from(list(HoldReason)[1:]), st.sampled_from([NOW, NOW - HOUR])),
    exemption=st.none() | st.builds(Exemption, st.sampled_from([NOW, NOW + HOUR]), st.just("Why"), st.just(STAFF)),
)


@given(spared_accounts, st.integers(0, 4000), st.integers(0, 5), st.integers(0, 4000), brakes, modes)
def test_whatever_brakes_deciding_twice_changes_nothing_and_only_a_changed_decision_is_told(
    account: Account, delivered: int, complaints: int, waiting: int, breaker_position: BreakerPosition, mode: Mode
) -> None:
    found = replace(evidence(delivered, complaints, waiting=waiting), breaker_position=breaker_position)
    once = decide(account, found, Rules(DEFAULT, mode), NOW)
    if OpenBreaker(NOW) in once.breaker:  # the next one meets it open
        found = replace(found, breaker_position=BreakerPosition.OPEN)

    twice = decide(once.account, found, Rules(DEFAULT, mode), NOW)

    assert twice.entries == []
    assert replace(twice.account, due_at=once.account.due_at) == once.account
    if not once.entries:
        noted: dict[str, Any] = {"due_at": None, "hold": None, "would_disable": False, "assessment": None}
        assert replace(once.account, **noted) == replace(account, **noted)
