"""The desk's further pages of an account: as the owner sees it, the mails to the owner, and suppressed addresses."""

import re
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, an_account, an_entry
from tests.support.desk_world import ANNA, asking
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.domain.sending.suppression import Addition
from permille.domain.timeline.kinds.owner_contact import OwnerMailStopped
from permille.domain.timeline.timeline import entry

DESK = f"/desk/accounts/{ACCOUNT}"
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb()
    world.support.lost_it()
    return world


def main_of(page: Answer) -> str:
    found = re.search(r'<main id="main">(.*)</main>', page.body, re.DOTALL)
    assert found
    return found[1]


# ---------------------------------------------------------------- as the owner sees it


def without_links_and_tokens(content: str) -> str:
    """What is told: links of staff lead elsewhere, and their forms have no token."""
    content = re.sub(r'<p class="small take-along">.*?</p>', "", content, flags=re.DOTALL)
    content = re.sub(r'(action|href|name="csrf" value)="[^"]*"', "", content)
    return content.replace('<fieldset class="inert" disabled>', "").replace("</fieldset>", "")


def test_staff_see_what_the_owner_sees(anna: Visitor, world: FakeWeb) -> None:
    theirs, ours = world.owner().get(f"/report/{ACCOUNT}"), anna.get(f"{DESK}/report")

    assert ours.status == 200
    assert without_links_and_tokens(main_of(ours)).split() == without_links_and_tokens(main_of(theirs)).split()
    assert f"You see what the owner of {ACCOUNT} sees." in ours.body
    assert "You see what the owner" not in theirs.body


def test_under_the_session_of_staff_every_form_of_the_owner_is_disabled(anna: Visitor) -> None:
    page = anna.get(f"{DESK}/report")
    content = main_of(page)

    forms = re.findall(r"<form[^>]*>(.*?)</form>", content, re.DOTALL)
    assert forms
    assert all(re.fullmatch(r'<fieldset class="inert" disabled>.*</fieldset>', form, re.DOTALL) for form in forms)
    outside = re.sub(r"<form.*?</form>", "", content, flags=re.DOTALL)
    assert not re.search(r"<(button|input|textarea|select)\b", outside)
    assert anna.csrf("/desk") not in page.body
    assert f'"/report/{ACCOUNT}' not in page.body


def test_what_staff_send_to_the_owners_forms_does_nothing(anna: Visitor, world: FakeWeb) -> None:
    before = world.rows.accounts[ACCOUNT]

    for path in (f"/report/{ACCOUNT}/review", f"/report/{ACCOUNT}/logout"):
        assert anna.post(path, {"csrf": anna.csrf("/desk"), "action": "withdraw", "read": "x"}).status in (401, 403)

    assert world.rows.accounts[ACCOUNT] == before


@pytest.mark.parametrize("path", ["/year", "/timeline"])
def test_its_further_pages_are_seen_as_well_and_lead_back_to_it(anna: Visitor, path: str) -> None:
    page = anna.get(f"{DESK}/report{path}")

    assert page.status == 200
    assert f'href="{DESK}/report"' in page.body
    assert "You see what the owner" in page.body


def test_the_preview_is_never_framed(anna: Visitor) -> None:
    assert "frame-ancestors 'none'" in anna.get(f"{DESK}/report").headers["Content-Security-Policy"]


# ---------------------------------------------------------------- mails


def test_the_mails_to_the_owner_are_listed_with_subject_and_time(anna: Visitor, world: FakeWeb) -> None:
    world.rows.put(an_entry("exempted"))

    page = anna.get(f"{DESK}/mails")

    assert "Your APWT SMTP account has been disabled due to poor sending reputation" in page.body
    assert page.body.count('<span class="pill good">sent</span>') == 1  # complaints and exemptions are not mailed


def test_a_mail_is_shown_as_it_would_be_written_now_without_the_owners_link(anna: Visitor, world: FakeWeb) -> None:
    (disabled,) = world.rows.told(ACCOUNT, "disabled")

    page = anna.get(f"{DESK}/mails?mail={disabled.id}")

    assert "WHAT YOU CAN DO NOW" in page.body
    assert "as it would be written now" in page.body
    assert "token=" not in page.body


def test_a_mail_to_an_address_that_had_bounced_is_withheld_until_mails_are_resumed(
    anna: Visitor, world: FakeWeb
) -> None:
    world.rows.entries.clear()
    stopped = entry(ACCOUNT, NOW + 2 * HOUR, OwnerMailStopped(state="bounced"))
    world.rows.put(an_entry("alert", NOW + HOUR), stopped, an_entry("disabled", NOW + 3 * HOUR))
    world.rows.put(an_entry("owner_mail_reset", NOW + 4 * HOUR), an_entry("staff_enabled", NOW + 5 * HOUR))

    rows = re.findall(r'<span class="pill (?:good|bad)">(sent|withheld)</span>', anna.get(f"{DESK}/mails").body)

    assert rows == ["sent", "withheld", "sent"]


