"""Emails > Reputation: the owner's report in a frame of the platform's own page.

Whoever has the link is the owner. It is made here for a user who is logged in, and the frame is redirected to it.
"""

import json
import subprocess
import time
from dataclasses import dataclass, field

KEPT_SECONDS = 3600  # each new link is an entry of the system timeline


class NoLink(Exception):
    """No link could be made. The message is for the log: it says what is wrong with the command."""


@dataclass(slots=True)
class OwnerLinks:
    """Links to owners' reports, by the operator's command, with the rights that README.md lists."""

    _kept: dict[str, tuple[float, str]] = field(default_factory=dict)

    def of(self, account_id: str) -> str:
        """The link to the account's report; at most an hour old. Raises NoLink."""
        made_at, link = self._kept.get(account_id, (0.0, ""))
        if time.time() - made_at > KEPT_SECONDS:
            made_at, link = time.time(), _made(account_id)
            self._kept[account_id] = made_at, link
        return link


def _made(account_id: str) -> str:
    command = ["permille", "link", "owner", account_id, "--json"]
    try:
        printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        return str(json.loads(printed)["link"])
    except (OSError, subprocess.SubprocessError, ValueError, LookupError) as error:
        raise NoLink(getattr(error, "stderr", None) or str(error)) from error
