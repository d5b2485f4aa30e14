"""Support's desk. Every route is behind the door of `/desk`, which lets staff in and nobody else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.console.context import RequestContext
from permille.console.routing import routes
from permille.console.site import desk_view
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_forms import TICKED, decide, decide_held, mail_again, reset_breaker
from permille.console.site.leaving import left
from permille.console.site.pages import redirect
from permille.domain.account.account import Account
from permille.domain.policy import ses_review
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.timeline import Entry
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import ConfirmationNeeded, DecisionRefused, InvalidInput, ServiceError
from permille.domain.words import wording
from permille.usecases.decisions.decisions import Result
from permille.usecases.views import desk
from permille.usecases.views.platform import platform
from permille.zones import shown_zone_of

router = routes()

DONE = {
    "approve": "Approved. The owner is told the day.",
    "decline": "Declined. The owner is told why.",
    "cancel": "The trial is cancelled. The owner is told why.",
    "confirm": "Confirmed. The account is reinstated within a minute.",
    "disable": "Disabled. The SMTP credential is switched off within seconds.",
    "enable": "Enabled. The SMTP credential is switched on within seconds.",
    "exempt": "Exempt: no rule disables the account until then.",
    "release": "Let happen: if the rule is broken still, the account is disabled within a minute.",
    "void": "Taken back: the complaint counts no more. The account is judged anew within a minute.",
    "restore": "The complaint counts again. The account is judged anew within a minute.",
    "unexempt": "The rules apply to the account again.",
    "close": "Closed. The SMTP credential is switched off within seconds; the command deletes the IAM user.",
    "owner-mail": "The owner is written to again.",
    "mail-again": "The address may be mailed again. The host platform is told.",
    "breaker": "The breaker is closed.",
}
_NOTHING: Mapping[str, str] = {}
Refused = DecisionRefused | InvalidInput


@router.get("/desk")
def queue() -> Response[str]:
    found = context(router)
    after = found.request.query.get("after", "")
    page = desk.review_cases(found.services.desk, after, found.now)
    return _page("desk", "Queue", found, page=page, after=after, limit=_limit(found))


@router.post("/desk/leave")
def leave() -> Response[str]:
    return left(context(router).known, framed=False)


@router.get("/desk/accounts")
def accounts() -> Response[str]:
    found = context(router)
    query = found.request.query
    after, q, off = query.get("after", ""), query.get("q", "").strip(), query.get("list") == "off"
    if q:
        hits = desk.search(found.services.desk, q, after)
        exactly, page = hits.exactly, hits.page
    else:
        exactly, page = [], desk.by_risk(found.services.desk, after, sending=not off)
    kept = {"q": q} if q else {"list": "off" if off else "sending"}
    shown: dict[str, Any] = {"q": q, "off": off, "after": after, "kept": kept, "exactly": exactly, "page": page}
    return _page("desk_accounts", "Accounts", found, **shown, limit=_limit(found))


@router.get("/desk/accounts/<_id>")
def account(_id: str) -> Response[str]:
    return _account(context(router), _id)


@router.post("/desk/accounts/<_id>/mail-again")
def mailed_again(_id: str) -> Response[str]:
    found = context(router)
    form = found.request.form
    try:
        mail_again(found.services.desk, _id, form, found.known.name, found.now)
    except (DecisionRefused, InvalidInput) as refused:
        return _account(found, _id, refused, {**_typed(form), "decision": "mail-again"})
    return redirect(f"/desk/accounts/{_id}?done=mail-again")


@router.post("/desk/accounts/<_id>/<_decision>")
def decided(_id: str, _decision: str) -> Response[str]:
    found = context(router)
    form = found.request.form
    if not ACCOUNT_ID.fullmatch(_id):
        raise NotFoundError
    try:
        done = decide(found.services.desk, _id, _decision, form, found.known.name, found.now)
    except (DecisionRefused, InvalidInput) as refused:
        asks = {"asks": "yes"} if isinstance(refused, ConfirmationNeeded) else {}
        return _account(found, _id, refused, {**_typed(form), **asks, "decision": _decision})
    if form.get("from") == "queue":
        return redirect(f"/desk?done={_decision}&account={done.id}")
    return redirect(f"/desk/accounts/{done.id}?done={_decision}")


@router.get("/desk/held")
def held() -> Response[str]:
    return _held(context(router))


@router.post("/desk/held")
def decided_held() -> Response[str]:
    found = context(router)
    form = found.request.form
    try:
        decided = decide_held(found.services.desk, form, found.known.name, found.now)
    except InvalidInput as refused:
        return _held(found, refused=refused, given=_typed(form))
    return _held(found, decided)


@router.get("/desk/platform")
def whole_platform() -> Response[str]:
    found = context(router)
    shown: dict[str, Any] = {"state": platform(found.services.desk, found.now), "ses": ses_review}
    return _page("desk_platform", "Platform", found, **shown, limit=_limit(found))


@router.get("/desk/system")
def system() -> Response[str]:
    return _system(context(router))


@router.post("/desk/system/breaker")
def breaker() -> Response[str]:
    found = context(router)
    try:
        reset_breaker(found.services.desk, found.request.form, found.known.name, found.now)
    except InvalidInput as refused:
        return _system(found, refused, _typed(found.request.form))
    return redirect("/desk/system?done=breaker")


def _account(
    found: RequestContext[SiteServices],
    account_id: str,
    refused: Refused | None = None,
    given: Mapping[str, str] = _NOTHING,
) -> Response[str]:
    before = found.request.query.get("before", "")
    dossier = (
        desk.dossier(found.services.desk, account_id, before, found.now) if ACCOUNT_ID.fullmatch(account_id) else None
    )
    if dossier is None:
        raise NotFoundError
    shown: dict[str, Any] = {name: getattr(dossier, name) for name in desk.Dossier.__slots__}
    lines = dossier.explained.lines(found.services.pages.brand.platform)
    shown |= {
        "lines": lines,
        "kept_now": dossier.explained.kept_now,
        "before": before,
        "fates": wording.FATES,
        "given": given,
        "limit": _limit(found),
    }
    return _page("desk_account", "Accounts", found, refused, **shown)


def _held(
    found: RequestContext[SiteServices],
    decided: Sequence[Result] = (),
    refused: InvalidInput | None = None,
    given: Mapping[str, str] = _NOTHING,
) -> Response[str]:
    after = found.request.query.get("after", "")
    page = desk.held_page(found.services.desk, after)
    done = {one.about for one in decided if not one.refused}  # the index may still show them
    shown: dict[str, Any] = {"page": page, "after": after, "decided": decided, "given": given, "gone": done}
    return _page("desk_held", "Held", found, refused, **shown, ticked=TICKED, limit=_limit(found))


def _system(
    found: RequestContext[SiteServices], refused: Refused | None = None, given: Mapping[str, str] = _NOTHING
) -> Response[str]:
    before = found.request.query.get("before", "")
    state = desk.system(found.services.desk, before, found.now)
    shown = {
        "state": state,
        "before": before,
        "given": given,
        "resting_at_most": desk.RESTING,
        "moment": lambda at: wording.local(datetime.fromisoformat(at)),
    }
    return _page("desk_system", "System", found, refused, **shown)


def _page(
    template: str, here: str, found: RequestContext[SiteServices], refused: Refused | None = None, **shown: Any
) -> Response[str]:
    platform = found.services.pages.brand.platform
    return found.services.pages.page(
        template,
        refused.status if refused else HTTPStatus.OK,
        here=here,
        staff=found.known.claims.subject,
        csrf=found.known.csrf,
        done="" if refused else _done(found.request.query),
        refused=refused.messages if isinstance(refused, InvalidInput) else refused,
        asks=isinstance(refused, ConfirmationNeeded),
        wrong=dict(refused.errors) if isinstance(refused, InvalidInput) else {},
        now=found.now,
        view=desk_view,
        times=wording.times,
        sentence=lambda entry, account: _in_zone(entry, account).sentence(),
        when=lambda entry, account: wording.local(_in_zone(entry, account).at),
        headline=lambda entry, account: _in_zone(entry, account).headline(platform),
        **shown,
    )


def _in_zone(entry: Entry, account: Account | None) -> Entry:
    """Where its account is; what is about the whole stack, in UTC."""
    return entry.in_zone(shown_zone_of(account) if account else UTC)


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    """As it is shown again, to be mended."""
    return {name: wording.plain(text, wording.LONGEST_REASON) for name, text in form.items()}


def _done(query: Mapping[str, str]) -> str:
    """What was done, in our own words: an address can be made by anybody."""
    done, account_id = DONE.get(query.get("done", ""), ""), query.get("account", "")
    return f"{account_id}: {done}" if done and ACCOUNT_ID.fullmatch(account_id) else done


def _limit(found: RequestContext[SiteServices]) -> int:
    """Where a bar's line is drawn."""
    try:
        return found.services.desk.policies.current().complaint_ratio.limit_per_1000
    except ServiceError:
        return DEFAULT.complaint_ratio.limit_per_1000
