"""Feedback is counted exactly once; what cannot be counted is quarantined and replayed."""
