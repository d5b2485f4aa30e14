"""Where an account is on the way back: what its owner is shown, and may do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.builders import CALLER, NOW, TODAY, a_request, an_account, decided
from tests.support.reports import APPROVED, ASKED

from permille.domain.account.credential import Denial
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.people.review import ReviewStage, stage
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status

A_DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
TRIAL = Trial(TrialState.SCHEDULED, TODAY + A_DAY, NOW + A_DAY, NOW + 2 * A_DAY, NOW + 4 * A_DAY)
RUNNING = replace(TRIAL, state=TrialState.RUNNING)
DENIAL = Denial((CALLER,), NOW)
OBSERVING = replace(TRIAL, state=TrialState.OBSERVING)


def declined(again_in: int) -> Review:
    return replace(ASKED, state=ReviewState.DECLINED, ask_again_on=TODAY + again_in * A_DAY)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"status": Status.ACTIVE}, ReviewStage.NOT_NEEDED),
        ({"status": Status.DISABLED}, ReviewStage.MAY_ASK),
        ({"status": Status.DISABLED, "review": ASKED}, ReviewStage.OPEN),
        ({"status": Status.DISABLED, "review": replace(ASKED, state=ReviewState.WITHDRAWN)}, ReviewStage.MAY_ASK),
        ({"status": Status.DISABLED, "review": declined(1)}, ReviewStage.DECLINED),
        ({"status": Status.DISABLED, "review": declined(0)}, ReviewStage.MAY_ASK),
        ({"status": Status.DISABLED, "review": APPROVED, "trial": TRIAL}, ReviewStage.SCHEDULED),
        ({"status": Status.TRIAL, "review": APPROVED, "trial": RUNNING}, ReviewStage.RUNNING),
        ({"status": Status.OBSERVING, "trial": OBSERVING}, ReviewStage.OBSERVING),
        (
            {"status": Status.OBSERVING, "trial": replace(OBSERVING, confirmation_requested=True)},
            ReviewStage.CONFIRMATION,
        ),
        (
            {"status": Status.OBSERVING, "trial": replace(OBSERVING, confirmation_requested=True, confirmed=True)},
            ReviewStage.OBSERVING,
        ),
        ({"status": Status.CLOSED}, ReviewStage.CLOSED),
        ({"status": Status.ACTIVE, "denial": DENIAL}, ReviewStage.DENIED),
        ({"status": Status.TRIAL, "review": APPROVED, "trial": RUNNING, "denial": DENIAL}, ReviewStage.DENIED),
    ],
)
def test_the_stage_is_told_by_the_account(about: dict[str, Any], expected: ReviewStage) -> None:
    assert stage(an_account(**about), BERLIN, NOW) is expected


@pytest.mark.parametrize(
    "about",
    [
        {"status": Status.ACTIVE},
        {"status": Status.DISABLED},
        {"status": Status.DISABLED, "review": ASKED},
        {"status": Status.DISABLED, "review": declined(1)},
        {"status": Status.DISABLED, "review": declined(0)},
        {"status": Status.DISABLED, "review": APPROVED, "trial": TRIAL},
        {"status": Status.OBSERVING, "trial": OBSERVING},
        {"status": Status.CLOSED},
        {"status": Status.ACTIVE, "denial": DENIAL},
    ],
)
def test_the_form_is_shown_exactly_where_a_request_is_taken(about: dict[str, Any]) -> None:
    account = an_account(**about)

    try:
        decided(account, a_request(day=TODAY), NOW, BERLIN)
        taken = True
    except DecisionRefused:
        taken = False

    assert taken == (stage(account, BERLIN, NOW) is ReviewStage.MAY_ASK)


def test_the_day_from_which_to_ask_again_begins_where_the_owner_is() -> None:
    """At 23:30 UTC it is tomorrow in Berlin."""
    late = NOW.replace(hour=23, minute=30)
    account = an_account(status=Status.DISABLED, review=declined(1))

    assert stage(account, BERLIN, late) is ReviewStage.MAY_ASK
    assert stage(account, ZoneInfo("UTC"), late) is ReviewStage.DECLINED
