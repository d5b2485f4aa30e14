"""Contact with the owner: new links, and mails that are stopped."""

from collections.abc import Sequence
from typing import Literal

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import FATES


@declared("link_requested", Audience.OWNER, mailed=True, tone=MailTone.INFO)
class LinkRequested(Facts):
    """The holder of an expired link asked for a new one, which is mailed to the owner."""

    def headline(self, platform: str) -> str:
        return "Here is a new link to your report"

    def sentence(self) -> str:
        return "Somebody opened a link to your report that had expired, and asked for a new one. It is in our mail."

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you can do now",
                "Open your report with the link below. Like the older one it works for a few days; then you can ask "
                "for the next.",
            ),
            Section(
                "If you did not ask for it",
                "Somebody holds an older mail of ours to you. That link shows them nothing any more, and the new one "
                f"went to this address alone. If it happens again, tell {about.platform} Support.",
            ),
        ]


OwnerMailState = Literal["bounced", "complained"]


@declared("owner_mail", Audience.STAFF)
class OwnerMailStopped(Facts):
    """A mail to the owner bounced or was complained about. No more mails are sent to this address."""

    state: OwnerMailState

    def headline(self, platform: str) -> str:
        return f"The owner's address is not written to any more: a mail to it {FATES[self.state]}"

    def sentence(self) -> str:
        return "Reach the owner in another way, and have the address mended."
