"""The examples of the provisioning API's OpenAPI document: what it really answers, on fakes, for one small bakery.

`make openapi` writes them: python -m tests.support.provisioning_examples. A test compares them.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.builders import NOW
from tests.support.provisioning import Host

from permille.console.api import provisioning_app

PATH = Path(provisioning_app.__file__).parent / "provisioning_examples.json"
CHANGE = {"owner_email": "new@bakery.example", "add_identities": ["bread.example"], "reason": "They sold the shop"}


def examples() -> dict[str, dict[str, Any]]:
    """The answers, by operation and status."""
    host, later = Host(), NOW + timedelta(hours=1)
    found = {
        "createAccount": [host.create(), host.create(owner_email="bea")],
        "changeAccount": [host.ask("/bakery", CHANGE, method="PATCH", now=later)],
        "createOwnerLink": [host.ask("/bakery/owner-links", {"hours": 1}), host.ask("/nobody/owner-links", {})],
        "renewCredential": [host.ask("/bakery/credential", {"grace_hours": 24}, now=later)],
        "closeAccount": [
            host.ask("/bakery/close", {"reason": "They left the platform", "confirmed": confirmed}, now=later)
            for confirmed in (False, True)
        ],
    }
    return {name: {str(answer.status): answer.json for answer in answers} for name, answers in found.items()}


def examples_text() -> str:
    """As they are checked in."""
    return json.dumps(examples(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(examples_text(), encoding="utf-8")
