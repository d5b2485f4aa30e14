"""The section of the owner's report about the way back: heading, steps, support's answer, and the form."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from permille.console.site.review_form import ReviewInput
from permille.console.site.review_lines import lines
from permille.domain.account.second_chance import FURTHEST_DAY, Review, ReviewState
from permille.domain.people.review import ReviewStage, answer_token
from permille.domain.people.validation import LONGEST_TEXT
from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.values.calendar import today
from permille.domain.words import wording
from permille.rendering.templates import Brand
from permille.usecases.views.report import OwnerReport

STEPS = (
    "You ask for a review",
    "Support answers",
    "One day to send",
    "We wait for late complaints",
    "It is yours again",
)
_HEADINGS: Mapping[ReviewStage, str] = {
    ReviewStage.NOT_NEEDED: "",
    ReviewStage.DENIED: "Get your SMTP account back",
    ReviewStage.MAY_ASK: "Get your SMTP account back",
    ReviewStage.OPEN: "Your request is with support",
    ReviewStage.DECLINED: "Your request was declined",
    ReviewStage.SCHEDULED: "Your day is agreed on",
    ReviewStage.RUNNING: "Today is your day",
    ReviewStage.OBSERVING: "Waiting for late complaints",
    ReviewStage.CONFIRMATION: "Support has the last look",
    ReviewStage.CLOSED: "This account is closed",
}
_STEP: Mapping[ReviewStage, int] = {
    ReviewStage.MAY_ASK: 1,
    ReviewStage.OPEN: 2,
    ReviewStage.DECLINED: 1,
    ReviewStage.SCHEDULED: 3,
    ReviewStage.RUNNING: 3,
    ReviewStage.OBSERVING: 4,
    ReviewStage.CONFIRMATION: 5,
}


def review_values(report: OwnerReport, brand: Brand, fields: ReviewInput | None = None) -> dict[str, Any]:
    """The template variables of review.html.j2. `fields`: of the form, where it was refused."""
    request = report.account.review
    answer_heading, answer = _answer(request, brand)
    first_day = today(report.zone, report.now)
    return {
        "stage": report.stage,
        "heading": _HEADINGS[report.stage],
        "steps": STEPS,
        "step": _STEP.get(report.stage, 0),
        "lines": lines(report, brand),
        "answer_heading": answer_heading,
        "answer": answer,
        "form": _form(report, fields),
        "read": answer_token(request),
        "zone": report.account.timezone,
        "first_day": str(first_day),
        "last_day": str(first_day + FURTHEST_DAY),
        "largest_batch": LARGEST_BATCH,
        "longest_text": LONGEST_TEXT,
    }


def _form(report: OwnerReport, fields: ReviewInput | None) -> dict[str, Any] | None:
    """The variables of form.html.j2: for a new request, or to change the open one; None where the owner can do
    neither."""
    request = report.account.review
    match report.stage:
        case ReviewStage.MAY_ASK:
            return {**asdict(fields or ReviewInput()), "action": "request", "button": "Ask for a review"}
        case ReviewStage.OPEN if request:
            current = ReviewInput(str(request.day), str(request.batch), request.cause, request.change)
            return {**asdict(fields or current), "action": "amend", "button": "Change the request"}
        case _:
            return None


def _answer(request: Review | None, brand: Brand) -> tuple[str, str]:
    """The heading of support's answer, and the answer; both empty where there is none."""
    if request is None or not request.reason:
        return "", ""
    heading = "declined your request" if request.state is ReviewState.DECLINED else "wrote"
    return f"{brand.platform} Support {heading}:", wording.plain(request.reason, wording.LONGEST_REASON)
