"""The bodies of the provisioning API's requests, validated strictly by the rules of the operator's command."""

from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from permille.console.api.parameters import checked_by
from permille.console.api.provisioning_fields import (
    MOST_IDENTITIES,
    REASON,
    Identity,
    OwnerEmail,
    OwnerName,
    Reason,
    Zone,
)
from permille.domain.people import validation
from permille.domain.people.renewal import Renew
from permille.domain.people.staff_commands import Close
from permille.domain.values.account_id import ACCOUNT_ID
from permille.usecases.senders.change import Change
from permille.usecases.senders.new_account import NewAccount

LONGEST_LINK = 30 * 24  # hours
LONGEST_GRACE = 720  # hours
_CONFIRMED = "Whether to do what is unusual: without it such a request is refused with 409, and `detail` says why."


def _model(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [example]})


class NewAccountBody(BaseModel):
    """An account that is to be created: one business, with what it sends from."""

    model_config = _model(
        {
            "account_id": "good-bakery",
            "owner_email": "bea@good-bakery.example",
            "owner_name": "Bea Baker",
            "timezone": "Europe/Vienna",
            "identities": ["good-bakery.example"],
        }
    )

    account_id: str = Field(
        description="New id: lower-case letters, digits and hyphens, at most 54. It is never given again.",
        pattern=f"^{ACCOUNT_ID.pattern}$",
    )
    owner_email: OwnerEmail
    owner_name: OwnerName = ""
    timezone: Zone = "UTC"
    identities: list[Identity] = Field(
        description="Domains and addresses that the account sends from.", min_length=1, max_length=MOST_IDENTITIES
    )
    confirmed: bool = Field(default=False, description=_CONFIRMED)

    def new_account(self, by: str, run: str) -> NewAccount:
        """The account. `by`: who creates it; `run`: what its row names until the answer is handed over."""
        return NewAccount(
            self.account_id,
            self.owner_email,
            self.owner_name,
            self.timezone,
            tuple(self.identities),
            by=by,
            import_run=run,
        )


class ChangeBody(BaseModel):
    """What is to be changed, and why. What is left out, or null, stays as it is."""

    model_config = _model({"owner_email": "new@good-bakery.example", "reason": "They sold the shop"})

    reason: Reason
    owner_email: OwnerEmail | None = None
    owner_name: OwnerName | None = None
    timezone: Zone | None = None
    add_identities: list[Identity] = Field(
        default_factory=list, description="Domains and addresses to add.", max_length=MOST_IDENTITIES
    )
    remove_identities: list[Identity] = Field(
        default_factory=list, description="Domains and addresses to remove.", max_length=MOST_IDENTITIES
    )
    confirmed: bool = Field(default=False, description=_CONFIRMED)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        owner = (self.owner_email, self.owner_name, self.timezone)
        if owner == (None, None, None) and not self.add_identities and not self.remove_identities:
            raise ValueError(f"name what is to be changed: {', '.join(sorted({*type(self).model_fields} - _ABOUT))}")
        return self

    def change(self, account_id: str, by: str) -> Change:
        """The change."""
        return Change(
            account_id=account_id,
            reason=self.reason,
            by=by,
            owner_email=self.owner_email,
            owner_name=self.owner_name,
            timezone=self.timezone,
            add_identities=tuple(self.add_identities),
            remove_identities=tuple(self.remove_identities),
        )


_ABOUT = {"reason", "confirmed"}  # fields that change nothing


class CloseBody(BaseModel):
    """Why an account is closed."""

    model_config = _model({"reason": "They left the platform", "confirmed": True})

    reason: Annotated[
        str,
        AfterValidator(checked_by(validation.reason)),
        Field(description="Why; the owner is mailed it.", json_schema_extra=REASON),
    ]
    confirmed: bool = Field(default=False, description=_CONFIRMED)

    def command(self, by: str) -> Close:
        """The command of `by`."""
        return Close(reason=self.reason, by=by)


class LinkBody(BaseModel):
    """A link that is to be made."""

    model_config = _model({"hours": 1})

    hours: int = Field(default=7 * 24, description="For how many hours it is valid.", ge=1, le=LONGEST_LINK)

    @property
    def lasts(self) -> timedelta:
        """How long it is valid."""
        return timedelta(hours=self.hours)


class CredentialBody(BaseModel):
    """How the SMTP credential is renewed."""

    model_config = _model({"lost": True})

    grace_hours: int = Field(
        default=0, description="For how many hours the former credential still works.", ge=0, le=LONGEST_GRACE
    )
    lost: bool = Field(
        default=False,
        description="Whether nobody has the password of the last renewal: that credential is replaced too.",
    )

    def renew(self, by: str) -> Renew:
        """The command of `by`."""
        return Renew(by=by, grace=timedelta(hours=self.grace_hours), lost=self.lost)
