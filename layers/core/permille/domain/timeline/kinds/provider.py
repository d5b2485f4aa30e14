"""The owner's third-party SMTP provider."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from permille.domain.login.mail_links import ActionLink, Purpose
from permille.domain.timeline.facts import Audience, By, Facts, Topic, declared
from permille.domain.words.mail_text import MailButton, MailContext, MailTone, Section
from permille.domain.words.wording import acted_for_owner, local, plain


@declared("provider_connected", Audience.OWNER, mailed=True, tone=MailTone.INFO, topic=Topic.STANDING)
class ProviderConnected(Facts):
    """The owner's e-mails can go through a third-party SMTP server."""

    host: str
    port: int
    username: str
    replaces: Annotated[str, "The host that was connected before; empty where none was."]
    confirmed: Annotated[bool, "The owner confirmed it by a link in a mail; else staff connected it."] = False
    by: By = ""

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} is connected as your other e-mail provider"

    def sentence(self) -> str:
        replaced = f" It takes the place of {plain(self.replaces)}." if self.replaces else ""
        by = " It was confirmed by the link in our mail." if self.confirmed else acted_for_owner(self.by)
        return (
            f"While your SMTP account is off, your e-mails can go through it as {plain(self.username)}.{replaced}{by}"
        )

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


@declared("provider_tried", Audience.STAFF)
class ProviderTried(Facts):
    """On the owner's page a provider was asked for, and a login to it is tried."""

    host: str
    port: int
    username: str
    by: By = ""

    def headline(self, platform: str) -> str:
        return f"A login to {plain(self.host)}, port {self.port}, is tried"

    def sentence(self) -> str:
        who = f"It was asked for on the owner's page, as {plain(self.username)}."
        return f"{who} Where it succeeds, the owner has to confirm it."


@declared("provider_requested", Audience.OWNER, mailed=True)
class ProviderRequested(Facts):
    """On the owner's page a provider was asked for, to which a login succeeded. The owner has to confirm it."""

    host: str
    port: int
    username: str
    request: Annotated[str, "The id of the request."]
    expires_at: datetime
    by: By = ""

    @property
    def action(self) -> ActionLink:
        return ActionLink(Purpose.CONFIRM_PROVIDER, self.request, self.expires_at)

    @property
    def button(self) -> MailButton:
        return MailButton("Confirm or refuse it")

    def headline(self, platform: str) -> str:
        return f"Please confirm {plain(self.host)} as your other e-mail provider"

    def sentence(self) -> str:
        return (
            f"On your report somebody asked to connect {plain(self.host)}, port {self.port}, as "
            f"{plain(self.username)}. Nothing changes until it is confirmed, by the link in our mail. On "
            f"{local(self.expires_at)} it is forgotten, with its password."
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "If you asked for it",
                f"Open the link below, and confirm it there. From then on, while your {about.platform} SMTP account is "
                f"off, whatever {about.platform} sends for you leaves through {plain(self.host)}, under that company's "
                "rules.",
            ),
            Section(
                "If you did not ask for it",
                "Do not confirm it: whoever runs that server could read the e-mails that go through it. Open the link "
                f"and refuse it, and tell {about.platform} Support: somebody else holds a link to your report.",
            ),
        ]


@declared("provider_request_ended", Audience.OWNER)
class ProviderRequestEnded(Facts):
    """A provider that was asked for was not confirmed: the request was withdrawn, refused, or has expired."""

    host: str
    port: int
    username: str
    expired: Annotated[bool, "Nobody confirmed it in time."]
    refused: Annotated[bool, "By the link in the mail; where neither is so, the request was withdrawn."] = False
    by: By = ""

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} was not connected"

    def sentence(self) -> str:
        withdrawn = "It was refused by the link in our mail" if self.refused else "The request was withdrawn"
        how = "Nobody confirmed it in time" if self.expired else withdrawn
        by = "" if self.expired else acted_for_owner(self.by)
        return f"{how}, and the password was deleted. You can ask for a provider again.{by}"


@declared("provider_disconnected", Audience.OWNER, topic=Topic.STANDING)
class ProviderDisconnected(Facts):
    """The provider was disconnected."""

    host: str
    port: int
    username: str
    by: By = ""

    def headline(self, platform: str) -> str:
        return f"{plain(self.host)} is no longer connected"

    def sentence(self) -> str:
        return f"Your e-mails do not go through it any more.{acted_for_owner(self.by)}"
