"""In which Regions Amazon SES has no SMTP endpoint, though it sends mail there by its API.

Looked up on 2026-11-26. AWS names af-south-1, ap-southeast-3, eu-south-1 and me-south-1 itself, on
https://docs.aws.amazon.com/general/latest/gr/ses.html and
https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html; that the name email-smtp.REGION.amazonaws.com does not
exist is reported of ap-south-2, ap-southeast-5 and eu-central-2. A Region that is not listed here may have none either.
"""

LOOKED_UP = "2026-11-26"
WITHOUT_SMTP = frozenset(
    {"af-south-1", "ap-south-2", "ap-southeast-3", "ap-southeast-5", "eu-central-2", "eu-south-1", "me-south-1"}
)
