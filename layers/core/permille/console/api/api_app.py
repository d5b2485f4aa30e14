"""The JSON API of host platforms, about accounts as they are."""

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver

from permille.console.api import account_routes, feedback_routes, review_routes
from permille.console.api.json_api import JsonApi, openapi_text_of, resolver_of
from permille.console.api.openapi import document
from permille.console.sessions import API_PREFIX

API = JsonApi(
    "api", API_PREFIX, (account_routes.router, feedback_routes.router, review_routes.router), describe=document
)
APP = API.app
answer = APP.answer


def resolver() -> LambdaFunctionUrlResolver:
    """All routes of the API."""
    return resolver_of(API)


def openapi_text() -> str:
    """The OpenAPI document as it is served and checked in (docs/openapi.json)."""
    return openapi_text_of(API)
