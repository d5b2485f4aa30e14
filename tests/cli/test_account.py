"""`permille account add|list|show`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, STAFF, TODAY, a_provider, an_account, an_entry
from tests.support.fakes import User
from tests.support.operator_fakes import FakeStack, KnownUser, a_sender
from tests.support.terminal import Terminal

from permille.domain.account.credential import ACTIVE, INACTIVE, Denial
from permille.domain.account.restrictions import Exemption
from permille.domain.account.route_changes import RouteChanges
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.values.errors import PermissionDenied, Unavailable
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.usecases.senders.smtp_password import smtp_password

ADD = ("account", "add", "shop", "--owner-email", "owner@shop.example", "--identity", "shop.example")


# ---------------------------------------------------------------- add


def test_machines_read_which_records_to_publish_and_which_addresses_are_asked_by_mail(terminal: Terminal) -> None:
    added = terminal.answer(*ADD, "--identity", "news@shop.example")

    assert {record["type"] for record in added["records_to_publish"]} == {"CNAME"}
    assert added["addresses_to_confirm"] == ["news@shop.example"]


def test_people_see_the_smtp_credential_once_and_the_records_to_publish(terminal: Terminal) -> None:
    said = terminal.text(*ADD, "--identity", "news@shop.example")

    assert said.splitlines() == [
        "shop is active; its sender is permille-shop.",
        "Its SMTP credential, shown only once. For some seconds SES may answer 535 to its login:",
        "  host     email-smtp.us-east-1.amazonaws.com",
        "  port     587",
        "  username AKIA1",
        f"  password {smtp_password('secret-1', 'us-east-1')}",
        "SES verifies an identity once its DNS records are published:",
        *(f"  token{n}._domainkey.shop.example CNAME token{n}.dkim.example" for n in (1, 2, 3)),
        "  (SES has written to news@shop.example: follow the link in that mail)",
    ]


def test_the_secret_access_key_is_shown_only_when_asked_for(terminal: Terminal) -> None:
    assert "secret_access_key" not in terminal.answer(*ADD)
    other = ("account", "add", "shop-2", *ADD[3:])
    assert terminal.answer(*other, "--show-secret")["secret_access_key"] == "secret-2"
    assert "  secret access key  secret-3\n" in terminal.text("account", "add", "shop-3", *ADD[3:], "--show-secret")


def test_machines_get_the_same(terminal: Terminal) -> None:
    added = terminal.answer(*ADD, "--identity", "shop.example")

    assert (added["account_id"], added["sender"], added["access_key_id"]) == ("shop", "permille-shop", "AKIA1")
    assert added["smtp"] == {
        "host": "email-smtp.us-east-1.amazonaws.com",
        "port": 587,
        "username": "AKIA1",
        "password": smtp_password("secret-1", "us-east-1"),
    }
    assert len(added["records_to_publish"]) == 3


def test_a_replaced_default_set_is_printed(stack: FakeStack, terminal: Terminal) -> None:
    stack.identities.sets["shop.example"] = "theirs"

    assert "The default configuration set of shop.example was theirs; now it is the stack's.\n" in terminal.text(*ADD)


def test_stopped_feedback_forwarding_is_printed(stack: FakeStack, terminal: Terminal) -> None:
    stack.identities.sets["shop.example"] = ""
    stack.identities.forwarding.add("shop.example")

    said = terminal.text(*ADD)

    assert "SES no longer mails feedback about shop.example to the sender: Permille mails the owner.\n" in said
    assert stack.identities.forwarding == set()


def test_the_sandbox_and_a_nearly_full_quota_are_noted(stack: FakeStack, terminal: Terminal) -> None:
    stack.identities.sandbox = True
    stack.iam_users.users |= {f"other-{number}": KnownUser() for number in range(10)}
    stack.iam_users.quota = len(stack.iam_users.users) + 1

    said = " ".join(terminal.text(*ADD).split())

    assert (
        "SES is in the sandbox in us-east-1: it only sends to verified identities and to its mailbox simulator" in said
    )
    assert f"The AWS account has {stack.iam_users.quota} of at most {stack.iam_users.quota} IAM users" in said


def test_machines_get_notes_where_there_is_something_to_note(stack: FakeStack, terminal: Terminal) -> None:
    assert "notes" not in terminal.answer(*ADD)

    stack.identities.sandbox = True
    (note,) = terminal.answer("account", "add", "shop-2", *ADD[3:])["notes"]

    assert "production access (docs/deploy.md)" in note


def test_identities_below_its_domain_are_listed_with_the_command_to_add_them(
    stack: FakeStack, terminal: Terminal
) -> None:
    stack.identities.sets |= {f"{number:02}@shop.example": "" for number in range(12)}

    said = " ".join(terminal.text(*ADD).split())

    assert "below the account's domains: 00@shop.example, 01@shop.example" in said
    assert "09@shop.example and 2 more. Mail from them uses their default" in said
    assert "permille account change shop --add-identity 00@shop.example --reason R" in said


def test_adopted_users_keep_their_credentials(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users |= {"permille-old": a_sender(), "permille-older": a_sender()}
    senders = ("--sender", "permille-old", "--sender", "permille-older", "--sender", "permille-old")

    added = terminal.answer(*ADD, *senders)

    assert (added["sender"], added["access_key_id"]) == ("permille-old", None)
    assert added["senders"] == ["permille-old", "permille-older"]
    assert added["smtp"]["password"] is None
    assert stack.get("shop").senders == ("permille-old", "permille-older")


def test_text_says_that_an_adopted_user_keeps_its_credentials(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users["permille-old"] = a_sender(keys=["AKIAOLD"])

    said = terminal.text(*ADD, "--sender", "permille-old")

    assert (
        "shop is active; its sender is permille-old.\nAdopted senders keep their credentials: permille-old.\n" in said
    )


def test_an_adopted_user_without_a_key_is_noted(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users |= {"permille-old": a_sender(), "permille-older": a_sender(keys=["AKIAOLD"])}
    senders = ("--sender", "permille-old", "--sender", "permille-older")

    said = " ".join(terminal.text(*ADD, *senders).split())

    says = "permille-old has no access key yet, so it cannot send: aws iam create-access-key --user-name permille-old"
    assert f"Adopted senders keep their credentials: permille-older. {says}" in said


def test_a_user_that_could_not_send_any_more_is_refused_before_the_default_is_changed(
    stack: FakeStack, terminal: Terminal
) -> None:
    stack.iam_users.users["permille-old"], stack.identities.sets["shop.example"] = KnownUser(keys=["AKIAOLD"]), ""

    refused = terminal.refused(*ADD, "--sender", "permille-old")

    assert "--sender: permille-old may not send through" in refused
    assert stack.identities.sets["shop.example"] == ""
    assert "shop" not in stack.rows.accounts


def of_the_bakery(stack: FakeStack, status: Status) -> None:
    stack.rows.accounts[ACCOUNT] = replace(stack.get(ACCOUNT), identities=("shop.example",), status=status)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.ACTIVE])
def test_the_identity_of_an_account_that_is_not_simply_on_is_given_to_another_only_after_a_yes(
    stack: FakeStack, terminal: Terminal, status: Status
) -> None:
    of_the_bakery(stack, status)

    refused = terminal.refused(*ADD)

    assert refused.startswith(f"shop.example is an identity of the account bakery, which is {status}; nothing was done")
    assert "shop" not in stack.rows.accounts
    assert terminal.answer(*ADD, "--yes")["identities_of_others"] == [
        {"identity": "shop.example", "account_id": ACCOUNT, "status": status}
    ]


def test_an_id_that_was_closed_is_refused_for_that_and_not_for_its_own_identity(
    stack: FakeStack, terminal: Terminal
) -> None:
    of_the_bakery(stack, Status.CLOSED)

    refused = terminal.refused(
        "account", "add", ACCOUNT, "--owner-email", "o@shop.example", "--identity", "shop.example"
    )

    assert "was closed, and an id is never given again" in refused


def test_an_identity_of_another_active_account_is_noted(stack: FakeStack, terminal: Terminal) -> None:
    of_the_bakery(stack, Status.ACTIVE)

    said = terminal.text(*ADD)

    assert "shop.example is an identity of the account bakery, which is active.\n" in said


ADMIN = {"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


def test_a_risky_user_is_adopted_with_a_note(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users["permille-old"] = a_sender(policies={"admin": ADMIN})
    adopt = (*ADD, "--sender", "permille-old")

    refused = terminal.refused(*adopt)
    terminal.text(*adopt, "--accept-risk", "Its operator is ours")

    assert "--sender: permille-old cannot be adopted as it is" in refused
    (told,) = stack.rows.told("shop", "risk_accepted")
    assert told.data == {
        "sender": "permille-old",
        "risks": ["policy admin, statement 1: it may do iam:*"],
        "reason": "Its operator is ours",
        "by": STAFF,
    }
    stack.switch.users["permille-old"] = User({})
    shown = " ".join(terminal.text("account", "show", "shop").split())
    assert "permille-old was adopted despite a risk: Its operator is ours (permille timeline shop)" in shown
    assert terminal.answer("account", "show", "shop")["risks_accepted"] == {"permille-old": "Its operator is ours"}


@pytest.mark.parametrize("typed", [("--take-over",), ("--accept-risk", "Ours")], ids=["take over", "accept risk"])
def test_what_is_about_adopted_users_is_refused_without_any(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...]
) -> None:
    assert terminal.refused(*ADD, *typed) == f"{typed[0]}: only with --sender: it is about IAM users that are adopted"
    assert "shop" not in stack.rows.accounts


def test_no_risk_is_taken_without_a_reason(terminal: Terminal) -> None:
    assert "--accept-risk: say why" in terminal.refused(*ADD, "--sender", "permille-old", "--accept-risk", " ")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("Shop", *ADD[3:]), "'Shop' is no account id: small letters, digits and -, at most 54"),
        ((ACCOUNT, *ADD[3:]), "the account bakery exists; `permille account show bakery`"),
        (("shop", *ADD[3:], "--timezone", "Mars"), "'Mars' is no time zone; one is Europe/Vienna"),
        (("shop", *ADD[3:], "--sender", "permille-nobody"), "there is no IAM user permille-nobody to adopt"),
        (("shop", *ADD[3:], "--sender", ""), "--sender: names no IAM user"),
        (("shop", *ADD[3:], "--sender", "permille-old", "--show-secret"), "--show-secret: an adopted user keeps its"),
        (("shop", "--owner-email", "x", *ADD[5:]), "'x' is no e-mail address"),
        (("shop", *ADD[3:5]), "Missing option '--identity'"),
    ],
)
def test_what_cannot_be_added_is_refused(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("account", "add", *typed)

    assert "shop" not in stack.rows.accounts


def test_what_aws_does_not_allow_is_said_and_taken_back(stack: FakeStack, terminal: Terminal) -> None:
    said = "creating the IAM user permille-shop: AWS does not allow it (AccessDenied: no)"
    stack.faults.fail("iam_users.create", error=PermissionDenied(said))

    assert terminal.failed(*ADD) == said
    assert "shop" not in stack.rows.accounts


@pytest.mark.parametrize(
    ("exemption", "why"),
    [(None, "the mode is monitor"), (Exemption(NOW + timedelta(days=3), "Why", "sam"), "it is exempt")],
)
def test_the_reason_for_not_disabling_is_shown(
    stack: FakeStack, terminal: Terminal, exemption: Exemption | None, why: str
) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(exemption=exemption, would_disable=True)

    for said in (terminal.text("account", "show", ACCOUNT), terminal.text("account", "explain", ACCOUNT)):
        assert f" rule is broken, and the account stays enabled: {why}" in " ".join(said.split())


def test_after_a_trial_the_days_of_trial_and_verdict_are_shown(stack: FakeStack, terminal: Terminal) -> None:
    begins_at = NOW - timedelta(days=1)
    trial = Trial(TrialState.OBSERVING, begins_at.date(), begins_at, NOW, NOW + timedelta(days=2))
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.OBSERVING, trial=trial)

    said = terminal.text("account", "show", ACCOUNT)

    assert "(trial was on 2026-03-09, verdict on 2026-03-12)" in said


# ---------------------------------------------------------------- list


def test_the_list_is_sorted_and_says_what_is_special(stack: FakeStack, terminal: Terminal) -> None:
    until = NOW + timedelta(days=3)
    stack.rows.accounts |= {
        "zoo": an_account("zoo", status=Status.DISABLED, in_sync=False),
        "art": an_account("art", exemption=Exemption(until, "Why", "sam"), would_disable=True),
    }

    lines = [line.split()[0] for line in terminal.text("account", "list").splitlines() if not line.startswith(" ")]
    said = " ".join(terminal.text("account", "list").split())

    assert lines == ["account", "art", ACCOUNT, "zoo"]
    assert "exempt until" in said
    assert "not yet changed" in said.replace(" owner@zoo.example permille-zoo", "")


def test_the_list_breaks_no_name_where_the_terminal_is_narrow(
    stack: FakeStack, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = "a-" + "b" * 50
    for in_sync in (True, False):
        stack.rows.accounts[name] = an_account(name, in_sync=in_sync)

        first = terminal.text("account", "list").splitlines()[1]

        assert first.split()[:2] == [name, "active"]
        assert f"owner@{name}.example  permille-{name}" in first


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ((), ["art", ACCOUNT, "zoo"]),
        (("ZOO.example",), ["zoo"]),
        (("--status", "disabled"), ["zoo"]),
        (("--status", "disabled", "--status", "active"), ["art", ACCOUNT, "zoo"]),
        (("--only", "exempt"), ["art"]),
        (("zoo", "--only", "exempt"), []),
    ],
)
def test_the_list_can_be_narrowed(stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], ids: list[str]) -> None:
    stack.rows.accounts |= {
        "zoo": an_account("zoo", status=Status.DISABLED),
        "art": an_account("art", exemption=Exemption(NOW + timedelta(days=3), "Why", "sam")),
    }

    said = terminal.text("account", "list", *typed)

    assert [one["account_id"] for one in terminal.answer("account", "list", *typed)["accounts"]] == ids
    assert all(one in said for one in ids)
    assert (said == "No account matches.\n") is not bool(ids)


def test_a_stack_without_accounts_says_so(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts.clear()

    assert terminal.text("account", "list") == "There is no account yet.\n"


def test_json_has_as_much_as_text(stack: FakeStack, terminal: Terminal) -> None:
    until = NOW + timedelta(days=3)
    different: dict[str, Any] = {"exemption": Exemption(until, "Why", "sam"), "would_disable": True}
    stack.rows.accounts = {ACCOUNT: an_account(**different, owner_mail="bounced")}

    assert terminal.answer("account", "list")["accounts"] == [
        {
            "account_id": ACCOUNT,
            "status": "active",
            "denied_by_hand": False,
            "review": None,
            "trial": None,
            "owner_email": "owner@bakery.example",
            "owner_name": "",
            "timezone": "UTC",
            "owner_mail": "bounced",
            "may_send": True,
            "in_sync": True,
            "epoch": 1,
            "strikes": 0,
            "would_disable": True,
            "hold_reason": None,
            "exempt_until": "2026-03-13T12:00:00+00:00",
            "provider": None,
            "senders": [CALLER],
        }
    ]


def test_the_list_names_what_show_names(stack: FakeStack, terminal: Terminal) -> None:
    (listed,), shown = terminal.answer("account", "list")["accounts"], terminal.answer("account", "show", ACCOUNT)

    assert {name: shown[name] for name in listed if name != "senders"} | {"senders": [CALLER]} == listed


def test_where_the_accounts_cannot_be_read_the_list_fails(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("accounts.all", error=Unavailable("reading the accounts: Throttling"))

    assert terminal.failed("account", "list") == "reading the accounts: Throttling"


# ---------------------------------------------------------------- show


def test_people_see_the_counts_and_the_keys_as_iam_has_them(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=12_000, complaints=3, bounces=7)

    assert terminal.text("account", "show", ACCOUNT).splitlines() == [
        "bakery  active",
        "owner owner@bakery.example, counting period 1",
        "last 45 days: 12,000 delivered, 7 bounced",
        "complaints: 3; 9 more allowed (limit 1 per 1,000)",
        "sender permille-bakery",
        "  AKIABAKERY1 Active",
    ]


@pytest.mark.parametrize(
    ("status", "user", "note"),
    [
        (Status.ACTIVE, User({KEY: INACTIVE}, denied=True), "  denied by hand\n"),
        (Status.DISABLED, User({KEY: ACTIVE}, denied=True), "  denied, out of sync with the status\n"),
        (Status.DISABLED, User({KEY: ACTIVE}), "  out of sync with the status\n"),
        (Status.DISABLED, None, "  no such IAM user\n"),
    ],
)
def test_a_credential_out_of_sync_is_shown(
    stack: FakeStack, terminal: Terminal, status: Status, user: User | None, note: str
) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=status, deactivated={CALLER: frozenset({KEY})})
    stack.switch.users = {CALLER: user} if user else {}

    assert terminal.text("account", "show", ACCOUNT).endswith(note)


def test_a_deny_by_hand_is_shown_everywhere(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=12_000)
    entry = an_entry("denied_by_hand")
    denied = an_account(denial=Denial((CALLER,), NOW), decided_at=NOW, route_changes=RouteChanges(from_ses=entry.id))
    stack.rows.accounts[ACCOUNT] = denied
    stack.rows.put(entry)
    stack.switch.users[CALLER].denied = True

    assert terminal.text("account", "show", ACCOUNT).splitlines() == [
        "bakery  active (switched off by hand in AWS)",
        "owner owner@bakery.example, counting period 1",
        "last 45 days: 12,000 delivered, 0 bounced",
        "complaints: 0; 0 more allowed (limit 1 per 1,000)",
        "sender permille-bakery",
        "  AKIABAKERY1 Active",
        "  denied by hand",
    ]
    shown = terminal.answer("account", "show", ACCOUNT)
    assert [shown[name] for name in ("status", "denied_by_hand", "may_send", "in_sync", "allowance_left")] == [
        *("active", True, False, True, 0)
    ]
    (sender,) = shown["senders"]
    assert (sender["denied"], sender["denied_by_hand"], sender["agrees"]) == (True, True, True)
    assert "active (switched off by" in terminal.text("account", "list")
    assert terminal.text("account", "explain", ACCOUNT).startswith("bakery is active, and switched off by hand in AWS.")
    route = terminal.text("route", ACCOUNT).splitlines()
    assert route == [
        "bakery may not send, since 10 March 2026, 12:00 (UTC)",
        "APWT Support has switched off your APWT SMTP account by hand",
    ]


def test_people_see_the_provider_and_that_the_owner_is_not_written_to(stack: FakeStack, terminal: Terminal) -> None:
    account = an_account(owner_email="o[x]@bakery.example", provider=a_provider(), owner_mail="complained")
    stack.rows.accounts[ACCOUNT] = account

    said = " ".join(terminal.text("account", "show", ACCOUNT).split())

    assert "o[x]@bakery.example, counting period 1 the owner is not mailed: a mail to them was marked as spam" in said
    assert "provider smtp.example.com:587 sender" in said


def test_an_account_that_is_not_there_is_refused(terminal: Terminal) -> None:
    said = terminal.refused("account", "show", "good-bakry")

    assert said == "there is no account 'good-bakry'; see `permille account list`"


def test_notes_are_added_and_listed_newest_first(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.text("account", "note", "bakery") == "There are no notes.\n"

    added = terminal.answer("account", "note", "bakery", "They called")
    listed = terminal.answer("account", "note", "bakery")

    assert added == listed
    assert listed["account_id"] == "bakery"
    (note,) = listed["notes"]
    assert (note["kind"], note["facts"]) == ("note", {"text": "They called", "by": STAFF})
    assert "They called" in terminal.text("account", "note", "bakery")
