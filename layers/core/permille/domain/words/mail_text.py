"""What a mail to an owner says beside headline and sentence: in sections, which text and HTML are made of alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class MailTone(StrEnum):
    """How a mail looks, beside its words."""

    GOOD = "good"
    INFO = "info"
    WARN = "warn"
    ALARM = "alarm"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class MailContext:
    """`platform`: as owners know it. `provider`: the host that the owner's e-mails can go through meanwhile, if any."""

    platform: str
    provider: str = ""

    @property
    def meanwhile(self) -> str:
        """That mail can go through the connected provider, behind another sentence; empty without one."""
        return self._through("Meanwhile")

    @property
    def until_then(self) -> str:
        return self._through("Until then")

    def _through(self, when: str) -> str:
        said = f" {when} your e-mails can go through {self.provider}, the provider that you connected."
        return said if self.provider else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and under it a text, bullets, or numbered steps: each in bold what to do, and the rest of it."""

    heading: str
    text: str = ""
    bullets: Sequence[str] = ()
    steps: Sequence[tuple[str, str]] = ()
