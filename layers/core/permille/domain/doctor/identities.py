"""The identities of the accounts in SES, and that of our own mail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.facts import IdentityState
from permille.domain.doctor.names import StackNames

# The checks whose findings are about identities: these are looked at again in the next run.
OF_IDENTITIES = ("identity-default-set", "identity-verified", "feedback-forwarding")


@dataclass(frozen=True, slots=True)
class AccountIdentities:
    """The identities of accounts that are not closed, as far as they were looked at. `whole`: how many there are."""

    names: StackNames
    identities: tuple[IdentityState, ...]
    whole: int

    @property
    def note(self) -> str:
        """Which part was looked at; empty for all of them."""
        looked_at = len(self.identities)
        return f"{looked_at:,} of {self.whole:,} identities were looked at" if looked_at < self.whole else ""


@dataclass(frozen=True, slots=True)
class MailIdentities:
    """The identities that our own mail could be sent from: the address of MailFrom, and its domain."""

    mail_from: str
    identities: tuple[IdentityState, ...]


@check(
    "identity-default-set",
    Severity.BROKEN,
    "Mail that names no configuration set is not counted, or is refused: its complaints disable nobody.",
)
def identity_default_set(state: AccountIdentities) -> Iterator[Fault]:
    """The stack's configuration set is the default of every identity"""
    ours = state.names.configuration_set
    for one in state.identities:
        if one.default_set == ours:
            continue
        has = f"has the default set {one.default_set}" if one.default_set else "has no default set"
        what = "is unknown to SES" if one.default_set is None else has
        yield Fault(f"The identity {one.name} of the account {one.account} {what}.", _again(one), about=one.name)


@check("identity-verified", Severity.WARNING, "SES refuses mail from it.")
def identity_verified(state: AccountIdentities) -> Iterator[Fault]:
    """SES has verified every identity"""
    for one in state.identities:
        if one.default_set is not None and not one.verified:
            mend = f"publish its DNS records: aws sesv2 get-email-identity --email-identity {one.name}"
            what = f"SES has not verified the identity {one.name} of the account {one.account}."
            yield Fault(what, mend, about=one.name)


@check(
    "feedback-forwarding", Severity.WARNING, "SES mails each bounce and complaint to the sender, too: owners get both."
)
def feedback_forwarding(state: AccountIdentities) -> Iterator[Fault]:
    """SES forwards no feedback by mail"""
    for one in state.identities:
        if one.forwards:
            what = f"Feedback forwarding is on for the identity {one.name} of the account {one.account}."
            yield Fault(what, _again(one), about=one.name)


def _again(one: IdentityState) -> str:
    return f"permille account change {one.account} --add-identity {one.name} --reason 'Set up again'"


@check("mail-identity", Severity.BROKEN, "Owners are not told that they are disabled, nor anything else.")
def mail_identity(state: MailIdentities) -> Iterator[Fault]:
    """SES has verified the address of our own mail, or its domain"""
    known = [one for one in state.identities if one.default_set is not None]
    if not any(one.verified for one in known):
        domain = state.mail_from.rpartition("@")[2]
        what = f"SES knows neither {state.mail_from} nor {domain}."
        if known:
            what = f"SES has not verified {known[0].name}, from which {state.mail_from} sends."
        yield Fault(what, f"aws sesv2 create-email-identity --email-identity {domain}; then publish its DNS records")


def part_of(names: Sequence[str], again: Sequence[str], most: int, turn: int) -> list[str]:
    """At most `most` of the names, in turn: whoever asks with one turn after the other gets all of them. Names in
    `again`, which had a finding, are always among them, first."""
    first = [name for name in dict.fromkeys(again) if name in names][:most]
    others = [name for name in names if name not in first]
    room = most - len(first)
    if room <= 0 or not others:
        return first
    parts = -(-len(others) // room)
    start = turn % parts * room
    return first + others[start : start + room]


def parents(address: str) -> Iterator[str]:
    """The identities that an address can be sent from: itself, its domain, and the domains above that."""
    yield address
    labels = address.rpartition("@")[2].split(".")
    yield from (".".join(labels[above:]) for above in range(len(labels) - 1))
