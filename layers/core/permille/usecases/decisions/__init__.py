"""What people decide is applied to an account."""
