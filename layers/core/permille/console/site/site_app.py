"""The pages: owners' reports and support's desk."""

from functools import cache

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response

from permille.console.front import Front
from permille.console.requests import Request
from permille.console.site import desk, entrance, owner
from permille.console.site.context import SiteServices, context
from permille.console.site.refusals import MISSING, refusal_for, said


@cache
def resolver() -> LambdaFunctionUrlResolver:
    app = LambdaFunctionUrlResolver()
    for routes in (entrance.router, owner.router, desk.router):
        app.include_router(routes)

    @app.not_found
    def missing(_: Exception) -> Response[str]:
        found = context(app)
        return said(found.services.pages, found.request, MISSING)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(error: Exception) -> Response[str]:
        return FRONT.refused(context(app), error)

    return app


def _told(services: SiteServices, request: Request, error: Exception) -> Response[str]:
    return said(services.pages, request, refusal_for(error))


FRONT = Front("page", resolver, _told)
answer = FRONT.answer
