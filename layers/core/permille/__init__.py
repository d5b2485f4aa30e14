"""Permille: keeps every sender of a platform under one spam complaint per thousand e-mails."""

__version__ = "0.9.0"
