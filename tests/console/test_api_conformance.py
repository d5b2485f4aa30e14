"""The JSON API against its own OpenAPI document, with generated requests, valid and invalid."""

from datetime import date, timedelta
from typing import Any
from zlib import crc32

import schemathesis
from hypothesis import strategies as st
from tests.support.builders import (
    ACCOUNT,
    NOW,
    PATIENCE,
    TODAY,
    TOMORROW,
    LambdaContext,
    an_account,
    an_entry,
    bounce_counts,
)
from tests.support.conformance import each_operation_conforms, hold_to_style_if_problem
from tests.support.fakes import FakeLedger
from tests.support.platform import Platform
from tests.support.wsgi import serving
from tests.usecases.test_suppression import complained

from permille.console.api import api_app
from permille.console.api.api_app import openapi_text
from permille.domain.account.second_chance import FURTHEST_DAY, Review, ReviewState
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.values.status import Status
from permille.domain.words.wording import plain

OPEN = Review(ReviewState.OPEN, TOMORROW, 800, "We mailed an old list", "We took it off", NOW)
ACCOUNTS = [
    an_account(ACCOUNT, status=Status.DISABLED),
    an_account("florist", status=Status.DISABLED, review=OPEN),
    an_account("toyshop", status=Status.ACTIVE),
]
ENTRIES = [an_entry(kind, NOW - timedelta(hours=1)) for kind in KINDS]
# A cursor that is not of this list is refused (tests/console/test_api.py), and no schema can say which ones are.
schemathesis.openapi.format("cursor", st.just(""))
schemathesis.openapi.format("date", st.dates(TODAY, TODAY + FURTHEST_DAY).map(date.isoformat))


def a_platform() -> Platform:
    platform = Platform()
    platform.rows.accounts.update({account.id: account for account in ACCOUNTS})
    platform.rows.put(*ENTRIES)
    complained(platform.rows, "ann@example.com", "bob@example.com", "ann@example.com")
    FakeLedger(platform.rows).count(bounce_counts("cyd@example.com", "postmaster"), NOW, PATIENCE)
    return platform


asked = [a_platform()]
api = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", serving(lambda event: api_app.answer(asked[0].world, event, LambdaContext(), NOW))
)


@api.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Most ids that may be are nobody's: three of four become an account's."""
    given = (path_parameters or {}).get("account_id")
    if not isinstance(given, str) or not given.isascii() or not given.isalnum() or not given.islower():
        return path_parameters
    return {"account_id": [*(account.id for account in ACCOUNTS), given][crc32(given.encode()) % 4]}


@api.hook
def filter_body(context: Any, body: Any) -> bool:
    """Words that show nothing are refused (tests/domain/test_commands.py), and no schema can say which ones are."""
    words = [body.get(name) for name in ("cause", "change")] if isinstance(body, dict) else []
    return all(not isinstance(text, str) or not text.strip() or plain(text) for text in words)


@api.hook
def filter_query(context: Any, query: Any) -> bool:
    """A null, or an empty list or object, is not sent as a parameter: the request without it is no invalid one."""
    return not isinstance(query, dict) or all(value not in ([], {}, None) for value in query.values())


def does_as_its_document_says(case: Any) -> None:
    asked[0] = a_platform()
    hold_to_style_if_problem(case.call_and_validate(headers={"Authorization": f"Bearer {asked[0].token()}"}))


def test_every_operation_conforms_to_the_document() -> None:
    each_operation_conforms(api, does_as_its_document_says, openapi_text())
