"""Signed login links and bearer tokens: their claims and their form."""
