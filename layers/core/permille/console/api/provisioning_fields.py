"""The fields of the provisioning API's requests, checked by the rules of the operator's command."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from permille.console.api.parameters import checked_by
from permille.domain.people import validation
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import LONGEST_REASON
from permille.usecases.senders.new_account import owner_address, sending_identity
from permille.zones import zone_named

LONGEST_ADDRESS = 320
LONGEST_NAME = 200
MOST_IDENTITIES = 30  # of one request; IAM's policies take about 13 for one user
# Fields of requests, by the names that use cases have for them.
_FIELDS = {"": "body", "sender": "body.account_id", "identity": "body.identities"}
_FIELDS |= {f"{done}_identity": f"body.{done}_identities" for done in ("add", "remove")}
_FIELDS |= {name: f"body.{name}" for name in ("account_id", "owner_email", "owner_name", "timezone", "reason")}


def field_of(name: str) -> str:
    """The field of a request that an error of a use case is about."""
    return _FIELDS.get(name, name)


def _zone(name: str) -> str:
    zone_named(name)
    return name


def _name(text: str) -> str:
    if not text.isprintable():
        raise InvalidInput("has characters that cannot be shown")
    return text


REASON: JsonDict = {"minLength": 1, "maxLength": LONGEST_REASON, "pattern": r"\S"}
OwnerEmail = Annotated[
    str,
    AfterValidator(checked_by(owner_address)),
    Field(
        description="E-mail address of the owner.",
        max_length=LONGEST_ADDRESS,
        json_schema_extra={"format": "idn-email"},
    ),
]
OwnerName = Annotated[
    str,
    AfterValidator(checked_by(_name)),
    Field(description="Name of the owner, used in mails.", max_length=LONGEST_NAME),
]
Zone = Annotated[
    str,
    AfterValidator(checked_by(_zone)),
    Field(
        description="The owner's time zone, by its name in the IANA database.",
        max_length=LONGEST_NAME,
        json_schema_extra={"format": "time-zone"},
    ),
]


def _identity(kind: str) -> Any:
    """A domain or address. `kind`: the `format` of its schema."""
    return Field(max_length=LONGEST_ADDRESS, json_schema_extra={"format": kind})


Identity = Annotated[str, AfterValidator(checked_by(sending_identity)), _identity("identity")]
OwnIdentity = Annotated[str, AfterValidator(checked_by(sending_identity)), _identity("own-identity")]
Reason = Annotated[
    str,
    AfterValidator(checked_by(validation.reason)),
    Field(description="Why; it is on the account's timeline.", json_schema_extra=REASON),
]
