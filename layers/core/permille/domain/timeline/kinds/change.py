"""An operator's changes of an account: each with a reason, who made it, and what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The owner as an entry has them: address, name, time zone."""

    address: str
    name: Annotated[str, "May be empty."]
    timezone: str

    def words(self) -> str:
        """Name, address and zone on one line."""
        return ", ".join(plain(part) for part in (self.name, self.address, self.timezone) if part)


@declared("owner_changed", Audience.STAFF)
class OwnerChanged(ByStaff):
    """The account has another owner, or the same one another address, name or time zone."""

    before: Owner
    after: Owner

    def headline(self, platform: str) -> str:
        return f"The owner is now {self.after.words()}; before: {self.before.words()}"


@declared("owner_address_changed", Audience.OWNER, mailed=True, tone=MailTone.INFO)
class OwnerAddressChanged(Facts):
    """Mails go to another address from now on. Links that were sent to the former address are revoked."""

    address: str

    def headline(self, platform: str) -> str:
        return f"Mails about your {platform} SMTP account go to this address now"

    def sentence(self) -> str:
        return f"From now on mails about the account go to {plain(self.address)}."

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                "You hear from us when somebody marks one of your e-mails as spam, and when your "
                f"{about.platform} SMTP account is switched off or on. The link in this mail opens your report. Links "
                "in mails to the former address do not work any more.",
            ),
            Section(
                "If you did not expect this",
                f"Write to {about.platform} Support: your address may have been entered by mistake.",
            ),
        ]


@declared("owner_address_dropped", Audience.STAFF, mailed=True, tone=MailTone.INFO)
class OwnerAddressDropped(Facts):
    """A mail to the former address says that it gets no more mails. It says nothing else about the account."""

    address: str

    @property
    def mailed_to(self) -> str:
        return self.address

    def headline(self, platform: str) -> str:
        return f"We no longer write to this address about the {platform} SMTP account"

    def sentence(self) -> str:
        return (
            f"Mails about the account are not sent to {plain(self.address)} any more, and links in earlier ones do not "
            "work any more."
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [Section("If you did not expect this", f"Write to {about.platform} Support.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesChanged(ByStaff):
    """Base of entries about a set of names that was changed."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    def difference(self) -> str:
        """`added: a, b; removed: c`"""
        added = [name for name in self.after if name not in self.before]
        removed = [name for name in self.before if name not in self.after]
        listed = [("added", added), ("removed", removed)]
        return "; ".join(f"{what}: {', '.join(map(plain, names))}" for what, names in listed if names)


@declared("identities_changed", Audience.STAFF)
class IdentitiesChanged(NamesChanged):
    """The account sends from other domains and addresses."""

    def headline(self, platform: str) -> str:
        return f"The account's identities were changed; {self.difference()}"


@declared("risk_accepted", Audience.STAFF)
class RiskAccepted(ByStaff):
    """An IAM user was adopted although its permissions allow it to send uncounted mail, or to evade a disabling."""

    sender: str
    risks: Annotated[tuple[str, ...], "Each with the policy and the statement that allows it."]

    def headline(self, platform: str) -> str:
        return f"{plain(self.sender)} was adopted at a risk: {'; '.join(map(plain, self.risks))}"


@declared("senders_changed", Audience.STAFF)
class SendersChanged(NamesChanged):
    """The account has senders more, or fewer. Mail that a removed one sent still counts for the account."""

    def headline(self, platform: str) -> str:
        return f"The account's senders were changed; {self.difference()}"
