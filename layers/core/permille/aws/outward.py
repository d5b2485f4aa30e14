"""The ways out: owner mails by SES, the host platform's bus, the record of what went out, the queue for another try."""

import json
from collections.abc import Callable
from datetime import tzinfo
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS
from botocore.exceptions import ClientError

from permille import shapes
from permille.aws.client import client, service_call, service_error
from permille.domain.errors import Unavailable
from permille.domain.timeline import SYSTEM, Entry
from permille.domain.wording import plain
from permille.ports import REMEMBERED_FOR, Mail
from permille.ses_events import ABOUT_TAG

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sqs import SQSClient

_PREFIX = "handed-on"
SOURCE = "permille"
_WHOLE = SMTP.clone(max_line_length=998)  # RFC 5322; of what is encoded 76 (RFC 2045, RFC 2047)


class _OnTheWire(EmailPolicy):
    """All of it ASCII, since some relays lose other bytes. Headers that are ASCII anyhow stay on one line: the
    subject of a disabling, and SES's own. Others are encoded whole: EmailPolicy, which encodes word by word, loses
    blanks between encoded words, and some words."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if value.isascii():
            return _WHOLE.fold_binary(name, value)
        if addresses := getattr(value, "addresses", ()):
            (address,) = addresses
            encoded = _encoded(name, address.display_name)
            encoded.append(f"<{address.addr_spec}>", "us-ascii")
        else:
            encoded = _encoded(name, value)
        return f"{name}: {encoded.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


def _encoded(name: str, text: str) -> Header:
    return Header(text, "utf-8", maxlinelen=74, header_name=name)  # some lines are two longer than it says


_ON_THE_WIRE = _OnTheWire(linesep="\r\n", max_line_length=76, cte_type="7bit")


class SesMailer:
    """Keeps `ports.Mailer`. SES replaces Message-ID, so the entry's id goes as a header and as a message tag."""

    def __init__(
        self,
        *,
        mail_from: str,
        configuration_set: str,
        from_name: str = "",
        reply_to: str = "",
        ses: "SESClient | None" = None,
    ) -> None:
        self._ses: SESClient = ses or client("ses")
        self._mail_from = mail_from
        self._from_name = plain(from_name)
        self._reply_to = reply_to
        self._configuration_set = configuration_set

    def message(self, mail: Mail) -> EmailMessage:
        """As it is handed to SES."""
        message = EmailMessage(policy=_ON_THE_WIRE)
        message["From"] = Address(self._from_name, addr_spec=self._mail_from)
        message["To"], message["Subject"] = mail.to, mail.subject
        if self._reply_to:
            message["Reply-To"] = self._reply_to
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # [MS-OXCMAIL] 2.2.3.2.14; bounces are wanted
        message["X-Permille-Entry"] = mail.entry_id
        message["X-SES-CONFIGURATION-SET"] = self._configuration_set
        message["X-SES-MESSAGE-TAGS"] = f"{ABOUT_TAG}={mail.account_id}, permille-entry={_tag(mail.entry_id)}"
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        return message

    def send(self, mail: Mail) -> None:
        data = self.message(mail).as_bytes()
        with service_call(f"mailing about {mail.entry_id}"):
            self._ses.send_raw_email(Source=self._mail_from, Destinations=[mail.to], RawMessage={"Data": data})


def _tag(value: str) -> str:
    """SES takes letters, digits, - and _ in a tag."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in value)


def detail_of(entry: Entry, platform: str, zone: tzinfo) -> dict[str, Any]:
    """What the host platform gets: docs/timeline-event.schema.json, version 1."""
    return {
        "version": 1,
        "account_id": None if entry.account_id == SYSTEM else entry.account_id,
        **shapes.entry(entry, platform, zone),
    }


class TimelineBus:
    """Keeps `ports.Bus`: one event per entry, its detail-type the entry's kind."""

    def __init__(self, *, bus: str, platform: str, events: "EventBridgeClient | None" = None) -> None:
        self._events: EventBridgeClient = events or client("events")
        self._bus = bus
        self._platform = platform

    def put(self, entry: Entry, zone: tzinfo) -> None:
        event: Any = {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": entry.kind,
            "Time": entry.at,
            "Detail": json.dumps(detail_of(entry, self._platform, zone), ensure_ascii=False),
        }
        with service_call(f"putting {entry.id} on the bus"):
            answer = self._events.put_events(Entries=[event])
        if answer["FailedEntryCount"]:
            raise Unavailable(f"putting {entry.id} on the bus: {answer['Entries'][0].get('ErrorCode')}")


class RememberedOnce:
    """Keeps `ports.Once` with a record per key."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._records = DynamoDBPersistenceLayer(table_name=table, boto3_client=dynamodb or client("dynamodb"))
        self._config = IdempotencyConfig(expires_after_seconds=int(REMEMBERED_FOR.total_seconds()))

    def during(self, context: Any) -> None:
        """The Lambda invocation that now runs: if it is cut off, what it was at gives way when its time is up."""
        self._config.register_lambda_context(context)

    def do(self, key: str, action: Callable[[], None]) -> None:
        @idempotent_function(  # type: ignore[untyped-decorator]
            data_keyword_argument="key",
            persistence_store=self._records,
            config=self._config,
            key_prefix=_PREFIX,
        )
        def run(*, key: str) -> str:
            action()
            return key

        try:
            run(key=key)
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
            raise Unavailable(f"{key}: another run is at it") from error
        except IdempotencyPersistenceLayerError as error:
            cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
            raise service_error(key, cause) from error

    def is_done(self, key: str) -> bool:
        self._records.configure(self._config, function_name="", key_prefix=_PREFIX)
        with service_call(f"reading what became of {key}"):
            try:
                found = self._records.get_record(data=key)  # type: ignore[arg-type]
            except IdempotencyItemNotFoundError:
                return False
        return found is not None and found.status == STATUS_CONSTANTS["COMPLETED"]


class NotifyQueue:
    """Keeps `ports.Later`."""

    def __init__(self, *, url: str, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._url = url

    def put(self, account_id: str, entry_id: str, effect: str) -> None:
        job = {"account_id": account_id, "entry_id": entry_id, "effect": effect}
        with service_call(f"queueing {effect} of {entry_id}"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=json.dumps(job))
