"""The webhook of the host platform: where it goes, how it is signed, and when a failed request is repeated."""
