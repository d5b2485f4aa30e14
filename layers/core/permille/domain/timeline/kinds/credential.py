"""The account's SMTP credential: its senders, and whether IAM agrees with the status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.values.status import Status
from permille.domain.words.mail_text import MailContext, Section
from permille.domain.words.wording import local, plain

_DRIFTS = {
    "active": "has the key {key} Active",
    "awake": "has the key {key} Active",  # in entries of older versions
    "deactivated": "has the key {key} still deactivated",
    "not denied": "is out of the deny group",
    "denied": "is in the deny group",
}


@declared("created", Audience.OWNER, change=(Status.ACTIVE, Status.ACTIVE))
class Created(Facts):
    """The account was added."""

    senders: tuple[str, ...]
    by: Annotated[str, "Who added it; empty in entries of earlier versions."] = ""

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account was set up"

    def sentence(self) -> str:
        return f"Mail sent by {', '.join(map(plain, self.senders))} counts for this account."


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerSet:
    """The former default configuration set of an identity of SES."""

    identity: str
    configuration_set: Annotated[str, "Empty where it had none."]

    def words(self) -> str:
        """`example.com had old-set`"""
        return f"{plain(self.identity)} had {plain(self.configuration_set) or 'none'}"


@declared("default_sets_replaced", Audience.STAFF)
class DefaultSetsReplaced(Facts):
    """Permille's configuration set is the default of these identities in SES from now on."""

    former: tuple[FormerSet, ...]

    def headline(self, platform: str) -> str:
        names = ", ".join(plain(former.identity) for former in self.former)
        return f"The default configuration set of {names} is the stack's now"

    def sentence(self) -> str:
        return f"Before, {'; '.join(former.words() for former in self.former)}."


@declared("forwarding_stopped", Audience.STAFF)
class ForwardingStopped(Facts):
    """SES does not mail the feedback about the account's mail to its sender any more."""

    identities: Annotated[tuple[str, ...], "Those whose feedback SES had forwarded until then."]

    def headline(self, platform: str) -> str:
        return f"SES mails feedback about {', '.join(map(plain, self.identities))} to the sender no more"

    def sentence(self) -> str:
        return "It did until Permille took them up."


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A way in which a sender's state in IAM does not agree with the account's status."""

    sender: str
    what: Annotated[
        Literal["active", "awake", "deactivated", "denied", "not denied"], "`awake` is `active` in older entries."
    ]
    access_key_id: Annotated[str, "The access key's id; empty where it is about the deny group."]

    def words(self) -> str:
        """`permille-bakery has the key AKIA... Active`"""
        return f"{plain(self.sender)} {_DRIFTS[self.what].format(key=plain(self.access_key_id))}"


@declared("drift", Audience.STAFF, announced=True)
class Drift(Facts):
    """The credential was found not to agree with the status."""

    found: tuple[Difference, ...]

    def headline(self, platform: str) -> str:
        differences = "; ".join(difference.words() for difference in self.found)
        return f"The SMTP credential did not agree with the account's status: {differences}"

    def announcement(self, platform: str) -> str:
        return "The SMTP credential was changed in IAM; Permille switches it again"

    def sentence(self) -> str:
        return "Permille switches it again."


@declared("denied_by_hand", Audience.STAFF, topic=Topic.STANDING, announced=True)
class DeniedByHand(Facts):
    """Somebody put senders of an account that may send into the deny group. The account stays off."""

    senders: Annotated[tuple[str, ...], "All that are in it."]

    def headline(self, platform: str) -> str:
        return f"{platform} Support has switched off your {platform} SMTP account by hand"

    def announcement(self, platform: str) -> str:
        return "Senders were put into the deny group by hand"

    def sentence(self) -> str:
        return (
            f"No rule did it: somebody has put {', '.join(map(plain, self.senders))} into the deny group. It stays so "
            "until support enables the account, or somebody takes them out again."
        )


@declared("undenied_by_hand", Audience.STAFF, topic=Topic.STANDING)
class UndeniedByHand(Facts):
    """Somebody took all senders that were denied by hand out of the deny group again."""

    senders: tuple[str, ...]

    def headline(self, platform: str) -> str:
        return f"{platform} Support has switched on your {platform} SMTP account again by hand"

    def sentence(self) -> str:
        return f"Somebody has taken {', '.join(map(plain, self.senders))} out of the deny group again."


@declared("sender_missing", Audience.STAFF)
class SenderMissing(Facts):
    """The IAM user of a sender does not exist any more."""

    senders: tuple[str, ...]

    def headline(self, platform: str) -> str:
        return f"IAM does not know the user any more: {', '.join(map(plain, self.senders))}"

    def sentence(self) -> str:
        return "Nobody can send as a user that is gone, so there is nothing to switch."


@declared("credential_renewed", Audience.OWNER, mailed=True)
class CredentialRenewed(Facts):
    """The account has a new SMTP credential."""

    sender: str
    access_key_id: Annotated[str, "The new access key's id, which is the user name of SMTP."]
    old_credential_works_until: Annotated[datetime, "From then on the old one does not work any more."]
    ended: Annotated[bool, "The old one does not work any more from this moment on."]
    off: Annotated[bool, "The account is off: the new one works once the account is on again."]
    by: str

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP password was renewed"

    def sentence(self) -> str:
        return f"{self._old()} The new user name is {plain(self.access_key_id)}."

    def _old(self) -> str:
        if self.ended:
            return "The old one does not work any more."
        until = local(self.old_credential_works_until)
        return f"The old one works until {until}, or until your SMTP account is switched off."

    def mail(self, about: MailContext) -> Sequence[Section]:
        off = " Your SMTP account is off at the moment; the new password works once it is on again." if self.off else ""
        return [
            Section(
                "What you have to do",
                f"Ask {about.platform} Support for the new password, which is never sent by mail, and enter the new "
                f"user name and password wherever you send e-mails from.{off}",
            )
        ]


@declared("old_credential_ended", Audience.OWNER)
class OldCredentialEnded(Facts):
    """The keys that a renewal replaced were read back to be Inactive."""

    sender: str
    access_key_ids: Annotated[tuple[str, ...], "The ids of its access keys."]

    def headline(self, platform: str) -> str:
        return f"Your old {platform} SMTP password does not work any more"

    def sentence(self) -> str:
        return "The new one, which you were told of, goes on working."
