"""Imports many accounts at once."""
