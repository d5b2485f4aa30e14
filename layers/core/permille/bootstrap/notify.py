"""The services of Notify."""

from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from permille.bootstrap.adapters import Adapters
from permille.rendering.templates import Brand
from permille.settings import NotifySettings
from permille.usecases.login.access import Links
from permille.usecases.notifications.notify import NotifyServices

if TYPE_CHECKING:
    from permille.aws.idempotency import DynamoIdempotencyStore


def notify_services(context: Any) -> NotifyServices:
    """From the environment, for the invocation of this Lambda context: a notification whose run is cut off may be tried
    again when the time that the invocation has left is over."""
    idempotency, services = _services()
    idempotency.during(context)
    return services


@cache
def _services() -> "tuple[DynamoIdempotencyStore, NotifyServices]":
    settings = NotifySettings.from_env()
    adapters = Adapters(asdict(settings))
    services = NotifyServices(
        accounts=adapters.accounts,
        timeline=adapters.timeline,
        bus=adapters.bus,
        mailer=adapters.mailer,
        idempotency=adapters.idempotency,
        retry_queue=adapters.retry_queue,
        dead_letters=adapters.failed_notifications,
        brand=Brand(settings.platform_name, settings.support_contact, settings.brand_colour),
        links=Links(adapters.signer, settings.link_base, timedelta(days=int(settings.owner_link_days))),
    )
    return adapters.idempotency, services
