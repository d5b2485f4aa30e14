"""The desk's further pages of an account: as the owner sees it, the mails to the owner, and suppressed addresses."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site import desk_decisions, report_page
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_page import NO_FORM, Refusal, desk_page, form_again, possible_id
from permille.console.site.owner_pages import EARLIER_ENTRIES
from permille.console.site.pages import redirect
from permille.domain.account.account import Account
from permille.domain.timeline.kinds.corrections import voided
from permille.domain.values.errors import DecisionRefused, InvalidInput
from permille.usecases.login.access import GUIDE
from permille.usecases.views.desk_services import check_entry_id
from permille.usecases.views.owner_mails import owner_mails
from permille.usecases.views.report import ReportRange, earlier_entries, gather_report
from permille.usecases.views.suppressed import suppressed_addresses

router = new_router()


@router.get("/desk/accounts/<_id>/report")
def report(_id: str) -> Response[str]:
    """The report as the owner sees it; its forms do nothing."""
    ctx = context(router)
    account = _account(ctx, _id)
    gathered = gather_report(ctx.services.reporting, account, ctx.now)
    return _as_owner(ctx, "report", account, report_page.report_page(gathered, ctx.services.pages.brand, csrf=""))


@router.get("/desk/accounts/<_id>/report/year")
def year(_id: str) -> Response[str]:
    """The numbers of a year, as the owner sees them."""
    ctx = context(router)
    account = _account(ctx, _id)
    gathered = gather_report(ctx.services.reporting, account, ctx.now, ReportRange.YEAR)
    return _as_owner(ctx, "year", account, report_page.year_page(gathered))


@router.get("/desk/accounts/<_id>/report/timeline")
def timeline(_id: str) -> Response[str]:
    """Earlier entries, as the owner sees them."""
    ctx = context(router)
    account, before = _account(ctx, _id), ctx.request.query.get("before", "")
    check_entry_id(before)
    page = earlier_entries(ctx.services.timeline, account.id, EARLIER_ENTRIES, before)
    brand = ctx.services.pages.brand
    values = report_page.timeline_values(account, page.items, page.next, brand, voided(page.items))
    return _as_owner(ctx, "timeline", account, values)


def _as_owner(
    ctx: RequestContext[SiteServices], template: str, account: Account, values: Mapping[str, Any]
) -> Response[str]:
    """A page of owners under the session of staff: the layout says so by `preview`, and every form is disabled."""
    shown: dict[str, Any] = {**values, "base": f"/desk/accounts/{account.id}/report", "preview": account.id}
    page = ctx.services.pages.page(template, **shown)
    page.body = with_disabled_forms(page.body or "")
    return page


def with_disabled_forms(html: str) -> str:
    """A page of ours, whose texts are escaped, with all fields and buttons of its forms disabled."""
    begun = re.sub(r"<form\b[^>]*>", r'\g<0><fieldset class="inert" disabled>', html)
    return begun.replace("</form>", "</fieldset></form>")


@router.get("/desk/accounts/<_id>/mails")
def mails(_id: str) -> Response[str]:
    """The mails to the owner; one of them in full, where the query names its entry."""
    ctx = context(router)
    asked, pages = ctx.request.query.get("mail", ""), ctx.services.pages
    found = owner_mails(ctx.services.desk, possible_id(_id), asked, pages.brand, GUIDE)
    if found is None:
        raise NotFoundError
    return desk_page("desk_mails", "Accounts", ctx, found=found, account=found.account, asked=asked)


@router.get("/desk/accounts/<_id>/suppressions")
def suppressions(_id: str) -> Response[str]:
    """The addresses that the account must not mail, and its bounces."""
    return _suppressions_page(context(router), _id)


@router.post("/desk/accounts/<_id>/suppress")
def suppress(_id: str) -> Response[str]:
    """Adds an address to the account's suppression list."""
    return _change_suppressions(_id, "suppress", desk_decisions.suppress)


@router.post("/desk/accounts/<_id>/suppressions")
def unsuppress(_id: str) -> Response[str]:
    """Removes an address from the account's suppression list."""
    return _change_suppressions(_id, "unsuppress", desk_decisions.unsuppress)


def _change_suppressions(account_id: str, name: str, change: Callable[..., object]) -> Response[str]:
    """`change`: the function of desk_decisions that the form asks for; `name`: of the form, and in DONE_MESSAGES."""
    ctx = context(router)
    form = ctx.request.form
    try:
        change(ctx.services.desk, possible_id(account_id), form, ctx.session.name, ctx.now)
    except (DecisionRefused, InvalidInput) as error:
        return _suppressions_page(ctx, account_id, error, {**form_again(form), "decision": name})
    return redirect(f"/desk/accounts/{account_id}/suppressions?done={name}")


def _suppressions_page(
    ctx: RequestContext[SiteServices],
    account_id: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] = NO_FORM,
) -> Response[str]:
    text, after = ctx.request.query.get("q", ""), ctx.request.query.get("after", "")
    found = suppressed_addresses(ctx.services.desk, possible_id(account_id), text, after, ctx.now)
    if found is None:
        raise NotFoundError
    return desk_page(
        "desk_suppressions",
        "Accounts",
        ctx,
        refusal,
        found=found,
        account=found.account,
        q=text,
        after=after,
        form=form,
    )


def _account(ctx: RequestContext[SiteServices], account_id: str) -> Account:
    """Raises NotFoundError."""
    account = ctx.services.accounts.get(possible_id(account_id))
    if account is None:
        raise NotFoundError
    return account
