"""What all pages of the support desk share: the frame of a page, the id in its path, and the form shown again after an
error."""

from collections.abc import Mapping
from datetime import UTC
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.console.context import RequestContext
from permille.console.site import desk_view
from permille.console.site.context import SiteServices
from permille.domain.account.account import Account
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.timeline import Entry
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import ConfirmationNeeded, DecisionRefused, InvalidInput, ServiceError
from permille.domain.words import wording
from permille.usecases.views.desk_tabs import MOST_COUNTED, desk_tabs
from permille.zones import shown_zone_of

DONE_MESSAGES = {
    "approve": "Approved. The owner is told the day.",
    "decline": "Declined. The owner is told why.",
    "cancel": "The trial is cancelled. The owner is told why.",
    "confirm": "Confirmed. The account is reinstated within a minute.",
    "disable": "Disabled. The SMTP credential is switched off within seconds.",
    "enable": "Enabled. The SMTP credential is switched on within seconds.",
    "exempt": "Exempt: no rule disables the account until then.",
    "release": "Released: if the rule is still broken, the account is disabled within a minute.",
    "void": "Voided: the complaint does not count any more. The account is judged again within a minute.",
    "restore": "The complaint counts again. The account is judged again within a minute.",
    "unexempt": "The rules apply to the account again.",
    "close": "Closed. The SMTP credential is switched off within seconds; the command deletes the IAM user.",
    "owner-mail": "The owner is written to again.",
    "suppress": "The address is suppressed. The host platform is told.",
    "unsuppress": "The address may be mailed again. The host platform is told.",
    "breaker": "The breaker is closed.",
    "note": "Noted. The owner does not read it.",
}
NO_FORM: Mapping[str, str] = {}
Refusal = DecisionRefused | InvalidInput


def desk_page(
    template: str, tab: str, ctx: RequestContext[SiteServices], refusal: Refusal | None = None, **values: Any
) -> Response[str]:
    """A page of the desk. `tab`: which one is current; `refusal`: why the form that was sent had no effect; `values`:
    further variables of the template."""
    platform = ctx.services.pages.brand.platform
    return ctx.services.pages.page(
        template,
        refusal.status if refusal else HTTPStatus.OK,
        here=tab,
        **_frame(ctx),
        done="" if refusal else _done(ctx.request.query),
        refused=refusal.messages if isinstance(refusal, InvalidInput) else refusal,
        needs_confirmation=isinstance(refusal, ConfirmationNeeded),
        wrong=dict(refusal.errors) if isinstance(refusal, InvalidInput) else {},
        now=ctx.now,
        view=desk_view,
        times=wording.times,
        sentence=lambda entry, account: _in_zone(entry, account).sentence(),
        when=lambda entry, account: wording.local(_in_zone(entry, account).at),
        headline=lambda entry, account: _in_zone(entry, account).headline(platform),
        **values,
    )


def _frame(ctx: RequestContext[SiteServices]) -> dict[str, Any]:
    """The template variables of the frame: tabs with counts, and the banner of the breaker."""
    desk = ctx.services.desk
    return {
        "tabs": desk_tabs(desk.account_counts, desk.control, desk.undelivered, ctx.now),
        "most_counted": MOST_COUNTED,
        "done_messages": DONE_MESSAGES,
        "staff": ctx.session.claims.subject,
        "csrf": ctx.session.csrf,
    }


def form_again(form: Mapping[str, str], longest: int = wording.LONGEST_REASON) -> dict[str, str]:
    """The fields of a form as the page shows them again, to be corrected. `longest`: characters of a field."""
    return {name: wording.plain(text, longest) for name, text in form.items()}


def possible_id(account_id: str) -> str:
    """The id in a path, if an account can have it. Raises NotFoundError."""
    if not ACCOUNT_ID.fullmatch(account_id):
        raise NotFoundError
    return account_id


def limit_per_1000(ctx: RequestContext[SiteServices]) -> int:
    """The limit that the bars of complaint rates show; the default's where the policy cannot be read."""
    try:
        return ctx.services.desk.policies.current().complaint_ratio.limit_per_1000
    except ServiceError:
        return DEFAULT.complaint_ratio.limit_per_1000


def _in_zone(entry: Entry, account: Account | None) -> Entry:
    """The entry in the time zone of its account; in UTC where it is about the whole stack."""
    return entry.in_zone(shown_zone_of(account) if account else UTC)


def _done(query: Mapping[str, str]) -> str:
    """What was done, in words of DONE_MESSAGES alone: anybody can make a link to this page."""
    done, account_id = DONE_MESSAGES.get(query.get("done", ""), ""), query.get("account", "")
    return f"{account_id}: {done}" if done and ACCOUNT_ID.fullmatch(account_id) else done
