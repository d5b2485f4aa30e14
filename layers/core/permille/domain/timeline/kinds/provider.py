"""The owner's third-party SMTP provider."""

from collections.abc import Sequence
from typing import Annotated

from permille.domain.timeline.facts import Audience, By, Facts, Topic, declared
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import acted_for_owner, plain


@declared("provider_connected", Audience.OWNER, mailed=True, tone=MailTone.INFO, topic=Topic.STANDING)
class ProviderConnected(Facts):
    """The owner's e-mails can go through a third-party SMTP server."""

    host: str
    port: int
    user: str
    replaces: Annotated[str, "The host that was connected before; empty where none was."]
    by: By = ""

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} is connected as your other e-mail provider"

    def sentence(self) -> str:
        replaced = f" It takes the place of {plain(self.replaces)}." if self.replaces else ""
        by = acted_for_owner(self.by)
        return f"While your SMTP account is off, your e-mails can go through it as {plain(self.user)}.{replaced}{by}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"While your {about.platform} SMTP account is on, nothing changes. While it is off, whatever "
                f"{about.platform} sends for you leaves through {plain(self.host)}, under that company's rules.",
            ),
            Section(
                "If you did not ask for it",
                f"Answer this mail, or write to {about.platform} Support, at once: whoever runs that server can read "
                "the e-mails that go through it.",
            ),
        ]


@declared("provider_disconnected", Audience.OWNER, topic=Topic.STANDING)
class ProviderDisconnected(Facts):
    """The provider was disconnected."""

    host: str
    port: int
    user: str
    by: By = ""

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} is no longer connected"

    def sentence(self) -> str:
        return f"Your e-mails do not go through it any more.{acted_for_owner(self.by)}"
