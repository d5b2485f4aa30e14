"""Through what an account may send, and to whom it may not."""
