"""The adapters for AWS: the only modules of this package that import boto3 and PynamoDB."""
