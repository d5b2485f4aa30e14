"""One decision about several accounts that are ticked in a list, and the lists that they are ticked in."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, TODAY, TOMORROW, an_account
from tests.support.desk_world import ANNA, agreed, asking, went_well
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.console.site.desk_forms import DECISIONS
from permille.console.site.desk_selection import FILTER_TABS, FILTERS_IN_WORDS, OF_SEVERAL
from permille.domain.account.account_search import AccountFilter
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.values.status import HoldReason, Status
from permille.usecases.views.desk_lists import MOST_SELECTED

LIST = "/desk/accounts"
HOUR = timedelta(hours=1)
OVER = Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True)
HELD = Hold(HoldReason.BREAKER, NOW - HOUR, needs_staff=True)
SUITS = {
    "approve": asking(),
    "decline": asking(),
    "confirm": went_well(),
    "cancel": agreed(),
    "disable": an_account(),
    "enable": an_account(status=Status.DISABLED),
    "release": an_account(hold=HELD, assessment=OVER),
    "exempt": an_account(),
    "unexempt": an_account(exemption=Exemption(NOW + HOUR, "A partner", "sam")),
    "owner-mail": an_account(owner_mail="bounced"),
}


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb()
    world.rows.accounts.clear()
    world.support.add(an_account("bakery"), an_account("florist"), an_account("shop", status=Status.DISABLED))
    return world


def ticked(**versions: int) -> dict[str, str]:
    return {f"account:{account_id.replace('_', '-')}": str(version) for account_id, version in versions.items()}


def checked(page: Answer) -> dict[str, bool]:
    """The accounts that can be ticked, and whether they are."""
    boxes = re.findall(
        r'<input type="checkbox" name="account:([^"]+)" value="\d+" aria-label="[^"]+"( checked)?>', page.body
    )
    return {account_id: bool(is_checked) for account_id, is_checked in boxes}


def kinds(world: FakeWeb, account_id: str) -> list[str]:
    return [entry.kind for entry in world.rows.told(account_id)]


def test_ticked_accounts_are_decided_with_one_reason_and_an_entry_each(anna: Visitor, world: FakeWeb) -> None:
    page = anna.sends(LIST, **ticked(bakery=1, florist=1), decision="disable", reason="Both are one spammer")

    assert (page.status, "2 accounts done." in page.body) == (200, True)
    assert page.body.count("Disabled. The SMTP credential is switched off within seconds.") == 2
    for account_id in ("bakery", "florist"):
        (entry,) = world.rows.told(account_id)
        assert (entry.kind, entry.data) == ("staff_disabled", {"reason": "Both are one spammer", "by": ANNA})
    assert kinds(world, "shop") == []


def test_each_account_has_an_outcome_of_its_own(anna: Visitor, world: FakeWeb) -> None:
    page = anna.sends(
        LIST, **ticked(bakery=1, shop=1, gone=1, florist=7), decision="disable", reason="One of them is wrong"
    )

    assert "1 account done, 3 not." in page.body
    for refused in (
        "<b>shop</b> Not done: shop is disabled already.",
        "<b>gone</b> Not done: there is no account &#39;gone&#39;",
        "<b>florist</b> Not done: something was decided about florist since you opened this page",
    ):
        assert refused in page.body
    assert [kinds(world, one) for one in ("bakery", "florist")] == [["staff_disabled"], []]


def test_sent_twice_it_decides_once(anna: Visitor, world: FakeWeb) -> None:
    form = {**ticked(bakery=1), "decision": "exempt", "reason": "A partner", "day": str(TOMORROW)}

    anna.sends(LIST, **form)
    again = anna.sends(LIST, **form)

    assert "something was decided about bakery since you opened this page" in again.body
    assert kinds(world, "bakery") == ["exempted"]


@pytest.mark.parametrize("name", OF_SEVERAL)
def test_every_decision_that_is_offered_can_be_made(anna: Visitor, world: FakeWeb, name: str) -> None:
    world.support.add(SUITS[name])

    page = anna.sends(LIST, **ticked(bakery=1), decision=name, reason="Because", day=str(TOMORROW))

    assert "1 account done." in page.body, page.body
    assert len(kinds(world, ACCOUNT)) == 1


def test_closing_and_what_is_about_one_complaint_are_for_one_account_alone() -> None:
    assert DECISIONS.keys() - OF_SEVERAL.keys() == {"close", "void", "restore"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"decision": "disable", "reason": "Why"}, "tick the accounts that it is about"),
        ({**ticked(bakery=1), "reason": "Why"}, "choose what is to be decided"),
        ({**ticked(bakery=1), "decision": "close", "reason": "Why"}, "choose what is to be decided"),
        ({**ticked(bakery=1), "decision": "disable", "reason": " "}, "say why; a few words are enough"),
        ({**ticked(bakery=1), "decision": "exempt", "reason": "Why"}, "choose the day"),
        ({**ticked(bakery=1), "decision": "approve", "reason": "Why", "day": "soon"}, "takes a day such as"),
        ({"account:bakery": "on", "decision": "disable", "reason": "Why"}, "open the page again"),
    ],
)
def test_an_invalid_form_decides_nothing_and_keeps_what_was_typed(
    anna: Visitor, world: FakeWeb, fields: dict[str, str], says: str
) -> None:
    page = anna.sends(LIST, **fields)

    assert (page.status, says in page.body) == (422, True)
    assert checked(page)["bakery"] is ("account:bakery" in fields)
    assert ">Why</textarea>" in page.body or fields["reason"] == " "
    assert kinds(world, "bakery") == []


def test_where_aws_fails_in_the_middle_the_rest_is_named_and_can_be_sent_again(anna: Visitor, world: FakeWeb) -> None:
    world.faults.fail("accounts.save", skip=1)
    form = {**ticked(bakery=1, florist=1, shop=1), "decision": "exempt", "reason": "Why", "day": str(TOMORROW)}

    first = anna.sends(LIST, **form)
    second = anna.sends(LIST, **{name: value for name, value in form.items() if name != "account:bakery"})

    assert "1 account done, 2 not." in first.body
    assert first.body.count("tick it again") == 2
    assert "2 accounts done." in second.body
    assert [kinds(world, one) for one in ("bakery", "florist", "shop")] == [["exempted"]] * 3


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(["account:bakery", "account:", "account:#system", "decision", "day"]), st.text()),
        st.one_of(st.sampled_from(["1", "disable", "close", "2026-03-11"]), st.text(max_size=50)),
        max_size=8,
    )
)
def test_whatever_is_sent_is_answered_and_nobody_is_closed(fields: dict[str, str]) -> None:
    world = FakeWeb()

    answer = world.staff("Anna").sends(
        LIST, **{name: value for name, value in fields.items() if name not in ("csrf", "self", "path")}
    )

    assert answer.status in (200, 400, 422)
    assert "closed" not in kinds(world, ACCOUNT)


# ---------------------------------------------------------------- the lists


def test_every_filter_has_a_tab_and_a_sentence() -> None:
    assert FILTER_TABS.keys() == FILTERS_IN_WORDS.keys() == set(AccountFilter)


@pytest.mark.parametrize("only", AccountFilter)
def test_a_filter_is_kept_by_search_tabs_and_form(anna: Visitor, world: FakeWeb, only: AccountFilter) -> None:
    exempt = Exemption(NOW + HOUR, "A partner", "sam")
    look = Assessment(TODAY, 1000, 1, 0, 0)
    world.support.add(replace(asking("flower-1"), exemption=exempt), an_account("flower-2", hold=HELD, assessment=look))

    page = anna.get(f"{LIST}?q=flower&only={only}")

    assert f'<input type="hidden" name="only" value="{only}">' in page.body
    assert f'<a href="{LIST}?q=flower&amp;only={only}" aria-current="page">{FILTER_TABS[only]}</a>' in page.body
    assert checked(page) == {} or f'action="{LIST}?q=flower&amp;only={only}"' in page.body


def test_all_that_match_are_ticked_on_one_page_that_says_how_many_it_takes(anna: Visitor, world: FakeWeb) -> None:
    for number in range(MOST_SELECTED + 1):
        world.support.add(asking(f"asks-{number:03}"))

    short, everyone = anna.get(f"{LIST}?only=review"), anna.get(f"{LIST}?only=review&selected=all")

    assert (len(checked(short)), set(checked(short).values())) == (25, {False})
    assert f'href="{LIST}?only=review&amp;selected=all"' in short.body
    assert (len(checked(everyone)), set(checked(everyone).values())) == (MOST_SELECTED, {True})
    assert 'rel="next"' in everyone.body


def test_a_form_with_all_of_them_and_the_longest_reason_is_read(anna: Visitor, world: FakeWeb) -> None:
    names = [f"{'a' * 50}-{number:03}" for number in range(MOST_SELECTED)]
    world.support.add(*(an_account(name, senders=(name,)) for name in names))
    form = {f"account:{name}": "1" for name in names}

    page = anna.sends(f"{LIST}?q=aaa&selected=all", **form, decision="disable", reason="\N{SNOWMAN}" * 1000, day="")

    assert f"{MOST_SELECTED} accounts done." in page.body


def test_a_filter_that_there_is_not_is_refused(anna: Visitor) -> None:
    assert anna.get(f"{LIST}?only=everybody").status == 400


def test_a_search_that_has_not_read_all_says_so(anna: Visitor, world: FakeWeb) -> None:
    world.support.directory.read_at_most = 2

    page = anna.get(f"{LIST}?q=shop")

    assert "None among those that were looked through so far" in page.body
    assert f'rel="next" href="{LIST}?q=shop&amp;after=florist"' in page.body
