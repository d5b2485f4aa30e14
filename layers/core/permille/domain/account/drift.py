"""How IAM differs from what Permille set, as entries and findings list it."""

from permille.domain.account.credential import SenderState, changes
from permille.domain.timeline.kinds.credential import Difference


def drift(sender: str, state: SenderState, deactivated: frozenset[str], *, may_send: bool) -> list[Difference]:
    """How a sender's state in IAM differs from the status, in either direction."""
    todo = changes(state, deactivated, may_send=may_send)
    differences = [Difference(sender=sender, what="active", access_key_id=key) for key in sorted(todo.deactivate)]
    differences += [Difference(sender=sender, what="deactivated", access_key_id=key) for key in sorted(todo.activate)]
    if todo.deny is not None:
        differences.append(Difference(sender=sender, what="not denied" if todo.deny else "denied", access_key_id=""))
    return differences
