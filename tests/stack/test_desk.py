"""Support's desk on the deployed stack: what is read and decided there, with the console's own rights."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Page, Web

ASKED = ["--batch", "800", "--cause", "We mailed an old list", "--change", "We took it off"]


@pytest.fixture(scope="module")
def anna(stack: Stack) -> Web:
    web = Web(stack)
    assert web.follows(stack.answer("link", "staff", "--name", "Anna")["link"]).status == 200
    return web


@pytest.fixture(scope="module")
def business(stack: Stack) -> Business:
    """A business that has lost its SMTP account, and asks to get it back."""
    business = a_business(stack)
    business.send(3, complaints=2)
    eventually(business.login_is_refused)
    eventually(business.is_switched)
    stack.answer("review", "request", business.id, "--day", tomorrow(), *ASKED)
    return business


def tomorrow() -> str:
    return str(datetime.now(UTC).date() + timedelta(days=1))


def text_of(page: Page) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page.body).split()))


def field(page: Page, name: str) -> str:
    """What a form of the page carries unseen."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.body)
    assert found, page.body
    return found.group(1)


def decides(anna: Web, business: Business, name: str, **form: str) -> Page:
    """As somebody does who has just opened the account's page."""
    page = anna.get(f"/desk/accounts/{business.id}")
    unseen = {one: field(page, one) for one in ("csrf", "version")}
    return anna.sends(f"/desk/accounts/{business.id}/{name}", **unseen, **form)


def test_the_queue_has_the_case_with_its_evidence(anna: Web, business: Business) -> None:
    page = eventually(lambda: found if business.id in (found := anna.get("/desk")).body else None)

    assert page is not None
    text = text_of(page)
    for shown in ("We mailed an old list", "We took it off", "2 complaints in", "1 disabling"):
        assert shown in text
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("what", ["a part of its id", "a part of its owner", "a part of its sender", "its access key"])
def test_an_account_is_found_by(anna: Web, business: Business, what: str) -> None:
    searched = {
        "a part of its id": business.id[2:],
        "a part of its owner": business.owner[1:].upper(),
        "a part of its sender": f"mille-{business.id}",
        "its access key": business.key,
    }[what]

    page = anna.get(f"/desk/accounts?{urlencode({'q': searched})}")

    assert f'href="/desk/accounts/{business.id}"' in page.body
    assert f'href="/desk/accounts/{business.id}"' in anna.get(f"/desk/accounts?q={business.id}&only=review").body


def test_several_accounts_are_decided_with_one_reason_each_with_an_entry(stack: Stack, anna: Web) -> None:
    one, other = a_business(stack), a_business(stack)
    page = anna.get(f"/desk/accounts?q={one.id}")
    form = {"csrf": field(page, "csrf"), "reason": "One spammer with two names", "decision": "disable"}
    ticked = {f"account:{account.id}": "1" for account in (one, other)}

    done = anna.sends("/desk/accounts", **form, **ticked)
    again = anna.sends("/desk/accounts", **form, **ticked)

    assert "2 accounts done." in text_of(done)
    assert "0 accounts done, 2 not." in text_of(again)
    for business in (one, other):
        eventually(business.login_is_refused)
        (entry,) = [entry for entry in business.timeline() if entry["kind"] == "staff_disabled"]
        assert (entry["facts"]["reason"], entry["facts"]["by"]) == (form["reason"], "staff:Anna (link by root)")
    week = anna.get("/desk/accounts?only=off_this_week")
    assert f'name="account:{one.id}"' in week.body


