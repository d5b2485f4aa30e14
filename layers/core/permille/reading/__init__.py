"""Counts and entries prepared for people, on pages, in mails and tables. Pure."""
