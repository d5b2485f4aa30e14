"""The pages: the owner's report, the support desk, and the public pages."""
