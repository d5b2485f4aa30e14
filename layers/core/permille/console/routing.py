"""Powertools' routers, with the types that Powertools leaves out."""

from aws_lambda_powertools.event_handler.api_gateway import Router


def new_router() -> Router:
    """A router that knows no routes yet."""
    return Router()  # type: ignore[no-untyped-call]
