"""How an account that is off comes back, in sentences for staff."""

from datetime import datetime, tzinfo

from permille.domain.account.account import Account
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.people.review import ReviewStage, stage
from permille.domain.words.wording import day, local, times


def way_back_lines(account: Account, zone: tzinfo, now: datetime) -> list[str]:
    """What was asked for or agreed on, and what comes next; none where the account is on, closed, or denied by hand.
    `zone`: the account's."""
    review, trial = account.review, account.current_trial
    match stage(account, zone, now):
        case ReviewStage.MAY_ASK:
            asks = "No request for a review is open. The owner can make one by the report's form"
            return [f"{asks}; `permille account enable` switches it on without one."]
        case ReviewStage.OPEN if review:
            asked = f"{local(review.requested_at.astimezone(zone))}, for {times(review.batch, 'e-mail')}"
            return [f"A request for a review waits for support since {asked} on {day(review.day)}."]
        case ReviewStage.DECLINED if review and review.ask_again_on:
            again = f"the owner can ask again from {day(review.ask_again_on)} on"
            return [f"The last request for a review was declined; {again}."]
        case ReviewStage.CONFIRMATION:
            return ["Its trial went well, and support has to confirm it: `permille review confirm`."]
        case _:
            return _trial_lines(trial, zone) if trial and not account.denied_by_hand else []


def _trial_lines(trial: Trial, zone: tzinfo) -> list[str]:
    begins, ends, verdict_at = (local(at.astimezone(zone)) for at in (trial.begins_at, trial.ends_at, trial.verdict_at))
    when = {
        TrialState.SCHEDULED: f"A trial is agreed on: it may send from {begins} to {ends}.",
        TrialState.RUNNING: f"It is on for a trial, until {ends}.",
        TrialState.OBSERVING: f"Its trial was from {begins} to {ends}.",
    }
    verdict = f"The verdict is on {verdict_at}."
    return [f"{when[trial.state]} Only the e-mails sent in that time count for it. {_decides(trial)} {verdict}"]


def _decides(trial: Trial) -> str:
    one = "one complaint about them ends it"
    by_rules = f"if more than {trial.ratio_above:,} are delivered, the rules decide; else {one}"
    most = f", and more than {trial.most_sent:,} sent end the day early" if trial.most_sent else ""
    least = f"At least {times(trial.least_delivered, 'e-mail')} must be delivered{most}"
    return f"{least}; {one if trial.ends_at_first_complaint else by_rules}."
