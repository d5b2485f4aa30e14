"""Accounts are added, changed and closed: identities, IAM users, credentials."""
