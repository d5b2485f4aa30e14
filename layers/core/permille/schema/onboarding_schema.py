"""The JSON shapes of accounts that are added, changed and closed, which the provisioning API and the command share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from typing_extensions import TypedDict

from permille.domain.account.account import Account
from permille.domain.values.status import Status
from permille.ports.iam_users import AccessKey
from permille.ports.identities import DnsRecord
from permille.schema.doc import Doc
from permille.usecases.senders.identities import PreparedIdentities
from permille.usecases.senders.shared_identities import SharedIdentity
from permille.usecases.senders.smtp_password import smtp_password

PARTS = ("owner_email", "owner_name", "timezone", "identities", "senders")


class SmtpJson(TypedDict):
    """How the account's programs log in to Amazon SES, with STARTTLS."""

    host: str
    port: int
    username: Annotated[str | None, Doc("Null with the password.")]
    password: Annotated[
        str | None,
        Doc("Given once, and stored nowhere: null when the request is repeated under its key. Renew the credential."),
    ]


class DnsRecordJson(TypedDict):
    """A record by which SES verifies a domain, once it is published."""

    name: str
    type: Annotated[str, Doc("Always CNAME.")]
    value: str


class SharedIdentityJson(TypedDict):
    """An identity of another account that is the same, above or below."""

    identity: str
    account_id: str
    status: Status


class RecordsJson(TypedDict):
    """What is left to do, so that SES verifies new identities."""

    records_to_publish: Annotated[list[DnsRecordJson], Doc("Of identities that SES did not know before.")]
    addresses_to_confirm: Annotated[list[str], Doc("Addresses to whose holders SES has written.")]


class PreparedJson(RecordsJson):
    """What was done to the account's identities in SES, and what is left to do."""

    replaced_default_sets: Annotated[
        dict[str, str], Doc("The default configuration sets that the stack's replaced, by identity.")
    ]
    forwarding_stopped: Annotated[list[str], Doc("Identities about which SES mails feedback no longer.")]
    identities_below: Annotated[
        list[str], Doc("Identities below the account's domains that are not its own: their mail is not counted.")
    ]
    identities_of_others: list[SharedIdentityJson]


class CreatedAccountJson(PreparedJson):
    """A new account."""

    account_id: str
    sender: Annotated[str, Doc("Its IAM user.")]
    smtp: SmtpJson
    in_sandbox: Annotated[bool, Doc("True while SES sends to verified identities alone.")]


class DifferenceJson(TypedDict):
    """A changed part of an account."""

    before: str | list[str]
    after: str | list[str]


class ChangedAccountJson(PreparedJson):
    """What was changed."""

    account_id: str
    changed: Annotated[dict[str, DifferenceJson], Doc("By name: owner_email, owner_name, timezone, identities.")]
    in_sync: Annotated[bool, Doc("True once IAM was read back to agree with the last decision.")]


class ClosedAccountJson(TypedDict):
    """A closed account."""

    account_id: str
    status: Status
    deleted_senders: Annotated[list[str], Doc("IAM users that no longer exist.")]
    kept_senders: Annotated[list[str], Doc("IAM users that Permille did not make: they are deactivated and kept.")]


class OwnerLinkJson(TypedDict):
    """A login link to the owner's report. Whoever has it has access."""

    link: str
    expires_at: Annotated[str, Doc("Until when it is valid.", "date-time")]


class RenewedCredentialJson(TypedDict):
    """A new SMTP credential."""

    account_id: str
    status: Annotated[Status, Doc("While the account is off, so is the new credential.")]
    smtp: SmtpJson
    old_credential_works_until: Annotated[
        str | None, Doc("Until when the old one works; null where it stops at once.", "date-time")
    ]


def smtp_json(endpoint: str, region: str, key: AccessKey | None) -> SmtpJson:
    """The SMTP credential. `endpoint`: HOST:PORT of SES; `key`: None where its password is not given."""
    host, _, port = endpoint.rpartition(":")
    password = smtp_password(key.secret, region) if key else None
    return {"host": host, "port": int(port), "username": key.id if key else None, "password": password}


def records_json(records: Mapping[str, Sequence[DnsRecord]]) -> RecordsJson:
    """The DNS records to publish for new identities, and the addresses whose holders SES asks by mail."""
    published = [record for each in records.values() for record in each]
    return {
        "records_to_publish": [{"name": one.name, "type": "CNAME", "value": one.value} for one in published],
        "addresses_to_confirm": [name for name in records if "@" in name],
    }


def prepared_json(prepared: PreparedIdentities, below: Sequence[str], shared: Sequence[SharedIdentity]) -> PreparedJson:
    """What was done. `below`, `shared`: identities below and of other accounts."""
    return {
        **records_json(prepared.records),
        "replaced_default_sets": dict(prepared.replaced_sets),
        "forwarding_stopped": list(prepared.forwarding_stopped),
        "identities_below": list(below),
        "identities_of_others": [
            {"identity": other.theirs, "account_id": other.account.id, "status": other.account.status}
            for other in shared
        ],
    }


def differences(before: Account, after: Account, identities_before: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
    """Name, former and new value of each part that differs. `identities_before`: older rows do not have them."""
    former, present = _parts(before) | {"identities": list(identities_before)}, _parts(after)
    present["identities"] = present["identities"] or former["identities"]
    yield from ((name, former[name], present[name]) for name in PARTS if former[name] != present[name])


def _parts(account: Account) -> dict[str, Any]:
    values = {name: getattr(account, name) for name in PARTS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
