"""The decisions that staff make by the forms of the desk."""

from datetime import datetime

from permille.console.site import desk_forms
from permille.console.site.desk_forms import Form
from permille.domain.account.account import Account
from permille.domain.people.system_commands import AddNote
from permille.domain.values.errors import DecisionRefused
from permille.domain.words.wording import plain
from permille.usecases.decisions import decisions, notes, suppression_list
from permille.usecases.decisions.find_account import find_account
from permille.usecases.enforcement import breaker
from permille.usecases.views.desk_services import DeskServices


def decide(desk: DeskServices, account_id: str, name: str, form: Form, by: str, now: datetime) -> Account:
    """Applies the decision that is called `name`, and returns the account. Raises NotFound where there is no such
    account or decision, InvalidInput, and DecisionRefused where the state of the account does not allow it, or the
    account has changed since the form was made."""
    command = desk_forms.command_of(account_id, name, form, by)
    return decisions.apply(desk, account_id, command, now, read=desk_forms.version_read(form))


def note(desk: DeskServices, account_id: str, form: Form, by: str, now: datetime) -> None:
    """Adds an internal note about the account. Raises NotFound, InvalidInput, and DecisionRefused where it was added
    already."""
    notes.add_note(desk.accounts, desk.log, account_id, AddNote(text=form.get("text", ""), by=by), now)


def unsuppress(desk: DeskServices, account_id: str, form: Form, by: str, now: datetime) -> str:
    """Removes an address from the account's suppression list, and returns it. Raises InvalidInput, and DecisionRefused
    where the address is not on the list."""
    command = desk_forms.unsuppress_command(form, by)
    entry = suppression_list.unsuppress(desk.suppressions, account_id, command, now)
    if entry is None:
        raise DecisionRefused(f"{plain(form.get('address', '')) or 'nobody'} is not suppressed any more")
    return entry.facts.address


def suppress(desk: DeskServices, account_id: str, form: Form, by: str, now: datetime) -> None:
    """Adds an address to the account's suppression list. Raises NotFound, InvalidInput, and DecisionRefused where it
    was added before."""
    command = desk_forms.suppress_command(form, by)
    find_account(desk.accounts, account_id)
    if suppression_list.suppress(desk.additions, account_id, command, now) is None:
        raise DecisionRefused(f"{plain(command.address)} is on the list already")


def reset_breaker(desk: DeskServices, form: Form, by: str, now: datetime) -> int:
    """Closes the breaker, and returns how many more disablings may pass in this hour. Raises InvalidInput."""
    return breaker.reset(desk.control, desk.breaker_admin, desk.policies, desk_forms.reset_command(form, by), now)
