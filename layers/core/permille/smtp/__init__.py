"""Logging in to an owner's SMTP provider."""
