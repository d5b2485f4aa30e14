"""What the JSON API is asked with, held against what it has to be: nothing is taken for something else that it could be
read as, and wrong values are told in words."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from permille.domain.people import validation
from permille.domain.people.owner_commands import PutReview
from permille.domain.people.validation import LONGEST_TEXT
from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.timeline.facts import Audience
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import InvalidInput
from permille.usecases.views.report import Range

MOST_LISTED = 100
DEFAULT_LIMIT = 50
LONGEST_CURSOR = 200


def _by(rule: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One of the domain's rules, as pydantic asks for it."""

    def validated(value: Any) -> Any:
        try:
            return rule(value)
        except InvalidInput as error:
            raise ValueError(str(error)) from error

    return validated


def _day(value: object) -> date:
    """A day and nothing else: pydantic would take instants and numbers as well."""
    if not isinstance(value, str):
        raise InvalidInput("takes a day such as 2026-12-31")
    return validation.day_from(value)


def _instant(value: object) -> datetime:
    """In UTC. One at the very ends of time, which UTC has no more, is taken as if it were."""
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("takes an instant with its zone, such as 2026-03-01T09:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at.replace(tzinfo=UTC)


def _integer(value: object) -> object:
    """800.0 is an integer in JSON, and one that is written otherwise in Python."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[date, BeforeValidator(_by(_day)), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
_WORDS: JsonDict = {"minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"\S"}

AccountId = Annotated[
    str,
    Path(
        description="The account's id.",
        pattern=f"^{ACCOUNT_ID.pattern}$",
        openapi_examples={"bakery": {"summary": "An account", "value": "bakery"}},
    ),
]
Limit = Annotated[int, Query(description="How many are listed at most.", ge=1, le=MOST_LISTED)]
After = Annotated[
    str,
    Query(
        description="Where the list goes on: `next` of the page before.",
        max_length=LONGEST_CURSOR,
        json_schema_extra={"format": "cursor"},
    ),
]
For = Annotated[Audience | None, Query(description="What this audience is told alone; without it, everything.")]
Shown = Annotated[Range, Query(description="The send days of the window, or a year of weeks.")]
Since = Annotated[
    Instant | None, Query(description="Those suppressed from then on alone, with its zone: 2026-03-01T09:00:00Z.")
]

CountedSince = Annotated[
    Instant | None, Query(description="Those counted from then on alone, with its zone: 2026-03-01T09:00:00Z.")
]


class ReviewBody(BaseModel):
    """When the owner's next batch goes out and how big it is, what went wrong, and what was changed."""

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

    day: Day = Field(description="The day of the next batch, where the owner is: within the next 60 days.")
    batch: Annotated[int, BeforeValidator(_integer), AfterValidator(_by(validation.batch))] = Field(
        description="How many e-mails go out on it.", json_schema_extra={"minimum": 1, "maximum": LARGEST_BATCH}
    )
    cause: Annotated[str, AfterValidator(_by(validation.cause))] = Field(
        description="What went wrong.", json_schema_extra=_WORDS
    )
    change: Annotated[str, AfterValidator(_by(validation.change))] = Field(
        description="What was changed.", json_schema_extra=_WORDS
    )

    def command(self, by: str) -> PutReview:
        return PutReview(day=self.day, batch=self.batch, cause=self.cause, change=self.change, by=by)


def in_words(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """pydantic's errors, each with its field as the request names it."""
    return [(".".join(map(str, error["loc"])), _message(error)) for error in errors]


def _message(error: Mapping[str, Any]) -> str:
    """Ours begin with `Value error, `, and Python's own are for programmers."""
    message = str(error["msg"]).removeprefix("Value error, ")
    return "is no day or instant that there is" if "isoformat" in message.lower() else message[:200]
