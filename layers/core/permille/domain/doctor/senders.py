"""Accounts, their senders, and what IAM says of both."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.timeline.kinds.credential import Difference

SWITCHED_WITHIN = timedelta(minutes=15)
MOST_NAMED = 3  # statements of one user


@dataclass(frozen=True, slots=True)
class Directory:
    """All accounts, and the senders that are registered: each with its account's id, empty where it is ignored.
    `table`: the name of the table of senders."""

    now: datetime
    table: str
    accounts: tuple[Account, ...]
    senders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CredentialState:
    """An account, and how IAM differs from it.

    missing: senders without an IAM user
    differences: of the keys and the deny group from what its status demands
    deny_group: the name of that group
    """

    account: Account
    missing: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    deny_group: str = ""


@dataclass(frozen=True, slots=True)
class SenderRights:
    """What IAM allows a sender.

    risks: statements by which it could send uncounted mail, or undo what Permille does
    may_send: whether it may send through the stack's configuration set
    accepted: why its risk was accepted; empty where it was not
    """

    sender: str
    account: str
    risks: tuple[str, ...] = ()
    may_send: bool = True
    accepted: str = ""


@check("senders-without-account", Severity.BROKEN, "Feedback about its mail is quarantined: nobody is disabled for it.")
def senders_without_account(directory: Directory) -> Iterator[Fault]:
    """Every registered sender belongs to an account"""
    ids = {account.id for account in directory.accounts}
    for sender, account in sorted(directory.senders.items()):
        if account and account not in ids:
            mend = f"permille account add {account} --sender {sender} ..., or restore the account's row"
            what = f"The sender {sender} belongs to the account {account}, which does not exist."
            yield Fault(what, mend, about=sender)


@check("accounts-without-sender", Severity.BROKEN, "Feedback about its mail is quarantined: it is not disabled for it.")
def accounts_without_sender(directory: Directory) -> Iterator[Fault]:
    """Every account has a sender, and each of them is registered"""
    for account in directory.accounts:
        if not account.senders and not account.is_closed:
            add = f"permille account change {account.id} --add-sender NAME --reason R"
            yield Fault(f"The account {account.id} has no sender.", add, about=account.id)
        for sender in account.senders:
            if directory.senders.get(sender) != account.id:
                what = f"The sender {sender} of the account {account.id} is not registered as its sender."
                yield Fault(what, _register(directory.table, account, sender), about=account.id)


def _register(table: str, account: Account, sender: str) -> str:
    """The command that puts the sender's row back, with the account's epochs as they are stored."""
    epochs = [{"S": start.astimezone(UTC).isoformat(timespec="microseconds")} for start in account.epochs]
    row = {"caller_identity": {"S": sender}, "account_id": {"S": account.id}, "epochs": {"L": epochs}}
    return f"aws dynamodb put-item --table-name {table} --item '{json.dumps(row)}'"


@check("switched", Severity.BROKEN, "A disabled account may still send, or an enabled one may not.")
def switched(directory: Directory) -> Iterator[Fault]:
    """Every decision has been switched in IAM"""
    for account in directory.accounts:
        since = account.decided_at
        if not account.in_sync and since and directory.now - since > SWITCHED_WITHIN:
            what = f"The account {account.id} was decided about at {since:%Y-%m-%d %H:%M} UTC, and IAM does not agree."
            yield Fault(what, f"permille account show {account.id}; Enforce's log says what fails", about=account.id)


@check(
    "sender-users", Severity.WARNING, "Nobody can send for the account; and a new user of that name could, undenied."
)
def sender_users(states: tuple[CredentialState, ...]) -> Iterator[Fault]:
    """Every sender of an account has an IAM user"""
    for state in states:
        for sender in state.missing if not state.account.is_closed else ():
            mend = f"permille account change {state.account.id} --add-sender NAME --remove-sender {sender} --reason R"
            yield Fault(
                f"The sender {sender} of the account {state.account.id} has no IAM user.", mend, about=state.account.id
            )


@check("drift", Severity.BROKEN, "An account that is off may send, whatever was decided.")
def drift(states: tuple[CredentialState, ...]) -> Iterator[Fault]:
    """Keys and deny group in IAM are as the accounts' statuses demand"""
    for state in states:
        account, found = state.account, state.differences
        if found and not account.status.may_send:
            what = f"The account {account.id} is {account.status}, and {_words(found)}."
            mend = "permille account show ID; the hourly sweep reports it, and Enforce switches it off again"
            yield Fault(what, mend.replace("ID", account.id), about=account.id)


@check("denied-by-hand", Severity.WARNING, "SES refuses its mail, although no rule and no decision disabled it.")
def denied_by_hand(states: tuple[CredentialState, ...]) -> Iterator[Fault]:
    """Nobody is in the deny group by hand"""
    for state in states:
        account = state.account
        if account.status.may_send and (denied := [one.sender for one in state.differences if one.what == "denied"]):
            what = f"The account {account.id} is {account.status}, and in the deny group: {', '.join(denied)}."
            take_out = f"aws iam remove-user-from-group --user-name {denied[0]} --group-name {state.deny_group}"
            mend = f"permille account enable {account.id} --reason R" if account.denied_by_hand else take_out
            yield Fault(what, mend, about=account.id)


def _words(differences: tuple[Difference, ...]) -> str:
    return "; ".join(f"{one.sender}: {_key(one)}{one.what}" for one in differences)


def _key(difference: Difference) -> str:
    return f"the key {difference.access_key_id} is " if difference.access_key_id else ""


@check(
    "sender-rights", Severity.BROKEN, "It could undo that Permille switches it off, or send mail that is not counted."
)
def sender_rights(rights: tuple[SenderRights, ...]) -> Iterator[Fault]:
    """No sender could undo a disabling, or send uncounted mail"""
    for one in rights:
        if one.risks:
            more = f"; and {len(one.risks) - MOST_NAMED} more" * (len(one.risks) > MOST_NAMED)
            what = f"{one.sender} of the account {one.account}: {'; '.join(one.risks[:MOST_NAMED])}{more}."
            severity = Severity.INFO if one.accepted else None
            accepted = f" The risk was accepted: {one.accepted}" if one.accepted else ""
            mend = "narrow the policy, or give the user a permissions boundary (docs/operate/accounts.md, Adopting)"
            yield Fault(f"{what}{accepted}", mend, severity, about=one.sender)


@check("sender-may-send", Severity.BROKEN, "SES refuses its mail (554).")
def sender_may_send(rights: tuple[SenderRights, ...]) -> Iterator[Fault]:
    """IAM lets every sender send through the stack's configuration set"""
    for one in rights:
        if not one.may_send:
            what = f"{one.sender} of the account {one.account} may not send through the stack's configuration set."
            yield Fault(what, "allow it in its policies, and its permissions boundary", about=one.sender)
