"""The services of Access."""

from dataclasses import asdict
from functools import cache

from permille.bootstrap.adapters import Adapters
from permille.settings import AccessSettings
from permille.usecases.login.issue_links import IssueServices


@cache
def access_services() -> IssueServices:
    """From the environment."""
    adapters = Adapters(asdict(AccessSettings.from_env()))
    return IssueServices(adapters.signer, adapters.link_register)
