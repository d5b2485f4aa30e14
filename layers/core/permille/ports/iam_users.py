"""Ports of IAM users: those that exist, those that are made, their keys and groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class IamUser:
    """A user by the name that IAM and SES's feedback have, whatever case was typed."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy that applies to a user.

    name: what people know it by
    document: JSON, possibly URL-encoded, or what was parsed from it
    """

    name: str
    document: str | Mapping[str, Any]


class ExistingUsers(Protocol):
    """Reads IAM users, whoever made them."""

    def find(self, name: str) -> IamUser | None:
        """None where there is no such user."""

    def groups(self, name: str) -> frozenset[str]:
        """The IAM groups that the user is in."""

    def policies(self, name: str, without: Collection[str] = ()) -> Iterator[AppliedPolicy]:
        """The policies of the user and its groups, inline and attached, except those of the groups `without`."""

    def boundary(self, name: str) -> AppliedPolicy | None:
        """The user's permissions boundary; None where it has none."""

    def has_role(self, name: str) -> bool:
        """Whether there is an IAM role of that name."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A new key. The secret is known only once, and is not in its repr."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """An access key, and when it was used.

    used_at: the last use, which IAM learns late; None where it knows of none
    service: the service of the last use, such as `ses`; empty where there is none
    """

    id: str
    created_at: datetime
    used_at: datetime | None
    service: str = ""


@dataclass(frozen=True, slots=True)
class UserQuota:
    """How many IAM users the AWS account has, and can have."""

    used: int
    quota: int


class SenderUsers(Protocol):
    """The IAM users that are made for accounts. A `tag` says for which account."""

    def create(self, name: str, tag: str) -> bool:
        """Creates a user without keys, within the stack's permissions boundary. Returns False where a user of that name
        exists, which is left as it is."""

    def user_quota(self) -> UserQuota:
        """The count and the quota of IAM users."""

    def allow(self, name: str, resources: Collection[str]) -> None:
        """Sets the user's own policy: it may send through these ARNs alone. Idempotent. Raises InvalidInput where they
        are too many for one policy of IAM."""

    def allowed_resources(self, name: str, tag: str) -> frozenset[str] | None:
        """The ARNs in the policy that `allow` set; None where no user of that name has the tag, or it has no such
        policy."""

    def delete(self, name: str, tag: str) -> bool:
        """Deletes a user that has the tag, with its keys, policies and memberships. Returns False, and leaves the
        user, where it has another tag. Idempotent."""


class SenderBoundary(Protocol):
    """The stack's permissions boundary: the most that a user made for an account can do. Each method is idempotent."""

    def set_boundary(self, name: str) -> None:
        """Sets it as the user's boundary, in the place of another one."""

    def remove_boundary(self, name: str) -> None:
        """Removes the user's boundary."""


class SenderKeys(Protocol):
    """The access keys of the IAM users that are made for accounts."""

    def keys(self, name: str) -> Sequence[KeyUsage]:
        """The user's keys, oldest first."""

    def has_tag(self, name: str, tag: str) -> bool:
        """Whether the user has the tag; False where there is no such user."""

    def create_key(self, name: str) -> AccessKey:
        """Creates another key each time it is called."""

    def delete_key(self, name: str, key: str) -> None:
        """Deletes the key of that id. Idempotent."""


class Membership(Protocol):
    """Groups of a user, and the policy that `allow` set. Each method is idempotent."""

    def join(self, name: str, group: str) -> None:
        """Adds the user to the group."""

    def leave(self, name: str, group: str) -> None:
        """Removes the user from the group."""

    def disallow(self, name: str) -> None:
        """Deletes the policy that `allow` set."""


class UserDirectory(Protocol):
    """All IAM users of the AWS account."""

    def names(self) -> frozenset[str]:
        """Their names in lower case: IAM has no two that differ in case alone."""


class IamUsers(ExistingUsers, Membership, SenderUsers, SenderBoundary, SenderKeys, UserDirectory, Protocol):
    """All of IAM that adding, changing and closing accounts needs."""
