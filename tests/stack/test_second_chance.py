"""The way back, with real logins: refused, accepted on the day, refused after it, and accepted again two days later."""

import json
import subprocess

import pytest
from tests.stack.coming_back import A_DAY, A_MINUTE, AN_HOUR, ASKED, OFF, ON, WayBack, a_way_back
from tests.stack.conftest import COMMAND, Stack, eventually

from permille.domain.rules.backlog import COUNTED_WITHIN
from permille.domain.words.wording import day


@pytest.fixture
def shop(ahead: Stack) -> WayBack:
    """A business that has lost its SMTP account."""
    return a_way_back(ahead)


SAGA = (
    "disabled",
    "review_requested",
    "review_approved",
    "trial_began",
    "trial_ended",
    "stays_suspended",
    "reinstated",
)


def test_who_sends_a_clean_batch_on_the_day_is_back_two_days_later(shop: WayBack) -> None:
    shop.is_given_its_day()
    shop.it_is(shop.begins - A_MINUTE)
    assert shop.now == ("disabled", OFF)
    shop.it_is(shop.begins)
    assert shop.now == ("trial", ON)
    shop.sends(5)
    shop.it_is(shop.ends - A_MINUTE)
    assert shop.now == ("trial", ON)

    shop.it_is(shop.ends)
    assert shop.now == ("observing", OFF)
    shop.it_is(shop.verdict + COUNTED_WITHIN - A_MINUTE)
    assert shop.now == ("observing", OFF)

    shop.it_is(shop.verdict + COUNTED_WITHIN)
    assert shop.now == ("active", ON)
    happened = ["disabled", "review_requested", "review_approved", "trial_began", "trial_ended", "reinstated"]
    assert shop.business.told(*SAGA) == happened
    standing = shop.business.standing()
    assert (standing["status"], standing["review"], standing["trial"], standing["strikes"]) == ("active", None, None, 1)
    assert (standing["window"]["delivered"], standing["window"]["complaints"]) == (5, 0)
    eventually(lambda: [mail["Subject"] for mail in shop.business.mails()][-1].startswith("Welcome back"))


# ---------------------------------------------------------------- what ends the trial


def test_one_complaint_about_the_days_mail_ends_it_within_seconds(shop: WayBack) -> None:
    shop.is_on_trial()
    shop.it_is(shop.begins + 14 * AN_HOUR)

    shop.business.send(3, complaints=1)

    eventually(lambda: shop.now == ("disabled", OFF), seconds=10)
    shop.it_is(shop.verdict + A_DAY)
    assert shop.now == ("disabled", OFF)
    assert shop.business.told(*SAGA)[-2:] == ["trial_began", "stays_suspended"]
    assert (shop.business.row()["strikes"], shop.business.row().get("trial")) == (2, None)


def test_bounces_of_the_days_mail_end_it_too(shop: WayBack) -> None:
    shop.is_on_trial()
    with shop.business.session() as session:
        for batch in range(5):
            mail = shop.business.a_mail(X_Local_Bounce="all")
            session.send_message(mail, to_addrs=[f"reader-{batch}-{n}@gone.example" for n in range(50)])
    eventually(lambda: shop.counted("bounces") == 250 and shop.nothing_waits())

    shop.it_is(shop.begins + A_MINUTE)

    assert shop.now == ("disabled", OFF)
    assert shop.business.timeline()[-1]["facts"]["rule"] == "bounce_burst"


def test_a_day_without_mail_proves_nothing(shop: WayBack) -> None:
    shop.is_on_trial()
    shop.it_is(shop.ends)

    shop.it_is(shop.verdict + COUNTED_WITHIN)

    assert shop.now == ("disabled", OFF)
    assert shop.business.told()[-1] == "trial_unused"
    assert shop.business.row()["strikes"] == 1


def test_what_support_decides_on_the_day_ends_it_for_good(shop: WayBack) -> None:
    shop.is_on_trial()

    shop.stack.answer("account", "disable", shop.business.id, "--reason", "It is the same list again")

    eventually(lambda: shop.now == ("disabled", OFF))
    shop.it_is(shop.verdict + COUNTED_WITHIN)
    assert shop.now == ("disabled", OFF)
    assert shop.business.told(*SAGA)[-1] == "trial_began"


def test_who_is_enabled_while_we_wait_for_complaints_is_back_at_once_and_counted_anew(shop: WayBack) -> None:
    shop.is_observed()

    shop.stack.answer("account", "enable", shop.business.id, "--reason", "A partner vouches for them")

    eventually(lambda: shop.now == ("active", ON))
    shop.business.is_complained_about("of-the-trial", shop.begins + AN_HOUR)
    eventually(lambda: shop.business.told("complaint") == ["complaint"] * 3)
    shop.it_is(shop.verdict + COUNTED_WITHIN)
    assert shop.now == ("active", ON)
    assert shop.business.told(*SAGA)[-1] == "trial_ended"
    assert shop.business.standing()["window"]["complaints"] == 0


