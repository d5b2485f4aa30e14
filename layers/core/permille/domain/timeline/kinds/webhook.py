"""The webhook: set, its secret rotated, removed, and tested."""

from datetime import datetime
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.words.actors import who
from permille.domain.words.wording import LONGEST_REASON, local, plain


@declared("webhook_set", Audience.STAFF, system=True)
class WebhookSet(Facts):
    """Events are posted to this URL from now on."""

    url: str
    kinds: Annotated[tuple[str, ...], "Of the entries that are posted; empty for all."]
    by: str

    def headline(self, platform: str) -> str:
        return f"The webhook was set to {plain(self.url, LONGEST_REASON)}"

    def sentence(self) -> str:
        return f"By {who(self.by)}. It gets {', '.join(map(plain, self.kinds)) or 'all kinds of entries'}."


@declared("webhook_secret_rotated", Audience.STAFF, system=True)
class WebhookSecretRotated(Facts):
    """The webhook has a new signing secret."""

    former_until: Annotated[datetime, "Until then requests are signed with the former one too."]
    by: str

    def headline(self, platform: str) -> str:
        return "The webhook has a new signing secret"

    def sentence(self) -> str:
        return f"By {who(self.by)}. The former one signs too until {local(self.former_until)}."


@declared("webhook_removed", Audience.STAFF, system=True)
class WebhookRemoved(Facts):
    """Events are posted nowhere from now on."""

    url: Annotated[str, "Where they were posted."]
    by: str

    def headline(self, platform: str) -> str:
        return "The webhook was removed"

    def sentence(self) -> str:
        return f"By {who(self.by)}. It was {plain(self.url, LONGEST_REASON)}."


@declared("webhook_test", Audience.STAFF, system=True)
class WebhookTest(Facts):
    """A test event for the webhook. It is on no timeline and not on the bus."""

    def headline(self, platform: str) -> str:
        return f"A test event of {platform}"

    def sentence(self) -> str:
        return "An operator tests the webhook; nothing happened."
