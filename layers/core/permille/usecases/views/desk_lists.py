"""The lists of the support desk: cases of reviews, accounts by risk, and search."""

import re
from datetime import datetime

from permille.addresses.mailbox import canonical_address
from permille.addresses.parts import LONGEST_ADDRESS
from permille.domain.account.account import Account
from permille.domain.account.account_search import AccountFilter, AccountSearch, folded, whole_line
from permille.domain.account.listed_account import ListedAccount
from permille.domain.policy.verdict import Verdict
from permille.ports.paging import Page
from permille.usecases.views.availability import or_none
from permille.usecases.views.desk_services import DeskServices
from permille.usecases.views.review_queue import ReviewCase, queue
from permille.usecases.views.verdict import current_verdict

CASES = 10  # of a page: each takes a query of its timeline
LISTED = 25  # accounts of a page
MOST_SELECTED = 100  # accounts of a page on which all are selected: the form has a field for each
LONGEST_SEARCH = LONGEST_ADDRESS  # nothing that people know of an account is longer
_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,124}")  # of an access key in IAM


def review_cases(desk: DeskServices, after: str, now: datetime) -> Page[ReviewCase]:
    """A page of the cases that wait for support, longest waiting first. Raises MalformedRequest for a bad cursor."""
    page = desk.account_index.awaiting_support(CASES, after)
    return Page(queue(page.items, desk.timeline, now, lambda account: _verdict(desk, account, now)), page.next)


def _verdict(desk: DeskServices, account: Account, now: datetime) -> Verdict | None:
    """What the policy says of the account now; None where it is not available."""
    judged = or_none("what the policy says", lambda: current_verdict(desk.policies, desk.tallies, account, now))
    return judged.verdict if judged else None


def by_risk(desk: DeskServices, after: str, *, sending: bool) -> Page[ListedAccount]:
    """A page of accounts that may send, or are off; highest risk first. Raises MalformedRequest for a bad cursor."""
    return desk.account_index.by_risk(LISTED, after, sending=sending)


def find(
    desk: DeskServices, text: str, only: AccountFilter | None, after: str, now: datetime, limit: int = LISTED
) -> Page[ListedAccount]:
    """A page of the accounts of which people know the text, or that are in the state; of both, where both are given.
    Raises MalformedRequest for a bad cursor.

    text: any part of an id, an owner's address or name, an identity or a sender; or a whole access key id
    """
    wanted = _text(desk, text)
    if wanted is None:
        return Page([])
    return desk.account_index.find(AccountSearch(wanted, only), limit, now, after)


def _text(desk: DeskServices, typed: str) -> str | None:
    """What the accounts that are searched for have in their search text; None where none can have it. The id of an
    access key is in no row: IAM knows whose it is."""
    name = typed.strip()
    if len(name) > LONGEST_SEARCH:
        return None
    if _KEY_ID.fullmatch(name):
        user = desk.access_keys.user_of(name)
        return whole_line(user) if user else None
    return folded(canonical_address(name) or name)
