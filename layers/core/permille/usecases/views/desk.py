"""Support's desk: what its pages show, gathered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from permille.addresses.mailbox import canonical_address
from permille.addresses.parts import LONGEST_ADDRESS
from permille.domain.account.account import Account
from permille.domain.account.credential import SenderState, drift
from permille.domain.account.listed_account import ListedAccount
from permille.domain.policy.policy import Policy, Verdict
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.corrections import ComplaintVoided, voided
from permille.domain.timeline.kinds.credential import Difference
from permille.domain.timeline.timeline import SYSTEM, Entry, TimelineEntry, only
from permille.domain.values.entry_id import ENTRY_ID
from permille.domain.values.errors import MalformedRequest, ServiceError
from permille.domain.values.status import Mode
from permille.observability import emit
from permille.ports.accounts import Accounts, Control, CredentialSwitch, Lap, Policies
from permille.ports.desk import (
    AccountIndex,
    BreakerAdmin,
    QuarantineCount,
    Queues,
    QueueStatus,
    SesReputation,
)
from permille.ports.history import Suppressions, Tallies, Timeline
from permille.ports.paging import Page
from permille.usecases.decisions.suppression_list import listed
from permille.usecases.enforcement import breaker, held_accounts
from permille.usecases.enforcement.breaker import BreakerStatus
from permille.usecases.history import read_history
from permille.usecases.views.explain import Explanation, explanation_of
from permille.usecases.views.review_queue import ReviewCase, case, queue
from permille.usecases.views.verdict import current_verdict

CASES = 10  # on a page: each takes a query of its timeline
LISTED = 25
HELD = 20  # on a page: a field of the form for each
TOLD = 100
RESTING = 100
LONGEST_SEARCH = LONGEST_ADDRESS  # of an e-mail address in its canonical form, which no id or sender's name comes near

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """What support's desk needs of the outside. `code`: the version of the program, for what it explains."""

    accounts: Accounts
    account_index: AccountIndex
    tallies: Tallies
    timeline: Timeline
    policies: Policies
    control: Control
    breaker_admin: BreakerAdmin
    switch: CredentialSwitch
    queues: Queues
    quarantine_count: QuarantineCount
    suppressions: Suppressions
    ses: SesReputation
    mode: Mode
    code: str = ""


# ---------------------------------------------------------------- who waits, and all accounts


def review_cases(desk: Desk, after: str, now: datetime) -> Page[ReviewCase]:
    """Who waits for support, the longest first. Raises MalformedRequest."""
    page = desk.account_index.awaiting_support(CASES, after)
    return Page(queue(page.items, desk.timeline, now, lambda account: _verdict(desk, account, now)), page.next)


def _verdict(desk: Desk, account: Account, now: datetime) -> Verdict | None:
    """None where it is not known."""
    judged = or_none("what the policy says", lambda: current_verdict(desk.policies, desk.tallies, account, now))
    return judged.verdict if judged else None


def held_page(desk: Desk, after: str) -> Page[ListedAccount]:
    """Whose disabling waits for staff, by their names, behind the account `after`."""
    return held_accounts.page_of_held(desk.account_index, HELD, after)


