"""The event with which EventBridge's schedule runs Enforce."""

import uuid
from datetime import UTC, datetime
from typing import Any

from permille_cli.local.state import Running


def scheduled_event(at: datetime, running: Running) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": running.account_id,
        "time": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": running.region,
        "resources": [f"arn:aws:events:{running.region}:{running.account_id}:rule/permille-local-tick"],
        "detail": {},
    }
