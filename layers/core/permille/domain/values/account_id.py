"""An account's id."""

import re

# Also part of names elsewhere: `permille-<id>` has to fit into the 64 characters of an IAM user's name.
ACCOUNT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,53}")