def test_mails_are_withheld_while_the_address_is_not_written_to(anna: Visitor, world: FakeWeb) -> None:
    world.support.add(asking(owner_mail="complained"))

    page = anna.get(f"{DESK}/mails")

    assert ("withheld</span>" in page.body, "not written to now" in page.body) == (True, True)


@pytest.mark.parametrize("asked", ["x", "20260310T120000.000000Z-1f2e3d4c", "\u202e"])
def test_a_mail_that_there_is_not_is_not_shown(anna: Visitor, asked: str) -> None:
    assert anna.get(f"{DESK}/mails?mail={asked}").status in (400, 404)


# ---------------------------------------------------------------- suppressions


def test_an_address_is_suppressed_listed_and_mailed_again(anna: Visitor, world: FakeWeb) -> None:
    done = anna.sends(f"{DESK}/suppress", address="Bob <BOB@Example.com>", reason="They asked for it")
    page = anna.get(f"{DESK}/suppressions?done=suppress")

    assert (done.status, done.headers["Location"]) == (303, f"{DESK}/suppressions?done=suppress")
    assert ("bob@example.com" in page.body, "The address is suppressed." in page.body) == (True, True)
    (suppressed,) = world.rows.told(ACCOUNT, "suppressed")
    assert suppressed.data == {"address": "bob@example.com", "reason": "They asked for it", "by": ANNA}

    again = anna.sends(f"{DESK}/suppressions", address="bob@example.com", reason="They want it back")

    assert (again.status, again.headers["Location"]) == (303, f"{DESK}/suppressions?done=unsuppress")
    assert "No address is suppressed." in anna.get(f"{DESK}/suppressions").body


@pytest.mark.parametrize(
    ("form", "says", "status"),
    [
        ({"address": "nobody", "reason": "Why"}, "type an e-mail address such as ann@example.com", 422),
        ({"address": "ann@example.com", "reason": " "}, "say why", 422),
        ({"address": "there@example.com", "reason": "Why"}, "is on the list already", 409),
    ],
)
def test_an_addition_that_is_refused_says_why_and_keeps_what_was_typed(
    anna: Visitor, world: FakeWeb, form: dict[str, str], says: str, status: int
) -> None:
    world.support.desk.additions.add(ACCOUNT, [Addition("there@example.com", NOW, "Why", "sam")], None)

    page = anna.sends(f"{DESK}/suppress", **form)

    assert (page.status, says in page.body) == (status, True)
    assert f'value="{form["address"]}"' in page.body
    assert world.rows.told(ACCOUNT, "suppressed") == []


def test_many_addresses_are_paged_each_once_and_searched_by_any_part(anna: Visitor, world: FakeWeb) -> None:
    additions = [Addition(f"n{number:03}@example.com", NOW + number * HOUR, "Why", "sam") for number in range(120)]
    for start in (0, 60):
        world.support.desk.additions.add(ACCOUNT, additions[start : start + 60], None)

    seen, address = list[str](), f"{DESK}/suppressions?q=EXAMPLE"
    while address:
        body = anna.get(address).body
        seen += re.findall(r"<b>(n\d+@example.com)</b>", body)
        following = re.findall(r'rel="next" href="([^"]+)"', body)
        address = following[0].replace("&amp;", "&") if following else ""

    assert seen == [addition.address for addition in additions]
    assert re.findall(r"<b>(n\d+)@", anna.get(f"{DESK}/suppressions?q=n007").body) == ["n007"]


@pytest.mark.parametrize("path", ["/report", "/report/year", "/report/timeline", "/mails", "/suppressions"])
@pytest.mark.parametrize("account_id", ["nobody", "Bakery", "..", "a" * 60, "%00"])
def test_there_is_no_page_of_nobody(anna: Visitor, path: str, account_id: str) -> None:
    assert anna.get(f"/desk/accounts/{account_id}{path}").status == 404


@pytest.mark.parametrize("path", ["/suppress", "/suppressions"])
def test_nothing_is_suppressed_for_nobody(anna: Visitor, world: FakeWeb, path: str) -> None:
    form = {"address": "ann@example.com", "reason": "Why"}

    assert anna.sends(f"/desk/accounts/nobody{path}", **form).status in (404, 409)
    assert world.rows.told("nobody") == []


def test_the_accounts_page_leads_to_all_of_them(anna: Visitor, world: FakeWeb) -> None:
    world.support.add(an_account())
    body = anna.get(DESK).body

    for path in ("/report", "/mails", "/suppressions"):
        assert f'href="{DESK}{path}"' in body
