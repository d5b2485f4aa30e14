"""Renders the pages of support's desk with a busy platform behind them.

python -m tests.support.desk_gallery FOLDER [PAGE ...]    writes .html, and .png where Chromium is installed: narrow
and wide, light and dark
"""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.support.builders import ACCOUNT, BRAND, NOW, TODAY, TOMORROW, an_account, an_entry
from tests.support.desk_world import ANNA, agreed, asking, went_well
from tests.support.pictures import take, write
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.console.site.pages import STYLES
from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.account.route_changes import RouteChanges
from permille.domain.people.system_commands import AddNote
from permille.domain.rules.breaker import BreakerState
from permille.domain.sending.suppression import Addition
from permille.domain.values.status import HoldReason, Status
from permille.rendering.templates import rendered
from permille.usecases.decisions.notes import add_note

WIDTHS = (360, 1280)
HEIGHT = 2400
HOUR = timedelta(hours=1)
DISABLED = an_entry("disabled")
SELECTED = {"account:bakery-1": "1", "account:bakery-2": "9", "account:gone": "1"}
PAGES = {
    "queue": "/desk",
    "accounts": "/desk/accounts",
    "off": "/desk/accounts?list=off",
    "search": "/desk/accounts?q=bakery&only=near_limit",
    "all": "/desk/accounts?q=bakery&selected=all",
    "nothing": "/desk/accounts?q=zzz",
    "held": "/desk/held",
    "account": f"/desk/accounts/{ACCOUNT}",
    "as-owner": f"/desk/accounts/{ACCOUNT}/report",
    "mails": f"/desk/accounts/{ACCOUNT}/mails?mail={DISABLED.id}",
    "suppressions": f"/desk/accounts/{ACCOUNT}/suppressions",
    "system": "/desk/system",
}


def a_busy_platform() -> FakeWeb:
    """Accounts in every state, an open breaker, and dead letters."""
    world = FakeWeb()
    world.support.lost_it()
    world.support.add(*_accounts())
    world.rows.put(an_entry("exempted"), an_entry("staff_disabled"))
    note = AddNote(text="They called: the list is a bought one.\nThey ask again on Monday.", by=ANNA)
    add_note(world.support.desk.accounts, world.support.desk.log, ACCOUNT, note, NOW)
    additions = [Addition(f"ann{number}@example.com", NOW, "They asked for it", ANNA) for number in range(4)]
    world.support.desk.additions.add(ACCOUNT, additions, None)
    world.rows.breaker = BreakerState(passed=5, opened_at=NOW - HOUR, active_accounts=2900)
    world.support.queues.queues[1] = replace(world.support.queues.queues[1], messages=3)
    return world


def _accounts() -> list[Account]:
    over, near = Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True), Assessment(TODAY, 1420, 1, 0, 0)
    held = Hold(HoldReason.BREAKER, NOW - HOUR, needs_staff=True)
    several = [
        an_account(f"bakery-{number}", owner_name=f"Bakery No. {number}", assessment=near, senders=(f"b-{number}",))
        for number in range(6)
    ]
    return [
        *several,
        an_account("flowers", owner_name="Flores María S. A. de C. V.", hold=held, assessment=over),
        an_account("shoes-for-everybody-in-the-whole-wide-world", hold=held, assessment=over),
        an_account("partner", exemption=Exemption(NOW + 90 * HOUR, "A partner", "sam")),
        an_account("off-since-monday", status=Status.DISABLED, route_changes=RouteChanges(off_at=NOW - HOUR)),
        asking("travel", owner_name="Travel & Sons"),
        agreed("books"),
        went_well("garden"),
        an_account("gone-for-good", status=Status.CLOSED),
    ]


def pages() -> dict[str, str]:
    """Each page of the desk of a busy platform, with its stylesheets beside it."""
    return _pages(a_busy_platform().staff("Anna"))


def _pages(anna: Visitor) -> dict[str, str]:
    decided = {**SELECTED, "decision": "exempt", "day": str(TOMORROW), "reason": "Their list is clean"}
    found = {name: anna.get(path) for name, path in PAGES.items()}
    found["refused"] = anna.sends("/desk/accounts?q=bakery", **{**decided, "day": "soon"})
    found["outcomes"] = anna.sends("/desk/accounts?q=bakery", **decided)
    return {name: _with_styles(answer) for name, answer in found.items()}


def _with_styles(answer: Answer) -> str:
    """The page with its stylesheets beside it."""
    return re.sub(r'href="/(style[a-z-]*\.css)\?v=[0-9a-f]+"', r'href="\1"', answer.body)


if __name__ == "__main__":
    written = pages()
    styles = {f"{name}.css": rendered(f"console/{name}.css.j2", brand=BRAND) for name in STYLES}
    write(Path(sys.argv[1]), styles | {f"{name}.html": html for name, html in written.items()})
    take(Path(sys.argv[1]), sys.argv[2:] or written, widths=WIDTHS, height=HEIGHT, dark=(False, True))
