"""The pages as an application: routes, and what becomes of errors."""

from functools import cache

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response

from permille.console.requests import Request
from permille.console.site import (
    desk_account,
    desk_account_pages,
    desk_costs,
    desk_lists,
    desk_system,
    error_pages,
    login_pages,
    mail_pages,
    owner_downloads,
    owner_pages,
    owner_provider,
    public_pages,
)
from permille.console.site.context import SiteServices, context
from permille.console.web_app import WebApp


@cache
def resolver() -> LambdaFunctionUrlResolver:
    """All routes of the pages, made once."""
    app = LambdaFunctionUrlResolver()
    for_owners = (public_pages, login_pages, mail_pages, owner_pages, owner_provider, owner_downloads)
    for routes in (*for_owners, desk_lists, desk_account_pages, desk_account, desk_system, desk_costs):
        app.include_router(routes.router)

    @app.not_found
    def not_found(_: Exception) -> Response[str]:
        ctx = context(app)
        return error_pages.to_response(ctx.services.pages, ctx.request, error_pages.NOT_FOUND)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(error: Exception) -> Response[str]:
        return APP.refuse(context(app), error)

    return app


def _to_response(services: SiteServices, request: Request, error: Exception) -> Response[str]:
    return error_pages.to_response(services.pages, request, error_pages.error_page_for(error))


APP = WebApp("page", resolver, _to_response)
answer = APP.answer
