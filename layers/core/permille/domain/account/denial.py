"""Whether somebody denied an account by hand."""

from permille.domain.account.account import Account
from permille.domain.account.credential import SenderState


def is_denied_by_hand(account: Account, state: SenderState) -> bool:
    """Whether a sender's state in IAM shows that somebody denied it by hand. Before IAM was read back to agree, the
    deny group may still hold senders that Permille put there."""
    return state.denied and account.status.may_send and account.in_sync
