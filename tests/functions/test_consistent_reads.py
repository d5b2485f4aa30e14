"""What a function decides by is read strongly consistent: DynamoDB may else answer with what was there before."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.functions.conftest import Cloud
from tests.functions.test_roles import CALLS, COUNTED, each_function
from tests.support.asked import asking
from tests.support.builders import NOW, PATIENCE

from permille.bootstrap.ingest import ingest_services

# Pages of a timeline, how much is quarantined, and whose a sender is, are shown and decide nothing.
SHOWN = {("Query", "TimelineTable"), ("Scan", "QuarantineTable"), ("GetItem", "SendersTable")}
WHO_SHOWS = ("Console", "Api", "Doctor")


@each_function
def test_every_read_of_a_table_is_strongly_consistent(cloud: Cloud, function: str) -> None:
    cloud.open()
    ingest_services().ledger.count([COUNTED], NOW, PATIENCE)
    ingest_services.cache_clear()
    with asking() as asked:
        CALLS[function]()

    read = [one for operation, params in asked.calls for one in reads(operation, params)]

    assert read
    assert {(operation, table) for operation, table, consistent in read if not consistent} <= (
        SHOWN if function in WHO_SHOWS else set()
    )


def reads(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Of tables; an index is always a little behind, and what was found by one is read again."""
    if operation == "BatchGetItem":
        yield from (
            (operation, table, one.get("ConsistentRead", False)) for table, one in params["RequestItems"].items()
        )
    elif operation in ("GetItem", "Query", "Scan") and "IndexName" not in params:
        yield operation, params["TableName"], params.get("ConsistentRead", False)
