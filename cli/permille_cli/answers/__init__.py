"""Answers that several commands share, as text and as JSON."""
