"""Dataclasses whose fields are validated when they are made, by the rules of validation.py that their types name."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

from permille.domain.people import validation
from permille.domain.values.errors import InvalidInput

Reason = Annotated[str, validation.reason]
Note = Annotated[str, validation.note]
Decider = Annotated[str, validation.decider]
Day = Annotated[date, validation.day]
Instant = Annotated[datetime, validation.instant]
Batch = Annotated[int, validation.batch]
Cause = Annotated[str, validation.cause]
Change = Annotated[str, validation.change]
EntryId = Annotated[str, validation.entry_id]


@dataclass(frozen=True, slots=True)
class Validated:
    """Base of commands. Raises InvalidInput with all fields that break their rule.

    needs_zone: whether the decision needs the account's time zone
    needs_policy: whether the decision needs the policy
    """

    needs_zone: ClassVar[bool] = False
    needs_policy: ClassVar[bool] = False

    def __post_init__(self) -> None:
        errors = []
        for name, rule in _rules(type(self)):  # type: ignore[arg-type]  # mypy looks at the hash of its instances
            try:
                object.__setattr__(self, name, rule(getattr(self, name)))
            except InvalidInput as error:
                errors.append((name, str(error)))
        if errors:
            raise InvalidInput.of(errors)


@cache
def _rules(command: type) -> list[tuple[str, Any]]:
    """The fields that have a rule, each with it."""
    hints = get_type_hints(command, include_extras=True)
    return [(name, hint.__metadata__[0]) for name, hint in hints.items() if hasattr(hint, "__metadata__")]
