"""The services of Console."""

from dataclasses import asdict
from functools import cache

from permille.aws.access_keys import IamAccessKeys
from permille.aws.provider_function import ProviderFunction
from permille.bootstrap.adapters import Adapters
from permille.code_version import code_version
from permille.console.proxy import Proxy
from permille.console.requests import origin_of
from permille.console.sessions import PROTECTED_PAGES, Authenticator
from permille.console.site.context import SiteServices
from permille.console.site.desk_answers import prepared_answers
from permille.console.site.pages import Pages
from permille.domain.values.status import Mode
from permille.rendering.templates import Brand
from permille.settings import ConsoleSettings
from permille.usecases.views.desk_services import DeskServices
from permille.usecases.views.desk_tabs import UndeliveredCount


@cache
def console_services() -> SiteServices:
    """From the environment."""
    settings = ConsoleSettings.from_env()
    adapters = Adapters(asdict(settings))
    brand = Brand(settings.platform_name, settings.support_contact, settings.brand_colour, settings.support_hours)
    origin = origin_of(settings.link_base)
    return SiteServices(
        proxy=Proxy.of(settings.origin_digests),
        pages=Pages(brand, settings.frame_origins),
        authenticator=Authenticator(
            PROTECTED_PAGES, adapters.signer, adapters.accounts, adapters.link_register, origin
        ),
        answers=prepared_answers(settings.support_answers),
        accounts=adapters.accounts,
        tallies=adapters.tallies,
        timeline=adapters.timeline,
        bounces=adapters.bounces,
        policies=adapters.policies,
        providers=ProviderFunction(function=settings.providers_function),
        desk=_desk(adapters, Mode(settings.enforcement_mode)),
    )


def _desk(adapters: Adapters, mode: Mode) -> DeskServices:
    return DeskServices(
        accounts=adapters.accounts,
        account_index=adapters.account_index,
        account_counts=adapters.account_index,
        access_keys=IamAccessKeys(),
        tallies=adapters.tallies,
        timeline=adapters.timeline,
        log=adapters.timeline,
        policies=adapters.policies,
        control=adapters.control,
        breaker_admin=adapters.control,
        switch=adapters.switch,
        queues=adapters.queues,
        quarantine_count=adapters.quarantine,
        undelivered=UndeliveredCount(adapters.queues, adapters.quarantine),
        suppressions=adapters.suppressions,
        additions=adapters.suppressions,
        bounces=adapters.bounces,
        ses=adapters.ses,
        checkups=adapters.checkups,
        mode=mode,
        code=code_version(),
    )
