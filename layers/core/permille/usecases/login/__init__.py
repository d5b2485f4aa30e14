"""Login links and tokens are issued, verified and revoked."""
