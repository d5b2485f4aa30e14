"""Decisions of staff about an account, each with a reason and who decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.values.status import Status
from permille.domain.words.actors import who
from permille.domain.words.mail_text import ASK_FOR_REVIEW, MailButton, MailContext, MailTone, Section
from permille.domain.words.wording import by_support, full_sentence, local

STILL_COUNTED = "Whatever was counted before still counts."
Renewed = Annotated[bool, "The credential was renewed: the old one never works again."]


def _renewed(new: bool) -> str:  # noqa: FBT001 - a fact
    return " The SMTP password was renewed: the old one does not work any more." if new else ""


def _password(about: MailContext, *, new: bool) -> str:
    if not new:
        return "with the same user name and password."
    return (
        f"with a new user name and password. Ask {about.platform} Support for them; a password is never sent by mail."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ByStaff(Facts):
    """Base of decisions of staff: why, and who decided."""

    reason: str
    by: str

    def sentence(self) -> str:
        return f"By {who(self.by)}: {full_sentence(self.reason)}"

    def the_reason(self) -> str:
        """The reason for owners, who are not told who decided."""
        return by_support(self.reason)


@declared("staff_disabled", Audience.OWNER, mailed=True, change=(Status.ACTIVE, Status.DISABLED), tone=MailTone.BAD)
class StaffDisabled(ByStaff):
    """Support switched the SMTP credential off."""

    @property
    def button(self) -> MailButton:
        return ASK_FOR_REVIEW

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account has been disabled by {platform} Support"

    def sentence(self) -> str:
        return self.the_reason()

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are refused from now on. Everything else in "
                f"{about.platform} keeps working.{about.meanwhile}",
            ),
            Section(
                "What you can do now",
                f"Ask {about.platform} Support for a review: the link below opens the form. They switched the account "
                "off, and they can switch it on again. If you have questions, answer this mail.",
            ),
        ]


@declared("staff_enabled", Audience.OWNER, mailed=True, change=(Status.DISABLED, Status.ACTIVE), tone=MailTone.GOOD)
class StaffEnabled(ByStaff):
    """Support switched the SMTP credential on, and a new epoch begins."""

    new_credential: Renewed = False

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account works again"

    def sentence(self) -> str:
        renewed = _renewed(self.new_credential)
        return f"Only e-mails sent from now on are counted, and no earlier complaint.{renewed} {self.the_reason()}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are accepted again, "
                f"{_password(about, new=self.new_credential)}",
            ),
            Section(
                "How to keep it",
                "Begin with small batches to people who asked for your e-mails, and put the unsubscribe link at the "
                "top. More than 1 spam complaint for every 1,000 e-mails, and the account is disabled again.",
            ),
        ]


@declared("deny_lifted", Audience.OWNER, mailed=True, tone=MailTone.GOOD, topic=Topic.STANDING)
class DenyLifted(ByStaff):
    """Support switched the SMTP credential on that was denied by hand. The epoch goes on."""

    senders: tuple[str, ...]
    new_credential: Renewed = False

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account works again"

    def sentence(self) -> str:
        renewed = _renewed(self.new_credential)
        return f"It had been switched off by hand, and not by a rule. {STILL_COUNTED}{renewed} {self.the_reason()}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are accepted again, "
                f"{_password(about, new=self.new_credential)}",
            ),
        ]


@declared("closed", Audience.OWNER, mailed=True, change=(Status.ACTIVE, Status.CLOSED), tone=MailTone.BAD)
class Closed(ByStaff):
    """Support closed the account: its SMTP credential is off for good."""

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account has been closed"

    def sentence(self) -> str:
        return self.the_reason()

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are refused from now on, for good.",
            ),
            Section("If you think that this is wrong", f"Write to {about.platform} Support."),
        ]


@declared("exempted", Audience.STAFF)
class Exempted(ByStaff):
    """No rule disables the account until then."""

    until: datetime

    def headline(self, platform: str) -> str:
        return f"No rule disables this account until {local(self.until)}"


@declared("hold_released", Audience.STAFF)
class HoldReleased(ByStaff):
    """Staff let a held disabling happen, although the breaker is open or deliveries are missing."""

    def headline(self, platform: str) -> str:
        return "The held disabling was released"


@declared("unexempted", Audience.STAFF)
class Unexempted(ByStaff):
    """The rules apply to the account again."""

    def headline(self, platform: str) -> str:
        return "The rules apply to this account again"


@declared("owner_mail_reset", Audience.STAFF)
class OwnerMailReset(ByStaff):
    """Mails are sent to the owner again."""

    def headline(self, platform: str) -> str:
        return "The owner is written to again"


@declared("links_revoked", Audience.STAFF)
class LinksRevoked(ByStaff):
    """All links to the account's pages that were made before are revoked."""

    def headline(self, platform: str) -> str:
        return "All links to the account's pages were revoked"
