"""The append-only history: entries, their kinds, and the words of each kind."""
