"""One tree of errors: each class says with which HTTP status and exit code it is answered."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from tests.support.sentences import is_one_clause

from permille.aws.client import service_call
from permille.domain.values import errors
from permille.domain.values.errors import InvalidInput, PermilleError, PermissionDenied, RequestRejected, Unavailable

CODE = Path(__file__).parents[1]
DRAWN = re.compile(r"^[│ ]*[├└]?(?:── )?(?P<name>\w+) +(?P<status>\d{3}), exit (?P<exit>\d)", re.MULTILINE)


def classes() -> Iterator[tuple[str, int, int]]:
    for name, one in inspect.getmembers(errors, inspect.isclass):
        if issubclass(one, PermilleError):
            yield name, int(one.status), one.exit_code


def test_the_docstring_draws_every_class_with_its_status_and_exit_code() -> None:
    drawn = {(one["name"], int(one["status"]), int(one["exit"])) for one in DRAWN.finditer(errors.__doc__ or "")}

    assert drawn == set(classes())


def test_the_docstring_draws_who_is_whose_child() -> None:
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := DRAWN.match(line):
            depth = line.index(found["name"]) // 4
            parents[depth:] = [found["name"]]
            parent = "Exception" if depth == 0 else parents[depth - 1]
            assert getattr(errors, found["name"]).__bases__[0].__name__ == parent


@pytest.mark.parametrize("folder", ["layers/core/permille", "cli/permille_cli", "functions"])
def test_no_public_error_is_defined_elsewhere(folder: str) -> None:
    """One that begins with _ never leaves its module. `local/` is the embedded stack, which speaks SMTP and AWS."""
    sources = [one for one in (CODE / folder).rglob("*.py") if one.name != "errors.py" and "local" not in one.parts]
    defined = {
        found[1]
        for source in sources
        for found in re.finditer(r"^class ([A-Z]\w*)\((?:\w*Exception|\w*Error)\)", source.read_text(), re.MULTILINE)
    }

    # The first tells SNS to deliver again; the others never leave the parsers of SES's events and of addresses, and the
    # clients of outbound/.
    assert defined <= {"NotCounted", "Malformed", "NotAMailbox", "UnknownHost", "PrivateAddress"}


def refused(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "who knows"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PutItem")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("refusal", "told", "said"),
    [
        (refused("AccessDenied", 403), PermissionDenied, "AWS does not allow it .AccessDenied: who knows"),
        (refused("AccessDeniedException", 400), PermissionDenied, "AWS does not allow it"),
        (refused("ExpiredToken", 403), PermissionDenied, "AWS does not allow it .ExpiredToken"),
        (refused("ValidationException", 400), RequestRejected, "AWS rejects the request .ValidationException"),
        (refused("ResourceNotFoundException", 400), RequestRejected, "AWS rejects the request"),
        (refused("ValidationException", 500), RequestRejected, "AWS rejects the request"),
        (refused("ThrottlingException", 400), Unavailable, "reading: ThrottlingException"),
        (refused("TransactionConflictException", 400), Unavailable, "TransactionConflictException"),
        (refused("InternalServerError", 500), Unavailable, "InternalServerError"),
        (refused("NeverHeardOf", 503), Unavailable, "NeverHeardOf"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), Unavailable, "Could not connect"),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:40],
)
def test_what_aws_refuses_for_good_is_not_told_as_try_again_later(
    refusal: ClientError | BotoCoreError, told: type[PermilleError], said: str
) -> None:
    with pytest.raises(PermilleError, match=said) as raised, service_call("reading"):
        raise refusal

    assert type(raised.value) is told


def test_several_wrong_values_are_told_at_once() -> None:
    error = InvalidInput.of([("day", "is over"), ("batch", "is none")])

    assert str(error) == "day: is over; batch: is none"
    assert error.messages == "is over; is none"


def messages(source: Path) -> Iterator[tuple[str, int]]:
    """The messages that the source gives our errors, with an x for each value in them, and their lines."""
    names = {name for name, _, _ in classes()}
    for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names and call.args:
            message = call.args[0]
            parts = message.values if isinstance(message, ast.JoinedStr) else [message]
            yield "".join(part.value if is_text(part) else "x" for part in parts), call.lineno  # type: ignore[attr-defined]


def is_text(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str)


@pytest.mark.parametrize("folder", ["layers/core/permille", "cli/permille_cli"])
def test_every_message_is_one_clause_whoever_says_it(folder: str) -> None:
    """Command, pages and both APIs say the same messages."""
    found = [
        f"{source.name}:{line}: {message}"
        for source in (CODE / folder).rglob("*.py")
        for message, line in messages(source)
        if not is_one_clause(message)
    ]

    assert found == []
