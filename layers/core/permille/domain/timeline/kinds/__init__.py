"""The kinds of timeline entries, each declared once: facts, audience, mail, status change, and words."""
