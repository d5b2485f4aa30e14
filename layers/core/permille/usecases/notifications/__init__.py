"""Timeline entries are published to the bus and mailed to owners."""
