"""What an uninstallation does with the senders that may not send."""

from enum import StrEnum


class DeniedSenders(StrEnum):
    """What becomes of the senders in the deny group.

    stay: they stay in it
    out: they are removed from it, and their keys stay Inactive
    on: they are removed from it, and the keys that Permille deactivated become Active
    """

    STAY = "stay"
    OUT = "out"
    ON = "on"
