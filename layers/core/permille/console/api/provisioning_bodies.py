"""The bodies of the provisioning API's requests, validated strictly by the rules of the operator's command."""

from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from permille.console.api.parameters import checked_by, integer
from permille.console.api.provisioning_fields import (
    MOST_IDENTITIES,
    REASON,
    Identity,
    OwnerEmail,
    OwnerName,
    OwnIdentity,
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


def _model(example: JsonDict, **schema: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [example], **schema})


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
            adding_run=run,
        )


_OWNER = ("owner_email", "owner_name", "timezone")
_CHANGES = (*_OWNER, "add_identities", "remove_identities")


class ChangeBody(BaseModel):
    """What is to be changed, and why: one part at least. What is left out stays as it is."""

    model_config = _model(
        {"owner_email": "new@good-bakery.example", "reason": "They sold the shop"},
        anyOf=[{"required": [name]} for name in _CHANGES],
    )

    reason: Reason
    owner_email: OwnerEmail = Field(default_factory=str)
    owner_name: OwnerName = Field(default_factory=str)
    timezone: Zone = Field(default_factory=str)
    add_identities: list[Identity] = Field(
        default_factory=list, description="Domains and addresses to add.", min_length=1, max_length=MOST_IDENTITIES
    )
    remove_identities: list[OwnIdentity] = Field(
        default_factory=list, description="Domains and addresses to remove.", min_length=1, max_length=MOST_IDENTITIES
    )
    confirmed: bool = Field(default=False, description=_CONFIRMED)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set & {*_CHANGES}:
            raise ValueError(f"name what is to be changed: {', '.join(_CHANGES)}")
        return self

    def change(self, account_id: str, by: str) -> Change:
        """The change."""
        given = {name: getattr(self, name) for name in _OWNER if name in self.model_fields_set}
        return Change(
            account_id=account_id,
            reason=self.reason,
            by=by,
            add_identities=tuple(self.add_identities),
            remove_identities=tuple(self.remove_identities),
            **given,
        )


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

    hours: Annotated[int, BeforeValidator(integer)] = Field(
        default=7 * 24, description="For how many hours it is valid.", ge=1, le=LONGEST_LINK
    )

    @property
    def lasts(self) -> timedelta:
        """How long it is valid."""
        return timedelta(hours=self.hours)


class CredentialBody(BaseModel):
    """How the SMTP credential is renewed."""

    model_config = _model({"lost": True})

    grace_hours: Annotated[int, BeforeValidator(integer)] = Field(
        default=0, description="For how many hours the old credential still works.", ge=0, le=LONGEST_GRACE
    )
    lost: bool = Field(
        default=False,
        description="Whether nobody has the password of the last renewal: that credential is replaced too.",
    )

    def renew(self, by: str) -> Renew:
        """The command of `by`."""
        return Renew(by=by, grace=timedelta(hours=self.grace_hours), lost=self.lost)
