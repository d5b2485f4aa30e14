"""What the routes of the JSON API work with."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import RequestContext, WebServices
from permille.console.web_app import CONTEXT
from permille.ports.accounts import AccountList
from permille.ports.answers import AnswerStore
from permille.ports.history import Suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices(WebServices):
    """The services of the JSON API.

    platform: its name, for the words of entries
    smtp_endpoint: HOST:PORT of the SMTP interface of SES
    """

    platform: str
    account_list: AccountList
    answers: AnswerStore
    suppressions: Suppressions
    smtp_endpoint: str


def context(router: Any) -> RequestContext[ApiServices]:
    """The context of the request that the router is handling."""
    ctx: RequestContext[ApiServices] = router.context[CONTEXT]
    return ctx
