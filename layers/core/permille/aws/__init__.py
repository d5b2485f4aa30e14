"""The adapters: the only importers of boto3 and pynamodb."""
