"""The stack of the demonstration, its two accounts and their mail."""

import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from os import environ
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from permille.domain.account.account import Account
from permille.domain.values.errors import Failed, InvalidInput
from permille.usecases.senders.add_account import add_account
from permille.usecases.senders.new_account import NewAccount
from permille_cli.answers.added_account import AddedAccountAnswer
from permille_cli.local import schedule, stack
from permille_cli.local.deployment import Deployment
from permille_cli.local.running import HOURS, Running
from permille_cli.local.state import StateDirectory
from permille_cli.stack.deployed import DeployedStack
from permille_cli.stack.stack import Stack

PATIENCE_SECONDS = 60.0
DEMO_HOURS = 0.25
LAST_HOUR = 23  # of the day


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration. `complaints`: how many of its recipients press "Report spam"."""

    account_id: str
    owner_name: str
    subject: str
    complaints: int

    @property
    def domain(self) -> str:
        return f"{self.account_id}.example"

    @property
    def owner_email(self) -> str:
        return f"owner@{self.domain}"


BAKERY = DemoAccount("good-bakery", "Bea", "Fresh rye bread on Friday", complaints=1)
DEALS = DemoAccount("pushy-deals", "Pat", "LAST CHANCE!!! 90 % off everything", complaints=2)


@dataclass(slots=True)
class DemoStack:
    """The stack of the demonstration, with the SMTP credentials and secret access keys by account id."""

    stack: Stack
    state: StateDirectory
    running: Running
    console: Console
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def account(self, sender: DemoAccount) -> Account:
        return self.stack.account(sender.account_id)

    def add(self, sender: DemoAccount) -> None:
        new = NewAccount(
            account_id=sender.account_id,
            owner_email=sender.owner_email,
            owner_name=sender.owner_name,
            timezone=_timezone(),
            identities=(sender.domain,),
        )
        added = add_account(self.stack.onboarding, new, self.stack.now())
        data = AddedAccountAnswer(self.stack, added).as_data(show_secret=True)
        self.credentials[sender.account_id] = data["smtp"]
        self.secrets[sender.account_id] = data["secret_access_key"]

    @contextmanager
    def session(self, sender: DemoAccount) -> Iterator[smtplib.SMTP]:
        credential = self.credentials[sender.account_id]
        with smtplib.SMTP(credential["host"], credential["port"], timeout=30) as smtp:
            smtp.login(credential["username"], credential["password"])
            yield smtp

    def try_smtp(self, sender: DemoAccount) -> str:
        """What SMTP answers to one more mail, or to its login."""
        try:
            with self.session(sender) as smtp:
                smtp.send_message(mail(sender, 0))
        except smtplib.SMTPResponseException as refused:
            return f"{refused.smtp_code} {refused.smtp_error.decode() if isinstance(refused.smtp_error, bytes) else ''}"
        return "accepted"

    def delivered(self, sender: DemoAccount) -> int:
        """How much of its mail is counted in the current epoch."""
        days = self.stack.tallies.days(sender.account_id, self.account(sender).epoch, date.min)
        return sum(tally.delivered for tally in days.values())

    def progress(self) -> Progress:
        columns = TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        return Progress(*columns, console=self.console)

    def owner_mails(self) -> list[EmailMessage]:
        """The mails to owners, oldest first."""
        files = sorted(Path(self.running.mails).glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [
            message
            for message in mails
            if isinstance(message, EmailMessage) and str(message["To"]).startswith("owner@")
        ]

    def show(self, mail: EmailMessage) -> None:
        body = mail.get_body(preferencelist=("plain",))
        text = str(body.get_content()).strip() if body else ""
        self.console.print(Panel(Text(f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{text}")))

    def tick(self, at: datetime) -> None:
        """Sets the clock, as `permille local tick --at` does."""
        schedule.tick(self.state, self.running, self.stack.outputs, at)


@contextmanager
def demo_stack(console: Console, kept: StateDirectory | None = None) -> Iterator[DemoStack]:
    """Yields a stack of its own, and removes it at the end in any case; that in `kept` only if the block fails.

    Raises InvalidInput if a stack runs in `kept` already."""
    if kept and stack.described(kept):
        raise InvalidInput("a stack runs there already: `permille local down` first, or name another directory", "dir")
    with tempfile.TemporaryDirectory(prefix="permille-demo-") as directory:
        state = kept or StateDirectory(Path(directory) / "stack")
        is_done = False
        try:
            yield _started(state, HOURS if kept else DEMO_HOURS, console)
            is_done = True
        finally:
            if not (kept and is_done):
                stack.down(state)


def _started(state: StateDirectory, hours: float, console: Console) -> DemoStack:
    described = stack.up(state, Deployment("permille", "enforce", "APWT"), hours)
    environ.update(stack.environment(state))
    running = state.running()
    if running is None:
        raise Failed("the embedded stack stopped as soon as it was up")
    return DemoStack(DeployedStack(described["stack"]), state, running, console)


def mail(sender: DemoAccount, number: int) -> EmailMessage:
    """A mail of the account to the recipient of that number."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"news@{sender.domain}", f"reader-{number}@inbox.example"
    mail["Subject"] = sender.subject
    mail["X-SES-MESSAGE-TAGS"] = "campaign=november"
    mail.set_content(f"{sender.subject}\n\nTo unsubscribe, reply to this mail.\n")
    return mail


def eventually(what: str, holds: Callable[[], bool]) -> None:
    """Waits until it holds. Raises Failed after PATIENCE_SECONDS, with `what`."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise Failed(f"waited {PATIENCE_SECONDS:.0f} s in vain: {what}")
        time.sleep(0.2)


def _timezone() -> str:
    """A zone in which today lasts for more than an hour: today is the trial."""
    return "UTC" if datetime.now(UTC).hour < LAST_HOUR else "America/New_York"
