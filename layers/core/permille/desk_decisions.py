"""What support decides at the desk: a form, read into one of the decisions of domain/staff.py and domain/review.py."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from permille import breaker, suppression
from permille.desk import Desk
from permille.domain import review, staff
from permille.domain.account import Account, Outcome
from permille.domain.breaker import LARGEST_GRANT
from permille.domain.errors import DecisionRefused, InvalidInput
from permille.domain.wording import LONGEST_REASON, plain
from permille.support import Action, act, as_read
from permille.zones import zone_of

LAST_YEAR = 2999

Form = Mapping[str, str]
Decision = Callable[[Account, str, str, datetime], Outcome]


def decide(desk: Desk, account_id: str, name: str, form: Form, by: str, now: datetime) -> Account | None:
    """Has the decision of that name written down; returns the account, None where there is none or no such decision.
    Raises InvalidInput where the form does not say enough, DecisionRefused where the decision does not suit the
    account, also where somebody decided since the form was made."""
    make = DECISIONS.get(name)
    if make is None:
        return None
    decision, version = make(desk, form, by), _version(form)
    refusal = (
        f"Something was decided about {account_id} since you opened this page, and your decision was not taken. "
        "Read it again."
    )
    return act(desk.accounts, account_id, as_read(decision, lambda one: one.version == version, refusal), now)


def mail_again(desk: Desk, account_id: str, form: Form, by: str, now: datetime) -> str:
    """Takes an address off the account's suppressions, and returns it. Raises InvalidInput, and DecisionRefused where
    it is not on them (any more)."""
    why, address = reason(form), form.get("recipient", "")
    entry = suppression.remove(desk.suppressions, account_id, address, why, by, now)
    if entry is None:
        raise DecisionRefused(f"{plain(address) or 'Nobody'} is not suppressed any more.")
    return entry.facts.recipient


def reset_breaker(desk: Desk, form: Form, by: str, now: datetime) -> int:
    """Closes the breaker, and returns how many more may pass in this hour. Raises InvalidInput."""
    why, allow = reason(form), form.get("allow", "").strip()
    allowed = _number(allow) if allow else None
    return breaker.reset(desk.control, desk.resets, desk.policies, allowed, why, by, now)


def reason(form: Form, field: str = "reason") -> str:
    text = form.get(field, "").strip()
    if not plain(text):
        raise InvalidInput("Say why: a few words are enough.")
    if len(text) > LONGEST_REASON:
        raise InvalidInput(f"That is {len(text):,} characters long; {LONGEST_REASON:,} are enough.")
    return text


def _version(form: Form) -> int:
    text = form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise InvalidInput("The form is not complete: open the page again.")
    return int(text)


def _approve(desk: Desk, form: Form, by: str) -> Action:
    on, note, chance = _day(form, "day"), reason(form), desk.policies.current().second_chance
    return lambda account, now: review.approve(account, on, note, by, zone_of(account), chance, now)


def _decline(desk: Desk, form: Form, by: str) -> Action:
    why, chance = reason(form), desk.policies.current().second_chance
    return lambda account, now: review.decline(account, why, by, zone_of(account), chance, now)


def _confirm(_: Desk, form: Form, by: str) -> Action:
    why = reason(form)
    return lambda account, now: review.confirm(account, by, now, why)


def _exempt(_: Desk, form: Form, by: str) -> Action:
    """Until the end of that day, in UTC."""
    why, until = reason(form), datetime.combine(_day(form, "until") + timedelta(days=1), time(), UTC)
    return lambda account, now: staff.exempt(account, until, why, by, now)


def _close(_: Desk, form: Form, by: str) -> Action:
    why, typed = reason(form), form.get("typed", "").strip()

    def closed(account: Account, now: datetime) -> Outcome:
        if typed != account.id:
            raise InvalidInput(f"To close the account, type its name: {account.id}")
        return staff.close(account, why, by, now)

    return closed


def _plainly(decision: Decision) -> Callable[[Desk, Form, str], Action]:
    def make(_: Desk, form: Form, by: str) -> Action:
        why = reason(form)
        return lambda account, now: decision(account, why, by, now)

    return make


DECISIONS: Mapping[str, Callable[[Desk, Form, str], Action]] = {
    "approve": _approve,
    "decline": _decline,
    "confirm": _confirm,
    "cancel": _plainly(staff.cancel_trial),
    "disable": _plainly(staff.disable),
    "enable": _plainly(staff.enable),
    "exempt": _exempt,
    "unexempt": _plainly(staff.unexempt),
    "close": _close,
    "owner-mail": _plainly(staff.reset_owner_mail),
}


def _day(form: Form, field: str) -> date:
    try:
        found = date.fromisoformat(form.get(field, "").strip())
    except ValueError as error:
        raise InvalidInput("Choose a day, as in 2026-12-31.") from error
    if found.year > LAST_YEAR:
        raise InvalidInput("That day is too far ahead.")
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:8]) <= LARGEST_GRANT and len(text) <= 7):
        raise InvalidInput(f"Say how many more may pass, from 0 to {LARGEST_GRANT:,}; or leave it empty.")
    return int(text)
