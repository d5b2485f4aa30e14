"""What has to be known of an account before it is added."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from permille.domain.account import ACCOUNT_ID
from permille.domain.errors import InvalidInput
from permille.zones import zone_named

_LOCAL, _DOMAIN = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+", r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")
IDENTITY = re.compile(f"({_LOCAL}@)?{_DOMAIN}")
READ_BY_IAM = frozenset("*?$")  # in an ARN of a policy, where they stand for other characters
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
USER = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is known of an account that is to be added. `adopted`: IAM users that it sends with; without them one is
    made. Raises InvalidInput where something is not as it must be."""

    account_id: str
    owner_email: str
    owner_name: str
    timezone: str
    identities: tuple[str, ...]
    adopted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not ACCOUNT_ID.fullmatch(self.account_id):
            raise InvalidInput(
                f"{self.account_id!r} is no account id: small letters, digits and -, at most 54, not beginning with -",
                "account_id",
            )
        check_address(self.owner_email)
        check_names(self.identities, self.adopted)
        zone_named(self.timezone)


def check_address(address: str) -> None:
    if not ADDRESS.fullmatch(address):
        raise InvalidInput(f"{address!r} is no e-mail address", "owner_email")


def check_names(identities: Iterable[str], users: Iterable[str]) -> None:
    for identity in identities:
        _check_identity(identity)
    for user in users:
        if not USER.fullmatch(user):
            raise InvalidInput(f"names no IAM user: {user!r}", "sender")


def _check_identity(identity: str) -> None:
    if not IDENTITY.fullmatch(identity):
        raise InvalidInput(f"{identity!r} is neither a domain nor an e-mail address", "identity")
    if READ_BY_IAM & set(identity):
        raise InvalidInput(f"{identity!r} would allow others as well: IAM reads * ? $ as patterns", "identity")
