"""Feedback of SES in our terms: what counts, and its idempotency keys."""
