"""What is typed of a new account, checked and normalised."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from permille.addresses.domains import in_a_labels
from permille.domain.people import validation
from permille.domain.sending.iam_policy import READ_BY_IAM
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import InvalidInput
from permille.zones import zone_named

_LOCAL, _DOMAIN = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+", r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")
IDENTITY = re.compile(f"({_LOCAL}@)?{_DOMAIN}")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
USER = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be added. Addresses and domains are normalised to what SES accepts. Raises InvalidInput.

    owner_email: where the owner is mailed
    timezone: a name of the IANA database
    identities: domains and addresses that the account sends from
    adopted: existing IAM users that it sends with; empty: one is created
    accept_risk: why users that could evade Permille are adopted all the same; None: they are not
    take_over: the adopted users leave the group of SES's console
    by: who adds the account
    adding_run: the run of an import or request that adds it, and has to store its password; empty: neither
    """

    account_id: str
    owner_email: str
    owner_name: str
    timezone: str
    identities: tuple[str, ...]
    adopted: tuple[str, ...] = ()
    accept_risk: str | None = None
    take_over: bool = False
    by: str = ""
    adding_run: str = ""

    def __post_init__(self) -> None:
        if not ACCOUNT_ID.fullmatch(self.account_id):
            raise InvalidInput(
                f"{self.account_id!r} is no account id: small letters, digits and -, at most 54, not beginning with -",
                "account_id",
            )
        object.__setattr__(self, "owner_email", owner_address(self.owner_email))
        object.__setattr__(self, "identities", tuple(dict.fromkeys(map(sending_identity, self.identities))))
        check_users(self.adopted)
        object.__setattr__(self, "accept_risk", risk_reason(self.accept_risk))
        if self.take_over and not self.adopted:
            raise InvalidInput("only with --sender: it is about IAM users that are adopted", "take_over")
        check_risk_is_about(self.accept_risk, self.adopted, "--sender")
        zone_named(self.timezone)


def check_users(names: Iterable[str]) -> None:
    """Raises InvalidInput where one cannot be the name of an IAM user."""
    for name in names:
        if not USER.fullmatch(name):
            raise InvalidInput(f"names no IAM user: {name!r}", "sender")


def check_risk_is_about(reason: str | None, users: Collection[str], option: str) -> None:
    """Raises InvalidInput where a reason is given and no user is adopted. `option`: the one that adopts."""
    if reason is not None and not users:
        raise InvalidInput(f"only with {option}: it is about IAM users that are adopted", "accept_risk")


def risk_reason(text: str | None) -> str | None:
    """The normalised reason; None stays None. Raises InvalidInput where it is empty or too long."""
    try:
        return None if text is None else validation.reason(text)
    except InvalidInput as error:
        raise InvalidInput(str(error), "accept_risk") from error


def owner_address(text: str) -> str:
    """The address as SES accepts it, its domain in A-labels. Raises InvalidInput."""
    address = _as_ses_takes_it(text, "owner_email")
    if not ADDRESS.fullmatch(address):
        raise InvalidInput(f"{text!r} is no e-mail address", "owner_email")
    return address


def sending_identity(text: str) -> str:
    """A domain or address as SES accepts it, its domain in lower case: IAM is case-sensitive, and SES only in local
    parts. Raises InvalidInput, also where IAM would read a pattern in it."""
    local, at, domain = _as_ses_takes_it(text, "identity").rpartition("@")
    identity = f"{local}{at}{domain.lower()}"
    if not IDENTITY.fullmatch(identity):
        raise InvalidInput(f"{text!r} is neither a domain nor an e-mail address", "identity")
    if READ_BY_IAM & set(identity):
        raise InvalidInput(f"{text!r} would allow others as well: IAM reads * ? $ as patterns", "identity")
    return identity


def _as_ses_takes_it(text: str, field: str) -> str:
    """ASCII, with Punycode only in domains: https://docs.aws.amazon.com/ses/latest/APIReference/API_Destination.html"""
    local, at, domain = text.strip().rpartition("@")
    if not local.isascii():
        raise InvalidInput(
            f"{text!r} has other characters than ASCII before the @, which SES does not take; name another address",
            field,
        )
    return f"{local}{at}{in_a_labels(domain) or domain}"
