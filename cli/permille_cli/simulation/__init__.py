"""A simulated platform: its accounts, their mail, and the feedback that SES publishes about it."""
