"""The desk's page of an account, and the decisions about it."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site import desk_decisions
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_answers import PreparedAnswer, chosen_answer
from permille.console.site.desk_page import NO_FORM, Refusal, desk_page, form_again, limit_per_1000, possible_id
from permille.console.site.pages import redirect
from permille.domain.timeline.kinds.note import LONGEST_NOTE
from permille.domain.values.errors import ConfirmationNeeded, DecisionRefused, InvalidInput
from permille.usecases.views.dossier import Dossier, dossier

router = new_router()


@router.get("/desk/accounts/<_id>")
def account(_id: str) -> Response[str]:
    """Everything about an account; with the answer that the query names in the form, to be edited."""
    ctx = context(router)
    chosen = chosen_answer(ctx.services.answers, ctx.request.query.get("answer", ""))
    form = {"decision": chosen.decision, "reason": chosen.text} if chosen else NO_FORM
    return _account_page(ctx, _id, form=form, chosen=chosen)


@router.post("/desk/accounts/<_id>/note")
def note(_id: str) -> Response[str]:
    """Adds an internal note."""
    ctx = context(router)
    form = ctx.request.form
    try:
        desk_decisions.note(ctx.services.desk, possible_id(_id), form, ctx.session.name, ctx.now)
    except (DecisionRefused, InvalidInput) as error:
        return _account_page(ctx, _id, error, {**form_again(form, LONGEST_NOTE), "decision": "note"})
    return redirect(f"/desk/accounts/{_id}?done=note#notes")


@router.post("/desk/accounts/<_id>/unsuppress")
def unsuppress(_id: str) -> Response[str]:
    """Removes an address from the account's suppression list."""
    ctx = context(router)
    form = ctx.request.form
    try:
        desk_decisions.unsuppress(ctx.services.desk, possible_id(_id), form, ctx.session.name, ctx.now)
    except (DecisionRefused, InvalidInput) as error:
        return _account_page(ctx, _id, error, {**form_again(form), "decision": "unsuppress"})
    return redirect(f"/desk/accounts/{_id}?done=unsuppress")


@router.post("/desk/accounts/<_id>/<_decision>")
def decide(_id: str, _decision: str) -> Response[str]:
    """Applies one of desk_forms.DECISIONS to the account."""
    ctx = context(router)
    form = ctx.request.form
    try:
        decided = desk_decisions.decide(ctx.services.desk, possible_id(_id), _decision, form, ctx.session.name, ctx.now)
    except (DecisionRefused, InvalidInput) as error:
        confirmation = {"needs_confirmation": "yes"} if isinstance(error, ConfirmationNeeded) else {}
        return _account_page(ctx, _id, error, {**form_again(form), **confirmation, "decision": _decision})
    if form.get("from") == "queue":
        return redirect(f"/desk?done={_decision}&account={decided.id}")
    return redirect(f"/desk/accounts/{decided.id}?done={_decision}")


def _account_page(
    ctx: RequestContext[SiteServices],
    account_id: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] = NO_FORM,
    chosen: PreparedAnswer | None = None,
) -> Response[str]:
    before = ctx.request.query.get("before", "")
    details = dossier(ctx.services.desk, possible_id(account_id), before, ctx.now)
    if details is None:
        raise NotFoundError
    values = _account_values(ctx, details)
    return desk_page("desk_account", "Accounts", ctx, refusal, before=before, form=form, chosen=chosen, **values)


def _account_values(ctx: RequestContext[SiteServices], details: Dossier) -> dict[str, Any]:
    """The template variables of desk_account.html.j2 that the account gives."""
    return {
        "dossier": details,
        "account": details.account,
        "lines": details.explanation.lines(ctx.services.pages.brand.platform),
        "kept_now": details.explanation.kept_now,
        "answers": ctx.services.answers,
        "limit": limit_per_1000(ctx),
    }
