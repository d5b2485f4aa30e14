"""Entries of other versions: every surface shows what it can, and none fails."""

from dataclasses import replace
from itertools import product

import pytest
from tests.support.builders import ACCOUNT, NOW, an_account, an_entry
from tests.support.desk_world import asking, went_well
from tests.support.surfaces import A_MINUTE, Platform

from permille.domain.account.account import Account
from permille.domain.timeline.facts import Audience, Unknown
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.timeline import SYSTEM, entry
from permille.domain.values.status import Status

PATHS = ("", "/year", "/timeline", "/report.json", "/report.csv", "/complaints.csv")
API = ("", "/report", "/timeline", "/review", "/route", "/suppressions")
DESK = ("/desk", "/desk/accounts", f"/desk/accounts/{ACCOUNT}", "/desk/platform", "/desk/system")
COMMANDS = (("account", "show"), ("account", "explain"), ("timeline",), ("route",))


@pytest.mark.parametrize(
    "account",
    [an_account(), an_account(status=Status.DISABLED), asking(), went_well()],
    ids=["on", "off", "asks", "went"],
)
@pytest.mark.parametrize("timezone", ["America/New_York", "Mars/Phobos"])
def test_whatever_a_timeline_holds_every_surface_answers(
    capsys: pytest.CaptureFixture[str], account: Account, timezone: str
) -> None:
    platform = Platform(capsys)
    rows = platform.stack.rows
    rows.accounts[ACCOUNT] = replace(account, timezone=timezone)
    for number, (kind, audience) in enumerate(product([*KINDS, "invented"], Audience)):
        facts = Unknown(kind, audience, {"what": "<b>only</b> a newer version knows", "at": "2026-03-10"})
        for whose in (ACCOUNT, SYSTEM):
            rows.append(entry(whose, platform.now, facts, distinguisher=str(number)))
    for kind in KINDS:
        rows.append(an_entry(kind, NOW - A_MINUTE))

    world = platform.world
    owner, staff, host = world.owner(), world.staff(), world.platform()
    answers = [owner.get(f"/report/{ACCOUNT}{path}") for path in PATHS]
    answers += [staff.get(path) for path in DESK]
    answers += [host.get(f"/api/v1/accounts/{ACCOUNT}{path}") for path in API]

    assert [answer.status for answer in answers] == [200] * len(answers), [a.body for a in answers if a.status != 200]
    assert not any("<b>only" in answer.body for answer in answers if answer.body.startswith("<!doctype html>"))
    for command in COMMANDS:
        assert platform.terminal.text(*command, ACCOUNT)
        assert platform.terminal.answer(*command, ACCOUNT)
    assert platform.terminal.answer("timeline", "--system")
    assert platform.terminal.text("timeline", "--system")
    assert platform.terminal.text("review", "list")
    assert platform.terminal.answer("review", "list")
    assert platform.mails_to_the_owner()
