"""Ports of the survey of all IAM users: which of them send already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from permille.ports.iam_users import AppliedPolicy


@dataclass(frozen=True, slots=True)
class SurveyedUser:
    """A user with all that IAM allows it.

    path: such as /mail/; / where it has none
    policies: its own, inline and attached
    of_groups: those of the groups that it is in, by group
    boundary: its permissions boundary; None where it has none
    """

    name: str
    path: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    policies: Sequence[AppliedPolicy] = ()
    of_groups: Mapping[str, Sequence[AppliedPolicy]] = field(default_factory=dict)
    boundary: AppliedPolicy | None = None


class UserSurvey(Protocol):
    """Reads the users of the AWS account, many at a time."""

    def all(self) -> Iterator[SurveyedUser]:
        """All users, in no order."""

    def has_password(self, name: str) -> bool:
        """Whether the user can sign in to the console."""

    def has_mfa(self, name: str) -> bool:
        """Whether the user has a device for multi-factor authentication."""
