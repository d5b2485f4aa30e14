"""May the account send now, through what, and by which entry it came so."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import CALLER, NOW, a_provider, an_account, an_entry

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.account.provider import Provider
from permille.domain.sending.route import Route, Via, changed_by, route, with_route_changes
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status

SES, PROVIDER = Via.SES, Via.PROVIDER
HOUR = timedelta(hours=1)
STEPS: dict[str, tuple[str, dict[str, Any]]] = {  # by the words of a history: the entry, and what changes
    "created": ("created", {}),
    "disabled": ("disabled", {"status": Status.DISABLED, "in_sync": True}),
    "staff_disabled": ("staff_disabled", {"status": Status.DISABLED, "in_sync": True}),
    "enabled": ("staff_enabled", {"status": Status.ACTIVE, "in_sync": True, "epoch": True}),
    "enabling": ("staff_enabled", {"status": Status.ACTIVE, "in_sync": False, "epoch": True}),
    "trial": ("trial_began", {"status": Status.TRIAL, "in_sync": True, "epoch": True}),
    "trial_beginning": ("trial_began", {"status": Status.TRIAL, "in_sync": False, "epoch": True}),
    "trial_ended": ("trial_ended", {"status": Status.OBSERVING, "in_sync": True}),
    "unused": ("trial_unused", {"status": Status.DISABLED, "in_sync": True}),
    "suspended": ("stays_suspended", {"status": Status.DISABLED, "in_sync": True}),
    "reinstated": ("reinstated", {"status": Status.ACTIVE, "in_sync": True}),
    "reinstating": ("reinstated", {"status": Status.ACTIVE, "in_sync": False}),
    "closed": ("closed", {"status": Status.CLOSED, "in_sync": True}),
    "connected": ("provider_connected", {"provider": True}),
    "disconnected": ("provider_disconnected", {"provider": False}),
    "complaint": ("complaint", {}),
    "drift": ("drift", {}),
    "denied": ("denied_by_hand", {"denial": Denial((CALLER,), NOW)}),
    "undenied": ("undenied_by_hand", {"denial": None}),
    "lifting": ("deny_lifted", {"denial": None, "in_sync": False}),
    "lifted": ("deny_lifted", {"denial": None, "in_sync": True}),
    "exempted": ("exempted", {}),
}


def lived(history: str) -> tuple[Account, list[Entry]]:
    """An account to which all this happened, an hour apart."""
    about: dict[str, Any] = {"epochs": (), "decided_at": None}
    entries, account = list[Entry](), None
    for number, word in enumerate(history.split()):
        at = NOW + number * HOUR
        kind, changed = STEPS[word]
        entries.append(an_entry(kind, at))
        changed = ({"denial": None} if "status" in changed else {}) | changed
        if changed.pop("epoch", False):
            about["epochs"] = (*about["epochs"], at)
        if "provider" in changed:
            changed["provider"] = a_provider(connected_at=at) if changed["provider"] else None
        about |= changed | ({} if kind == "created" else {"decided_at": at})
        before_it_is_read_back = about | ({"in_sync": False} if "in_sync" in changed else {})
        saved = with_route_changes(account, an_account(**before_it_is_read_back), entries[-1:])
        about["route_changes"] = saved.route_changes
        account = an_account(**about)
    assert account is not None
    return account, entries


def taken(history: str) -> Route:
    account, entries = lived(history)
    (since_entry,) = (entry for entry in entries if entry.id == changed_by(account))
    return route(account, since_entry)


@pytest.mark.parametrize(
    ("history", "via", "since"),  # since: which word of the history
    [
        ("created", SES, 0),
        ("created complaint exempted", SES, 0),
        ("created connected", SES, 0),
        ("created disabled", None, 1),
        ("created staff_disabled complaint", None, 1),
        ("created connected disabled", PROVIDER, 2),
        ("created disabled connected", PROVIDER, 2),
        ("created disabled connected connected", PROVIDER, 3),
        ("created disabled connected disconnected", None, 3),
        ("created connected disconnected disabled", None, 3),
        ("created connected disabled disconnected connected", PROVIDER, 4),
        ("created connected disabled enabled", SES, 3),
        ("created disabled enabled connected", SES, 2),
        ("created disabled enabled complaint disabled", None, 4),
        ("created connected disabled enabled disabled enabled disabled", PROVIDER, 6),
        # the single day
        ("created disabled trial", SES, 2),
        ("created connected disabled trial", SES, 3),
        ("created connected disabled trial trial_ended", PROVIDER, 4),
        ("created connected disabled trial trial_ended unused", PROVIDER, 4),
        ("created connected disabled trial trial_ended suspended", PROVIDER, 4),
        ("created connected disabled trial suspended", PROVIDER, 4),
        ("created connected disabled trial trial_ended reinstated", SES, 5),
        ("created disabled trial trial_ended reinstated", SES, 4),
        ("created disabled trial enabled", SES, 2),
        # closed
        ("created closed", None, 1),
        ("created connected closed", None, 2),
        ("created connected disabled closed", None, 3),
        ("created disabled closed", None, 1),
        ("created connected disabled closed disconnected", None, 3),
        ("created connected closed enabled", SES, 3),
        ("created connected disabled enabled disabled enabled disabled closed", None, 7),
        ("created connected disabled enabled disabled enabled disabled closed disconnected", None, 7),
        # the credential is not active yet: the route is what it was
        ("created disabled enabling", None, 1),
        ("created connected disabled enabling", PROVIDER, 2),
        ("created connected disabled enabled disabled enabling", PROVIDER, 4),
        ("created connected disabled trial_beginning", PROVIDER, 2),
        ("created connected disabled trial trial_ended reinstating", PROVIDER, 4),
        ("created connected disabled enabling connected", PROVIDER, 4),
        ("created connected closed enabling", PROVIDER, 3),
        ("created disabled trial enabling", None, 3),
        ("created disabled enabling disabled", None, 3),
        ("created connected disabled enabling disconnected", None, 4),
        ("created connected disabled enabling closed", None, 4),
        # what drifted while it is off says nothing of the route
        ("created connected disabled drift", PROVIDER, 2),
        # denied by hand
        ("created denied", None, 1),
        ("created denied denied complaint", None, 1),
        ("created connected denied", PROVIDER, 2),
        ("created denied connected", PROVIDER, 2),
        ("created connected disabled enabled denied", PROVIDER, 4),
        ("created disabled trial denied", None, 3),
        ("created disabled trial denied trial_ended", None, 3),
        ("created denied staff_disabled", None, 1),
        ("created denied closed", None, 1),
        ("created connected denied closed", None, 3),
        ("created denied undenied", SES, 2),
        ("created connected denied undenied denied", PROVIDER, 4),
        ("created denied lifting", None, 1),
        ("created connected denied lifting", PROVIDER, 2),
        ("created denied lifted", SES, 2),
        ("created disabled enabled denied lifted", SES, 4),
        ("created denied lifted denied lifting", None, 3),
    ],
)
def test_the_route_follows_the_status_and_the_provider_by_itself(history: str, via: Via | None, since: int) -> None:
    found = taken(history)

    assert found.via is via
    assert found.may_send is (via is not None)
    assert found.since_entry is not None
    assert found.since_entry.at == NOW + since * HOUR, found.since_entry.kind


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("in_sync", [True, False])
@pytest.mark.parametrize("connected", [True, False])
@pytest.mark.parametrize("denial", [None, Denial((CALLER,), NOW)], ids=["free", "denied"])
def test_it_is_the_smtp_account_only_while_that_was_read_back_as_being_on(
    status: Status, in_sync: bool, connected: bool, denial: Denial | None
) -> None:
    account = an_account(status=status, in_sync=in_sync, provider=a_provider() if connected else None, denial=denial)

    found = route(account, None)

    assert (found.via is SES) is (status in (Status.ACTIVE, Status.TRIAL) and in_sync and denial is None)
    assert (found.via is PROVIDER) is (found.via is not SES and connected and status is not Status.CLOSED)
    assert found.switching_on is (status in (Status.ACTIVE, Status.TRIAL) and not in_sync)


def test_who_was_denied_by_hand_is_told_that_no_rule_did_it() -> None:
    assert taken("created denied").why("APWT") == "APWT Support has switched off your APWT SMTP account by hand"
    assert taken("created denied undenied").why("APWT").endswith("switched on your APWT SMTP account again by hand")
    assert taken("created denied lifted").why("APWT") == "Your APWT SMTP account works again"


def test_of_an_account_whose_row_is_older_nobody_knows_since_when_it_is_so() -> None:
    account = an_account(status=Status.DISABLED)

    assert (changed_by(account), route(account, None).why("APWT")) == ("", "")


def test_what_concerns_another_account_or_no_route_changes_none() -> None:
    disabled = an_account(status=Status.DISABLED)
    others = [an_entry("disabled", NOW, account_id="other"), an_entry("complaint"), an_entry("breaker_opened")]

    assert with_route_changes(an_account(), disabled, others) == disabled


CAN_HAPPEN = {  # what it needs, what it may not find, what is so afterwards, what no longer
    "disabled": ({"on"}, set[str](), set[str](), {"on", "denied"}),
    "enabled": (set[str](), {"on"}, {"on"}, {"closed"}),
    "closed": (set[str](), {"closed"}, {"closed"}, {"on", "denied"}),
    "connected": (set[str](), {"closed"}, {"provider"}, set[str]()),
    "disconnected": ({"provider"}, set[str](), set[str](), {"provider"}),
    "complaint": (set[str](), set[str](), set[str](), set[str]()),
    "denied": ({"on"}, {"denied"}, {"denied"}, set[str]()),
    "undenied": ({"denied"}, set[str](), set[str](), {"denied"}),
    "lifted": ({"denied"}, set[str](), set[str](), {"denied"}),
}


@given(st.lists(st.sampled_from(sorted(CAN_HAPPEN)), max_size=30))
def test_it_came_by_the_last_entry_after_which_it_was_another(words: list[str]) -> None:
    history = ["created", *possible(words)]
    routes = [through(" ".join(history[:number])) for number in range(1, len(history) + 1)]
    changed = [number for number in range(1, len(routes)) if routes[number] != routes[number - 1]]

    since_entry = taken(" ".join(history)).since_entry
    assert since_entry is not None
    assert since_entry.at == NOW + (changed or [0])[-1] * HOUR


def through(history: str) -> tuple[Via | None, Provider | None]:
    account, _ = lived(history)
    via = route(account, None).via
    return via, account.provider if via is PROVIDER else None


def possible(words: list[str]) -> list[str]:
    """Of these those that can happen one after the other."""
    standing, happened = {"on"}, list[str]()
    for word in words:
        needs, not_with, gains, loses = CAN_HAPPEN[word]
        if needs <= standing and not not_with & standing:
            standing, happened = standing - loses | gains, [*happened, word]
    return happened
