"""Records the calls to AWS of all clients, as IAM actions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS
from tests.support.sessions import forget

EVENT = "provide-client-params"
PREFIXES = {"sesv2": "ses"}  # where IAM's word for a service is another one than the SDK's
RENAMED = {"ListObjectsV2": "ListBucket"}  # and for an operation
OF_TRANSACTIONS = ("Put", "Update", "Delete", "ConditionCheck")


@dataclass(slots=True)
class Asked:
    actions: set[str] = field(default_factory=set)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def note(self, model: Any, params: Mapping[str, Any], **_: object) -> None:
        self.calls.append((model.name, params))
        service = model.service_model.service_name
        self.actions |= {f"{PREFIXES.get(service, service)}:{name}" for name in _actions(model.name, params)}


def _actions(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """IAM authorizes a transaction by its parts."""
    if operation == "TransactWriteItems":
        yield from (f"{kind}Item" for item in params["TransactItems"] for kind in item if kind in OF_TRANSACTIONS)
    else:
        yield RENAMED.get(operation, operation)


@contextmanager
def asking() -> Iterator[Asked]:
    """Records the calls of every client that is created in the block."""
    asked = Asked()
    handler = (EVENT, asked.note)
    BUILTIN_HANDLERS.append(handler)
    forget()  # those that have the handlers of before
    try:
        yield asked
    finally:
        BUILTIN_HANDLERS.remove(handler)
        forget()
