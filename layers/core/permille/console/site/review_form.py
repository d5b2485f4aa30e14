"""The owner's review form: its fields, parsed into a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypedDict

from permille.domain.people import validation
from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.values.errors import DecisionRefused, InvalidInput


class RequestFields(TypedDict):
    """The parsed fields, as RequestReview and AmendReview take them."""

    day: date
    batch: int
    cause: str
    change: str


@dataclass(frozen=True, slots=True)
class ReviewInput:
    """The fields as they were typed, and what is wrong with them.

    day: of the next batch
    batch: the number of its e-mails
    cause: what went wrong
    change: what was changed
    error: what is wrong, in one text; empty where nothing is
    wrong: messages by field
    """

    day: str = ""
    batch: str = ""
    cause: str = ""
    change: str = ""
    error: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> RequestFields:
        """The parsed fields. Raises InvalidInput."""
        return {"day": _day(self.day), "batch": _batch(self.batch), "cause": self.cause, "change": self.change}


def parse(form: Mapping[str, str]) -> ReviewInput:
    """The fields of a form, without blanks around them."""
    day, batch, cause, change = (form.get(name, "").strip() for name in ("day", "batch", "cause", "change"))
    return ReviewInput(day, batch, cause, change)


def with_errors(fields: ReviewInput, error: DecisionRefused | InvalidInput) -> ReviewInput:
    """The same fields, with what is wrong."""
    text, wrong = messages_of(error)
    return replace(fields, error=text, wrong=wrong)


def messages_of(error: DecisionRefused | InvalidInput) -> tuple[str, Mapping[str, str]]:
    """What is wrong in a form, in one text, and by field."""
    return (error.messages, dict(error.errors)) if isinstance(error, InvalidInput) else (str(error), {})


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
