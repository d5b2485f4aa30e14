"""The operator's command, and the embedded stack."""
