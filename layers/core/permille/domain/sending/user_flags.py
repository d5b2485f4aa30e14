"""What speaks against adopting an IAM user that sends."""

from enum import StrEnum


class UserFlag(StrEnum):
    """Why a user is left out of the file unless the operator accepts it."""

    PERSON = "person"
    RISKY = "risky"
    NOT_SWITCHABLE = "not_switchable"
