"""What both acts need: the stack they play on, who plays, and the mail that goes to and fro."""

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
from permille.domain.values.errors import Failed
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.senders.onboarding import add_account
from permille_cli.answers.added_account import Answer
from permille_cli.local import schedule
from permille_cli.local import stack as embedded
from permille_cli.local.deployment import Deployment
from permille_cli.local.state import Running, StateDirectory
from permille_cli.stack.deployed import DeployedStack
from permille_cli.stack.stack import Stack

PATIENCE_SECONDS = 60.0
LAST_HOUR = 23  # of the day


@dataclass(frozen=True, slots=True)
class Part:
    """Who plays, and how many of its recipients will press "Report spam"."""

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


BAKERY = Part("good-bakery", "Bea", "Fresh rye bread on Friday", complaints=1)
DEALS = Part("pushy-deals", "Pat", "LAST CHANCE!!! 90 % off everything", complaints=2)


@dataclass(slots=True)
class Scene:
    """The stack that the story plays on, and who has which credential."""

    stack: Stack
    state: StateDirectory
    running: Running
    console: Console
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def account(self, part: Part) -> Account:
        return self.stack.account(part.account_id)

    def add(self, part: Part) -> None:
        new = NewAccount(
            account_id=part.account_id,
            owner_email=part.owner_email,
            owner_name=part.owner_name,
            timezone=_timezone(),
            identities=(part.domain,),
        )
        added = add_account(self.stack.onboarding, new, self.stack.now())
        data = Answer(self.stack, added).as_data(show_secret=True)
        self.credentials[part.account_id] = data["smtp"]
        self.secrets[part.account_id] = data["secret_access_key"]

    @contextmanager
    def session(self, part: Part) -> Iterator[smtplib.SMTP]:
        credential = self.credentials[part.account_id]
        with smtplib.SMTP(credential["host"], credential["port"], timeout=30) as smtp:
            smtp.login(credential["username"], credential["password"])
            yield smtp

    def try_smtp(self, part: Part) -> str:
        """What SES says to one mail more, or to the login before it."""
        try:
            with self.session(part) as smtp:
                smtp.send_message(mail(part, 0))
        except smtplib.SMTPResponseException as refused:
            return f"{refused.smtp_code} {refused.smtp_error.decode() if isinstance(refused.smtp_error, bytes) else ''}"
        return "accepted"

    def delivered(self, part: Part) -> int:
        """How much of its mail is counted in the epoch that it is."""
        days = self.stack.tallies.days(part.account_id, self.account(part).epoch, date.min)
        return sum(tally.delivered for tally in days.values())

    def progress(self) -> Progress:
        columns = TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        return Progress(*columns, console=self.console)

    def owner_mails(self) -> list[EmailMessage]:
        """What the owners have got, oldest first."""
        files = sorted(Path(self.running.mails).glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [one for one in mails if isinstance(one, EmailMessage) and str(one["To"]).startswith("owner@")]

    def show(self, mail: EmailMessage) -> None:
        body = mail.get_body(preferencelist=("plain",))
        text = str(body.get_content()).strip() if body else ""
        self.console.print(Panel(Text(f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{text}")))

    def tick(self, at: datetime) -> None:
        """From now on it is then, as after `permille local tick --at`."""
        schedule.tick(self.state, self.running, self.stack.outputs, at)


@contextmanager
def playing(console: Console) -> Iterator[Scene]:
    """A stack of its own, gone when the story is over, however it ends."""
    with tempfile.TemporaryDirectory(prefix="permille-demo-") as directory:
        state = StateDirectory(Path(directory) / "stack")
        try:
            described = embedded.up(state, Deployment("permille", "enforce", "APWT"), hours=0.25)
            environ.update(described["env"])
            running = state.running()
            if running is None:
                raise Failed("the embedded stack stopped as soon as it was up")
            yield Scene(DeployedStack(described["stack"]), state, running, console)
        finally:
            embedded.down(state)


def mail(part: Part, number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"news@{part.domain}", f"reader-{number}@inbox.example"
    mail["Subject"] = part.subject
    mail["X-SES-MESSAGE-TAGS"] = "campaign=november"
    mail.set_content(f"{part.subject}\n\nTo unsubscribe, reply to this mail.\n")
    return mail


def eventually(what: str, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise Failed(f"waited {PATIENCE_SECONDS:.0f} s in vain: {what}")
        time.sleep(0.2)


def _timezone() -> str:
    """Where today goes on for more than an hour: it is the single day of the second chance."""
    return "UTC" if datetime.now(UTC).hour < LAST_HOUR else "America/New_York"