def by_risk(desk: Desk, after: str, *, sending: bool) -> Page[ListedAccount]:
    """Raises MalformedRequest."""
    return desk.account_index.by_risk(LISTED, after, sending=sending)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`exactly`: those whose owner or sender is called so; on the first page alone, and without whom a page names."""

    exactly: Sequence[ListedAccount]
    page: Page[ListedAccount]


def search(desk: Desk, text: str, after: str) -> SearchResult:
    """By the beginning of the id, the owner's e-mail address, however it is written, or a sender's name. Raises
    MalformedRequest."""
    name = text.strip()
    if not name or len(canonical_address(name) or name) > LONGEST_SEARCH:
        return SearchResult([], Page([]))
    exactly = [] if after else desk.account_index.find_by_owner_or_sender(name, LISTED)
    if "@" in name:  # no id has one
        return SearchResult(exactly, Page([]))
    beginning = name.lower()
    page = desk.account_index.by_id_prefix(beginning, LISTED, after)
    return SearchResult([one for one in exactly if not one.id.startswith(beginning)], page)


# ---------------------------------------------------------------- one account


@dataclass(frozen=True, slots=True)
class SenderInIam:
    """A sender as IAM has it now: `state` is none where there is no such user. `drifted`: what does not agree with the
    account's status. `by_hand`: somebody has put it into the deny group. `unread`: IAM did not answer."""

    caller: str
    state: SenderState | None = None
    drifted: Sequence[Difference] = ()
    by_hand: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about an account. `verdict`: what the policy says of its counts now, none where the policy cannot be
    read. `case`: where support is waited for. `told`: the newest entries first; `complaints`: the records, likewise.
    `suppressed`: who is mailed no more. `voided`: the complaints that are taken back, by their entries' ids. `is_cut`:
    there is more of its complaints, or of what it was before, than was read."""

    account: Account
    verdict: Verdict | None
    explained: Explanation
    case: ReviewCase | None
    senders: Sequence[SenderInIam]
    told: Page[Entry]
    complaints: Sequence[TimelineEntry[Reported]]
    more_complaints: int
    suppressed: frozenset[str]
    voided: Mapping[str, TimelineEntry[ComplaintVoided]]
    is_cut: bool


def dossier(desk: Desk, account_id: str, before: str, now: datetime) -> Dossier | None:
    """None where there is no such account. `before`: an entry's id; what was told before it is shown. Raises
    MalformedRequest."""
    _check_entry_id(before)
    account = desk.accounts.get(account_id)
    if account is None:
        return None
    now = account.after_last_decision(now)
    newest = desk.timeline.latest(account.id, TOLD)
    told = read_history(desk.timeline, account.id, *Topic, newest=newest)
    judged = or_none("what the policy says", lambda: current_verdict(desk.policies, desk.tallies, account, now))
    records = only(Reported, reversed(told.entries))
    return Dossier(
        account=account,
        verdict=judged.verdict if judged else None,
        explained=explanation_of(account, told.entries, judged, now, desk.code),
        case=case(account, told, now, lambda _: judged.verdict if judged else None)
        if account.waiting_for_support_since
        else None,
        senders=[_sender(desk.switch, account, caller) for caller in account.senders],
        told=desk.timeline.latest(account.id, TOLD, before) if before else newest,
        complaints=records[:TOLD],
        more_complaints=max(0, len(records) - TOLD),
        suppressed=_suppressed(desk, account.id),
        voided=voided(told.entries),
        is_cut=told.is_cut,
    )


def _suppressed(desk: Desk, account_id: str) -> frozenset[str]:
    """As far as is known: nobody, where that cannot be read. Whether bounces suppress the policy says."""
    policy = or_none("the policy", desk.policies.current)
    bounces = policy is not None and policy.suppress_bounces
    read = or_none("who is suppressed", lambda: [*listed(desk.suppressions, account_id, bounces=bounces)])
    return frozenset(one.address for one in read or [])


def _sender(switch: CredentialSwitch, account: Account, caller: str) -> SenderInIam:
    try:
        state = switch.state_of(caller)
    except ServiceError as error:
        emit("desk.part_missing", what=caller, why=str(error))
        return SenderInIam(caller, unread=True)
    if state is None:
        return SenderInIam(caller)
    if account.is_denied_by_hand(state):
        return SenderInIam(caller, state, by_hand=True)
    deactivated = account.may_reactivate(account.credential.deactivated.get(caller, frozenset()))
    return SenderInIam(caller, state, drift(caller, state, deactivated, may_send=account.status.may_send))


def _check_entry_id(text: str) -> None:
    if text and not ENTRY_ID.fullmatch(text):
        raise MalformedRequest("no entry is called so")


# ---------------------------------------------------------------- the whole stack


@dataclass(frozen=True, slots=True)
class System:
    """`policy`, `queues` and `resting` are None where they cannot be known now. `undelivered`: how many accounts are
    held because fewer deliveries than complaints were counted. `told`: the system timeline, the newest entries first.
    """

    mode: Mode
    policy: Policy | None
    breaker: BreakerStatus
    queues: Sequence[QueueStatus] | None
    resting: int | None
    lap: Lap
    undelivered: int
    told: Page[Entry]


def system(desk: Desk, before: str, now: datetime) -> System:
    """`before`: an entry's id; what was told before it is shown. Raises MalformedRequest."""
    _check_entry_id(before)
    policy = or_none("the policy", desk.policies.current)
    return System(
        mode=desk.mode,
        policy=policy,
        breaker=breaker.status(desk.control, desk.breaker_admin, policy, now),
        queues=or_none("the queues", lambda: desk.queues.statuses(now)),
        resting=or_none("the quarantine", lambda: desk.quarantine_count.count(RESTING)),
        lap=desk.control.lap(),
        undelivered=held_accounts.count_without_deliveries(desk.account_index),
        told=desk.timeline.latest(SYSTEM, TOLD, before),
    )


def or_none(what: str, ask: Callable[[], T]) -> T | None:
    """A page about trouble does without the part that is in trouble."""
    try:
        return ask()
    except ServiceError as error:
        emit("desk.part_missing", what=what, why=str(error))
        return None
