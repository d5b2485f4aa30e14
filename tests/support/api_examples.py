"""The examples of the OpenAPI document: what the JSON API really answers, on fakes, for one small bakery.

`make openapi` writes them: python -m tests.support.api_examples. A test compares them.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.builders import ACCOUNT, NOW, PATIENCE, TODAY, TOMORROW, an_account, an_entry, bounce_counts
from tests.support.fakes import FakeLedger, FakePolicies
from tests.support.platform import Platform
from tests.usecases.test_suppression import complained

from permille.console.api import openapi
from permille.console.sessions import ACCOUNTS_OF_API
from permille.domain.account.route_changes import RouteChanges
from permille.domain.policy.policy import DEFAULT
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

PATH = Path(openapi.__file__).parent / openapi.EXAMPLES
WISH = {
    "day": str(TOMORROW),
    "batch": 800,
    "cause": "An old list was mailed again.",
    "change": "Who did not answer for a year was taken off.",
}
ABOUT_ACCOUNT = {
    "getAccount": "",
    "getReport": "/report",
    "listTimeline": "/timeline",
    "getRoute": "/route",
    "listBounces": "/bounces",
    "listSuppressions": "/suppressions",
}


def examples() -> dict[str, dict[str, Any]]:
    """The answers, by operation and status."""
    platform, here = a_disabled_bakery(), f"{ACCOUNTS_OF_API}/{ACCOUNT}"
    found = {"listAccounts": platform.ask(ACCOUNTS_OF_API, query={"limit": 1})}
    found |= {name: platform.ask(here + path) for name, path in ABOUT_ACCOUNT.items()}
    refused = [platform.ask(f"{ACCOUNTS_OF_API}/florist/review", "PUT", body=body) for body in (WISH, {"batch": 0})]
    found["putReview"] = platform.ask(f"{here}/review", "PUT", body=WISH)
    found["getReview"] = platform.ask(f"{here}/review")
    found["withdrawReview"] = platform.ask(f"{here}/review", "DELETE")
    answered = {name: {str(answer.status): answer.json} for name, answer in found.items()}
    answered["getAccount"]["404"] = platform.ask(f"{ACCOUNTS_OF_API}/nobody").json
    answered["putReview"] |= {str(answer.status): answer.json for answer in refused}
    return answered


def a_disabled_bakery() -> Platform:
    """It had two complaints in 1,950 e-mails, and a florist beside it had none."""
    platform = Platform(policies=FakePolicies(replace(DEFAULT, window_days=7)))
    disabled = an_entry("disabled", NOW)
    off = RouteChanges(from_ses=disabled.id, off_at=NOW)
    bakery = an_account(
        ACCOUNT, owner_name="Bea Baker", timezone="Europe/Vienna", status=Status.DISABLED, strikes=1, route_changes=off
    )
    platform.rows.accounts.update({ACCOUNT: bakery, "florist": an_account("florist")})
    complained(platform.rows, "ann@example.com", "bob@example.com")
    FakeLedger(platform.rows).count(bounce_counts("cyd@example.com"), NOW - timedelta(hours=2), PATIENCE)
    platform.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=1950, complaints=2, bounces=1)
    platform.rows.put(disabled)
    return platform


def examples_text() -> str:
    """As they are checked in."""
    return json.dumps(examples(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(examples_text(), encoding="utf-8")
