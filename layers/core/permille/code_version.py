"""Which code decides: written into decision records and explanations."""

from hashlib import sha256
from pathlib import Path

from permille import __version__

DECIDING = ("account", "feedback", "people", "policy", "rules", "sending", "values")  # packages of domain/


def code_version() -> str:
    """The package's version, and a digest of the code that decides, as in `1.0.0+1a2b3c4d`: it changes whenever a
    decision could, and with no change of texts."""
    domain = Path(__file__).parent / "domain"
    deciding = sorted(file for package in DECIDING for file in (domain / package).glob("*.py"))
    digest = sha256(b"".join(file.read_bytes() for file in deciding))
    return f"{__version__}+{digest.hexdigest()[:8]}"
