"""Imports the tables of a former stack, and uninstalls Permille."""
