"""The owner's report on the deployed stack: a link opens it, and its form asks for the SMTP account back."""

import json
import re
from datetime import UTC, datetime, timedelta

from tests.stack.accounts import a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Web


def test_an_owner_reads_the_report_and_asks_for_the_smtp_account_back(stack: Stack) -> None:
    business, web = a_business(stack), Web(stack)
    business.send(20, complaints=2)
    eventually(lambda: business.standing()["status"] == "disabled")
    eventually(lambda: business.standing()["window"]["delivered"] == 20)
    report = f"/report/{business.id}"

    page = web.follows(stack.answer("link", "owner", business.id)["link"])

    assert page.status == 200
    assert "is off since" in page.body
    assert "2 complaints in 20 delivered: 100.00 per 1,000; the limit is 1 per 1,000" in page.body
    [csrf] = set(re.findall(r'name="csrf" value="(\w+)"', page.body))
    day = str(datetime.now(UTC).date() + timedelta(days=3))
    typed = {"csrf": csrf, "day": day, "batch": "800", "cause": "A bought list", "change": "We took it off"}

    wrong = web.sends(f"{report}/review", action="request", **{**typed, "batch": "none"})
    sent = web.sends(f"{report}/review", action="request", **typed)

    assert (wrong.status, "A bought list" in wrong.body) == (422, True)
    assert (sent.status, sent.headers["location"]) == (303, f"{report}#review")
    assert "Your request is with support" in web.get(report).body
    [waiting] = [one for one in stack.answer("review", "list")["requests"] if one["account_id"] == business.id]
    assert (waiting["review"]["cause"], waiting["review"]["batch"]) == ("A bought list", 800)

    [read] = re.findall(r'name="read" value="([^"]+)"', web.get(report).body)
    assert web.sends(f"{report}/review", action="withdraw", csrf=csrf, read=read).status == 303
    told = json.loads(web.get(f"{report}/report.json").body)
    assert (told["stage"], told["verdict"]["complaints"], len(told["campaigns"])) == ("may_ask", 2, 1)
    for path in ("year", "timeline", "report.csv", "complaints.csv", "bounces.csv"):
        assert web.get(f"{report}/{path}").status == 200
