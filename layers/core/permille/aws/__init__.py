"""The adapters for AWS: the only modules that import boto3 and PynamoDB."""
