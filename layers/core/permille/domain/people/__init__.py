"""What owners and staff can decide: commands, and what comes of each."""
