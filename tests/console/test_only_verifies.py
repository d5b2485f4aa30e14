"""The console only verifies: it creates no keys, users, identities, links or secrets, and changes neither the owner
nor the senders of an account."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.test_template import as_list, statements

from permille.console.api.api_app import openapi_text
from permille.console.site.site_app import resolver

PACKAGE = Path(__file__).parents[2] / "layers" / "core" / "permille"
SOURCES = [*(PACKAGE / "console").rglob("*.py"), *(PACKAGE / "usecases" / "views").glob("desk_*.py")]
OF_THE_COMMAND = {
    "permille.usecases.senders.change",
    "permille.usecases.senders.change_identities",
    "permille.usecases.senders.change_senders",
    "permille.usecases.senders.add_account",
    "permille.ports.operator",
    "permille.ports.iam_users",
    "permille.ports.identities",
    "permille.usecases.decisions.providers",
    "permille.smtp.login",
    "permille.aws.iam_users",
    "permille.aws.secrets",
}
OF_THE_COMMAND_ALONE = {"ChangeOwner", "ChangeIdentities", "ChangeSenders", "ConnectProvider", "make_token"}
CHANGING = {
    ("POST", "/desk/accounts/<_id>/<_decision>"),
    ("POST", "/desk/accounts/<_id>/note"),
    ("POST", "/desk/accounts/<_id>/suppress"),
    ("POST", "/desk/accounts/<_id>/suppressions"),
    ("POST", "/desk/accounts/<_id>/unsuppress"),
    ("POST", "/desk/accounts"),
    ("POST", "/desk/held"),
    ("POST", "/desk/logout"),
    ("POST", "/desk/system/breaker"),
    ("POST", "/enter/new-link"),
    ("POST", "/enter"),  # its caller is let in, and nothing else
    ("POST", "/monthly-mail"),  # its token lets it stop the monthly mail, and nothing else
    ("POST", "/provider"),  # the function Providers verifies its token
    ("POST", "/report/<_id>/logout"),
    ("POST", "/report/<_id>/monthly-mail"),
    ("POST", "/report/<_id>/provider"),  # the function Providers does it
    ("POST", "/report/<_id>/review"),
}
REVIEW = "/api/v1/accounts/{account_id}/review"
CHANGING_BY_API = {("put", REVIEW), ("delete", REVIEW)}


def test_the_console_imports_nothing_that_signs_tokens() -> None:
    script = (
        "import sys, permille.console.site.site_app, permille.console.api.api_app, permille.console.site.desk_forms;"
        f"sys.exit(' '.join({OF_THE_COMMAND!r} & set(sys.modules)))"
    )

    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)  # noqa: S603

    assert ended.stderr.strip() == ""


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_no_source_of_it_names_what_is_the_commands_alone(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert names & OF_THE_COMMAND_ALONE == set()


def test_the_consoles_changing_routes_are_listed_here() -> None:
    found = {(route.method, route.path) for route in [*resolver()._static_routes, *resolver()._dynamic_routes]}

    assert {(method, path) for method, path in found if method not in ("GET", "HEAD")} == CHANGING


def test_the_apis_changing_routes_are_listed_here() -> None:
    paths = json.loads(openapi_text())["paths"]
    found = {(method, path) for path, methods in paths.items() for method in methods}

    assert {(method, path) for method, path in found if method not in ("get", "head", "parameters")} == CHANGING_BY_API


def test_its_role_lets_it_make_none_of_them() -> None:
    actions = {action for one in statements("Console") for action in as_list(one["Action"])}
    of_table = {action for action in actions if action.startswith("dynamodb:")}

    assert {action for action in actions if action.split(":")[0] in ("iam", "kms", "ses", "secretsmanager", "sts")} == {
        "iam:GetAccessKeyLastUsed",
        "iam:ListAccessKeys",
        "iam:ListGroupsForUser",
        "kms:VerifyMac",
    }
    assert "dynamodb:DeleteItem" not in of_table
