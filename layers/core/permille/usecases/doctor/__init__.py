"""Checks how the stack is set up: gather, decide, print or store."""
