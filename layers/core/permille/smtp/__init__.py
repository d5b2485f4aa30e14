"""The login to an owner's SMTP provider."""
