"""The review form by the API: how the account can come back, the owner's request, and its withdrawal."""

from collections.abc import Mapping
from typing import Any

from .api import AccountApi, Refused

# Stages in which a request can be made, or changed; the API has the last word.
MAY_ASK = {"may_ask", "open", "declined"}
MAY_WITHDRAW = {"open", "scheduled"}
OFF = {"disabled", "observing"}  # statuses with a way back


def standing(api: AccountApi) -> dict[str, Any]:
    """`stage`: how far the account is on the way back; `review` and `trial`: what was asked and agreed, or None."""
    report = api.get("/report")
    return {name: report[name] for name in ("stage", "review", "trial")}


def request(api: AccountApi, form: Mapping[str, str]) -> None:
    """Asks for a review, or changes the open request. Raises Refused with what is wrong with each field."""
    batch = form.get("batch", "")
    if not (batch.isascii() and batch.isdigit()):
        raise Refused("The number of e-mails is missing.", {"batch": "takes a whole number"})
    texts = {name: form.get(name, "") for name in ("day", "cause", "change")}
    api.put("/review", {**texts, "batch": int(batch)})


def withdraw(api: AccountApi) -> None:
    """Takes back an open request, or a trial that has not begun."""
    api.delete("/review")
