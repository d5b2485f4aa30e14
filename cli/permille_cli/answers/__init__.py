"""What several commands answer alike."""
