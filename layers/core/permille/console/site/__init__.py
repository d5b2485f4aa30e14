"""The pages: the owner's report and support's desk."""
