"""What an operator changed of an account: always with a reason, who it was, and what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whom we write to, how they are greeted, and where they live."""

    address: str
    name: Annotated[str, "May be empty."]
    timezone: str

    def words(self) -> str:
        return ", ".join(plain(one) for one in (self.name, self.address, self.timezone) if one)


@declared("owner_changed", Audience.STAFF)
class OwnerChanged(ByStaff):
    """The account has another owner, or the same one another address, name or time zone."""

    before: Owner
    after: Owner

    def headline(self, platform: str) -> str:
        return f"The owner is now {self.after.words()}; before: {self.before.words()}"


@declared("owner_address_changed", Audience.OWNER, mailed=True, tone=MailTone.INFO)
class OwnerAddressChanged(Facts):
    """Mails go to another address from now on; links that were sent to the one before do not work any more."""

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
                "that were sent to the address before do not work any more.",
            ),
            Section(
                "If you did not expect this",
                f"Write to {about.platform} Support: your address may have been entered by mistake.",
            ),
        ]


@declared("owner_address_dropped", Audience.STAFF, mailed=True, tone=MailTone.INFO)
class OwnerAddressDropped(Facts):
    """The address that mails went to before is told so, and nothing else about the account."""

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
    before: tuple[str, ...]
    after: tuple[str, ...]

    def difference(self) -> str:
        added = [one for one in self.after if one not in self.before]
        removed = [one for one in self.before if one not in self.after]
        listed = [("added", added), ("removed", removed)]
        return "; ".join(f"{what}: {', '.join(map(plain, names))}" for what, names in listed if names)


@declared("identities_changed", Audience.STAFF)
class IdentitiesChanged(NamesChanged):
    """The account sends from other domains and addresses."""

    def headline(self, platform: str) -> str:
        return f"The account's identities were changed; {self.difference()}"


@declared("risk_accepted", Audience.STAFF)
class RiskAccepted(ByStaff):
    """An IAM user was adopted although it could send uncounted, or undo that it is switched off."""

    sender: str
    risks: Annotated[tuple[str, ...], "Each with the policy and the statement that allows it."]

    def headline(self, platform: str) -> str:
        return f"{plain(self.sender)} was adopted at a risk: {'; '.join(map(plain, self.risks))}"


@declared("senders_changed", Audience.STAFF)
class SendersChanged(NamesChanged):
    """The account has senders more, or fewer. Mail that a removed one sent still counts for the account."""

    def headline(self, platform: str) -> str:
        return f"The account's senders were changed; {self.difference()}"
