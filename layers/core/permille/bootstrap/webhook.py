"""The services of Webhook."""

from dataclasses import asdict, dataclass
from functools import cache

from permille.aws.webhook_queue import SqsPendingEvents
from permille.bootstrap.adapters import Adapters
from permille.settings import WebhookSettings
from permille.usecases.notifications.webhook_delivery import WebhookServices
from permille.webhooks.client import HttpWebhookClient


@dataclass(frozen=True, slots=True)
class WebhookRuntime:
    """What the function Webhook needs. `platform`: its name, for the words of the test event."""

    services: WebhookServices
    platform: str


@cache
def webhook_runtime() -> WebhookRuntime:
    """From the environment."""
    settings = WebhookSettings.from_env()
    adapters = Adapters(asdict(settings))
    services = WebhookServices(
        endpoints=adapters.webhook_register,
        secrets=adapters.webhook_secrets,
        client=HttpWebhookClient(local=settings.local_webhook == "on"),
        pending=SqsPendingEvents(queue=settings.webhook_queue_url, dead_letters=settings.webhook_dead_letter_queue_url),
    )
    return WebhookRuntime(services, settings.platform_name)
