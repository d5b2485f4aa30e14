"""Internal notes of staff about an account."""

from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.words.actors import who
from permille.domain.words.wording import full_sentence

LONGEST_NOTE = 2000


@declared("note", Audience.STAFF, topic=Topic.NOTES)
class Noted(Facts):
    """Staff noted something about the account for each other. Nothing follows from it."""

    text: Annotated[str, "As it was written, up to 2,000 characters in several lines. The owner never reads it."]
    by: str

    def headline(self, platform: str) -> str:
        return "A note of staff"

    def sentence(self) -> str:
        return f"By {who(self.by)}: {full_sentence(self.text, LONGEST_NOTE)}"
