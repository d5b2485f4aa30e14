"""One module for each command of `permille`."""
