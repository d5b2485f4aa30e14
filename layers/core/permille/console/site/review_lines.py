"""What the owner reads about each stage of the way back."""

from collections.abc import Callable, Mapping
from datetime import datetime

from permille.domain.account.second_chance import RequestedDay, ReviewState, Trial
from permille.domain.people.review import ReviewStage
from permille.domain.rules.reminders import requested_day
from permille.domain.timeline.kinds.review import ReviewAmended
from permille.domain.words import wording
from permille.domain.words.trial_words import LIKELY_YOURS, how_many, what_ends_it, what_wins
from permille.rendering.templates import Brand
from permille.usecases.views.report import OwnerReport

ADVICE = (
    "Best is a batch of 500 to 1,000 e-mails, to the people who know you best. If none of them complains, "
    f"{LIKELY_YOURS}"
)


def lines(report: OwnerReport, brand: Brand) -> list[str]:
    """The paragraphs about the stage that the account has reached."""
    return _LINES[report.stage](report, brand)


def _may_ask(report: OwnerReport, brand: Brand) -> list[str]:
    return [
        *_withdrawn(report),
        (
            f"Tell {brand.platform} Support when your next batch goes out, how big it is, what went wrong and what you "
            "have changed. If they agree, your SMTP account is switched on for that single day."
        ),
        ADVICE,
    ]


def _open(report: OwnerReport, brand: Brand) -> list[str]:
    request = report.account.review
    assert request is not None
    asked, day = _local(report, request.requested_at), wording.day(request.day)
    answers = (
        f"You asked on {asked}, for {wording.times(request.batch, 'e-mail')} on {day}.{_changed(report)} "
        f"{brand.platform} Support answers by e-mail. Until then you can change it."
    )
    if requested_day(request, report.now) is RequestedDay.OVER:
        return [f"We are sorry: {day} passed before support answered. Please choose another day.", answers, ADVICE]
    return [answers, ADVICE]


def _withdrawn(report: OwnerReport) -> list[str]:
    """That the last request was withdrawn, where it was."""
    request = report.account.review
    if request is None or request.state is not ReviewState.WITHDRAWN or request.decided_at is None:
        return []
    return [f"Your request was withdrawn on {_local(report, request.decided_at)}. You can ask again."]


def _changed(report: OwnerReport) -> str:
    """That the open request was changed, as a sentence to append, where the newest entries tell of it."""
    request = report.account.review
    changes = [entry.at for entry in report.entries if isinstance(entry.facts, ReviewAmended)]
    if request is None or not changes or changes[0] < request.requested_at:
        return ""
    return f" It was changed on {_local(report, changes[0])}."


def _declined(report: OwnerReport, _: Brand) -> list[str]:
    request = report.account.review
    again = wording.day(request.ask_again_on) if request and request.ask_again_on else ""
    return [f"You can ask again from {again} on. Use the time to clean your list."]


def _scheduled(report: OwnerReport, _: Brand) -> list[str]:
    trial = _trial(report)
    begins, ends = _local(report, trial.begins_at), _local(report, trial.ends_at)
    one = "One complaint about an e-mail of that day, and it stays off."
    return [
        f"Your SMTP account works from {begins} to {ends}, and is switched on and off by itself.",
        ADVICE,
        (one if trial.ends_at_first_complaint else what_wins(trial.ratio_above)) + _how_many(trial),
        "Does another day suit you better? Until that day begins you can withdraw the request, and ask again.",
    ]


def _running(report: OwnerReport, _: Brand) -> list[str]:
    trial = _trial(report)
    return [
        (
            f"Send your batch before {_local(report, trial.ends_at)}. Then your SMTP account is off again, while we "
            "wait for late complaints."
        ),
        ADVICE,
        what_ends_it(trial.ratio_above) + _how_many(trial),
    ]


def _trial(report: OwnerReport) -> Trial:
    assert report.account.trial is not None
    return report.account.trial


def _how_many(trial: Trial) -> str:
    return how_many(trial.least_delivered, trial.most_sent)


def _observing(report: OwnerReport, brand: Brand) -> list[str]:
    trial, support = _trial(report), f"{brand.platform} Support looks at it once more"
    then = support if trial.denied_by_hand else "your SMTP account is switched on by itself"
    one_ends = trial.one_complaint_ends(report.verdict.counts.delivered)
    kept = "If there is none about your trial day" if one_ends else "If your usual limits are kept"
    return [
        f"Complaints arrive late. {kept} until {_local(report, trial.verdict_at)}, {then}.",
        "There is nothing to do for you until then.",
    ]


def _confirmation(_: OwnerReport, brand: Brand) -> list[str]:
    return [f"Your trial went well. {brand.platform} Support looks at it once more, and you get a mail."]


def _closed(_: OwnerReport, brand: Brand) -> list[str]:
    return [f"Questions? Write to {_support(brand)}."]


def _denied(_: OwnerReport, brand: Brand) -> list[str]:
    return [f"No review is needed: whoever switched it off can switch it on again. Write to {_support(brand)}."]


def _support(brand: Brand) -> str:
    return f"{brand.platform} Support{f': {brand.contact}' if brand.contact else ''}"


_LINES: Mapping[ReviewStage, Callable[[OwnerReport, Brand], list[str]]] = {
    ReviewStage.NOT_NEEDED: lambda _, __: [],
    ReviewStage.DENIED: _denied,
    ReviewStage.MAY_ASK: _may_ask,
    ReviewStage.OPEN: _open,
    ReviewStage.DECLINED: _declined,
    ReviewStage.SCHEDULED: _scheduled,
    ReviewStage.RUNNING: _running,
    ReviewStage.OBSERVING: _observing,
    ReviewStage.CONFIRMATION: _confirmation,
    ReviewStage.CLOSED: _closed,
}


def _local(report: OwnerReport, at: datetime) -> str:
    """The instant in the account's time zone."""
    return wording.local(at.astimezone(report.zone))
