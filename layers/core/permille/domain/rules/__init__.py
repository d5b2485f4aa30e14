"""Decisions of the rules, without a person. decide.py has the decision function."""
