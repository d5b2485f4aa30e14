"""Ports of IAM users: those that exist, those that are made, their keys and groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class IamUser:
    """As IAM has it, and so SES in its feedback, however the name was typed."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy that applies to a user. `name` is what people know it by; `document` is JSON, also URL-encoded, or what
    was parsed from it."""

    name: str
    document: str | Mapping[str, Any]


class ExistingUsers(Protocol):
    def find(self, name: str) -> IamUser | None: ...

    def groups(self, name: str) -> frozenset[str]:
        """The IAM groups that the user is in."""

    def policies(self, name: str, without: Collection[str] = ()) -> Iterator[AppliedPolicy]:
        """Its own and its groups', inline and attached, but those of the groups `without`."""

    def boundary(self, name: str) -> AppliedPolicy | None:
        """The policy that bounds what all the others allow it; None where it has no permissions boundary."""

    def has_role(self, name: str) -> bool:
        """Whether there is an IAM role of that name."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """`used_at`: None where IAM knows of no use, of which it hears late."""

    id: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserQuota:
    used: int
    quota: int


class SenderUsers(Protocol):
    """The IAM users that are made for accounts. Each bears a mark that says for which."""

    def create(self, name: str, mark: str) -> bool:
        """A user without keys. False where there is one of that name, which is left as it is."""

    def user_quota(self) -> UserQuota:
        """How many users the AWS account has, and can have."""

    def allow(self, name: str, resources: Collection[str]) -> None:
        """Lets the user send through these ARNs alone. Raises InvalidInput where they are too many for IAM."""

    def allowed_resources(self, name: str, mark: str) -> frozenset[str] | None:
        """What `allow` has let the user send through; None where no user of that name bears the mark, or it has never
        been let."""

    def delete(self, name: str, mark: str) -> bool:
        """Deletes a user that bears the mark, with all that it has; leaves any other, and returns False then. Can be
        repeated without harm."""


class SenderKeys(Protocol):
    """The access keys of the IAM users that are made for accounts."""

    def keys(self, name: str) -> Sequence[KeyUsage]:
        """Those that it has, the oldest first."""

    def is_marked(self, name: str, mark: str) -> bool:
        """Whether the user bears the mark; False where there is none."""

    def create_key(self, name: str) -> AccessKey: ...

    def delete_key(self, name: str, key: str) -> None:
        """Can be repeated without harm."""


class Membership(Protocol):
    """Each call can be repeated without harm."""

    def join(self, name: str, group: str) -> None: ...

    def leave(self, name: str, group: str) -> None: ...

    def disallow(self, name: str) -> None:
        """Takes away what `allow` has let the user."""


class IamUsers(ExistingUsers, Membership, SenderUsers, SenderKeys, Protocol):
    pass
