"""The rules with their numbers, and what they say of counts."""
