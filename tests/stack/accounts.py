"""Accounts on the deployed stack, used as their owners use them: by SMTP and by API."""

import json
import smtplib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from tests.stack.conftest import Stack
from tests.support.builders import ses_event

from permille.domain.account.credential import PROPAGATION
from permille.domain.rules.breaker import hour_of

_read = TypeDeserializer().deserialize


@dataclass(frozen=True, slots=True)
class Business:
    """An account that the operator's command added, with the credential that it printed."""

    stack: Stack
    id: str
    key: str
    secret: str
    password: str

    @property
    def address(self) -> str:
        return f"news@{self.id}.example"

    @property
    def owner(self) -> str:
        return f"owner@{self.id}.example"

    def session(self) -> smtplib.SMTP:
        return self.stack.session(self.key, self.password)

    def send(self, mails: int, *, complaints: int = 0, **headers: str) -> None:
        """Sends to `mails` readers, of whom the last `complaints` complain: the login can be gone a moment later."""
        with self.session() as session:
            for number in range(mails):
                mail = self.a_mail(**headers)
                if number >= mails - complaints:
                    mail["X-Local-Complaint"] = "all"
                session.send_message(mail)

    def a_mail(self, **headers: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.address, f"reader-{uuid.uuid4().hex[:8]}@inbox.example"
        mail["Subject"] = headers.pop("subject", "Fresh rye bread")
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content("Bread.")
        return mail

    def is_complained_about(self, message_id: str, sent_at: datetime) -> None:
        """SES reports a complaint about a mail of then."""
        sent = {"sent_at": sent_at, "feedbackId": f"f-{message_id}"}
        event = ses_event("Complaint", message_id, caller=f"permille-{self.id}", **sent)
        self.stack.client("sns").publish(TopicArn=self.stack.outputs["FeedbackTopicArn"], Message=json.dumps(event))

    def login_is_refused(self) -> bool:
        try:
            self.session().quit()
        except smtplib.SMTPAuthenticationError as refused:
            return refused.smtp_code == 535
        return False

    def can_log_in(self) -> bool:
        try:
            self.session().quit()
        except smtplib.SMTPException:
            return False
        return True

    def row(self) -> dict[str, Any]:
        """The account as it is stored: asked for in no time."""
        key = {"account_id": {"S": self.id}}
        dynamodb, table = self.stack.client("dynamodb"), self.stack.outputs["AccountsTable"]
        item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        return {name: _read(value) for name, value in item.items()}

    def is_switched(self) -> bool:
        row = self.row()
        return bool(row["applied"] == row["switch_generation"])

    def is_read_back(self) -> bool:
        """By runs that come when IAM shows every change for sure; the stack's clock is ahead then."""
        for at in range(1, 3):
            later = datetime.now(UTC) + at * PROPAGATION
            self.stack.answer("local", "tick", "--at", later.isoformat())
        return bool(self.standing()["in_sync"])

    def told(self, *kinds: str) -> list[str]:
        """The kinds of the timeline's entries, of these alone where some are named, oldest first."""
        answer = self.stack.client("dynamodb").query(
            TableName=self.stack.outputs["TimelineTable"],
            KeyConditionExpression="account_id = :id",
            ExpressionAttributeValues={":id": {"S": self.id}},
            ConsistentRead=True,
        )
        told = [item["kind"]["S"] for item in answer["Items"]]
        return [kind for kind in told if kind in (kinds or told)]

    def standing(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.stack.answer("account", "show", self.id)
        return answer

    def timeline(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.stack.answer("timeline", self.id)["entries"]
        return entries

    def mails(self) -> list[EmailMessage]:
        """What the owner has got, oldest first."""
        files = sorted(self.stack.mails.glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [mail for mail in mails if isinstance(mail, EmailMessage) and mail["To"] == self.owner]


_granted: dict[Path, str] = {}  # for which hour, by stack


def _let_many_be_disabled(stack: Stack) -> None:
    """More in an hour than the breaker lets pass, and a new hour can begin at any test."""
    hour = hour_of(datetime.now(UTC))
    if _granted.get(stack.directory) != hour:
        stack.answer("breaker", "reset", "--reason", "Many are disabled here", "--allow", "1000")
        _granted[stack.directory] = hour


def where_it_is_morning() -> str:
    """A time zone whose day has most of its hours left, whatever the time is: late in a day nobody is approved for it
    without a confirmation."""
    ahead = (9 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def a_business(stack: Stack, prefix: str = "shop", timezone: str = "UTC") -> Business:
    _let_many_be_disabled(stack)
    account_id = f"{prefix}-{uuid.uuid4().hex[:6]}"
    arguments = ["--owner-email", f"owner@{account_id}.example", "--identity", f"{account_id}.example"]
    arguments += ["--timezone", timezone]
    data = stack.answer("account", "add", account_id, *arguments, "--show-secret")
    return Business(stack, account_id, data["access_key_id"], data["secret_access_key"], data["smtp"]["password"])
