"""With a way back, support approves a day of sending so many days after a disabling, and the rules of trials decide."""

from dataclasses import replace

from tests.support.archived import BEGAN, DAY, HOUR, a_complaint, a_history

from permille.domain.policy.policy import DEFAULT, SecondChance
from permille_cli.backtest.consequences import consequences_of
from permille_cli.backtest.history import FeedbackHistory, instant_of
from permille_cli.backtest.replay import Replayed, replayed
from permille_cli.backtest.way_back import WayBack

END = BEGAN + 60 * DAY
TRIAL = 3 * DAY  # the day on which a trial begins, three days after the disabling
BAD = [a_complaint(HOUR, 0, 1), a_complaint(2 * HOUR, 0, 2)]


def with_trials(history: FeedbackHistory) -> Replayed:
    return replayed(history, DEFAULT, END, WayBack(3))


def test_who_sends_without_a_complaint_on_the_day_is_reinstated() -> None:
    history = a_history([(0, 0, 100), (TRIAL + HOUR, TRIAL + HOUR, 50), (20 * DAY, 20 * DAY, 70)], BAD)

    replay = with_trials(history)

    [stop] = replay.stops
    assert (stop.at, replay.trials) == (instant_of(BEGAN + 2 * HOUR), 1)
    assert stop.reinstated_at is not None
    assert stop.reinstated_at >= instant_of(BEGAN + TRIAL + DAY + 2 * DAY)
    assert not stop.lasts
    assert consequences_of(history, replay.off).blocked.delivered == 0


def test_mail_between_disabling_day_and_outcome_counts_as_not_sent() -> None:
    rows = [(at, at, 10) for at in (DAY, TRIAL + HOUR, TRIAL + DAY + HOUR, TRIAL + 2 * DAY, 20 * DAY)]
    history = a_history([(0, 0, 100), *rows], BAD)

    replay = with_trials(history)

    assert consequences_of(history, replay.off).blocked.delivered == 10 + 10 + 10
    assert replay.stops[0].reinstated_at is not None


def test_one_complaint_about_the_day_ends_the_trial_and_another_day_follows() -> None:
    sent = TRIAL + HOUR
    second = 6 * DAY
    late = a_complaint(sent + HOUR, sent, 3)
    history = a_history([(0, 0, 100), (sent, sent, 50), (second + HOUR, second + HOUR, 50)], [*BAD, late])

    replay = with_trials(history)

    [stop] = replay.stops
    assert replay.trials == 2
    assert stop.reinstated_at is not None
    assert stop.reinstated_at >= instant_of(BEGAN + second + 3 * DAY)


def test_who_sends_nothing_on_the_day_gets_another_one() -> None:
    replay = with_trials(a_history([(0, 0, 100), (59 * DAY, 59 * DAY, 1)], BAD))

    assert replay.stops[0].lasts
    assert replay.trials == (60 - 3) // 6 + 1


def test_complaints_about_mail_of_before_end_no_trial() -> None:
    sent = TRIAL + HOUR
    history = a_history([(0, 0, 100), (sent, sent, 50)], [*BAD, a_complaint(sent + HOUR, 0, 3)])

    assert with_trials(history).stops[0].reinstated_at is not None


def test_who_is_reinstated_is_judged_by_what_was_sent_since() -> None:
    sent, later = TRIAL + HOUR, 20 * DAY
    again = [a_complaint(later + HOUR, later, 4), a_complaint(later + 2 * HOUR, later, 5)]
    history = a_history([(0, 0, 100), (sent, sent, 50), (later, later, 30)], [*BAD, *again])

    first, second, *_ = with_trials(history).stops

    assert (first.lasts, second.at) == (False, instant_of(BEGAN + later + 2 * HOUR))
    assert (second.delivered, second.complaints) == (80, 2)


def test_support_confirms_where_the_policy_asks_for_it() -> None:
    policy = replace(DEFAULT, second_chance=SecondChance(reinstate_by_staff=True))
    history = a_history([(0, 0, 100), (TRIAL + HOUR, TRIAL + HOUR, 50)], BAD)

    assert replayed(history, policy, END, WayBack(3)).stops[0].reinstated_at is not None


def test_without_a_way_back_accounts_stay_off() -> None:
    replay = replayed(a_history([(0, 0, 100), (TRIAL + HOUR, TRIAL + HOUR, 50)], BAD), DEFAULT, END)

    assert (replay.stops[0].lasts, replay.trials) == (True, 0)
