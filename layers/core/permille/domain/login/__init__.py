"""Signed login links and bearer tokens: their claims, their form and their revocation."""
