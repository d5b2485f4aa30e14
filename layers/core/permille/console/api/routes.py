"""What host platforms ask and say about an account: the JSON API. api_app.py lets them in."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from typing_extensions import TypedDict

from permille.console.api.context import context
from permille.console.api.cursors import following, place_of
from permille.console.api.openapi import PAGED, WRITING, operation
from permille.console.api.parameters import (
    DEFAULT_LIMIT,
    AccountId,
    After,
    CountedSince,
    For,
    Limit,
    ReviewBody,
    Shown,
    Since,
)
from permille.console.routing import routes
from permille.domain.account.account import Account
from permille.domain.people.owner_commands import DeleteReview, PutReview
from permille.domain.sending.route import route
from permille.domain.timeline.facts import Topic
from permille.domain.values.entry_id import id_at
from permille.schema.account_schema import AccountJson, account_json
from permille.schema.bounce_schema import BounceJson, bounce_json
from permille.schema.doc import Doc
from permille.schema.entry_schema import EntryJson, entry_json
from permille.schema.report_schema import ReportJson, report_json
from permille.schema.review_schema import StandingJson, standing_json
from permille.schema.route_schema import RouteJson, route_json
from permille.schema.suppression_schema import SuppressionJson, suppression_json
from permille.usecases.decisions import decisions, suppression_list
from permille.usecases.decisions.find_account import find_account
from permille.usecases.history import read_history
from permille.usecases.views.report import Range, gather_report
from permille.usecases.views.verdict import current_verdict
from permille.zones import shown_zone_of

router = routes()

Next = Annotated[str | None, Doc("The cursor of the next page, as `after`; null where there is none.")]


class TimelinePage(TypedDict):
    """A page of an account's timeline, oldest first."""

    account_id: str
    entries: list[EntryJson]
    next: Next


class BouncePage(TypedDict):
    """A page of an account's bounces, the first counted first."""

    account_id: str
    bounces: list[BounceJson]
    next: Next


class SuppressionPage(TypedDict):
    """A page of the addresses that the account's mail no longer goes to, the longest suppressed first; each once."""

    account_id: str
    suppressions: list[SuppressionJson]
    next: Next


@router.get(
    "/accounts/<account_id>",
    **operation(
        "getAccount",
        "How an account stands",
        "Its status, the counts of the window by the policy in force, how many more complaints would be kept, and its "
        "review and trial.",
        "The account.",
    ),
)
def show(account_id: AccountId) -> AccountJson:
    found, account = context(router), _account(account_id)
    return account_json(
        account, current_verdict(found.services.policies, found.services.tallies, account, found.now).verdict
    )


@router.get(
    "/accounts/<account_id>/report",
    **operation(
        "getReport",
        "The owner's report",
        "What the owner sees: the counts of each send day, the rate as the window moved on, the days without SMTP "
        "account, complaints by campaign, and the newest entries of the timeline.",
        "The report, as of now.",
    ),
)
def report(account_id: AccountId, range: Shown = Range.WINDOW) -> ReportJson:  # noqa: A002 - its name in the query
    found, account = context(router), _account(account_id)
    return report_json(gather_report(found.services.reporting, account, found.now, range), found.services.platform)


@router.get(
    "/accounts/<account_id>/bounces",
    **operation(
        "listBounces",
        "Which mails bounced for good, and why",
        "The permanent bounces that count, the first counted first; kept for thirteen months. The bus tells of them "
        "once an hour (`bounces`); a bounce of the last second may still be missing.",
        "A page of bounces.",
        PAGED,
    ),
)
def bounces(
    account_id: AccountId, since: CountedSince = None, after: After = "", limit: Limit = DEFAULT_LIMIT
) -> BouncePage:
    found, scope = context(router), f"bounces {account_id} {since or ''}"
    place = place_of(scope, after) or (id_at(since) if since else "")
    account = _account(account_id)
    page = found.services.bounces.page(account.id, place, limit)
    return {
        "account_id": account.id,
        "bounces": [bounce_json(one) for one in page.items],
        "next": following(scope, page),
    }


