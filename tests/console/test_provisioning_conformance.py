"""The provisioning API against its own OpenAPI document, with generated requests, valid and invalid."""

from typing import Any
from zlib import crc32

import schemathesis
from hypothesis import strategies as st
from tests.support.conformance import each_operation_conforms, hold_to_style_if_problem
from tests.support.provisioning import CRM, Host
from tests.support.wsgi import serving

from permille.console.api.provisioning_app import openapi_text
from permille.domain.words.wording import plain

SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/20260310/us-east-1/lambda/aws4_request"
# What SES and the IANA database take, no schema can say (tests/usecases/test_add_account.py).
schemathesis.openapi.format("idn-email", st.sampled_from(["owner@bakery.example", "Kim@b\u00e4ckerei.example"]))
schemathesis.openapi.format(
    "identity", st.sampled_from(["bread.example", "news@bread.example", "b\u00e4ckerei.example"])
)
schemathesis.openapi.format("own-identity", st.sampled_from(["gone.example", "news@gone.example"]))
schemathesis.openapi.format("time-zone", st.sampled_from(["UTC", "Europe/Vienna", "Asia/Kathmandu"]))


def a_host() -> Host:
    host = Host()
    assert host.create().status == 200
    return host


def answered(event: dict[str, Any]) -> dict[str, Any]:
    """AWS refuses what is not signed before the function runs."""
    if not event["headers"].get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
        return {"statusCode": 403, "headers": {"Content-Type": "application/json"}, "body": '{"Message":"Forbidden"}'}
    return asked[0].answered(event, CRM)


asked = [a_host()]
FOR_THE_DOCUMENT = {"Authorization": SIGNED}
# It wants 401 where no signature was sent, and AWS answers 403.
AS_AWS = schemathesis.Config.from_dict({"checks": {"missing_required_header": {"enabled": False}}})
api = schemathesis.openapi.from_wsgi(
    "/provisioning/v1/openapi.json", serving(answered), config=AS_AWS, headers=FOR_THE_DOCUMENT
)


@api.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Most ids that may be are nobody's: every second one becomes the account's."""
    given = (path_parameters or {}).get("account_id")
    if not isinstance(given, str) or not given.isascii() or not given.isalnum() or not given.islower():
        return path_parameters
    return {"account_id": ["bakery", given][crc32(given.encode()) % 2]}


@api.hook
def filter_body(context: Any, body: Any) -> bool:
    """Words that show nothing are refused (tests/domain/test_commands.py), and no schema can say which ones are."""
    if not isinstance(body, dict):
        return True
    reason, name = body.get("reason", "x"), body.get("owner_name") or ""
    shows = not isinstance(reason, str) or not reason.strip() or bool(plain(reason))
    printable = not isinstance(name, str) or name.isprintable()
    return shows and printable


def does_as_its_document_says(case: Any) -> None:
    asked[0] = a_host()
    hold_to_style_if_problem(case.call_and_validate(headers={"Authorization": SIGNED}))


def test_every_operation_conforms_to_the_document() -> None:
    each_operation_conforms(api, does_as_its_document_says, openapi_text())
