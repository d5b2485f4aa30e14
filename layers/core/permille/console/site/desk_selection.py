"""Decisions about several accounts that are ticked in a list, with one reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from permille.console.site.desk_forms import DECISIONS, Form, version_of
from permille.domain.account.account_search import AccountFilter
from permille.domain.people.commands import Command
from permille.domain.people.read_before import VersionRead
from permille.domain.values.errors import InvalidInput, ServiceError
from permille.usecases.decisions.decisions import Result, decide_each
from permille.usecases.views.desk_services import DeskServices

SELECTED = "account:"  # prefix of a checkbox's name, which the account's id follows; its value is the version
OF_SEVERAL: Mapping[str, str] = {  # all of DECISIONS that are made about several accounts, as people choose them
    "approve": "Approve the review, for the day",
    "decline": "Decline the review",
    "confirm": "Reinstate after the trial",
    "cancel": "Cancel the agreed trial",
    "disable": "Disable",
    "enable": "Enable, and count anew",
    "release": "Let the held disabling happen",
    "exempt": "Exempt from the rules, up to and with the day",
    "unexempt": "End the exemption",
    "owner-mail": "Write to the owner again",
}
OF_HELD = ("release", "exempt")
FILTER_TABS: Mapping[AccountFilter, str] = {
    AccountFilter.NEAR_LIMIT: "Near the limit",
    AccountFilter.HELD: "Held",
    AccountFilter.OFF_THIS_WEEK: "Off this week",
    AccountFilter.REVIEW: "Waiting",
    AccountFilter.TRIAL: "Trial",
    AccountFilter.EXEMPT: "Exempt",
}
FILTERS_IN_WORDS: Mapping[AccountFilter, str] = {
    AccountFilter.NEAR_LIMIT: "May send, have complaints, and no more are allowed",
    AccountFilter.HELD: "A rule is broken, and the disabling waits for staff",
    AccountFilter.OFF_THIS_WEEK: "Switched off in the last seven days, and still off",
    AccountFilter.REVIEW: "Wait for support: a request, or a trial to confirm",
    AccountFilter.TRIAL: "A trial is agreed on, runs, or is observed",
    AccountFilter.EXEMPT: "No rule disables them for now",
}


def selected(form: Form) -> dict[str, VersionRead]:
    """The ticked accounts, sorted by id, each with the version that the page showed. Raises InvalidInput where none is
    ticked."""
    versions = {name.removeprefix(SELECTED): form[name] for name in sorted(form) if name.startswith(SELECTED)}
    if not versions:
        raise InvalidInput("tick the accounts that it is about")
    return {account_id: version_of(version) for account_id, version in versions.items()}


def command_for_selected(form: Form, allowed: Sequence[str], by: str) -> Command:
    """The one decision about all of them. `allowed`: names of DECISIONS. Raises InvalidInput."""
    name = form.get("decision", "")
    if name not in allowed:
        raise InvalidInput("choose what is to be decided", "decision")
    return DECISIONS[name]({"until": form.get("day", ""), **form}, by)


def decide_selected(desk: DeskServices, form: Form, allowed: Sequence[str], by: str, now: datetime) -> Sequence[Result]:
    """Applies the decision to every ticked account that nothing was decided about since the page was made. Where AWS
    fails, those that follow are not tried, and say so. Raises InvalidInput."""
    versions, command = selected(form), command_for_selected(form, allowed, by)
    results = list[Result]()
    try:
        results.extend(decide_each(desk, versions, command, now, versions))
    except ServiceError as error:
        untried = list(versions)[len(results) :]
        results += [Result(account_id, refused=_untried(error)) for account_id in untried]
    return results


def _untried(error: ServiceError) -> str:
    return f"it is not known whether it was done, or it was not tried, since AWS failed; tick it again ({error})"
