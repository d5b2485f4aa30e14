"""The monthly mail is stopped by one click, in the mail program or on a page, and switched on again on the report."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, an_account
from tests.support.function_url import ORIGIN, url_event
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.domain.account.monthly_mail import MonthlyMail
from permille.domain.login.links import LinkRole
from permille.domain.login.mail_links import LASTS, Purpose
from permille.domain.values.status import Status
from permille.usecases.login.mail_links import MONTHLY_MAIL, mail_link

STOP, REPORT = Purpose.STOP_MONTHLY_MAIL, f"/report/{ACCOUNT}"
PART = 'Content-Disposition: form-data; name="List-Unsubscribe"'
SWITCH = f"{REPORT}/monthly-mail"


def stop_link(world: FakeWeb) -> str:
    return mail_link(world.signer, ORIGIN, STOP, world.rows.accounts[ACCOUNT], world.now).removeprefix(ORIGIN)


def one_click(world: FakeWeb, link: str, body: str = "List-Unsubscribe=One-Click", media_type: str = "") -> Answer:
    """The request of a mail program: without cookie and origin (RFC 8058, 3.2)."""
    headers = {"content-type": media_type or "application/x-www-form-urlencoded"}
    return world.ask(url_event("POST", link, headers, body))


def is_stopped(world: FakeWeb) -> bool:
    return world.rows.accounts[ACCOUNT].monthly_mail.stopped


def written(world: FakeWeb) -> list[str]:
    return [entry.kind for entry in world.rows.told(ACCOUNT)]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("List-Unsubscribe=One-Click", ""),
        (f"--x\r\n{PART}\r\n\r\nOne-Click\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        ("", "text/plain"),
    ],
)
def test_the_post_of_a_mail_program_stops_the_mail(world: FakeWeb, body: str, media_type: str) -> None:
    answer = one_click(world, stop_link(world), body, media_type)

    assert (answer.status, answer.cookies) == (200, [])
    assert "The monthly mail is switched off" in answer.body
    assert is_stopped(world)
    assert written(world) == ["monthly_mail_stopped"]


def test_a_second_click_changes_nothing_and_says_the_same(world: FakeWeb) -> None:
    first, second = (one_click(world, stop_link(world)) for _ in range(2))

    assert (second.status, second.body.partition("token")[0]) == (200, first.body.partition("token")[0])
    assert written(world) == ["monthly_mail_stopped"]


def test_opening_the_link_changes_nothing(world: FakeWeb) -> None:
    link = stop_link(world)
    world.faults.calls.clear()

    page = Visitor(world).get(link)

    assert page.status == 200
    assert "Stop the monthly mail?" in page.body
    assert written(world) == []
    assert world.faults.calls == []  # neither KMS nor a table is asked for a look


def test_the_pages_button_stops_it(world: FakeWeb) -> None:
    visitor = Visitor(world)
    action = visitor.get(stop_link(world)).body.partition('action="')[2].partition('"')[0]

    assert visitor.post(action, {}).status == 200
    assert is_stopped(world)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 5000])
def test_what_is_no_token_does_nothing(world: FakeWeb, method: str, token: str) -> None:
    answer = world.ask(url_event(method, f"{MONTHLY_MAIL}?token={token}", {}, ""))

    assert answer.status == 401
    assert world.faults.calls == []


def test_the_link_of_a_report_stops_nothing(world: FakeWeb) -> None:
    answer = one_click(world, f"{MONTHLY_MAIL}?token={world.token(LinkRole.OWNER, ACCOUNT)}")

    assert (answer.status, is_stopped(world)) == (401, False)


def test_an_expired_link_stops_nothing(world: FakeWeb) -> None:
    link = stop_link(world)
    world.now += LASTS[STOP]

    answers = [one_click(world, link), Visitor(world).get(link)]

    assert [answer.status for answer in answers] == [401, 401]
    assert not is_stopped(world)
    for answer in answers:
        assert "Links that stop the monthly mail are good for 400 days" in answer.body
        assert "a few days" not in answer.body


def test_of_a_revoked_link_it_is_said_how_else_the_mail_is_stopped(world: FakeWeb) -> None:
    link = stop_link(world)
    account = world.rows.accounts[ACCOUNT]
    world.rows.accounts[ACCOUNT] = replace(account, links_valid_since=world.now + timedelta(minutes=5))

    answer = one_click(world, link)

    assert answer.status == 401
    assert "On your report you can stop it, too" in answer.body


@pytest.mark.parametrize("status", Status)
def test_it_can_be_stopped_whatever_the_account_is(world: FakeWeb, status: Status) -> None:
    world.rows.accounts[ACCOUNT] = an_account(status=status, timezone="Mars/Phobos")

    assert one_click(world, stop_link(world)).status == 200
    assert is_stopped(world)


def test_on_the_report_it_is_stopped_and_switched_on_again(world: FakeWeb) -> None:
    owner = world.owner()
    assert "Stop the monthly mail" in owner.get(REPORT).body

    stopped = owner.sends(SWITCH, action="stop")
    assert (stopped.status, stopped.headers["Location"]) == (303, f"{REPORT}#mails")
    assert is_stopped(world)
    assert "Send me the monthly mail again" in owner.get(REPORT).body

    owner.sends(SWITCH, action="resume")
    assert not is_stopped(world)
    assert written(world) == ["monthly_mail_stopped", "monthly_mail_resumed"]


def test_it_is_switched_on_so_many_times_a_day_and_stopped_always(world: FakeWeb) -> None:
    owner = world.owner()
    for _ in range(5):
        owner.sends(SWITCH, action="stop")
        assert owner.sends(SWITCH, action="resume").status == 303
    owner.sends(SWITCH, action="stop")

    refused = owner.sends(SWITCH, action="resume")

    assert refused.status == 422
    assert "switched on 5 times today" in refused.body
    assert is_stopped(world)


@pytest.mark.parametrize("action", ["", "STOP", "resume\0", "delete"])
def test_another_action_is_refused(world: FakeWeb, action: str) -> None:
    assert world.owner().sends(SWITCH, action=action).status == 400
    assert world.rows.accounts[ACCOUNT].monthly_mail == MonthlyMail()


def test_the_account_remembers_when_the_last_one_was_written(world: FakeWeb) -> None:
    world.rows.accounts[ACCOUNT] = an_account(monthly_mail=MonthlyMail(last_at=NOW))

    one_click(world, stop_link(world))

    assert world.rows.accounts[ACCOUNT].monthly_mail == MonthlyMail(stopped=True, last_at=NOW)
