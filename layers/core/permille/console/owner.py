"""The owner's report."""

from aws_lambda_powertools.event_handler import Response

from permille.console.routing import routes
from permille.console.world import asked

router = routes()


@router.get("/report/<_id>")
def report(_id: str) -> Response[str]:
    found = asked(router)
    return found.world.pages.page("report", framed=True, account=found.owned, csrf=found.known.csrf)
