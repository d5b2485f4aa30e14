"""Policies: the rules with their numbers, and the verdict on counts."""
