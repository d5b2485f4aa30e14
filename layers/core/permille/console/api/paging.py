"""What all paged lists of the API share."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from permille.console.api.context import ApiServices
from permille.console.api.cursors import cursor, position_of
from permille.domain.account.account import Account
from permille.ports.paging import Page
from permille.schema.doc import Doc
from permille.usecases.decisions.find_account import find_account

Next = Annotated[str | None, Doc("The cursor of the next page, for `after`; null on the last page.")]
T = TypeVar("T")


def read_page(
    services: ApiServices,
    name: str,
    account_id: str,
    after: str,
    read: Callable[[Account, str], Page[T]],
    query: object = None,
) -> tuple[Account, Page[T]]:
    """The account, and a page of its list `name`, whose `next` is a cursor. Raises MalformedRequest where `after` is
    not a cursor of this list, and NotFound where there is no such account.

    after: the cursor that the page begins behind; empty for the first page
    read: reads the page behind a position, which is empty for the beginning
    query: what the list is filtered by, which its cursors are bound to
    """
    scope = f"{name} {account_id} {query or ''}"
    position = position_of(scope, after)
    account = find_account(services.accounts, account_id)
    return account, _with_cursor(scope, read(account, position))


def read_list(name: str, after: str, read: Callable[[str], Page[T]], query: object = None) -> Page[T]:
    """As read_page(), of a list that is about no single account."""
    scope = f"{name} {query or ''}"
    return _with_cursor(scope, read(position_of(scope, after)))


def _with_cursor(scope: str, page: Page[T]) -> Page[T]:
    return Page(page.items, cursor(scope, page.next) if page.next else "")
