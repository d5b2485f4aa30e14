"""Mail addresses in canonical form."""
