"""The change sets of a CloudFormation stack."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from permille.aws.change_sets import pending_change_sets
from permille.domain.values.errors import PermissionDenied


class ChangeSets:
    """CloudFormation with these change sets, each on a page of its own."""

    def __init__(self, *pages: tuple[str, str] | ClientError) -> None:
        self.pages = pages

    def get_paginator(self, _: str) -> "ChangeSets":
        return self

    def paginate(self, **_: str) -> Iterator[Any]:
        for page in self.pages:
            if isinstance(page, ClientError):
                raise page
            yield {"Summaries": [{"ChangeSetId": page[0], "ExecutionStatus": page[1]}]}


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "ListChangeSets")


def test_a_change_set_that_could_be_executed_is_pending() -> None:
    made = ChangeSets(("declined", "AVAILABLE"), ("done", "EXECUTE_COMPLETE"), ("empty", "UNAVAILABLE"))

    assert pending_change_sets("permille", cloudformation=cast("Any", made)) == {"declined"}
    none = ChangeSets(refusal("ValidationError", "Stack [permille] does not exist"))
    assert pending_change_sets("permille", cloudformation=cast("Any", none)) == set()
    with pytest.raises(PermissionDenied, match="reading the change sets of permille"):
        pending_change_sets("permille", cloudformation=cast("Any", ChangeSets(refusal("AccessDenied", "no"))))