def test_notes_suppressions_and_the_owners_view_are_within_the_consoles_rights(anna: Web, business: Business) -> None:
    desk = f"/desk/accounts/{business.id}"
    csrf = field(anna.get(desk), "csrf")

    assert anna.sends(f"{desk}/note", csrf=csrf, text="They called").status == 303
    assert anna.sends(f"{desk}/suppress", csrf=csrf, address="bob@example.com", reason="They asked").status == 303
    assert "bob@example.com" in anna.get(f"{desk}/suppressions").body
    assert anna.sends(f"{desk}/suppressions", csrf=csrf, address="bob@example.com", reason="So").status == 303
    assert "They called" in text_of(anna.get(desk))
    assert "You see what the owner of" in text_of(anna.get(f"{desk}/report"))
    assert "has been disabled" in text_of(anna.get(f"{desk}/mails"))


def test_the_lists_are_kept_by_enforce(stack: Stack, anna: Web, business: Business) -> None:
    sends = a_business(stack)
    sends.send(3)
    eventually(lambda: sends.standing()["window"]["delivered"] == 3)
    sends.is_complained_about("m-1", datetime.now(UTC))

    eventually(lambda: "1 in 3" in text_of(anna.get(f"/desk/accounts?q={sends.id}")))

    assert sends.id in anna.get("/desk/accounts").body
    assert business.id not in anna.get("/desk/accounts").body
    assert business.id in anna.get("/desk/accounts?list=off").body


def test_the_account_shows_the_credential_as_iam_has_it_and_explains_the_decision(
    stack: Stack, anna: Web, business: Business
) -> None:
    text = text_of(anna.get(f"/desk/accounts/{business.id}"))

    assert f"permille-{business.id} agrees {business.key} Inactive in the deny group" in text
    assert "complaint_ratio is broken: 2 complaints are at least 2, and 2 x 1,000 = 2,000 is more than" in text
    stack.client("iam").remove_user_from_group(
        GroupName=stack.outputs["DenyGroupName"], UserName=f"permille-{business.id}"
    )
    assert "is out of the deny group." in text_of(anna.get(f"/desk/accounts/{business.id}"))
    stack.client("iam").add_user_to_group(GroupName=stack.outputs["DenyGroupName"], UserName=f"permille-{business.id}")


def test_support_approves_and_the_owner_is_told_the_late_one_is_told_too(anna: Web, business: Business) -> None:
    note = "Begin with your best customers"

    done = decides(anna, business, "approve", reason=note, day=tomorrow())
    late = decides(anna, business, "decline", reason="Too late")

    assert done.status == 303, text_of(done)
    assert "Approved." in anna.get(done.headers["location"]).body
    assert (late.status, f"no request of {business.id} is open" in text_of(late)) == (409, True)
    (entry,) = [entry for entry in business.timeline() if entry["kind"] == "review_approved"]
    assert (entry["facts"]["note"], entry["facts"]["by"]) == (note, "staff:Anna (link by root)")
    eventually(lambda: any(note in str(mail.get_body(("plain",))) for mail in business.mails()))


def test_an_account_is_disabled_and_enabled_with_the_key_that_it_had(stack: Stack, anna: Web) -> None:
    business = a_business(stack)

    disabled = decides(anna, business, "disable", reason="It sells lists")
    assert disabled.status == 303, text_of(disabled)
    eventually(business.login_is_refused)
    eventually(business.is_switched)
    assert decides(anna, business, "enable", reason="It was another one").status == 303
    eventually(lambda: not business.login_is_refused())

    assert decides(anna, business, "exempt", reason="A partner", until=tomorrow()).status == 303
    assert decides(anna, business, "unexempt", reason="No partner").status == 303
    refused = decides(anna, business, "close", reason="It is gone", typed="another")
    assert (refused.status, f"type its name: {business.id}" in text_of(refused)) == (422, True)
    assert decides(anna, business, "close", reason="It is gone", typed=business.id).status == 303

    told = [(entry["kind"], entry["facts"].get("by")) for entry in business.timeline()][1:]
    by_anna = ["staff_disabled", "staff_enabled", "exempted", "unexempted", "closed"]
    assert [one for one in told if one[1]] == [(kind, "staff:Anna (link by root)") for kind in by_anna]


