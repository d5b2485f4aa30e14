"""Words for who acted: AWS identities, holders of links, platforms."""

from permille.domain.words.wording import plain


def identity_in_short(arn: str) -> str:
    """An AWS identity without its account: `assumed-role/Admin/eva`, `user/eva`. It is the end of the ARN without the
    path of an IAM user, which can be chosen freely and may imitate the end of another ARN."""
    kind, *path = arn.split(":", 5)[-1].split("/")
    return "/".join([kind, *(path[-1:] if kind == "user" else path)])


def who(by: str) -> str:
    """Who acted, for staff. The facts of an entry have the whole ARN."""
    return plain(identity_in_short(by) if by.startswith("arn:") else by)
