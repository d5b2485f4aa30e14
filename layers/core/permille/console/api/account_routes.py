"""The API's operations about accounts themselves: their list, how one stands, its report, timeline and route."""

from typing_extensions import TypedDict

from permille.console.api.context import context
from permille.console.api.openapi import PAGED, operation
from permille.console.api.paging import Next, read_list, read_page
from permille.console.api.parameters import (
    DEFAULT_LIMIT,
    AccountId,
    AudienceFilter,
    Cursor,
    Limit,
    Order,
    OrderQuery,
    RangeQuery,
    StatusFilter,
    WrittenSince,
)
from permille.console.routing import new_router
from permille.domain.account.account import Account
from permille.ports.history import EntrySelection
from permille.schema.account_schema import AccountJson, AccountSummaryJson, account_json, account_summary_json
from permille.schema.entry_schema import EntryJson, entry_json
from permille.schema.report_schema import ReportJson, report_json
from permille.schema.route_schema import RouteJson, route_json
from permille.usecases.decisions.find_account import find_account
from permille.usecases.views.current_route import current_route
from permille.usecases.views.report import ReportRange, gather_report
from permille.usecases.views.verdict import current_verdict
from permille.zones import shown_zone_of

router = new_router()


class AccountPage(TypedDict):
    """A page of the accounts, in the order of their ids."""

    accounts: list[AccountSummaryJson]
    next: Next


class TimelinePage(TypedDict):
    """A page of an account's timeline."""

    account_id: str
    entries: list[EntryJson]
    next: Next


@router.get(
    "/accounts",
    **operation(
        "listAccounts",
        "List the accounts",
        "In the order of their ids, each as it is now, without its counts. The token has to be for all accounts. With "
        "`status` a page may be short or empty although `next` is not null. An account of the last second may be "
        "missing.",
        "A page of accounts.",
        PAGED,
    ),
)
def list_accounts(status: StatusFilter = None, after: Cursor = "", limit: Limit = DEFAULT_LIMIT) -> AccountPage:
    """A page of the accounts."""
    accounts = context(router).services.account_list
    page = read_list("accounts", after, lambda position: accounts.by_id(limit, position, status), status)
    return {"accounts": [account_summary_json(account) for account in page.items], "next": page.next or None}


@router.get(
    "/accounts/<account_id>",
    **operation(
        "getAccount",
        "Get an account",
        "Status, counts of the rolling window, the verdict of the policy in force, review and trial.",
        "The account.",
    ),
)
def get_account(account_id: AccountId) -> AccountJson:
    """An account with the current verdict."""
    ctx, account = context(router), _account(account_id)
    judged = current_verdict(ctx.services.policies, ctx.services.tallies, account, ctx.now)
    return account_json(account, judged.verdict)


@router.get(
    "/accounts/<account_id>/report",
    **operation(
        "getReport",
        "Get the owner's report",
        "What the owner sees: counts by send day, the complaint rate over time, the times without SMTP account, "
        "complaints and bounces by campaign, and the newest timeline entries.",
        "The report, as of now.",
    ),
)
def get_report(account_id: AccountId, range: RangeQuery = ReportRange.WINDOW) -> ReportJson:  # noqa: A002 - its name in the query
    """The owner's report."""
    ctx, account = context(router), _account(account_id)
    return report_json(gather_report(ctx.services.reporting, account, ctx.now, range), ctx.services.platform)


@router.get(
    "/accounts/<account_id>/timeline",
    **operation(
        "listTimeline",
        "List the timeline",
        "Entries never change. An entry of the last second may be missing. With `audience` a page may be short or "
        "empty although `next` is not null. To follow a timeline, take the webhook or the event bus; to catch up after "
        "an outage, ask with `since`.",
        "A page of entries.",
        PAGED,
    ),
)
def list_timeline(
    account_id: AccountId,
    since: WrittenSince = None,
    order: OrderQuery = Order.OLDEST,
    audience: AudienceFilter = None,
    after: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> TimelinePage:
    """A page of the timeline."""
    services = context(router).services
    selection = EntrySelection(audience, since, newest_first=order is Order.NEWEST)
    account, page = read_page(
        services,
        "timeline",
        account_id,
        after,
        lambda account, position: services.timeline.page(account.id, position, limit, selection),
        selection,
    )
    zone = shown_zone_of(account)
    return {
        "account_id": account.id,
        "entries": [entry_json(entry, services.platform, zone) for entry in page.items],
        "next": page.next or None,
    }


@router.get(
    "/accounts/<account_id>/route",
    **operation(
        "getRoute",
        "Get the route",
        "What the account sends through now: Amazon SES while its SMTP account is on, else the third-party provider "
        "that the owner connected, else nothing. Secrets Manager has the provider's password, under the ARN and the "
        "version that are named.",
        "The route.",
    ),
)
def get_route(account_id: AccountId) -> RouteJson:
    """What the account sends through."""
    services, account = context(router).services, _account(account_id)
    route = current_route(services.timeline, account)
    return route_json(account, route, services.platform, services.smtp_endpoint)


def _account(account_id: str) -> Account:
    return find_account(context(router).services.accounts, account_id)
