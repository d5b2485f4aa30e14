"""The desk's page about what Permille costs: a form, and the bill of the month that it describes."""

from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_page import desk_page, form_again
from permille.costs import words
from permille.costs.bill import Bill, BillPart, total
from permille.costs.counted import counted
from permille.costs.month import month_of
from permille.costs.price_list import DEFAULT_REGION, price_list, regions
from permille.costs.reckoning import bill_of
from permille.domain.values.errors import InvalidInput
from permille.usecases.views.system import active_accounts

EXAMPLE_EMAILS = "1,000,000"  # of the form that is opened
FIELDS = ("emails", "accounts", "complaints", "region")
router = new_router()


@router.get("/desk/costs")
def costs() -> Response[str]:
    """The bill of the month in the query; of an example with the stack's active accounts where there is none."""
    ctx = context(router)
    form = _form(ctx)
    try:
        bill = _bill(form)
    except InvalidInput as refusal:
        return _page(ctx, form, None, refusal)
    return _page(ctx, form, bill)


def _form(ctx: RequestContext[SiteServices]) -> dict[str, str]:
    query = ctx.request.query
    if not any(name in query for name in FIELDS):
        accounts = f"{active_accounts(ctx.services.desk, ctx.now):,}"
        return {"emails": EXAMPLE_EMAILS, "accounts": accounts, "complaints": "", "region": DEFAULT_REGION}
    return form_again({name: query.get(name, "") for name in FIELDS})


def _bill(form: Mapping[str, str]) -> Bill:
    month = month_of(form["emails"], form["accounts"], form["complaints"], form["region"])
    return bill_of(month, counted(), price_list(month.region))


def _page(
    ctx: RequestContext[SiteServices], form: Mapping[str, str], bill: Bill | None, refusal: InvalidInput | None = None
) -> Response[str]:
    return desk_page(
        "desk_costs",
        "Costs",
        ctx,
        refusal,
        form=form,
        bill=bill,
        parts_of_bill=list(BillPart),
        regions=regions(),
        total=total,
        words=words,
    )
