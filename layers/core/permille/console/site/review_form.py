"""The way back as an owner sees it: where they are on it, what was said, and the form where they may ask."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypedDict

from permille.domain.account.second_chance import RequestedDay, Review, ReviewState, Trial
from permille.domain.people import review, validation
from permille.domain.people.review import FURTHEST_DAY, Stage
from permille.domain.people.validation import LONGEST_TEXT
from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.rules.reminders import requested_day
from permille.domain.values import calendar
from permille.domain.values.errors import DecisionRefused, InvalidInput
from permille.domain.words import wording
from permille.domain.words.trial_words import how_many, what_ends_it, what_wins
from permille.rendering.templates import Brand
from permille.usecases.views.report import OwnerReport

STEPS = (
    "You ask for a review",
    "Support answers",
    "One day to send",
    "We wait for late complaints",
    "It is yours again",
)
ADVICE = (
    "Best is a batch of 500 to 1,000 e-mails, to the people who know you best. If none of them complains, your SMTP "
    "account will likely be yours again for good."
)


class Wish(TypedDict):
    """The fields of a ReviewRequest."""

    day: date
    batch: int
    cause: str
    change: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields, and why it was refused: by field, and of the whole."""

    day: str = ""
    batch: str = ""
    cause: str = ""
    change: str = ""
    error: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)

    def wish(self) -> Wish:
        """Raises InvalidInput where it cannot be read."""
        return {"day": _day(self.day), "batch": _batch(self.batch), "cause": self.cause, "change": self.change}


def typed(form: Mapping[str, str]) -> Typed:
    day, batch, cause, change = (form.get(name, "").strip() for name in ("day", "batch", "cause", "change"))
    return Typed(day, batch, cause, change)


def refused(sent: Typed, why: DecisionRefused | InvalidInput) -> Typed:
    if isinstance(why, InvalidInput):
        return replace(sent, error=why.messages, wrong=dict(why.errors))
    return replace(sent, error=str(why))


def _day(text: str) -> date:
    try:
        return validation.day_from(text)
    except InvalidInput as error:
        raise InvalidInput("choose the day on which your next batch goes out", "day") from error


def _batch(text: str) -> int:
    digits = text.replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_BATCH))):
        raise InvalidInput("say as a number how many e-mails go out on that day", "batch")
    return int(digits)


def shown(report: OwnerReport, brand: Brand, sent: Typed | None = None) -> dict[str, Any]:
    """What the templates show of the stage that the account has reached."""
    said_by, said = _said(report.account.review, brand)
    today = calendar.today(report.zone, report.now)
    return {
        "stage": report.stage,
        "heading": _HEADINGS[report.stage],
        "steps": STEPS,
        "step": _STEP.get(report.stage, 0),
        "lines": _LINES[report.stage](report, brand),
        "said_by": said_by,
        "said": said,
        "form": _form(report, sent),
        "read": review.answer_token(report.account.review),
        "zone": report.account.timezone,
        "first_day": str(today),
        "last_day": str(today + FURTHEST_DAY),
        "largest_batch": LARGEST_BATCH,
        "longest_text": LONGEST_TEXT,
    }


def _form(report: OwnerReport, sent: Typed | None) -> dict[str, Any] | None:
    found = report.account.review
    match report.stage:
        case Stage.MAY_ASK:
            return {**asdict(sent or Typed()), "action": "request", "button": "Ask for a review"}
        case Stage.OPEN if found:
            stands = Typed(str(found.day), str(found.batch), found.cause, found.change)
            return {**asdict(sent or stands), "action": "amend", "button": "Change the request"}
        case _:
            return None


def _said(found: Review | None, brand: Brand) -> tuple[str, str]:
    """Support's answer, and whose it is."""
    if found is None or not found.reason:
        return "", ""
    heading = "declined your request" if found.state is ReviewState.DECLINED else "wrote"
    return f"{brand.platform} Support {heading}:", wording.plain(found.reason, wording.LONGEST_REASON)


_HEADINGS: Mapping[Stage, str] = {
    Stage.NOT_NEEDED: "",
    Stage.DENIED: "Get your SMTP account back",
    Stage.MAY_ASK: "Get your SMTP account back",
    Stage.OPEN: "Your request is with support",
    Stage.DECLINED: "Your request was declined",
    Stage.SCHEDULED: "Your day is agreed on",
    Stage.RUNNING: "Today is your day",
    Stage.OBSERVING: "Waiting for late complaints",
    Stage.CONFIRMATION: "Support has the last look",
    Stage.CLOSED: "This account is closed",
}
_STEP: Mapping[Stage, int] = {
    Stage.MAY_ASK: 1,
    Stage.OPEN: 2,
    Stage.DECLINED: 1,
    Stage.SCHEDULED: 3,
    Stage.RUNNING: 3,
    Stage.OBSERVING: 4,
    Stage.CONFIRMATION: 5,
}
Lines = Callable[[OwnerReport, Brand], list[str]]


