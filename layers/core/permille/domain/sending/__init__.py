"""Sending: paths, permissions of IAM users, and suppressed recipients."""
