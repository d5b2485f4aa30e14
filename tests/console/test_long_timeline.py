"""Long timelines: desk, owner and host platform show the same evidence, and read a bounded part."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import (
    ACCOUNT,
    NOW,
    TODAY,
    a_provider,
    a_record,
    a_verdict,
    an_entry,
    complaint_entries,
    corrected,
    days_of,
)
from tests.support.desk_world import asking
from tests.support.fakes import Rows
from tests.support.visiting import FakeWeb

from permille.domain.account.correction import Void
from permille.domain.timeline.facts import MAX_OF_TOPIC
from permille.domain.timeline.timeline import Entry
from permille.domain.values.tally import Tally

A_SECOND, A_DAY = timedelta(seconds=1), timedelta(days=1)
COMPLAINTS = complaint_entries(30, NOW - timedelta(hours=3))
ADDRESSES = [
    "/desk",
    f"/desk/accounts/{ACCOUNT}",
    f"/report/{ACCOUNT}",
    f"/report/{ACCOUNT}/year",
    f"/report/{ACCOUNT}/timeline",
    f"/report/{ACCOUNT}/complaints.csv",
    f"/report/{ACCOUNT}/report.json",
    f"/api/v1/accounts/{ACCOUNT}",
    f"/api/v1/accounts/{ACCOUNT}/report",
    f"/api/v1/accounts/{ACCOUNT}/route",
    f"/api/v1/accounts/{ACCOUNT}/review",
    f"/api/v1/accounts/{ACCOUNT}/timeline",
]


def disabled_for_complaints() -> FakeWeb:
    """After a trial that failed; one of the complaints is taken back; another provider is connected."""
    record = a_record(ACCOUNT, NOW - timedelta(hours=2), a_verdict(10_000, 30), days_of(10_000, 30), COMPLAINTS)
    account = asking(provider=a_provider(connected_at=NOW - 9 * A_DAY), decided_at=NOW - timedelta(hours=1))
    world = FakeWeb(Rows(accounts={ACCOUNT: account}))
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(10_000, 29)
    earlier = ("created", "provider_connected", "disabled", "trial_began", "trial_ended", "stays_suspended")
    world.rows.put(*(an_entry(kind, NOW - (10 - number) * A_DAY) for number, kind in enumerate(earlier)))
    world.rows.put(an_entry("staff_enabled", NOW - 3 * A_DAY), *COMPLAINTS, record)
    world.rows.put(corrected(COMPLAINTS[0], NOW - timedelta(hours=1)))
    world.rows.voided[ACCOUNT, COMPLAINTS[0].facts.identity] = Void(NOW, "staff:Anna", "A test")
    return world


def much_else() -> Iterator[Entry]:
    """1,000 changes of a request, and 5,000 notes: newer than all that tells why."""
    begins = NOW - timedelta(minutes=50)
    for number in range(5000):
        yield an_entry("drift", begins + number * A_SECOND / 4)
    for number in range(1000):
        yield an_entry("review_amended", begins + timedelta(minutes=30) + number * A_SECOND)


def evidence(world: FakeWeb) -> dict[str, Any]:
    """What those who decide by it are shown, without the newest entries as such."""
    owner, staff, api = world.owner(), world.staff(), world.platform()
    report = json.loads(owner.get(f"/report/{ACCOUNT}/report.json").body)
    desk = staff.get(f"/desk/accounts/{ACCOUNT}").body
    return {
        "queue": staff.get("/desk").body,
        "explained": _section(desk, "Why"),
        "complaints at the desk": _section(desk, "Complaints and reports"),
        "csv": owner.get(f"/report/{ACCOUNT}/complaints.csv").body,
        "json": {name: shown for name, shown in report.items() if name not in ("entries", "timeline", "earlier")},
        "route": json.loads(api.get(f"/api/v1/accounts/{ACCOUNT}/route").body),
    }


def _section(page: str, heading: str) -> str:
    found: list[str] = [one for one in re.findall(r"<section.*?</section>", page, re.DOTALL) if f">{heading}" in one]
    assert found, heading
    return found[0]


def test_a_flood_of_entries_hides_no_evidence() -> None:
    world = disabled_for_complaints()
    before = evidence(world)
    assert "30 complaints in 10,000 delivered" in before["explained"]
    assert before["csv"].count("\n") > len(COMPLAINTS)
    assert before["route"]["via"] == "provider"

    world.rows.put(*much_else())

    for what, shown in evidence(world).items():
        assert shown == before[what], what


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_and_no_answer_reads_a_whole_timeline(address: str) -> None:
    world = disabled_for_complaints()
    visitor = world.platform() if "/api/" in address else world.staff() if "/desk" in address else world.owner()

    assert visitor.get(address).status == 200

    assert "timeline.since" not in world.faults.calls


def test_more_complaints_than_are_read_are_said_to_be_more() -> None:
    world = disabled_for_complaints()
    world.rows.put(*complaint_entries(MAX_OF_TOPIC, NOW - timedelta(hours=4)), *much_else())

    page = world.staff().get(f"/desk/accounts/{ACCOUNT}").body

    assert "and more older ones are on the timeline" in page