# ---------------------------------------------------------------- complaints that come late


def test_a_complaint_about_older_mail_that_comes_on_the_day_changes_nothing(shop: WayBack) -> None:
    shop.is_on_trial()

    shop.business.is_complained_about("older", shop.begins - A_MINUTE)

    eventually(lambda: shop.business.told("complaint") == ["complaint"] * 3)
    shop.it_is(shop.begins + A_MINUTE)
    assert shop.now == ("trial", ON)
    assert "stays_suspended" not in shop.business.told()


def test_a_complaint_about_the_days_mail_that_comes_a_day_later_suspends(shop: WayBack) -> None:
    shop.is_observed()
    shop.it_is(shop.ends + A_DAY)

    shop.business.is_complained_about("late", shop.begins + AN_HOUR)

    eventually(lambda: shop.now == ("disabled", OFF))
    shop.it_is(shop.verdict + COUNTED_WITHIN)
    assert shop.now == ("disabled", OFF)
    assert (shop.business.told(*SAGA)[-1], shop.business.row()["strikes"]) == ("stays_suspended", 2)


def test_a_complaint_about_the_days_mail_that_comes_after_the_return_is_judged_by_the_rule(shop: WayBack) -> None:
    shop.is_observed()
    shop.it_is(shop.verdict + COUNTED_WITHIN)
    assert shop.now == ("active", ON)

    shop.business.is_complained_about("late-1", shop.begins + AN_HOUR)
    eventually(lambda: shop.business.told("complaint") == ["complaint"] * 3)
    shop.it_is(shop.verdict + COUNTED_WITHIN + A_MINUTE)
    assert shop.now == ("active", ON)

    shop.business.is_complained_about("late-2", shop.begins + AN_HOUR)
    eventually(lambda: shop.now == ("disabled", OFF))
    record = shop.business.timeline()[-1]
    assert (record["kind"], record["facts"]["complaints"], record["facts"]["delivered"]) == ("disabled", 2, 10)
    assert shop.business.row()["strikes"] == 2


# ---------------------------------------------------------------- support


def test_support_sees_the_evidence_and_a_second_decision_is_told_that_it_is_late(shop: WayBack, stack: Stack) -> None:
    shop.asks()

    (case,) = [case for case in stack.answer("review", "list")["requests"] if case["account_id"] == shop.business.id]
    assert case["disabled"]["complaints"] == 2
    assert case["campaigns"] == [{"campaign": "Fresh rye bread", "complaints": 2}]
    assert (case["strikes"], case["trials"], case["review"]["cause"]) == (1, [], "We mailed an old list")

    declined = stack.answer("review", "decline", shop.business.id, "--reason", "The list is still a bought one")
    assert declined["review"]["decided_by"].startswith("arn:aws:iam::")
    late = stack.run("review", "approve", shop.business.id, "--day", str(shop.day))
    assert (late.returncode, late.stderr) == (2, f"permille: no request of {shop.business.id} is open\n")
    again = stack.run("review", "request", shop.business.id, "--day", str(shop.day), *ASKED)
    assert again.returncode == 2
    assert "ask again from" in again.stderr


def test_of_several_who_decide_at_once_one_wins_and_all_others_are_told(shop: WayBack) -> None:
    shop.asks()
    approve = ["review", "approve", shop.business.id, "--day", str(shop.day)]
    decline = ["review", "decline", shop.business.id, "--reason", "The list is still a bought one"]
    env = shop.stack.env | {"PATH": "/usr/bin:/bin"}

    racers = [
        subprocess.Popen([*COMMAND, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603
        for words in (approve, decline, approve, decline)
    ]

    said = [(racer.communicate(timeout=60)[1], racer.returncode) for racer in racers]
    assert sorted(status for _, status in said) == [0, 2, 2, 2]
    told = {words.removeprefix("permille: ").strip() for words, status in said if status}
    none_is_open, agreed = f"no request of {shop.business.id} is open", f"trial is agreed on for {day(shop.day)}"
    moves = f"the {agreed} already; choose another day to move it"
    assert told in ({none_is_open}, {f"{none_is_open}: a {agreed}", moves})
    (winner,) = shop.business.told("review_approved", "review_declined")
    assert json.loads(shop.business.row()["review"])["state"] == winner.removeprefix("review_")
    assert (shop.business.row().get("trial") is not None) == (winner == "review_approved")


def test_what_says_nothing_is_refused_in_one_line(shop: WayBack) -> None:
    for wrong in (["--day", "soon"], ["--day", "2020-01-01"], ["--day", str(shop.day), "--batch", "0"]):
        refused = shop.stack.run("review", "request", shop.business.id, *ASKED, *wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