def test_a_complaint_is_taken_back_and_counts_again(stack: Stack, anna: Web) -> None:
    business = a_business(stack)
    business.send(2, complaints=1)
    eventually(lambda: business.standing()["window"]["complaints"] == 1)
    (complaint,) = stack.answer("complaint", "list", business.id)["complaints"]

    void = decides(anna, business, "void", reason="An employee of ours", complaint=complaint["id"])
    assert void.status == 303, text_of(void)
    eventually(lambda: business.standing()["window"]["complaints"] == 0)

    restored = decides(anna, business, "restore", reason="It was none of ours", complaint=complaint["id"])
    assert restored.status == 303, text_of(restored)
    eventually(lambda: business.standing()["window"]["complaints"] == 1)
    told = [entry["facts"]["by"] for entry in business.timeline() if entry["kind"].startswith("complaint_")]
    assert told == ["staff:Anna (link by root)", "staff:Anna (link by root)"]


def test_the_state_of_the_system_and_the_breaker(stack: Stack, anna: Web) -> None:
    page = anna.get("/desk/system")
    text = text_of(page)
    for shown in ("Mode enforce", "Policy default", "Breaker closed", "Feedback", "Dead letters of feedback"):
        assert shown in text
    assert "not known now" not in text
    assert re.search(r"Quarantine \d", text)  # its role may count what rests

    reset = anna.sends("/desk/system/breaker", csrf=field(page, "csrf"), reason="Many are disabled here", allow="1000")

    assert reset.status == 303, text_of(reset)
    assert "by staff:Anna (link by root): Many are disabled here" in text_of(anna.get("/desk/system"))
    assert stack.answer("breaker", "show")["last_reset"]["by"] == "staff:Anna (link by root)"


def ses_tells(stack: Stack, **values: float) -> None:
    """As SES does on AWS, of the whole AWS account. Some minutes ago: CloudWatch's period is not to end in the test."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    data = [{"MetricName": name, "Timestamp": at, "Value": value} for name, value in values.items()]
    stack.client("cloudwatch").put_metric_data(Namespace="AWS/SES", MetricData=data)


def test_sess_rates_of_the_aws_account_stand_beside_who_has_the_most_complaints(
    stack: Stack, anna: Web, business: Business
) -> None:
    assert "no rate" in text_of(anna.get("/desk/platform"))

    ses_tells(
        stack, **{"Reputation.ComplaintRate": 0.00083, "Reputation.BounceRate": 0.06}, Delivery=900, Complaint=400
    )

    text = text_of(anna.get("/desk/platform"))
    for shown in ("0.83 per 1,000 close to a review", "6.00 % high enough for a review", "400 complaints in 900"):
        assert shown in text
    listed = re.search(rf"{business.id} \S+ disabled .*? 2 in \d+ .*?([\d.]+) %", text)
    assert listed, text
    told = stack.answer("platform")
    assert (told["ses"]["complaint_rate"]["rate"], told["ses"]["bounce_rate"]["rate"]) == (0.83, 6.0)
    (same,) = [one for one in told["most_complaints"] if one["account_id"] == business.id]
    assert (same["complaints"], same["share_percent"]) == (2, float(listed[1]))


@pytest.mark.parametrize("path", ["/desk?after=x", "/desk/accounts?after=%27", "/desk/accounts?q=a&after=B"])
def test_a_forged_cursor_of_a_list_is_refused(anna: Web, path: str) -> None:
    assert anna.get(path).status == 400


def test_no_form_of_another_origin_or_session_does_anything(anna: Web, business: Business) -> None:
    path, form = f"/desk/accounts/{business.id}/close", {"version": "1", "reason": "x", "typed": business.id}

    assert anna.sends(path, **form).status == 403
    assert anna.sends(path, csrf="0" * 64, **form).status == 403
    assert business.standing()["status"] != "closed"
