"""The HTTP client of the webhook."""
