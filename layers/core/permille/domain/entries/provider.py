"""The owner's third-party SMTP provider."""

from typing import Annotated

from permille.domain.timeline import Audience, Facts, Topic, declared
from permille.domain.wording import plain


@declared("provider_connected", Audience.OWNER, topic=Topic.STANDING)
class ProviderConnected(Facts):
    """The owner's e-mails can go through a third-party SMTP server."""

    host: str
    port: int
    user: str
    replaces: Annotated[str, "The host that was connected before; empty where none was."]

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} is connected as your other e-mail provider"

    def sentence(self) -> str:
        replaced = f" It takes the place of {plain(self.replaces)}." if self.replaces else ""
        return f"While your SMTP account is off, your e-mails can go through it as {plain(self.user)}.{replaced}"


@declared("provider_disconnected", Audience.OWNER, topic=Topic.STANDING)
class ProviderDisconnected(Facts):
    """The provider is forgotten."""

    host: str
    port: int
    user: str

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} is no longer connected"

    def sentence(self) -> str:
        return "Your e-mails do not go through it any more."
