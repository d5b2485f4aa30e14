"""Generated requests to an API that runs in this process, held to its OpenAPI document."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from tests.support.examples import examples
from tests.support.sentences import hold_to_style


def hold_to_style_if_problem(answer: Any) -> None:
    """Fails where the answer is a problem whose texts are in another style."""
    if answer.status_code >= 400 and "detail" in answer.json():
        hold_to_style(answer.json())


def each_operation_conforms(api: Any, conforms: Callable[[Any], None], document: str) -> None:
    """All operations in one test: schemathesis would give each the same id, of which xdist runs one.

    conforms: sends a case, and validates the answer
    """
    tries = settings(max_examples=examples(60), derandomize=True, deadline=None, database=None)
    tried = []
    for found in get_all_tests(schema=api, test_func=conforms, settings=tries, given_kwargs=None):
        assert isinstance(found, Ok)
        operation, holds = found.ok()
        holds()
        tried.append(operation.label)

    paths = json.loads(document)["paths"]
    assert sorted(tried) == sorted(f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs)
