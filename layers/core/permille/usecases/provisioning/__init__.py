"""Accounts are created and closed by a host platform's program."""
