"""The services of Notify."""

from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from permille.aws.event_bus import EventBridgeBus
from permille.aws.hourly_count import DynamoHourlyCount
from permille.aws.retry_queue import SqsRetryQueue
from permille.aws.ses_mailer import SesMailer
from permille.aws.staff_topic import SnsStaffTopic
from permille.aws.webhook_queue import SqsWebhookQueue
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
        bus=EventBridgeBus(bus=settings.timeline_bus, platform=settings.platform_name),
        mailer=SesMailer(
            mail_from=settings.mail_from,
            from_name=settings.mail_from_name or settings.platform_name,
            reply_to=settings.reply_to,
            configuration_set=settings.configuration_set,
        ),
        staff=SnsStaffTopic(topic=settings.staff_topic),
        staff_count=DynamoHourlyCount(table=settings.idempotency_table),
        webhook=adapters.webhook_register,
        webhook_queue=SqsWebhookQueue(url=settings.webhook_queue_url, platform=settings.platform_name),
        idempotency=adapters.idempotency,
        retry_queue=adapters.retry_queue,
        dead_letters=SqsRetryQueue(url=settings.notify_dead_letter_queue_url),
        brand=Brand(settings.platform_name, settings.support_contact, settings.brand_colour, settings.support_hours),
        links=Links(adapters.signer, settings.link_base, timedelta(days=int(settings.owner_link_days))),
    )
    return adapters.idempotency, services
