"""The SMTP password of an access key, as Amazon SES derives it."""

import base64
import hashlib
import hmac

_DATE = "11111111"
_VERSION = b"\x04"


def smtp_password(secret: str, region: str) -> str:
    """Returns the password that goes with the access key whose secret access key is `secret`, in `region` alone.

    https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html#smtp-credentials-convert
    """
    key = f"AWS4{secret}".encode()
    for step in (_DATE, region, "ses", "aws4_request", "SendRawEmail"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return base64.b64encode(_VERSION + key).decode("ascii")
