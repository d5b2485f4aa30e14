"""The environment that the tests run in: credentials that open nothing, and no way out."""

import os

# Set before any test imports the package: Powertools reads its names when a logger is made.
os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",  # opens nothing
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "permille",
        "POWERTOOLS_METRICS_NAMESPACE": "Permille",
    }
)
