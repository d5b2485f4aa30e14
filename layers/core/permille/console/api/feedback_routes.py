"""The API's operations about recipients: bounces, and suppressed addresses."""

from typing_extensions import TypedDict

from permille.console.api.context import context
from permille.console.api.openapi import PAGED, operation
from permille.console.api.paging import Next, read_page
from permille.console.api.parameters import DEFAULT_LIMIT, AccountId, CountedSince, Cursor, Limit, SuppressedSince
from permille.console.routing import new_router
from permille.domain.account.account import Account
from permille.domain.sending.suppression import Suppression
from permille.domain.values.entry_id import id_at
from permille.ports.paging import Page
from permille.schema.bounce_schema import BounceJson, bounce_json
from permille.schema.suppression_schema import SuppressionJson, suppression_json
from permille.usecases.decisions import suppression_list

router = new_router()


class BouncePage(TypedDict):
    """A page of an account's permanent bounces, in the order of counting."""

    account_id: str
    bounces: list[BounceJson]
    next: Next


class SuppressionPage(TypedDict):
    """A page of an account's suppressed addresses, the longest suppressed first, without duplicates."""

    account_id: str
    suppressions: list[SuppressionJson]
    next: Next


@router.get(
    "/accounts/<account_id>/bounces",
    **operation(
        "listBounces",
        "List permanent bounces",
        "The permanent bounces that count, in the order of counting. They are kept for 13 months. The bus has them "
        "once an hour (`bounces`). A bounce of the last second may be missing.",
        "A page of bounces.",
        PAGED,
    ),
)
def list_bounces(
    account_id: AccountId, since: CountedSince = None, after: Cursor = "", limit: Limit = DEFAULT_LIMIT
) -> BouncePage:
    """A page of bounces."""
    services, first = context(router).services, id_at(since) if since else ""
    account, page = read_page(
        services,
        "bounces",
        account_id,
        after,
        lambda account, position: services.bounces.page(account.id, position or first, limit),
        since,
    )
    return {
        "account_id": account.id,
        "bounces": [bounce_json(bounce) for bounce in page.items],
        "next": page.next or None,
    }


@router.get(
    "/accounts/<account_id>/suppressions",
    **operation(
        "listSuppressions",
        "List suppressed addresses",
        "The addresses that the account must not mail any more: of recipients who complained, where it is certain who "
        "did; of permanent bounces, unless the policy's `suppress_bounces` is false; and those that staff added. "
        "Addresses are bare: no display name, lower case, the domain in A-labels. Compare yours in that form. "
        "The bus has each complaint at once: `complaint` or `repeated_complaint` with a recipient suppresses the "
        "address, `unsuppressed` ends that. It has bounces once an hour (`bounces`), and imported lists once, without "
        "the addresses: list those here with `since`. What was counted in the last second may be missing.",
        "A page of addresses.",
        PAGED,
    ),
)
def list_suppressions(
    account_id: AccountId, since: SuppressedSince = None, after: Cursor = "", limit: Limit = DEFAULT_LIMIT
) -> SuppressionPage:
    """A page of suppressed addresses."""
    services = context(router).services

    def read(account: Account, position: str) -> Page[Suppression]:
        bounces = services.policies.current().suppress_bounces
        return suppression_list.page(services.suppressions, account.id, since, position, limit, bounces=bounces)

    account, page = read_page(services, "suppressions", account_id, after, read, since)
    return {
        "account_id": account.id,
        "suppressions": [suppression_json(suppression) for suppression in page.items],
        "next": page.next or None,
    }
