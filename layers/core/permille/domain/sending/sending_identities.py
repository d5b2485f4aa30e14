"""The identities that an IAM user's policies name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from permille.domain.sending.iam_policy import Document, allowed_resources, listed, sending_statements

FROM = "ses:fromaddress"


def may_send(documents: Iterable[Document]) -> bool:
    """Whether one of these policies allows sending, of whatever. Raises InvalidInput for an invalid document."""
    return any(True for document in documents for _ in sending_statements(document))


def identities_of(documents: Iterable[Document], ses: str, known: Collection[str]) -> tuple[str, ...]:
    """The identities of SES that these policies name, as a resource or by a condition on the sender's address.

    ses: the prefix of the ARNs of SES, as in arn:aws:ses:us-east-1:123456789012
    known: the identities that SES has
    """
    prefix = f"{ses}:identity/"
    found: set[str] = set()
    for document in documents:
        found |= {arn.removeprefix(prefix) for arn in allowed_resources(document) if arn.startswith(prefix)}
        for statement in sending_statements(document):
            found |= {_identity(address, known) for address in _senders(statement)}
    return tuple(sorted(found & {*known}))


def _senders(statement: Mapping[str, Any]) -> Iterator[str]:
    """The addresses, or patterns of them, that a condition restricts the sender to."""
    condition = statement.get("condition", {})
    for block in condition.values():
        for key, values in block.items():
            if key.lower() == FROM:
                yield from map(str, listed(values))


def _identity(address: str, known: Collection[str]) -> str:
    """The identity that mail from this address uses: the address itself, or its domain."""
    return address if address in known else address.rpartition("@")[2].lower()
