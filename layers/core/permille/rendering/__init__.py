"""Templates of mails and pages, and the platform's brand."""
