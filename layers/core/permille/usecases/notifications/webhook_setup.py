"""Sets the webhook up: its endpoint, and its signing secrets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.timeline.kinds.webhook import WebhookRemoved, WebhookSecretRotated, WebhookSet
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import InvalidInput, NotFound
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.domain.webhooks.signature import SigningSecret, SigningSecrets
from permille.ports.operator import AllTimelines
from permille.ports.webhooks import WebhookRegister, WebhookSecrets

LONGEST_GRACE = 168  # hours


@dataclass(frozen=True, slots=True)
class WebhookSetup:
    """The dependencies of setting a webhook up."""

    register: WebhookRegister
    secrets: WebhookSecrets
    timeline: AllTimelines


@dataclass(frozen=True, slots=True)
class WebhookStatus:
    """The webhook as it is set. `secrets`: None where they were deleted by hand."""

    endpoint: WebhookEndpoint
    secrets: SigningSecrets | None


def webhook_status(setup: WebhookSetup) -> WebhookStatus | None:
    """The webhook; None where none is set."""
    endpoint = setup.register.get()
    return WebhookStatus(endpoint, setup.secrets.get()) if endpoint else None


def set_webhook(
    setup: WebhookSetup, url: str, kinds: Collection[str], new: SigningSecret, by: str, now: datetime
) -> tuple[WebhookEndpoint, SigningSecret | None]:
    """Sets the endpoint, and returns it with its secret where that is `new`: of a webhook that was set already, the
    secret stays. The secret is stored before the endpoint, so that no event is posted without a signature."""
    _check_kinds(kinds)
    present = webhook_status(setup)
    endpoint = (present.endpoint if present else WebhookEndpoint(url, (), now)).changed(url, kinds)
    is_new = present is None or present.secrets is None
    if is_new:
        setup.secrets.put(SigningSecrets(new))
    setup.register.save(endpoint, system_entry(now, WebhookSet(url=endpoint.shown, kinds=endpoint.kinds, by=by)))
    return endpoint, new if is_new else None


def rotate_secret(setup: WebhookSetup, new: SigningSecret, hours: float, by: str, now: datetime) -> SigningSecrets:
    """Puts a new secret in use; the present one signs too for `hours` more. The entry is written first, so that
    no secret is in use that was not returned. Raises InvalidInput, and NotFound where no webhook is set."""
    if not 0 <= hours <= LONGEST_GRACE:
        raise InvalidInput(f"takes 0 to {LONGEST_GRACE} hours", "grace")
    present = webhook_status(setup)
    if present is None:
        raise not_set()
    until = now + timedelta(hours=hours)
    setup.timeline.append(system_entry(now, WebhookSecretRotated(former_until=until, by=by)))
    secrets = present.secrets.rotated(new, until) if present.secrets else SigningSecrets(new)
    setup.secrets.put(secrets)
    return secrets


def remove_webhook(setup: WebhookSetup, by: str, now: datetime) -> WebhookEndpoint | None:
    """Removes the endpoint, and then its secrets; returns what was removed. Idempotent."""
    endpoint = setup.register.get()
    if endpoint:
        setup.register.remove(system_entry(now, WebhookRemoved(url=endpoint.shown, by=by)))
    setup.secrets.delete()
    return endpoint


def not_set() -> NotFound:
    """That no webhook is set, with the way to set one."""
    return NotFound("no webhook is set; set one with `permille webhook set URL`")


def _check_kinds(kinds: Collection[str]) -> None:
    if unknown := sorted(set(kinds) - KINDS.keys()):
        raise InvalidInput(f"there is no kind {', '.join(unknown)}; docs/timeline-event.schema.json lists them", "kind")
