"""The embedded stack: Permille deployed on loopback, with an SMTP endpoint, and no AWS account."""
