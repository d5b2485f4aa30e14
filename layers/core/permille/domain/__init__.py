"""What Permille knows and decides: the standard library alone, no I/O, no clock."""