def _may_ask(_: OwnerReport, brand: Brand) -> list[str]:
    return [
        (
            f"Tell {brand.platform} Support when your next batch goes out, how big it is, what went wrong and what you "
            "have changed. If they agree, your SMTP account is switched on for that single day."
        ),
        ADVICE,
    ]


def _open(report: OwnerReport, brand: Brand) -> list[str]:
    found = report.account.review
    asked = _there(report, found.requested_at) if found else ""
    answers = f"You asked on {asked}. {brand.platform} Support answers by e-mail. Until then you can change it."
    if found and requested_day(found, report.now) is RequestedDay.OVER:
        sorry = f"We are sorry: {wording.day(found.day)} passed before support answered. Please choose another day."
        return [sorry, answers, ADVICE]
    return [answers, ADVICE]


def _declined(report: OwnerReport, _: Brand) -> list[str]:
    found = report.account.review
    again = wording.day(found.ask_again_on) if found and found.ask_again_on else ""
    return [f"You can ask again from {again} on. Use the time to clean your list."]


def _scheduled(report: OwnerReport, _: Brand) -> list[str]:
    begins, ends = (_there(report, at) for at in _instants(report.account.trial, "begins_at", "ends_at"))
    trial = _agreed(report.account.trial)
    one = "One complaint about an e-mail of that day, and it stays off."
    return [
        f"Your SMTP account works from {begins} to {ends}, and is switched on and off by itself.",
        ADVICE,
        (one if trial.ends_at_first_complaint else what_wins(trial.ratio_above)) + _how_many(trial),
        "Does another day suit you better? Until that day begins you can withdraw the request, and ask again.",
    ]


def _running(report: OwnerReport, _: Brand) -> list[str]:
    (ends,) = (_there(report, at) for at in _instants(report.account.trial, "ends_at"))
    trial = _agreed(report.account.trial)
    return [
        f"Send your batch until {ends}. Then we wait for late complaints.",
        ADVICE,
        what_ends_it(trial.ratio_above) + _how_many(trial),
    ]


def _agreed(trial: Trial | None) -> Trial:
    assert trial is not None
    return trial


def _how_many(trial: Trial) -> str:
    return how_many(trial.least_delivered, trial.most_sent)


def _observing(report: OwnerReport, brand: Brand) -> list[str]:
    (verdict,) = (_there(report, at) for at in _instants(report.account.trial, "verdict_at"))
    trial, support = _agreed(report.account.trial), f"{brand.platform} Support looks at it once more"
    then = support if trial.denied_by_hand else "your SMTP account is switched on by itself"
    one_ends = trial.one_complaint_ends(report.verdict.counts.delivered)
    kept = "If there is none about your trial day" if one_ends else "If your usual limits are kept"
    return [
        f"Complaints arrive late. {kept} until {verdict}, {then}.",
        "There is nothing to do for you until then.",
    ]


def _confirmation(_: OwnerReport, brand: Brand) -> list[str]:
    return [f"Your trial went well. {brand.platform} Support looks at it once more, and you get a mail."]


def _closed(_: OwnerReport, brand: Brand) -> list[str]:
    return [f"Questions? Write to {_support(brand)}."]


def _denied(_: OwnerReport, brand: Brand) -> list[str]:
    return [f"No review is needed: whoever switched it off can switch it on again. Write to {_support(brand)}."]


def _support(brand: Brand) -> str:
    return f"{brand.platform} Support{f': {brand.support}' if brand.support else ''}"


_LINES: Mapping[Stage, Lines] = {
    Stage.NOT_NEEDED: lambda _, __: [],
    Stage.DENIED: _denied,
    Stage.MAY_ASK: _may_ask,
    Stage.OPEN: _open,
    Stage.DECLINED: _declined,
    Stage.SCHEDULED: _scheduled,
    Stage.RUNNING: _running,
    Stage.OBSERVING: _observing,
    Stage.CONFIRMATION: _confirmation,
    Stage.CLOSED: _closed,
}


def _instants(trial: Trial | None, *names: str) -> list[datetime]:
    return [getattr(_agreed(trial), name) for name in names]


def _there(report: OwnerReport, at: datetime) -> str:
    """In the account's own zone."""
    return wording.local(at.astimezone(report.zone))
