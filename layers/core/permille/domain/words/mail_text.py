"""The sections of a mail to an owner, from which its text and its HTML are rendered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class MailTone(StrEnum):
    """The colour of a mail."""

    GOOD = "good"
    INFO = "info"
    WARN = "warn"
    ALARM = "alarm"
    BAD = "bad"


class ReportPart(StrEnum):
    """A part of the owner's report that a link can lead to. The values are ids in the page; TOP is its beginning."""

    TOP = ""
    REVIEW_FORM = "ask"


@dataclass(frozen=True, slots=True)
class MailButton:
    """The button of a mail.

    text: what it says
    part: where it leads to
    """

    text: str
    part: ReportPart = ReportPart.TOP


SEE_REPORT = MailButton("See your report")
ASK_FOR_REVIEW = MailButton("Ask for a review", ReportPart.REVIEW_FORM)
CHOOSE_ANOTHER_DAY = MailButton("Choose another day", ReportPart.REVIEW_FORM)


@dataclass(frozen=True, slots=True)
class MailContext:
    """What the words of a mail depend on beside the facts.

    platform: the platform's name, as owners know it
    provider: the host of the connected provider; empty where none is
    """

    platform: str
    provider: str = ""

    @property
    def meanwhile(self) -> str:
        """A sentence to append: that mail can go through the provider. Empty where none is connected."""
        return self._through("Meanwhile")

    @property
    def until_then(self) -> str:
        """As `meanwhile`, where a date precedes it."""
        return self._through("Until then")

    def _through(self, when: str) -> str:
        sentence = f" {when} your e-mails can go through {self.provider}, the provider that you connected."
        return sentence if self.provider else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a mail.

    heading: its title
    text: a paragraph; may be empty
    bullets: a list
    steps: a numbered list; each step is a pair of words in bold, which may be empty, and the words after them
    """

    heading: str
    text: str = ""
    bullets: Sequence[str] = ()
    steps: Sequence[tuple[str, str]] = ()
