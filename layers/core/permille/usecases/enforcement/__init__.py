"""Accounts that are due are judged, and their credentials made to agree."""
