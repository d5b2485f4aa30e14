"""Support's desk."""

from aws_lambda_powertools.event_handler import Response

from permille.console.routing import routes
from permille.console.world import asked

router = routes()


@router.get("/desk")
def queue() -> Response[str]:
    found = asked(router)
    return found.world.pages.page("desk", name=found.known.claims.subject, csrf=found.known.csrf)
