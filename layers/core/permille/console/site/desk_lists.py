"""The desk's lists of accounts: the review queue, all accounts, and the held ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site import desk_selection
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_page import NO_FORM, desk_page, form_again, limit_per_1000
from permille.domain.account.account_search import AccountFilter
from permille.domain.account.listed_account import ListedAccount
from permille.domain.values.errors import InvalidInput, MalformedRequest
from permille.ports.paging import Page
from permille.usecases.decisions.decisions import Result
from permille.usecases.views import desk_lists

ALL = "all"  # of `selected`: every account that matches is on one page, and ticked
router = new_router()


@router.get("/desk")
def queue() -> Response[str]:
    """The review queue."""
    ctx = context(router)
    after = ctx.request.query.get("after", "")
    page = desk_lists.review_cases(ctx.services.desk, after, ctx.now)
    answers = ctx.services.answers
    return desk_page(
        "desk", "Queue", ctx, page=page, after=after, limit=limit_per_1000(ctx), answers=answers, chosen=None
    )


@router.get("/desk/accounts")
def accounts() -> Response[str]:
    """The accounts that may send, those that are off, or those that a search finds."""
    return _accounts_page(context(router))


@router.post("/desk/accounts")
def decide_about_selected() -> Response[str]:
    """Applies one decision to the ticked accounts."""
    return _decide(tuple(desk_selection.OF_SEVERAL), _accounts_page)


@router.get("/desk/held")
def held() -> Response[str]:
    """The accounts whose disabling waits for staff."""
    return _held_page(context(router))


@router.post("/desk/held")
def decide_about_held() -> Response[str]:
    """Applies one decision to the ticked held accounts."""
    return _decide(desk_selection.OF_HELD, _held_page)


def _decide(allowed: Sequence[str], page: Callable[..., Response[str]]) -> Response[str]:
    """Applies the decision of the form, if it is `allowed`, and answers with the page again."""
    ctx = context(router)
    form = ctx.request.form
    try:
        results = desk_selection.decide_selected(ctx.services.desk, form, allowed, ctx.session.name, ctx.now)
    except InvalidInput as error:
        return page(ctx, refusal=error, form=form_again(form))
    return page(ctx, results, decision=form["decision"])


@dataclass(frozen=True, slots=True)
class _ListQuery:
    """Which accounts are listed.

    text, only: what is searched for; both empty: all accounts by risk
    off: those that are off, else those that may send
    every: all that match are on one page, and ticked
    after: the cursor of the page
    """

    text: str
    only: AccountFilter | None
    off: bool
    every: bool
    after: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "_ListQuery":
        """Raises MalformedRequest for a filter that there is not."""
        only = query.get("only", "")
        if only and only not in list(AccountFilter):
            raise MalformedRequest("no accounts are listed by that")
        return cls(
            text=query.get("q", "").strip(),
            only=AccountFilter(only) if only else None,
            off=query.get("list") == "off",
            every=query.get("selected") == ALL,
            after=query.get("after", ""),
        )

    @property
    def is_search(self) -> bool:
        """Whether accounts are searched for, by text or filter."""
        return bool(self.text or self.only)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of its first page."""
        if not self.is_search:
            return {"list": "off"} if self.off else {}
        return _given({"q": self.text, "only": self.only or ""})

    @property
    def here(self) -> dict[str, str]:
        """The parameters of this page."""
        return self.parameters | _given({"selected": ALL if self.every else "", "after": self.after})


def _given(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}


def _accounts_page(
    ctx: RequestContext[SiteServices],
    results: Sequence[Result] = (),
    refusal: InvalidInput | None = None,
    form: Mapping[str, str] = NO_FORM,
    decision: str = "",
) -> Response[str]:
    query = _ListQuery.of(ctx.request.query)
    return desk_page(
        "desk_accounts",
        "Accounts",
        ctx,
        refusal,
        query=query,
        page=_listed(ctx, query),
        tabs_of_filters=desk_selection.FILTER_TABS,
        filter_in_words=desk_selection.FILTERS_IN_WORDS.get(query.only) if query.only else "",
        decisions=desk_selection.OF_SEVERAL,
        most_selected=desk_lists.MOST_SELECTED,
        **_selection_values(ctx, results, form, decision),
    )


def _listed(ctx: RequestContext[SiteServices], query: _ListQuery) -> Page[ListedAccount]:
    desk = ctx.services.desk
    if not query.is_search:
        return desk_lists.by_risk(desk, query.after, sending=not query.off)
    limit = desk_lists.MOST_SELECTED if query.every else desk_lists.LISTED
    return desk_lists.find(desk, query.text, query.only, query.after, ctx.now, limit)


def _held_page(
    ctx: RequestContext[SiteServices],
    results: Sequence[Result] = (),
    refusal: InvalidInput | None = None,
    form: Mapping[str, str] = NO_FORM,
    decision: str = "",
) -> Response[str]:
    after = ctx.request.query.get("after", "")
    return desk_page(
        "desk_held",
        "Held",
        ctx,
        refusal,
        page=desk_lists.find(ctx.services.desk, "", AccountFilter.HELD, after, ctx.now),
        after=after,
        **_selection_values(ctx, results, form, decision),
    )


def _selection_values(
    ctx: RequestContext[SiteServices], results: Sequence[Result], form: Mapping[str, str], decision: str
) -> dict[str, object]:
    """The template variables of desk_selection.html.j2. `decision`: what was decided, where `results` are of it."""
    return {
        "results": results,
        "decided_ids": {result.about for result in results if not result.refused},
        "decided": decision,
        "form": form,
        "selected": desk_selection.SELECTED,
        "limit": limit_per_1000(ctx),
    }
