"""Replays archived feedback under policies: what the rules would have decided, and what that would have meant."""
