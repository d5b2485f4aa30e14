"""`permille account change`: what it says was changed, and what people would not expect."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, STAFF, TODAY, TOMORROW, an_account
from tests.support.desk_world import asking
from tests.support.fakes import User
from tests.support.operator_fakes import FakeStack, KnownUser
from tests.support.reports import APPROVED
from tests.support.terminal import Terminal

from permille.domain.account.credential import ACTIVE, INACTIVE
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.values.status import Status

OLD, OLD_KEY, HOME, NEW = "permille-old", "AKIAOLD", "bakery.example", "bread.example"
CHANGE = ("account", "change", ACCOUNT, "--reason", "They sold the shop")


@pytest.fixture
def stack(stack: FakeStack) -> FakeStack:
    """The bakery has an identity and a user of its own; another user could be adopted."""
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), identities=(HOME,))
    stack.identities.sets[HOME] = "permille"
    stack.iam_users.users[CALLER] = KnownUser(stack.onboarding.tag(ACCOUNT))
    stack.iam_users.allow(CALLER, stack.onboarding.resources((HOME,)))
    resources = sorted(stack.onboarding.resources((HOME,)))
    document = {"Statement": [{"Effect": "Allow", "Action": "ses:Send*", "Resource": resources}]}
    stack.iam_users.users[OLD] = KnownUser(policies={"sending": document})
    stack.switch.users[OLD] = User({OLD_KEY: ACTIVE})
    return stack


def test_text_has_the_values_before_and_after(terminal: Terminal) -> None:
    said = terminal.text(*CHANGE, "--owner-email", "new@shop.example", "--owner-name", "Nell")

    assert said == (
        "bakery is changed.\nowner email: owner@bakery.example -> new@shop.example\nowner name: none -> Nell\n"
    )


def test_machines_get_the_same(terminal: Terminal) -> None:
    answer = terminal.answer(*CHANGE, "--add-identity", NEW, "--add-sender", OLD)

    assert answer["changed"] == {
        "identities": {"before": [HOME], "after": [HOME, NEW]},
        "senders": {"before": [CALLER], "after": [CALLER, OLD]},
    }
    assert answer["records_to_publish"][0] == {
        "name": f"token1._domainkey.{NEW}",
        "type": "CNAME",
        "value": "token1.dkim.example",
    }


def test_show_names_the_identities(terminal: Terminal) -> None:
    terminal.text(*CHANGE, "--add-identity", NEW)

    assert f"sends from {HOME}, {NEW}\n" in terminal.text("account", "show", ACCOUNT)
    assert terminal.answer("account", "show", ACCOUNT)["identities"] == [HOME, NEW]


def test_without_a_difference_nothing_is_written(stack: FakeStack, terminal: Terminal) -> None:
    same = (*CHANGE, "--owner-email", "OWNER@bakery.example", "--timezone", "UTC", "--add-sender", CALLER)
    before = stack.get(ACCOUNT)

    assert terminal.text(*same, "--add-identity", HOME) == "Nothing to change in bakery.\n"
    assert terminal.answer(*same)["changed"] == {}

    assert stack.get(ACCOUNT) == before
    assert stack.kinds(ACCOUNT) == ["created"]


def test_repeated_it_has_nothing_to_change(stack: FakeStack, terminal: Terminal) -> None:
    whole = (*CHANGE, "--owner-email", "new@shop.example", "--add-identity", NEW, "--add-sender", OLD)
    terminal.text(*whole)
    before = stack.get(ACCOUNT), stack.kinds(ACCOUNT)

    assert terminal.text(*whole) == "Nothing to change in bakery.\n"

    assert (stack.get(ACCOUNT), stack.kinds(ACCOUNT)) == before


def test_who_changed_it_and_why_is_on_the_timeline(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CHANGE, "--timezone", "Asia/Tokyo")

    facts = stack.last_facts(ACCOUNT)
    assert (facts.reason, facts.by) == ("They sold the shop", STAFF)


def test_the_times_of_an_agreed_trial_do_not_change(stack: FakeStack, terminal: Terminal) -> None:
    ends_at = NOW + timedelta(days=2)
    trial = Trial(TrialState.SCHEDULED, TOMORROW, NOW + timedelta(days=1), ends_at, ends_at + timedelta(days=2))
    off = replace(stack.get(ACCOUNT), status=Status.DISABLED, review=APPROVED, trial=trial)
    stack.rows.accounts[ACCOUNT] = off

    said = terminal.text(*CHANGE, "--timezone", "Asia/Tokyo")

    assert f"The trial of {TOMORROW} stays as agreed: from 11 March 2026, 21:00" in said
    assert stack.get(ACCOUNT).trial == trial


def test_an_open_request_stays_as_it_is(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = replace(asking(), timezone="UTC")
    review = stack.get(ACCOUNT).review

    said = terminal.text(*CHANGE, "--timezone", "Asia/Tokyo")

    assert f"The request for {TODAY} stays as it is; an approval fixes its day in Asia/Tokyo." in said
    assert stack.get(ACCOUNT).review == review


def test_a_removed_sender_is_deactivated_and_its_mail_still_counts(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CHANGE, "--add-sender", OLD)

    said = terminal.text(*CHANGE, "--remove-sender", OLD)

    assert "senders: permille-bakery, permille-old -> permille-bakery" in said
    assert "permille-old is deactivated; its mail still counts for bakery, and it cannot join another account." in said


def test_a_sender_added_to_a_disabled_account_is_deactivated(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), status=Status.DISABLED)

    assert "bakery is disabled, so permille-old is deactivated." in terminal.text(*CHANGE, "--add-sender", OLD)


def test_taking_out_the_last_sender_that_works_is_asked_for_once_more(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CHANGE, "--add-sender", OLD)
    stack.switch.users[CALLER].keys[KEY] = INACTIVE
    removing = (*CHANGE, "--remove-sender", OLD)

    said = terminal.refused(*removing)

    assert said.startswith("no sender that bakery keeps has a key to send with; nothing was done")
    assert stack.get(ACCOUNT).senders == (CALLER, OLD)
    terminal.text(*removing, "--yes")
    assert stack.get(ACCOUNT).senders == (CALLER,)


def test_policies_of_adopted_senders_are_left_to_the_operator(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CHANGE, "--add-sender", OLD)

    assert f"change those of {OLD}." in terminal.text(*CHANGE, "--add-identity", NEW)
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), senders=(OLD,))
    assert f"change those of {OLD}." in terminal.text(*CHANGE, "--remove-identity", NEW)


def test_a_removed_identity_stays_in_ses(terminal: Terminal) -> None:
    said = terminal.text(*CHANGE, "--add-identity", NEW, "--remove-identity", HOME)

    assert f"identities: {HOME} -> {NEW}" in said
    assert "stays in SES, with the configuration set of the stack as its default" in said


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["--owner-email", "nobody"], "'nobody' is no e-mail address"),
        (["--timezone", "Mars"], "'Mars' is no time zone; one is Europe/Vienna"),
        (["--add-sender", "permille-nobody"], "there is no IAM user permille-nobody to adopt"),
        (["--remove-sender", CALLER], "bakery would have no sender; add another one with --add-sender"),
        (["--remove-identity", HOME], "bakery would have no identity to send from; add another one"),
    ],
)
def test_invalid_input_is_one_line(terminal: Terminal, typed: list[str], says: str) -> None:
    assert says in terminal.refused(*CHANGE, *typed)


def test_there_has_to_be_something_to_change(terminal: Terminal) -> None:
    assert "name what is to be changed" in terminal.refused(*CHANGE)


def test_there_is_no_such_account(terminal: Terminal) -> None:
    assert "there is no account 'baker'" in terminal.refused(
        "account", "change", "baker", "--reason", "x", "--timezone", "UTC"
    )


def test_a_sender_that_may_not_send_through_our_set_is_refused_before_anything_is_changed(
    stack: FakeStack, terminal: Terminal
) -> None:
    stack.iam_users.users[OLD] = KnownUser(keys=["AKIAOLD"])
    before = stack.get(ACCOUNT)

    refused = terminal.refused(*CHANGE, "--add-identity", NEW, "--add-sender", OLD)

    assert f"{OLD} may not send through" in refused
    assert (stack.get(ACCOUNT), NEW in stack.identities.sets) == (before, False)


def test_a_sender_without_a_key_is_noted(stack: FakeStack, terminal: Terminal) -> None:
    said = " ".join(terminal.text(*CHANGE, "--add-sender", OLD).split())

    assert f"{OLD} has no access key yet, so it cannot send: aws iam create-access-key --user-name {OLD}" in said


def test_a_risk_is_refused_where_no_sender_is_added(terminal: Terminal) -> None:
    refused = terminal.refused(*CHANGE, "--add-identity", NEW, "--accept-risk", "Ours")

    assert refused == "--accept-risk: only with --add-sender: it is about IAM users that are adopted"


def test_a_new_identity_that_a_disabled_account_has_is_taken_only_after_a_yes(
    stack: FakeStack, terminal: Terminal
) -> None:
    stack.rows.accounts["bread"] = an_account("bread", identities=(NEW,), status=Status.DISABLED)

    refused = terminal.refused(*CHANGE, "--add-identity", NEW)
    kept = stack.get(ACCOUNT).identities
    answer = terminal.answer(*CHANGE, "--add-identity", NEW, "--yes")

    assert refused.startswith(f"{NEW} is an identity of the account bread, which is disabled; nothing was done")
    assert kept == (HOME,)
    assert answer["identities_of_others"] == [{"identity": NEW, "account_id": "bread", "status": "disabled"}]
