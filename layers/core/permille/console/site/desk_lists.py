"""The desk's lists of accounts: the review queue, all accounts, and the held ones."""

from collections.abc import Mapping, Sequence

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_decisions import decide_held
from permille.console.site.desk_forms import TICKED
from permille.console.site.desk_page import NO_FORM, desk_page, form_again, limit_per_1000
from permille.domain.account.listed_account import ListedAccount
from permille.domain.values.errors import InvalidInput
from permille.ports.paging import Page
from permille.usecases.decisions.decisions import Result
from permille.usecases.views import desk_lists
from permille.usecases.views.desk_services import DeskServices

router = new_router()


@router.get("/desk")
def queue() -> Response[str]:
    """The review queue."""
    ctx = context(router)
    after = ctx.request.query.get("after", "")
    page = desk_lists.review_cases(ctx.services.desk, after, ctx.now)
    return desk_page("desk", "Queue", ctx, page=page, after=after, limit=limit_per_1000(ctx))


@router.get("/desk/accounts")
def accounts() -> Response[str]:
    """The accounts that may send, those that are off, or those that a search finds."""
    ctx = context(router)
    query = ctx.request.query
    after, search, off = query.get("after", ""), query.get("q", "").strip(), query.get("list") == "off"
    exact_matches, page = _accounts(ctx.services.desk, search, after, off=off)
    return desk_page(
        "desk_accounts",
        "Accounts",
        ctx,
        q=search,
        off=off,
        after=after,
        list_query={"q": search} if search else {"list": "off" if off else "sending"},
        exact_matches=exact_matches,
        page=page,
        limit=limit_per_1000(ctx),
    )


def _accounts(
    services: DeskServices, search: str, after: str, *, off: bool
) -> tuple[Sequence[ListedAccount], Page[ListedAccount]]:
    if not search:
        return [], desk_lists.by_risk(services, after, sending=not off)
    result = desk_lists.search(services, search, after)
    return result.exactly, result.page


@router.get("/desk/held")
def held() -> Response[str]:
    """The accounts whose disabling waits for staff."""
    return _held_page(context(router))


@router.post("/desk/held")
def decide_about_held() -> Response[str]:
    """Applies one decision to several held accounts."""
    ctx = context(router)
    form = ctx.request.form
    try:
        results = decide_held(ctx.services.desk, form, ctx.session.name, ctx.now)
    except InvalidInput as error:
        return _held_page(ctx, refusal=error, form=form_again(form))
    return _held_page(ctx, results)


def _held_page(
    ctx: RequestContext[SiteServices],
    results: Sequence[Result] = (),
    refusal: InvalidInput | None = None,
    form: Mapping[str, str] = NO_FORM,
) -> Response[str]:
    after = ctx.request.query.get("after", "")
    return desk_page(
        "desk_held",
        "Held",
        ctx,
        refusal,
        page=desk_lists.held_page(ctx.services.desk, after),
        after=after,
        results=results,
        decided_ids={result.about for result in results if not result.refused},  # the index may still list them
        form=form,
        ticked=TICKED,
        limit=limit_per_1000(ctx),
    )
