"""Suppressed recipients: added by staff, and taken off the list."""

from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.words.actors import who
from permille.domain.words.wording import full_sentence, plain, times


@declared("suppressed", Audience.STAFF)
class Suppressed(ByStaff):
    """Staff suppressed a recipient."""

    address: Annotated[str, "In its bare form; it is suppressed."]

    def headline(self, platform: str) -> str:
        return f"{plain(self.address)} is mailed no more"


@declared("suppressions_imported", Audience.STAFF)
class SuppressionsImported(ByStaff):
    """Staff suppressed a list of recipients; the list of suppressions has them."""

    count: Annotated[int, "How many had not been added before."]

    def headline(self, platform: str) -> str:
        return f"{times(self.count, 'recipient')} from a file {'is' if self.count == 1 else 'are'} mailed no more"


@declared("unsuppressed", Audience.STAFF)
class Unsuppressed(Facts):
    """A recipient who complained may be mailed again: staff say so, or the recipient, that it was not spam."""

    address: Annotated[str, "In its bare form; it is suppressed again after another complaint or bounce."]
    reason: str
    by: str

    def headline(self, platform: str) -> str:
        return f"{plain(self.address)} may be mailed again"

    def sentence(self) -> str:
        return f"By {who(self.by)}: {full_sentence(self.reason)}"
