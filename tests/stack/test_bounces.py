"""A bounce on the deployed stack: sent by SMTP, and seen by owner, host platform and staff."""

import json
from datetime import UTC, datetime, timedelta

from tests.stack.accounts import a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Web


def test_a_bounce_is_seen_told_of_once_and_suppresses(ahead: Stack) -> None:
    stack, business = ahead, a_business(ahead)
    business.send(1, X_Local_Bounce="all", X_SES_MESSAGE_TAGS="campaign=spring")
    platform = Web(stack, token=stack.answer("link", "platform", "--name", "crm")["token"])
    listed = f"/api/v1/accounts/{business.id}"

    def bounces() -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads(platform.ask("GET", f"{listed}/bounces").body)["bounces"]
        return found

    eventually(lambda: len(bounces()) == 1)
    [bounce] = bounces()
    assert (bounce["why"], bounce["status"]) == ("the address does not exist", "5.1.1")
    assert (bounce["subject"], bounce["campaign"]) == ("Fresh rye bread", "spring")

    [suppressed] = json.loads(platform.ask("GET", f"{listed}/suppressions").body)["suppressions"]
    assert (suppressed["address"], suppressed["reason"]) == (bounce["recipient"], "bounce")
    assert stack.answer("suppression", "list", business.id)["suppressions"] == [suppressed]

    owner = Web(stack)
    page = owner.follows(stack.answer("link", "owner", business.id)["link"])
    assert f"<b>{bounce['recipient']}</b>: the address does not exist (5.1.1)." in page.body
    assert bounce["recipient"] in owner.get(f"/report/{business.id}/bounces.csv").body

    for hours in (2, 4):
        stack.answer("local", "tick", "--at", (datetime.now(UTC) + timedelta(hours=hours)).isoformat())
    [told] = [one for one in business.timeline() if one["kind"] == "bounces"]
    assert (told["headline"], told["facts"]["listed"][0]["recipient"]) == (
        "1 e-mail bounced for good",
        bounce["recipient"],
    )

    stack.answer("suppression", "remove", business.id, suppressed["address"], "--reason", "It was a typing error")
    assert stack.answer("suppression", "list", business.id)["suppressions"] == []
    assert len(bounces()) == 1
