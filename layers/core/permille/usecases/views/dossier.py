"""One account, as staff see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.credential import SenderState
from permille.domain.account.denial import is_denied_by_hand
from permille.domain.account.drift import drift
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.corrections import ComplaintVoided, voided
from permille.domain.timeline.kinds.credential import Difference
from permille.domain.timeline.kinds.note import Noted
from permille.domain.timeline.timeline import Entry, TimelineEntry, only
from permille.domain.values.errors import ServiceError
from permille.observability import emit
from permille.ports.accounts import CredentialSwitch
from permille.ports.paging import Page
from permille.usecases.decisions.notes import notes_of
from permille.usecases.decisions.suppression_list import listed
from permille.usecases.history import OF_DECISIONS, read_history
from permille.usecases.views.availability import or_none
from permille.usecases.views.desk_services import ENTRIES, DeskServices, check_entry_id
from permille.usecases.views.explain import Explanation, explanation_of
from permille.usecases.views.review_queue import ReviewCase, case
from permille.usecases.views.verdict import current_verdict


@dataclass(frozen=True, slots=True)
class SenderInIam:
    """A sender in IAM now.

    state: None where there is no such user, or IAM did not answer
    differences: what does not agree with the account's status
    by_hand: somebody put it into the deny group
    unread: IAM did not answer
    """

    name: str
    state: SenderState | None = None
    differences: Sequence[Difference] = ()
    by_hand: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about an account.

    verdict: what the policy says of its counts now; None where the policy cannot be read
    explanation: why the account is as it is
    case: None where the account does not wait for support
    entries: a page of its entries, newest first
    complaints: their entries, newest first
    more_complaints: how many are not listed
    suppressed: addresses that it must not mail
    voided: corrections, by the id of the complaint's entry
    notes: of staff, newest first
    is_truncated: there are more complaints or earlier decisions than were read
    """

    account: Account
    verdict: Verdict | None
    explanation: Explanation
    case: ReviewCase | None
    senders: Sequence[SenderInIam]
    entries: Page[Entry]
    complaints: Sequence[TimelineEntry[Reported]]
    more_complaints: int
    suppressed: frozenset[str]
    voided: Mapping[str, TimelineEntry[ComplaintVoided]]
    notes: Sequence[TimelineEntry[Noted]]
    is_truncated: bool


def dossier(desk: DeskServices, account_id: str, before: str, now: datetime) -> Dossier | None:
    """Reads everything about an account; None where there is no such account. Raises MalformedRequest.

    before: an entry's id: the page of entries ends before it; empty: the newest
    """
    check_entry_id(before)
    account = desk.accounts.get(account_id)
    if account is None:
        return None
    return _dossier(desk, account, before, account.after_last_decision(now))


def _dossier(desk: DeskServices, account: Account, before: str, now: datetime) -> Dossier:
    newest = desk.timeline.latest(account.id, ENTRIES)
    history = read_history(desk.timeline, account.id, *OF_DECISIONS, newest=newest)
    current = or_none("what the policy says", lambda: current_verdict(desk.policies, desk.tallies, account, now))
    verdict = current.verdict if current else None
    complaints = only(Reported, reversed(history.entries))
    return Dossier(
        account=account,
        verdict=verdict,
        explanation=explanation_of(account, history.entries, current, now, desk.code),
        case=case(account, history, now, lambda _: verdict) if account.waiting_for_support_since else None,
        senders=[_sender(desk.switch, account, name) for name in account.senders],
        entries=desk.timeline.latest(account.id, ENTRIES, before) if before else newest,
        complaints=complaints[:ENTRIES],
        more_complaints=max(0, len(complaints) - ENTRIES),
        suppressed=_suppressed(desk, account.id),
        voided=voided(history.entries),
        notes=notes_of(desk.timeline, account.id, newest),
        is_truncated=history.is_truncated,
    )


def _suppressed(desk: DeskServices, account_id: str) -> frozenset[str]:
    """The suppressed addresses; none where they cannot be read. The policy says whether bounces suppress."""
    policy = or_none("the policy", desk.policies.current)
    bounces = policy is not None and policy.suppress_bounces
    suppressions = or_none("who is suppressed", lambda: [*listed(desk.suppressions, account_id, bounces=bounces)])
    return frozenset(suppression.address for suppression in suppressions or [])


def _sender(switch: CredentialSwitch, account: Account, name: str) -> SenderInIam:
    try:
        state = switch.state_of(name)
    except ServiceError as error:
        emit("desk.part_missing", what=name, why=str(error))
        return SenderInIam(name, unread=True)
    if state is None:
        return SenderInIam(name)
    if is_denied_by_hand(account, state):
        return SenderInIam(name, state, by_hand=True)
    deactivated = account.may_reactivate(account.credential.deactivated.get(name, frozenset()))
    return SenderInIam(name, state, drift(name, state, deactivated, may_send=account.status.may_send))
