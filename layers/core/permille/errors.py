"""What can go wrong outside.

Unavailable      the world did not answer, or refused for a passing cause: try again later
└── Conflict     somebody else wrote first: read again and decide anew
"""


class Unavailable(Exception):
    """Nothing is known to have happened; the same call may be made again."""


class Conflict(Unavailable):
    """What was read is no longer so, and nothing was written."""
