"""What pages, API and command show: the report, support's desk, the platform."""
