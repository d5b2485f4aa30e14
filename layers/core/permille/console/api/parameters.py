"""The parameters of the JSON API, validated strictly: no value is coerced to another one, and errors are in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from permille.domain.people import validation
from permille.domain.people.owner_commands import PutReview
from permille.domain.people.validation import LONGEST_TEXT
from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.timeline.facts import Audience
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import InvalidInput
from permille.domain.values.status import Status
from permille.usecases.views.report import ReportRange

LARGEST_PAGE = 100
DEFAULT_LIMIT = 50
LONGEST_CURSOR = 200
LONGEST_MESSAGE = 200
LONGEST_KEY = 255
_KEY = re.compile(f"[!-~]{{1,{LONGEST_KEY}}}")
_DECODED_PLUS = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:[0-9]{2}$)")  # `+` of a query that did not encode it
_WRONG_INSTANT = "takes an instant with its zone, such as 2026-03-01T09:00:00Z"
# What pydantic says in words of its own, by the type of the error.
_WORDS = {"missing": "is missing", "extra_forbidden": "is not known here"}


class Order(StrEnum):
    """The order of a timeline."""

    OLDEST = "oldest"
    NEWEST = "newest"


def checked_by(rule: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A rule of the domain as a validator of pydantic, which needs a ValueError."""

    def validated(value: Any) -> Any:
        try:
            return rule(value)
        except InvalidInput as error:
            raise ValueError(str(error)) from error

    return validated


def _day(value: object) -> date:
    """Accepts days alone; pydantic would accept instants and numbers too."""
    if not isinstance(value, str):
        raise InvalidInput("takes a day such as 2026-12-31")
    return validation.day_from(value)


def _instant(value: object) -> datetime:
    """The instant in UTC. Near the years 1 and 9999 the conversion overflows; such an instant counts as UTC."""
    text = str(value)
    try:
        at = datetime.fromisoformat(_DECODED_PLUS.sub("+", text) if "T" in text else text)
    except ValueError as error:
        raise InvalidInput(_WRONG_INSTANT) from error
    if at.tzinfo is None:
        raise InvalidInput(_WRONG_INSTANT)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise InvalidInput(f"takes 1 to {LONGEST_KEY} visible ASCII characters, such as a UUID")
    return value


def integer(value: object) -> object:
    """Accepts 800.0 as 800, since JSON does not tell them apart."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[date, BeforeValidator(checked_by(_day)), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[
    datetime, BeforeValidator(checked_by(_instant)), WithJsonSchema({"type": "string", "format": "date-time"})
]
_TEXT: JsonDict = {"minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"\S"}

AccountId = Annotated[
    str,
    Path(
        description="The account's id.",
        pattern=f"^{ACCOUNT_ID.pattern}$",
        openapi_examples={"bakery": {"summary": "An account", "value": "bakery"}},
    ),
]
Limit = Annotated[int, Query(description="The most items of a page.", ge=1, le=LARGEST_PAGE)]
Cursor = Annotated[
    str,
    Query(
        description="The cursor of the page: `next` of the page before; without it, the first page.",
        max_length=LONGEST_CURSOR,
        json_schema_extra={"format": "cursor"},
    ),
]
AudienceFilter = Annotated[
    Audience | None, Query(description="Only entries for this audience; without it, all entries.")
]
StatusFilter = Annotated[Status | None, Query(description="Only accounts in this status; without it, all accounts.")]
OrderQuery = Annotated[Order, Query(description="Which entries come first.")]
WrittenSince = Annotated[
    Instant | None,
    Query(description="Only entries that were written at this instant or later, such as 2026-03-01T09:00:00Z."),
]
IdempotencyKey = Annotated[
    Annotated[str, AfterValidator(checked_by(_key))] | None,
    Header(
        alias="Idempotency-Key",
        description="A new text for each request that you mean to make once, such as a UUID; the same one when you "
        "repeat the request because you got no answer. For 24 hours the key gets the answer of the first success. "
        "The key of another request is refused with 422, that of a request that still runs with 409. A request that "
        "failed can be repeated under its key.",
        json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
    ),
]
RangeQuery = Annotated[ReportRange, Query(description="The send days of the window, or a year by week.")]
SuppressedSince = Annotated[
    Instant | None,
    Query(description="Only addresses that were suppressed at this instant or later, such as 2026-03-01T09:00:00Z."),
]
CountedSince = Annotated[
    Instant | None,
    Query(description="Only bounces that were counted at this instant or later, such as 2026-03-01T09:00:00Z."),
]


class ReviewBody(BaseModel):
    """A review request: the day and size of the next batch, what went wrong, and what was changed."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-12-31",
                    "batch": 800,
                    "cause": "An old list was mailed again.",
                    "change": "Who did not answer for a year was taken off.",
                }
            ]
        },
    )

    day: Day = Field(
        description="The day of the next batch, in the account's time zone: today or one of the next 60 days."
    )
    batch: Annotated[int, BeforeValidator(integer), AfterValidator(checked_by(validation.batch))] = Field(
        description="The number of e-mails that go out on that day.",
        json_schema_extra={"minimum": 1, "maximum": LARGEST_BATCH},
    )
    cause: Annotated[str, AfterValidator(checked_by(validation.cause))] = Field(
        description="What went wrong.", json_schema_extra=_TEXT
    )
    change: Annotated[str, AfterValidator(checked_by(validation.change))] = Field(
        description="What was changed.", json_schema_extra=_TEXT
    )

    def command(self, by: str) -> PutReview:
        """The command of `by`, who is named on the timeline."""
        return PutReview(day=self.day, batch=self.batch, cause=self.cause, change=self.change, by=by)


def field_errors(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The errors of pydantic as pairs of field and message; the field as the request has it: `body.day`."""
    return [(".".join(map(str, error["loc"])), _message(error)) for error in errors]


def _message(error: Mapping[str, Any]) -> str:
    """Our own messages begin with `Value error, `, and those of pydantic large: `Input should be`."""
    text, ours = str(error["msg"]), "Value error, "
    said = text.removeprefix(ours) if text.startswith(ours) else text[:1].lower() + text[1:]
    return _WORDS.get(error["type"]) or said[:LONGEST_MESSAGE]
