"""botocore and moto, made cheap to use: what is the same for every test is made once for all of them."""

import functools
import threading

import boto3
import botocore.loaders
import botocore.session
import pynamodb.connection.base
from moto.kms import models as kms


@functools.cache
def _of(thread: int) -> botocore.session.Session:
    return botocore.session.get_session()


def _of_pynamodb() -> botocore.session.Session:
    """One for all connections of a thread, as boto3 has for its clients: making it registers some hundred handlers."""
    return _of(threading.get_ident())


def share() -> None:
    # Reading AWS's descriptions of its services anew takes most of an adapter's test.
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
    pynamodb.connection.base.get_session = _of_pynamodb  # type: ignore[attr-defined, assignment]
    # moto makes an RSA key for every key of KMS, also for one that only makes MACs (of material of its own).
    kms.generate_private_key = functools.cache(kms.generate_private_key)  # type: ignore[attr-defined]


def forget() -> None:
    """The next client has today's credentials and handlers."""
    boto3.DEFAULT_SESSION = None
    _of.cache_clear()
