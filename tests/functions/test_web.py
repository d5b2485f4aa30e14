"""Console and Api, from the function URL's event to its answer; what they answer is tested in tests/console."""

import json

from functions.api.app import handler as api
from functions.console.app import handler as console
from tests.support.builders import LambdaContext
from tests.support.function_url import url_event
from tests.support.visiting import FakeWeb


def test_a_page_is_answered_in_html() -> None:
    answer = console(url_event("GET", "/guide"), LambdaContext(), FakeWeb().console)

    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_the_api_answers_in_json_who_has_no_token() -> None:
    answer = api(url_event("GET", "/api/v1/accounts/bakery"), LambdaContext(), FakeWeb().api)

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["status"] == 401
