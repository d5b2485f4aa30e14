"""The pages: owners' reports and support's desk."""

from functools import cache

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response

from permille.console import desk, entrance, owner
from permille.console.front import Front
from permille.console.refusals import BROKEN, MISSING, refusal_for, said
from permille.console.requests import Request
from permille.console.world import Console, asked
from permille.observability import logger, record


@cache
def resolver() -> LambdaFunctionUrlResolver:
    app = LambdaFunctionUrlResolver()
    for routes in (entrance.router, owner.router, desk.router):
        app.include_router(routes)

    @app.not_found
    def missing(_: Exception) -> Response[str]:
        found = asked(app)
        return said(found.world.pages, found.request, MISSING)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(error: Exception) -> Response[str]:
        found = asked(app)
        return _refused(found.world, found.request, error)

    return app


def _refused(world: Console, request: Request, error: Exception) -> Response[str]:
    refusal = refusal_for(error)
    if refusal is BROKEN:
        logger.exception("page.failed", path=request.path)
    record("page.refused", path=request.path, status=int(refusal.status), why=str(error))
    return said(world.pages, request, refusal)


answer = Front(resolver, _refused).answer
