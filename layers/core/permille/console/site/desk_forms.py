"""The forms of the support desk, parsed into commands."""

from collections.abc import Callable, Mapping
from datetime import date

from permille.addresses.mailbox import canonical_address
from permille.domain.people import validation
from permille.domain.people.commands import Command
from permille.domain.people.read_before import VersionRead
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
from permille.domain.people.system_commands import ResetBreaker, Suppress, Unsuppress
from permille.domain.values.errors import InvalidInput, NotFound
from permille.domain.words.wording import plain

Form = Mapping[str, str]
_INCOMPLETE = "the form is not complete: open the page again"
_LONGEST_VERSION = 12  # digits


def command_of(account_id: str, name: str, form: Form, by: str) -> Command:
    """The command of the decision that is called `name` (DECISIONS). Raises NotFound where there is no such decision,
    and InvalidInput, also where the account to be closed is not confirmed by its id."""
    parse = DECISIONS.get(name)
    if parse is None:
        raise NotFound(f"there is no decision {plain(name)}")
    command = parse(form, by)
    if isinstance(command, Close) and form.get("typed", "").strip() != account_id:
        raise InvalidInput(f"to close the account, type its name: {account_id}", "typed")
    return command


def version_read(form: Form) -> VersionRead:
    """The version of the account that the form was made of, for the optimistic lock. Raises InvalidInput."""
    return version_of(form.get("version", ""))


def version_of(text: str) -> VersionRead:
    """Parses a version, which a form has hidden. Raises InvalidInput."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION):
        raise InvalidInput(_INCOMPLETE)
    return VersionRead(int(text))


def unsuppress_command(form: Form, by: str) -> Unsuppress:
    """Raises InvalidInput."""
    return Unsuppress(address=form.get("address", ""), reason=form.get("reason", ""), by=by)


def suppress_command(form: Form, by: str) -> Suppress:
    """Raises InvalidInput."""
    address = canonical_address(form.get("address", ""))
    if address is None:
        raise InvalidInput("type an e-mail address such as ann@example.com", "address")
    return Suppress(address=address, reason=form.get("reason", ""), by=by)


def reset_command(form: Form, by: str) -> ResetBreaker:
    """Raises InvalidInput."""
    allow = validation.of_field("allow", validation.grant_from, form.get("allow", ""))
    return ResetBreaker(reason=form.get("reason", ""), allow=allow, by=by)


def _approve(form: Form, by: str) -> ApproveReview:
    """At the desk an approval needs a note."""
    return ApproveReview(
        day=validation.of_field("day", _day, form.get("day", "")),
        note=validation.of_field("reason", validation.reason, form.get("reason", "")),
        by=by,
        short_day=form.get("short_day") == "yes",
    )


def _exempt(form: Form, by: str) -> Exempt:
    last_day = validation.of_field("until", _day, form.get("until", ""))
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


def _day(text: str) -> date:
    """A day of a form. Raises InvalidInput; where none was chosen, in words that need no name of a field."""
    if not text.strip():
        raise InvalidInput("choose the day")
    return validation.day_from(text)
