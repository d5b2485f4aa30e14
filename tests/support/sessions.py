"""botocore and moto, made cheap to use: what is the same for every test is made once for all of them."""

import functools

import boto3
import botocore.loaders
import botocore.session
from moto.kms import models as kms

from permille.aws.client import session


def share() -> None:
    # Reading AWS's descriptions of its services anew takes most of an adapter's test.
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
    # moto makes an RSA key for every key of KMS, also for one that only makes MACs (of material of its own).
    kms.generate_private_key = functools.cache(kms.generate_private_key)  # type: ignore[attr-defined]


def forget() -> None:
    """The next client has today's credentials and handlers."""
    boto3.DEFAULT_SESSION = None
    session.cache_clear()
