"""The lists of the support desk: cases of reviews, accounts by risk, held accounts, search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from permille.addresses.mailbox import canonical_address
from permille.addresses.parts import LONGEST_ADDRESS
from permille.domain.account.account import Account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.policy.verdict import Verdict
from permille.ports.paging import Page
from permille.usecases.enforcement import held_accounts
from permille.usecases.views.availability import or_none
from permille.usecases.views.desk_services import DeskServices
from permille.usecases.views.review_queue import ReviewCase, queue
from permille.usecases.views.verdict import current_verdict

CASES = 10  # of a page: each takes a query of its timeline
LISTED = 25  # accounts of a page
HELD = 20  # accounts of a page: the form has a field for each
LONGEST_SEARCH = LONGEST_ADDRESS  # no id and no sender's name is nearly as long


def review_cases(desk: DeskServices, after: str, now: datetime) -> Page[ReviewCase]:
    """A page of the cases that wait for support, longest waiting first. Raises MalformedRequest for a bad cursor."""
    page = desk.account_index.awaiting_support(CASES, after)
    return Page(queue(page.items, desk.timeline, now, lambda account: _verdict(desk, account, now)), page.next)


def _verdict(desk: DeskServices, account: Account, now: datetime) -> Verdict | None:
    """What the policy says of the account now; None where it is not available."""
    judged = or_none("what the policy says", lambda: current_verdict(desk.policies, desk.tallies, account, now))
    return judged.verdict if judged else None


def held_page(desk: DeskServices, after: str) -> Page[ListedAccount]:
    """A page of the accounts that are held for staff, by id, after the account `after`."""
    return held_accounts.page_of_held(desk.account_index, HELD, after)


def by_risk(desk: DeskServices, after: str, *, sending: bool) -> Page[ListedAccount]:
    """A page of accounts that may send, or are off; highest risk first. Raises MalformedRequest for a bad cursor."""
    return desk.account_index.by_risk(LISTED, after, sending=sending)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    exactly: accounts whose owner or sender has that name; on the first page only, without those that a page lists
    page: accounts whose id begins with the text
    """

    exactly: Sequence[ListedAccount]
    page: Page[ListedAccount]


def search(desk: DeskServices, text: str, after: str) -> SearchResult:
    """Finds accounts by a prefix of the id, the owner's e-mail address in any spelling, or a sender's name. Raises
    MalformedRequest for a bad cursor."""
    name = text.strip()
    if not name or len(canonical_address(name) or name) > LONGEST_SEARCH:
        return SearchResult([], Page([]))
    exactly = [] if after else desk.account_index.find_by_owner_or_sender(name, LISTED)
    if "@" in name:  # no id has one
        return SearchResult(exactly, Page([]))
    prefix = name.lower()
    page = desk.account_index.by_id_prefix(prefix, LISTED, after)
    return SearchResult([account for account in exactly if not account.id.startswith(prefix)], page)
