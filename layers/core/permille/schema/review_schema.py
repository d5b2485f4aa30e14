"""The JSON shapes of the second chance: the review, the trial, and both beside the account's status."""

from typing import Annotated

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from permille.domain.account.account import Account
from permille.domain.account.second_chance import Review, ReviewState, TrialState
from permille.domain.values.status import Status
from permille.domain.words.wording import without_controls
from permille.schema.doc import Doc


class ReviewJson(TypedDict):
    """The owner's request to get the SMTP account back, and how it was decided."""

    state: Annotated[ReviewState, Doc("State of the request.")]
    day: Annotated[str, Doc("Day of the next batch, in the account's time zone.", "date")]
    batch: Annotated[int, Doc("Number of e-mails that the owner sends on that day.")]
    cause: Annotated[str, Doc("What went wrong, in the owner's words.")]
    change: Annotated[str, Doc("What was changed, in the owner's words.")]
    requested_at: Annotated[str, Doc("When the review was first requested.", "date-time")]
    decided_at: Annotated[str | None, Doc("When support decided, or the owner withdrew the request.")]
    decided_by: Annotated[str | None, Doc("Who decided; always null in the owner's report.")]
    reason: Annotated[str | None, Doc("Support's note on the decision.")]
    ask_again_on: Annotated[str | None, Doc("First day on which a declined request can be repeated.")]
    begins_at: Annotated[str | None, Doc("When the day of the next batch begins; null in older requests.")]
    ends_at: Annotated[str | None, Doc("When the day of the next batch ends; null in older requests.")]


class TrialJson(TypedDict):
    """The one day on which the SMTP account works, and the time after it in which late complaints are waited for."""

    state: Annotated[TrialState, Doc("State of the trial.")]
    day: Annotated[str, Doc("Day of the trial, in the account's time zone.", "date")]
    begins_at: Annotated[str, Doc("When the day begins.", "date-time")]
    ends_at: Annotated[str, Doc("When the day ends.", "date-time")]
    verdict_at: Annotated[str, Doc("When the result of the trial is decided.", "date-time")]
    least_delivered: Annotated[int, Doc("Number of e-mails that must be delivered for a result.")]
    most_sent: Annotated[int | None, Doc("The day ends early when more e-mails are sent; null for no such bound.")]
    ratio_above: Annotated[
        int | None,
        Doc("Above this number of delivered e-mails the rules decide; null where one complaint always ends the trial."),
    ]


class StandingJson(TypedDict):
    """The status, the review and the trial of an account."""

    account_id: str
    status: Annotated[Status, Doc("Status of the account.")]
    denied_by_hand: Annotated[
        bool,
        Doc(
            "True while the account is off, whatever its status, because somebody put one of its IAM users into the "
            "deny group by hand."
        ),
    ]
    review: Annotated[ReviewJson | None, Doc("The last review request.")]
    trial: Annotated[TrialJson | None, Doc("The trial that was agreed on.")]


def standing_json(account: Account) -> StandingJson:
    """Status, review and trial of the account."""
    return {
        "account_id": account.id,
        "status": account.status,
        "denied_by_hand": account.denied_by_hand,
        "review": review_json(account.review),
        "trial": trial_json(account),
    }


def review_json(review: Review | None) -> ReviewJson | None:
    """The review request; None where there is none."""
    if review is None:
        return None
    return {
        "state": review.state,
        "day": str(review.day),
        "batch": review.batch,
        "cause": without_controls(review.cause),
        "change": without_controls(review.change),
        "requested_at": review.requested_at.isoformat(),
        "decided_at": review.decided_at.isoformat() if review.decided_at else None,
        "decided_by": review.decided_by or None,
        "reason": without_controls(review.reason) or None,
        "ask_again_on": str(review.ask_again_on) if review.ask_again_on else None,
        "begins_at": review.begins_at.isoformat() if review.begins_at else None,
        "ends_at": review.ends_at.isoformat() if review.ends_at else None,
    }


def trial_json(account: Account) -> TrialJson | None:
    """The account's current trial; None where there is none."""
    trial = account.current_trial
    if trial is None:
        return None
    return {
        "state": trial.state,
        "day": str(trial.day),
        "begins_at": trial.begins_at.isoformat(),
        "ends_at": trial.ends_at.isoformat(),
        "verdict_at": trial.verdict_at.isoformat(),
        "least_delivered": trial.least_delivered,
        "most_sent": trial.most_sent or None,
        "ratio_above": trial.ratio_above or None,
    }
