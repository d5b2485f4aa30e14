"""The settings of each function, read from its environment. All missing variables are reported at once."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Self

from permille.domain.values.errors import MissingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A field's environment variable is its name in capitals. A field without default is required."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Raises MissingSettings, which names every variable that is missing or empty."""
        env = os.environ if env is None else env
        missing = [f.name.upper() for f in fields(cls) if f.default is MISSING and not env.get(f.name.upper())]
        if missing:
            raise MissingSettings(
                f"missing in the environment: {', '.join(missing)}; infra/template.yaml sets them "
                "(sam local: pass -n env.json, made by `permille local env`)"
            )
        return cls(**{f.name: env[f.name.upper()] for f in fields(cls) if env.get(f.name.upper())})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings(Settings):
    """`replay_clock`: `on` or `off`. `control_table`: holds the replayed time; needed with `on` only."""

    replay_clock: str = "off"
    control_table: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings(Settings):
    """`owner_mail_sender`: the IAM role that sends Permille's mails to owners. `aws_lambda_log_stream_name`: set by
    Lambda, different in each execution environment."""

    control_table: str
    accounts_table: str
    senders_table: str
    tallies_table: str
    seen_table: str
    complaints_table: str
    timeline_table: str
    quarantine_table: str
    owner_mail_sender: str
    policy_parameter: str
    aws_lambda_log_stream_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSettings(Settings):
    """What Enforce, Console and Doctor have in common. `enforcement_mode`: a `Mode`."""

    control_table: str
    accounts_table: str
    senders_table: str
    tallies_table: str
    timeline_table: str
    quarantine_table: str
    deny_group: str
    enforcement_mode: str
    policy_parameter: str
    feedback_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings(StackSettings):
    """Where all that waits is looked at."""

    feedback_dead_letter_queue_url: str
    notify_queue_url: str
    notify_dead_letter_queue_url: str
    webhook_queue_url: str
    webhook_dead_letter_queue_url: str
    stream_failures_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforceSettings(StackSettings):
    """What Enforce has besides."""

    complaints_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings(Settings):
    """`owner_link_days`: how long links in mails are valid. `mail_from_name`: where empty, the platform's name."""

    platform_name: str
    accounts_table: str
    timeline_table: str
    idempotency_table: str
    timeline_bus: str
    notify_queue_url: str
    notify_dead_letter_queue_url: str
    staff_topic: str
    webhook_queue_url: str
    control_table: str
    mail_from: str
    configuration_set: str
    link_base: str
    owner_link_key: str
    owner_link_days: str
    mail_from_name: str = ""
    reply_to: str = ""
    support_contact: str = ""
    support_hours: str = ""
    brand_colour: str = "#2b6cb0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings(QueueSettings):
    """`link_base`: what the pages' addresses begin with where that is not the function URL. `origin_digests`: as
    `Proxy.of` takes them. `frame_origins`: who may frame owners' pages, separated by spaces. `support_answers`: as
    `prepared_answers` takes them."""

    platform_name: str
    complaints_table: str
    owner_link_key: str
    staff_link_key: str
    providers_function: str
    link_base: str = ""
    origin_digests: str = ""
    frame_origins: str = ""
    support_answers: str = ""
    support_contact: str = ""
    support_hours: str = ""
    brand_colour: str = "#2b6cb0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings(Settings):
    """`smtp_endpoint`: HOST:PORT of SES. `origin_digests`: as `Proxy.of` takes them."""

    control_table: str
    platform_name: str
    accounts_table: str
    tallies_table: str
    complaints_table: str
    timeline_table: str
    idempotency_table: str
    platform_token_key: str
    policy_parameter: str
    smtp_endpoint: str
    origin_digests: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvidersSettings(Settings):
    """`stack_name`: the beginning of the secrets' names. `local_providers`: `on` on the embedded stack."""

    control_table: str
    accounts_table: str
    timeline_table: str
    owner_link_key: str
    policy_parameter: str
    stack_name: str
    local_providers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings(Settings):
    """The register of links is in the control table."""

    control_table: str
    timeline_table: str
    staff_link_key: str
    platform_token_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings(Settings):
    """`local_webhook`: `on` or `off`; whether the endpoint may have a private address. The endpoint is in the control
    table."""

    control_table: str
    platform_name: str
    webhook_queue_url: str
    webhook_dead_letter_queue_url: str
    webhook_secrets_parameter: str
    local_webhook: str = "off"
