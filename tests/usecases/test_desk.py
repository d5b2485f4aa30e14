"""What support sees at the desk."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, CALLER, NOW, TODAY, a_complaint_entry, an_account, an_entry
from tests.support.desk_world import QUEUES, FakeDesk, asking, went_well

from permille.domain.account.account_search import AccountFilter
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import ACTIVE
from permille.domain.account.restrictions import Hold
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.timeline.kinds.credential import Difference
from permille.domain.values.errors import MalformedRequest, Unavailable
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.ports.accounts import Lap
from permille.usecases.views import desk_lists
from permille.usecases.views.desk_services import ENTRIES
from permille.usecases.views.dossier import Dossier, dossier
from permille.usecases.views.system import system_state


@pytest.fixture
def world() -> FakeDesk:
    return FakeDesk()


# ---------------------------------------------------------------- the queue


def test_the_queue_has_the_evidence_beside_each_request(world: FakeDesk) -> None:
    world.lost_it()

    (case,) = desk_lists.review_cases(world.desk, "", NOW).items

    assert (case.waits, case.account.strikes) == (timedelta(hours=5), 1)
    assert case.disabled is not None
    assert (case.disabled.data["complaints"], case.disabled.data["delivered"]) == (2, 1000)
    assert case.campaigns == [("Fresh bread", 2)]


@pytest.mark.parametrize(
    ("named", "shown"),
    [({"campaign": "spring"}, "spring"), ({"campaign": "\x00"}, "Fresh bread"), ({"subject": " "}, "(no subject)")],
)
def test_campaigns_are_named_as_on_the_owners_page(world: FakeDesk, named: dict[str, str], shown: str) -> None:
    world.add(asking())
    world.rows.put(a_complaint_entry("m-7", NOW - timedelta(hours=7), **named))

    (case,) = desk_lists.review_cases(world.desk, "", NOW).items

    assert case.campaigns == [(shown, 1)]


def test_a_trial_that_waits_to_be_confirmed_is_in_the_queue(world: FakeDesk) -> None:
    world.add(went_well())

    (case,) = desk_lists.review_cases(world.desk, "", NOW).items

    assert (case.review, case.waits) == (None, timedelta(hours=1))


def test_one_page_of_the_queue_has_a_few_cases_and_the_next_goes_on_behind_it(world: FakeDesk) -> None:
    world.add(*(asking(f"a-{number:02}") for number in range(desk_lists.CASES + 2)))

    first = desk_lists.review_cases(world.desk, "", NOW)
    second = desk_lists.review_cases(world.desk, first.next, NOW)

    ids = [case.account.id for case in [*first.items, *second.items]]
    assert (ids, len(first.items), second.next) == (sorted(world.rows.accounts), desk_lists.CASES, "")


def test_whoever_was_answered_while_the_index_lags_is_not_shown(world: FakeDesk) -> None:
    world.directory.lags = [asking()]
    world.add(an_account(status=Status.DISABLED))

    assert desk_lists.review_cases(world.desk, "", NOW).items == []


# ---------------------------------------------------------------- search


KEY_ID = "AKIAIOSFODNN7EXAMPLE"


def found(world: FakeDesk, text: str, only: AccountFilter | None = None) -> list[str]:
    return [account.id for account in desk_lists.find(world.desk, text, only, "", NOW).items]


@pytest.mark.parametrize(
    "text", ["bak", "KERY", " Bakery ", "owner@bakery.example", "Ann <OWNER@Bakery.Example.>", CALLER, CALLER[3:]]
)
def test_an_account_is_found_by_what_people_know_of_it(world: FakeDesk, text: str) -> None:
    world.add(an_account(), an_account("florist", owner_email="ann@florist.example", senders=("florist",)))

    assert found(world, text) == [ACCOUNT]


def test_an_account_is_found_by_the_id_of_a_key_which_iam_knows_whose_it_is(world: FakeDesk) -> None:
    world.add(an_account(), an_account("bakery-2", senders=(f"{CALLER}-2",)))
    world.access_keys.users[KEY_ID] = CALLER

    assert found(world, f" {KEY_ID} ") == [ACCOUNT]
    assert found(world, KEY_ID.replace("E", "X")) == []


def test_text_and_filter_are_both_kept(world: FakeDesk) -> None:
    world.add(asking(), asking("shop"), an_account("bakery-2"))

    assert found(world, "bak", AccountFilter.REVIEW) == [ACCOUNT]
    assert found(world, "", AccountFilter.REVIEW) == [ACCOUNT, "shop"]


@pytest.mark.parametrize("text", ["nobody@nowhere.example", "x" * 400, "%_*", "<script>", "AKIA" + "X" * 16])
def test_what_fits_nobody_finds_nobody(world: FakeDesk, text: str) -> None:
    world.add(an_account())

    assert found(world, text) == []


ids = st.lists(st.from_regex(r"[ab][ab-]{0,3}", fullmatch=True), unique=True, max_size=60)


@given(ids, st.lists(st.integers(0, 3), min_size=60, max_size=60), st.sampled_from(["", "a", "b-"]))
def test_the_pages_list_every_account_exactly_once(ids: list[str], complaints: list[int], text: str) -> None:
    world = FakeDesk()
    for account_id, count in zip(ids, complaints, strict=False):
        look = Assessment(TODAY, 1000, count, 0, 0)
        world.add(an_account(account_id, assessment=look, senders=("s",)))

    met, after = list[str](), ""
    while True:
        if text:
            page = desk_lists.find(world.desk, text, None, after, NOW)
        else:
            page = desk_lists.by_risk(world.desk, after, sending=True)
        met += [one.id for one in page.items]
        after = page.next
        if not after:
            break

    assert len(met) == len(set(met))
    assert set(met) >= {one for one in ids if one.startswith(text)}


@given(st.text(min_size=1))
def test_a_position_that_is_none_is_refused_and_nothing_else_happens(after: str) -> None:
    world = FakeDesk()
    world.add(an_account(), asking("shop"))

    for ask in (
        lambda: desk_lists.review_cases(world.desk, after, NOW),
        lambda: desk_lists.by_risk(world.desk, after, sending=True),
        lambda: desk_lists.find(world.desk, "bak", None, after, NOW),
    ):
        with suppress(MalformedRequest):  # or it is one by chance
            ask()


# ---------------------------------------------------------------- one account


def seen(world: FakeDesk, before: str = "") -> Dossier:
    found = dossier(world.desk, ACCOUNT, before, NOW)
    assert found is not None
    return found


def test_nobody_has_no_dossier(world: FakeDesk) -> None:
    assert dossier(world.desk, "nobody", "", NOW) is None


def test_the_dossier_explains_and_shows_everything(world: FakeDesk) -> None:
    world.lost_it()

    found = seen(world)

    assert found.explanation.lines("APWT")[0] == "bakery is disabled."
    assert found.verdict is not None
    assert found.verdict.counts == Tally(1000, 2)
    assert [entry.kind for entry in found.entries.items] == ["complaint", "disabled", "complaint"]
    assert [entry.data["message_id"] for entry in found.complaints] == ["m-2", "m-1"]
    assert found.case is not None
    assert [sender.differences for sender in found.senders] == [[]]


def test_a_key_that_was_activated_by_hand_is_seen_at_once(world: FakeDesk) -> None:
    world.lost_it()
    world.switch.users[CALLER].keys = {"k1": ACTIVE}

    (sender,) = seen(world).senders

    assert sender.differences == [Difference(sender=CALLER, what="active", access_key_id="k1")]


def test_who_was_denied_by_hand_is_seen_at_once_and_has_not_drifted(world: FakeDesk) -> None:
    world.add(an_account())
    world.switch.users[CALLER].denied = True

    (sender,) = seen(world).senders

    assert (sender.by_hand, sender.differences) == (True, ())


def test_a_user_that_is_gone_and_one_that_cannot_be_read_are_told_apart(world: FakeDesk) -> None:
    world.add(an_account(senders=("a", "b")))
    del world.switch.users["a"]
    world.faults.fail("switch.state_of", skip=1)

    gone, unread = seen(world).senders

    assert (gone.state, gone.unread, unread.state, unread.unread) == (None, False, None, True)


@pytest.mark.parametrize("broken", ["policies.current", "tallies.days", "switch.state_of"])
def test_what_cannot_be_known_now_does_not_keep_the_rest_from_being_shown(world: FakeDesk, broken: str) -> None:
    world.lost_it()
    world.faults.fail(broken)

    found = seen(world)

    assert (found.verdict is None) is (broken != "switch.state_of")
    assert found.explanation.decided is not None
    assert len(found.entries.items) == 3


@pytest.mark.parametrize("before", ["x", "20260310", "²" * 8 + "T120000.000000Z", "20260310T120000.000000Z-x"])
def test_what_is_no_entrys_id_begins_no_page(world: FakeDesk, before: str) -> None:
    world.lost_it()

    with pytest.raises(MalformedRequest):
        seen(world, before)


@pytest.mark.parametrize("broken", ["accounts.get", "timeline.latest"])
def test_without_the_account_or_its_timeline_there_is_nothing_to_show(world: FakeDesk, broken: str) -> None:
    world.lost_it()
    world.faults.fail(broken)

    with pytest.raises(Unavailable):
        seen(world)


def test_a_long_timeline_is_read_backwards_each_entry_once(world: FakeDesk) -> None:
    world.add(an_account())
    entries = [an_entry("unexempted", NOW - timedelta(minutes=n)) for n in range(ENTRIES * 2 + 5)]
    world.rows.put(*entries)

    told, before = list[str](), ""
    while True:
        page = seen(world, before).entries
        told += [entry.id for entry in page.items]
        if not (before := page.next):
            break

    assert told == [entry.id for entry in entries]


def test_of_very_many_complaints_the_newest_are_shown_and_it_says_how_many_more_there_are(world: FakeDesk) -> None:
    world.add(an_account())
    world.rows.put(*(a_complaint_entry(f"m-{n}", NOW - timedelta(minutes=n)) for n in range(ENTRIES + 7)))

    found = seen(world)

    assert (len(found.complaints), found.more_complaints) == (ENTRIES, 7)
    assert found.complaints[0].data["message_id"] == "m-0"


# ---------------------------------------------------------------- the whole stack


def test_the_state_of_the_system_is_on_one_page(world: FakeDesk) -> None:
    world.resting.rests = 250
    world.rows.breaker = BreakerState(opened_at=NOW, active_accounts=1000)
    world.rows.passed[hour_of(NOW)] = 20
    world.rows.lap = Lap(done=True)

    found = system_state(world.desk, "", NOW)

    state = found.breaker.state
    assert (found.mode, found.breaker.bound, state.passed, state.opened_at) == ("enforce", 20, 20, NOW)
    assert (found.queues, found.quarantined, found.lap.done) == (QUEUES, 100, True)
    assert found.policy is not None


@pytest.mark.parametrize(
    ("broken", "part"),
    [("policies.current", "policy"), ("queues.statuses", "queues"), ("quarantine_count.count", "quarantined")],
)
def test_of_the_system_what_cannot_be_known_is_said_to_be_unknown(world: FakeDesk, broken: str, part: str) -> None:
    world.faults.fail(broken)

    found = system_state(world.desk, "", NOW)

    assert {name: getattr(found, name) is None for name in ("policy", "queues", "quarantined")} == {
        name: name == part for name in ("policy", "queues", "quarantined")
    }


def test_a_list_shows_who_is_held(world: FakeDesk) -> None:
    world.add(
        replace(
            an_account(),
            hold=Hold(HoldReason.BREAKER, NOW),
            assessment=Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True),
        )
    )

    (listed,) = desk_lists.by_risk(world.desk, "", sending=True).items

    assert (listed.hold_reason, listed.assessment) == (
        HoldReason.BREAKER,
        Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True),
    )


def test_complaints_that_were_counted_are_explained_by_recipient_mail_and_day(world: FakeDesk) -> None:
    world.lost_it()

    lines = seen(world).explanation.lines("APWT")

    begun = lines.index("The complaints that were counted, with the day of sending (UTC):")
    assert lines[begun + 1] == '  ann@example.com, about "Fresh bread", sent on 10 March 2026'
    assert "complaint#" not in str(lines)