@router.get(
    "/accounts/<account_id>/timeline",
    **operation(
        "listTimeline",
        "An account's history",
        "Oldest first. Entries never change; an entry of the last second may still be missing. Of one audience a page "
        "may be short, or empty, also where `next` leads on.",
        "A page of entries.",
        PAGED,
    ),
)
def timeline(
    account_id: AccountId, after: After = "", limit: Limit = DEFAULT_LIMIT, audience: For = None
) -> TimelinePage:
    found, scope = context(router), f"timeline {account_id} {audience or ''}"
    place = place_of(scope, after)
    account = _account(account_id)
    page = found.services.timeline.page(account.id, place, limit, audience)
    platform, zone = found.services.platform, shown_zone_of(account)
    return {
        "account_id": account.id,
        "entries": [entry_json(one, platform, zone) for one in page.items],
        "next": following(scope, page),
    }


@router.get(
    "/accounts/<account_id>/route",
    **operation(
        "getRoute",
        "May the account send, and through what",
        "Its SMTP account while that is on, else the third-party provider that its owner has connected, else nothing. "
        "The provider's password is in Secrets Manager, under the ARN and the version that are named.",
        "The route of the account's e-mails now.",
    ),
)
def show_route(account_id: AccountId) -> RouteJson:
    found, account = context(router), _account(account_id)
    known = read_history(found.services.timeline, account.id, Topic.STANDING)
    platform = found.services.platform
    return route_json(account, route(account, known.entries), platform, found.services.smtp_endpoint)


@router.get(
    "/accounts/<account_id>/suppressions",
    **operation(
        "listSuppressions",
        "Who is mailed no more",
        "The addresses of recipients who complained about the account's mail, where it is certain who did; those to "
        "which a mail bounced for good, unless the policy's `suppress_bounces` is false; and those that staff added. "
        "Each is in its bare form: no name, lower case, the domain in A-labels. Compare yours in that form. "
        "The bus tells of each complaint at once: `complaint` or `repeated_complaint` with a recipient suppresses "
        "it, `unsuppressed` ends that. Of bounces it tells once an hour (`bounces`), and of imported lists once, "
        "without the addresses: then ask here with `since`. What was counted in the last second may still be missing.",
        "A page of addresses.",
        PAGED,
    ),
)
def suppressions(
    account_id: AccountId, since: Since = None, after: After = "", limit: Limit = DEFAULT_LIMIT
) -> SuppressionPage:
    found, scope = context(router), f"suppressions {account_id} {since or ''}"
    place = place_of(scope, after)
    account = _account(account_id)
    bounces = found.services.policies.current().suppress_bounces
    page = suppression_list.page(found.services.suppressions, account.id, since, place, limit, bounces=bounces)
    return {
        "account_id": account.id,
        "suppressions": [suppression_json(one) for one in page.items],
        "next": following(scope, page),
    }


@router.get(
    "/accounts/<account_id>/review",
    **operation(
        "getReview",
        "The request to get the SMTP account back",
        "The owner's last request with what became of it, and the trial that was agreed on.",
        "The review and the trial; null where there is none.",
    ),
)
def get_review(account_id: AccountId) -> StandingJson:
    return standing_json(_account(account_id))


@router.put(
    "/accounts/<account_id>/review",
    **operation(
        "putReview",
        "Ask for a review, or change an open request",
        "As the owner does, for a disabled account. A changed request keeps its place in the queue, and is not mailed. "
        "Repeating the same request changes nothing. The owner gets a receipt of a new one, at most one a day. A "
        "day, where the account is, has at most five changes: the next one is refused with 409.",
        "The review as it stands now.",
        WRITING,
    ),
)
def put_review(account_id: AccountId, request: Annotated[ReviewBody, Body()]) -> StandingJson:
    return _decided(account_id, request.command(context(router).known.name))


@router.delete(
    "/accounts/<account_id>/review",
    **operation(
        "withdrawReview",
        "Take a request back",
        "As the owner does: an open one, or a trial that was agreed on and has not begun. Repeating it changes "
        "nothing.",
        "The review as it stands now: withdrawn.",
        (HTTPStatus.CONFLICT,),
    ),
)
def withdraw_review(account_id: AccountId) -> StandingJson:
    return _decided(account_id, DeleteReview(by=context(router).known.name))


def _account(account_id: str) -> Account:
    return find_account(context(router).services.accounts, account_id)


def _decided(account_id: str, command: PutReview | DeleteReview) -> StandingJson:
    found = context(router)
    return standing_json(decisions.apply(found.services, account_id, command, found.now))
