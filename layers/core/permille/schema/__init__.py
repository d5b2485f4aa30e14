"""The JSON shapes that API, command and event bus return."""
