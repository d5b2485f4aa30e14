"""Connections to servers of others: at public addresses, and within a deadline."""
