"""The form of an account's id."""

import re

# `permille-<id>` is the name of an IAM user, which has at most 64 characters.
ACCOUNT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,53}")
