"""Adding an account: its row, its identities, its IAM user or an adopted one, its SMTP credential.

The order matters. The row comes first: of two who add the same account at once one is refused before it touched
anything, and nobody can send mail that is not counted. Each step that follows is taken back where a later one fails.
"""

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of
from permille.domain.account import ACCOUNT_ID, Account
from permille.domain.entries.credential import Created
from permille.domain.errors import Conflict, InvalidInput
from permille.domain.timeline import entry
from permille_cli import adoption
from permille_cli.smtp_credential import smtp_password
from permille_cli.stack import Stack

_LOCAL, _DOMAIN = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+", r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")
IDENTITY = re.compile(f"({_LOCAL}@)?{_DOMAIN}")
POLICY = "permille-send"
TAG = "permille:account"


@dataclass(frozen=True, slots=True)
class Request:
    account_id: str
    owner_email: str
    owner_name: str
    timezone: str
    identities: tuple[str, ...]
    adopted: tuple[str, ...]

    def check(self) -> None:
        """Raises InvalidInput where something is not as it must be."""
        if not ACCOUNT_ID.fullmatch(self.account_id):
            raise InvalidInput(
                f"{self.account_id!r} is no account id: small letters, digits and -, at most 54, not beginning with -"
            )
        if "" in self.adopted:
            raise InvalidInput("--sender names no IAM user")
        if not ADDRESS.fullmatch(self.owner_email):
            raise InvalidInput(f"{self.owner_email!r} is no e-mail address (--owner-email)")
        wrong = [identity for identity in self.identities if not IDENTITY.fullmatch(identity)]
        if wrong:
            raise InvalidInput(f"{wrong[0]!r} is neither a domain nor an e-mail address (--identity)")
        self._check_timezone()

    def _check_timezone(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(f"{self.timezone!r} is no time zone; one is Europe/Vienna (--timezone)") from None


@dataclass(frozen=True, slots=True)
class Credential:
    access_key_id: str
    secret_access_key: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What `account add` has to tell. An adopted sender keeps its credential, so there is none to show."""

    account: Account
    credential: Credential | None
    smtp_endpoint: str
    region: str
    records_to_publish: tuple[str, ...]
    replaced_default_sets: dict[str, str]

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        host, _, port = self.smtp_endpoint.rpartition(":")
        key = self.credential
        data: dict[str, Any] = {
            "account_id": self.account.id,
            "caller_identity": self.account.senders[0],
            "access_key_id": key.access_key_id if key else None,
            "smtp": {
                "host": host,
                "port": int(port),
                "username": key.access_key_id if key else None,
                "password": smtp_password(key.secret_access_key, self.region) if key else None,
            },
        }
        if len(self.account.senders) > 1:
            data["caller_identities"] = list(self.account.senders)
        if self.records_to_publish:
            data["records_to_publish"] = list(self.records_to_publish)
        if self.replaced_default_sets:
            data["replaced_default_sets"] = self.replaced_default_sets
        if show_secret and key:
            data["secret_access_key"] = key.secret_access_key
        return data

    def as_text(self, *, show_secret: bool) -> str:
        data = self.as_data(show_secret=show_secret)
        lines = [f"[bold]{self.account.id}[/] is active; its sender is {', '.join(self.account.senders)}."]
        if self.credential:
            lines += ["Its SMTP credential, shown this once:"]
            lines += [f"  {name:9}{value}" for name, value in data["smtp"].items()]
        else:
            lines += ["It keeps the credentials that its sender has."]
        if "secret_access_key" in data:
            lines += [f"  secret access key  {data['secret_access_key']}"]
        for identity, replaced in self.replaced_default_sets.items():
            lines += [f"[yellow]The default configuration set of {identity} was {replaced}; it is ours now.[/]"]
        if self.records_to_publish:
            lines += ["SES verifies an identity once its DNS records are published:"]
            lines += [f"  {record}" for record in self.records_to_publish]
        return "\n".join(lines)


def enrol(stack: Stack, request: Request) -> Enrolled:
    """Adds the account. Raises InvalidInput for what cannot be, Failure for what did not work."""
    request.check()
    if stack.accounts.get(request.account_id):
        raise InvalidInput(f"the account {request.account_id} exists; `permille account show {request.account_id}`")
    enrolment = _Enrolment(stack, request)
    senders = enrolment.senders()
    account = Account(
        id=request.account_id,
        owner_email=request.owner_email,
        owner_name=request.owner_name,
        timezone=request.timezone,
        senders=senders,
    )
    with ExitStack() as undo:
        _add_row(stack, account)
        undo.callback(stack.accounts.remove, account)
        records, replaced = enrolment.prepare_identities(undo)
        credential = None if request.adopted else enrolment.make_sender(undo)
        undo.pop_all()  # all is done: nothing is taken back
    return Enrolled(account, credential, stack["SmtpEndpoint"], stack["Region"], tuple(records), replaced)


def _add_row(stack: Stack, account: Account) -> None:
    try:
        stack.accounts.add(account, [entry(account.id, stack.now(), Created(senders=account.senders))])
    except Conflict as conflict:
        owned = ", ".join(account.senders)
        wrong = f"the account {account.id} was added just now, or {owned} is another account's"
        raise InvalidInput(wrong) from conflict


class _Enrolment:
    """The steps that go before the row."""

    def __init__(self, stack: Stack, request: Request) -> None:
        self._stack, self._request = stack, request
        self._iam, self._ses = client("iam"), client("sesv2")
        self._configuration_set = stack["ConfigurationSetName"]

    def senders(self) -> tuple[str, ...]:
        """Those to adopt, called as IAM calls them; else the one that is made."""
        if self._request.adopted:
            return adoption.checked(self._stack, self._iam, self._request.adopted, self.resources())
        return (self.own_sender(),)

    def own_sender(self) -> str:
        name = f"permille-{self._request.account_id}"
        pattern = self._stack["SenderUsers"]
        if not adoption.matches(pattern, name):
            raise InvalidInput(
                f"the stack may switch only users named {pattern} (its parameter SenderUsers), so it could not switch "
                f"{name}: adopt a user of that name with --sender, or deploy with another SenderUsers"
            )
        return name

    def resources(self) -> frozenset[str]:
        """The ARNs that the account may send through, and no others."""
        identity = client("sts").get_caller_identity()
        partition, account = identity["Arn"].split(":")[1], identity["Account"]
        prefix = f"arn:{partition}:ses:{self._stack['Region']}:{account}"
        names = [f"identity/{name}" for name in self._request.identities]
        return frozenset(f"{prefix}:{name}" for name in [*names, f"configuration-set/{self._configuration_set}"])

    def prepare_identities(self, undo: ExitStack) -> tuple[list[str], dict[str, str]]:
        """Makes our set each identity's default, so that who leaves out the header stays seen. An identity that SES
        does not know yet is made. Returned are the DNS records that verify it, and the sets that were replaced."""
        records: list[str] = []
        replaced: dict[str, str] = {}
        for name in self._request.identities:
            try:
                before = self._ses.get_email_identity(EmailIdentity=name).get("ConfigurationSetName", "")
            except ClientError as refused:
                if code_of(refused) != "NotFoundException":
                    raise
                made = self._ses.create_email_identity(EmailIdentity=name, ConfigurationSetName=self._configuration_set)
                undo.callback(self._ses.delete_email_identity, EmailIdentity=name)
                records += _records(name, made)
                continue
            self._set_default(name, self._configuration_set)
            undo.callback(self._set_default, name, before)
            if before not in ("", self._configuration_set):
                replaced[name] = before
        return records, replaced

    def _set_default(self, identity: str, configuration_set: str) -> None:
        named = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        self._ses.put_email_identity_configuration_set_attributes(EmailIdentity=identity, **named)

    def make_sender(self, undo: ExitStack) -> Credential:
        """An IAM user that may send through the account's identities and our configuration set alone, with a key. One
        that an interrupted try of this stack left behind is taken up: it had no row, so its keys were never shown."""
        name = self.own_sender()
        tags = [{"Key": TAG, "Value": f"{self._stack.name}/{self._stack['Region']}/{self._request.account_id}"}]
        try:
            self._iam.create_user(UserName=name, Tags=tags)
        except ClientError as refused:
            if code_of(refused) != "EntityAlreadyExists":
                raise
            if tags[0] not in self._iam.list_user_tags(UserName=name)["Tags"]:
                raise InvalidInput(
                    f"an IAM user {name} exists that this stack did not make: adopt it with --sender {name}"
                ) from refused
        undo.callback(self._delete_sender, name)
        self._delete_keys(name)
        self._iam.put_user_policy(UserName=name, PolicyName=POLICY, PolicyDocument=self._policy())
        key = self._iam.create_access_key(UserName=name)["AccessKey"]
        return Credential(key["AccessKeyId"], key["SecretAccessKey"])

    def _policy(self) -> str:
        statement = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": sorted(self.resources())}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def _delete_sender(self, name: str) -> None:
        self._delete_keys(name)
        for policy in self._iam.list_user_policies(UserName=name)["PolicyNames"]:
            self._iam.delete_user_policy(UserName=name, PolicyName=policy)
        self._iam.delete_user(UserName=name)

    def _delete_keys(self, name: str) -> None:
        for key in self._iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            self._iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])


def _records(name: str, made: dict[str, Any]) -> list[str]:
    if "@" in name:
        return [f"(SES has written to {name}: follow the link in that mail)"]
    tokens = made.get("DkimAttributes", {}).get("Tokens", [])
    return [f"{token}._domainkey.{name} CNAME {token}.dkim.amazonses.com" for token in tokens]
