"""What an operator changes of an account, and what is told of it."""

from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, an_account

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.login.revocation import owners_revoked_until
from permille.domain.people import account_change
from permille.domain.people.staff_commands import ChangeIdentities, ChangeOwner, ChangeSenders
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.change import Owner
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import Status

WHY: dict[str, Any] = {"reason": "They sold the shop", "by": STAFF}
OLD = Owner(address="owner@bakery.example", name="", timezone="UTC")
OTHER = "permille-other"


def owner(account: Account, **changed: Any) -> Outcome:
    return account_change.owner(account, ChangeOwner(**WHY, **changed), NOW)


def senders(account: Account, **changed: Any) -> Outcome:
    return account_change.senders(account, ChangeSenders(**WHY, **changed), NOW)


def facts(outcome: Outcome) -> list[Facts]:
    return [one.facts for one in outcome.entries]


def kinds(outcome: Outcome) -> list[str]:
    return [one.kind for one in outcome.entries]


# ---------------------------------------------------------------- the owner


def test_a_new_address_is_told_there_and_the_old_one_that_it_is_no_longer_the_accounts() -> None:
    outcome = owner(an_account(), owner_email="new@shop.example")

    assert outcome.account.owner_email == "new@shop.example"
    assert kinds(outcome) == ["owner_changed", "owner_address_changed", "owner_address_dropped"]
    changed, new, dropped = facts(outcome)
    assert (changed.before, changed.after) == (OLD, Owner(address="new@shop.example", name="", timezone="UTC"))  # type: ignore[attr-defined]
    assert new.address == "new@shop.example"  # type: ignore[attr-defined]
    assert (new.mailed_to, dropped.mailed_to) == ("", "owner@bakery.example")


def test_links_to_the_old_address_are_not_valid_any_more() -> None:
    changed = owner(an_account(), owner_email="new@shop.example").account

    assert changed.links_valid_since == owners_revoked_until(NOW, None)


@pytest.mark.parametrize("state", ["bounced", "complained"])
def test_an_address_that_mail_does_not_reach_hears_nothing_and_the_new_one_is_written_to(state: str) -> None:
    outcome = owner(an_account(owner_mail=state), owner_email="new@shop.example")

    assert outcome.account.owner_mail == ""
    assert kinds(outcome) == ["owner_changed", "owner_address_changed"]


@pytest.mark.parametrize("changed", [{"owner_name": "Nell"}, {"timezone": "Asia/Tokyo"}, {"owner_name": ""}])
def test_another_name_or_zone_is_told_to_staff_alone_and_touches_no_link(changed: dict[str, str]) -> None:
    before = an_account(owner_name="Bea", owner_mail="bounced")

    outcome = owner(before, **changed)

    [told] = outcome.entries
    assert told.kind == "owner_changed"
    assert (outcome.account.owner_mail, outcome.account.links_valid_since) == ("bounced", None)
    assert {name: getattr(outcome.account, name) for name in changed} == changed


@pytest.mark.parametrize(
    "changed", [{}, {"owner_email": "owner@bakery.example"}, {"owner_name": "", "timezone": "UTC"}]
)
def test_what_is_so_already_is_no_change(changed: dict[str, str]) -> None:
    assert owner(an_account(), **changed) == Outcome(an_account(), [])


def test_a_closed_accounts_owner_can_be_changed() -> None:
    assert owner(an_account(status=Status.CLOSED), owner_email="new@shop.example").entries


# ---------------------------------------------------------------- identities


def test_identities_are_written_down_with_those_of_before() -> None:
    command = ChangeIdentities(before=("a.example",), after=("a.example", "b.example"), **WHY)

    outcome = account_change.identities(an_account(), command, NOW)

    assert outcome.account.identities == ("a.example", "b.example")
    [told] = outcome.entries
    assert told.headline("APWT") == "The account's identities were changed; added: b.example"


# ---------------------------------------------------------------- senders


@pytest.mark.parametrize("status", [Status.DISABLED, Status.OBSERVING])
def test_one_who_comes_to_an_account_that_is_off_has_to_be_switched_at_once(status: Status) -> None:
    before = an_account(status=status)

    outcome = senders(before, add=(OTHER,))

    assert outcome.account.senders == (CALLER, OTHER)
    assert outcome.account.switch_generation == before.switch_generation + 1
    assert outcome.account.due_at == NOW
    [told] = outcome.entries
    assert told.headline("APWT") == f"The account's senders were changed; added: {OTHER}"


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.TRIAL])
def test_one_who_comes_to_an_account_that_is_on_has_nothing_switched(status: Status) -> None:
    before = an_account(status=status, due_at=NOW + timedelta(days=1))

    outcome = senders(before, add=(OTHER,))

    assert outcome.account.switch_generation == before.switch_generation
    assert outcome.account.due_at == before.due_at


def test_one_who_comes_to_an_account_that_was_denied_by_hand_is_denied_like_it_and_nothing_is_lifted() -> None:
    before = an_account(denial=Denial((CALLER,), NOW))

    outcome = senders(before, add=(OTHER,))

    assert outcome.account.denial == Denial((CALLER, OTHER), NOW)
    assert outcome.account.switch_generation == before.switch_generation


def test_one_who_goes_is_no_longer_missed_or_denied() -> None:
    before = an_account(senders=(CALLER, OTHER), missing=frozenset({OTHER}), denial=Denial((OTHER,), NOW))

    outcome = senders(before, remove=(OTHER,))

    assert outcome.account.senders == (CALLER,)
    assert (outcome.account.missing, outcome.account.denial) == (frozenset(), None)


def test_one_takes_anothers_place() -> None:
    assert senders(an_account(), add=(OTHER,), remove=(CALLER,)).account.senders == (OTHER,)


def test_the_last_one_remains() -> None:
    with pytest.raises(DecisionRefused, match="bakery would have no sender"):
        senders(an_account(), remove=(CALLER,))


@pytest.mark.parametrize("named", [{"add": (CALLER,)}, {"remove": (OTHER,)}, {}])
def test_senders_that_are_so_already_are_no_change(named: dict[str, tuple[str, ...]]) -> None:
    assert senders(an_account(), **named) == Outcome(an_account(), [])


def test_a_closed_account_gets_none_and_loses_none() -> None:
    closed = an_account(status=Status.CLOSED, senders=(CALLER, OTHER))

    for named in ({"add": ("permille-third",)}, {"remove": (OTHER,)}):
        with pytest.raises(DecisionRefused, match=f"{ACCOUNT} is closed"):
            senders(closed, **named)
