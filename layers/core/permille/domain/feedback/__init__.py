"""Feedback of SES in our own terms: what counts, and what makes two reports the same."""
