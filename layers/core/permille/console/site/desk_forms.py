"""What support decides at the desk: a form, parsed into a command."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.people import validation
from permille.domain.people.commands import Command
from permille.domain.people.decisions import VersionRead
from permille.domain.people.staff_commands import (
    ApproveReview,
    CancelTrial,
    Close,
    ConfirmTrial,
    DeclineReview,
    Disable,
    Enable,
    Exempt,
    ReleaseHold,
    ResetOwnerMail,
    RestoreComplaint,
    Unexempt,
    VoidComplaint,
)
from permille.domain.people.system_commands import ResetBreaker, Unsuppress
from permille.domain.values.errors import DecisionRefused, InvalidInput, NotFound
from permille.domain.words.wording import plain
from permille.usecases.decisions import decisions, suppression_list
from permille.usecases.decisions.decisions import Result
from permille.usecases.enforcement import breaker
from permille.usecases.enforcement.held_accounts import decide_each
from permille.usecases.views.desk import Desk

TICKED = "held:"  # and the account's id: the name of its field
Form = Mapping[str, str]


def decide(desk: Desk, account_id: str, name: str, form: Form, by: str, now: datetime) -> Account:
    """Applies the decision of that name and returns the account. Raises NotFound where there is no such account or
    decision, InvalidInput where the form does not say enough, and DecisionRefused where the decision does not suit the
    account, also where somebody decided since the form was made."""
    parse = DECISIONS.get(name)
    if parse is None:
        raise NotFound(f"there is no decision {plain(name)}")
    command, read = parse(form, by), VersionRead(_version(form))
    if isinstance(command, Close) and form.get("typed", "").strip() != account_id:
        raise InvalidInput(f"to close the account, type its name: {account_id}", "typed")
    return decisions.apply(desk, account_id, command, now, read=read)


def mail_again(desk: Desk, account_id: str, form: Form, by: str, now: datetime) -> str:
    """Takes an address off the account's suppressions, and returns it. Raises InvalidInput, and DecisionRefused where
    it is not on them (any more)."""
    address = form.get("recipient", "")
    command = Unsuppress(address=address, reason=form.get("reason", ""), by=by)
    entry = suppression_list.remove(desk.suppressions, account_id, command, now)
    if entry is None:
        raise DecisionRefused(f"{plain(address) or 'nobody'} is not suppressed any more")
    return entry.facts.recipient


def decide_held(desk: Desk, form: Form, by: str, now: datetime) -> Sequence[Result]:
    """Applies the decision that the form names, `release` or `exempt`, to every account that is ticked. Raises
    InvalidInput."""
    chosen = [name.removeprefix(TICKED) for name in form if name.startswith(TICKED)]
    parse = {name: DECISIONS[name] for name in ("release", "exempt")}.get(form.get("decision", ""))
    if parse is None:
        raise InvalidInput("the form is not complete: open the page again")
    command = parse(form, by)
    if not chosen:
        raise InvalidInput("tick the accounts that it is about")
    return decide_each(desk, sorted(chosen), command, now)


def reset_breaker(desk: Desk, form: Form, by: str, now: datetime) -> int:
    """Closes the breaker, and returns how many more may pass in this hour. Raises InvalidInput."""
    allow = validation.of_field("allow", validation.grant_from, form.get("allow", ""))
    command = ResetBreaker(reason=form.get("reason", ""), allow=allow, by=by)
    return breaker.reset(desk.control, desk.breaker_admin, desk.policies, command, now)


def _approve(form: Form, by: str) -> ApproveReview:
    """At the desk a note is needed."""
    return ApproveReview(
        day=validation.of_field("day", validation.day_from, form.get("day", "")),
        note=_reason(form),
        by=by,
        short_day=form.get("short_day") == "yes",
    )


def _exempt(form: Form, by: str) -> Exempt:
    last_day = validation.of_field("until", validation.day_from, form.get("until", ""))
    return Exempt(until=validation.end_of(last_day), reason=form.get("reason", ""), by=by)


DECISIONS: Mapping[str, Callable[[Form, str], Command]] = {
    "approve": _approve,
    "decline": lambda form, by: DeclineReview(reason=form.get("reason", ""), by=by),
    "confirm": lambda form, by: ConfirmTrial(reason=form.get("reason", ""), by=by),
    "cancel": lambda form, by: CancelTrial(reason=form.get("reason", ""), by=by),
    "disable": lambda form, by: Disable(reason=form.get("reason", ""), by=by),
    "enable": lambda form, by: Enable(reason=form.get("reason", ""), by=by),
    "exempt": _exempt,
    "release": lambda form, by: ReleaseHold(reason=form.get("reason", ""), by=by),
    "void": lambda form, by: VoidComplaint(reason=form.get("reason", ""), by=by, complaint=form.get("complaint", "")),
    "restore": lambda form, by: RestoreComplaint(
        reason=form.get("reason", ""), by=by, complaint=form.get("complaint", "")
    ),
    "unexempt": lambda form, by: Unexempt(reason=form.get("reason", ""), by=by),
    "close": lambda form, by: Close(reason=form.get("reason", ""), by=by),
    "owner-mail": lambda form, by: ResetOwnerMail(reason=form.get("reason", ""), by=by),
}


def _reason(form: Form) -> str:
    return validation.of_field("reason", validation.reason, form.get("reason", ""))


def _version(form: Form) -> int:
    text = form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise InvalidInput("the form is not complete: open the page again")
    return int(text)
